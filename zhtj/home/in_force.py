"""The present setting behind a rule, for the page 规则说明: what it is measured by, and its weight now.

Only rules that a setting touches stand here; all others are as their catalogue says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from zhtj.lib.problems import Severity

from members import documents
from members.models import AdmissionSettings
from orgs.taking import MOST_ROWS
from progress.models import Campaign

UnderThree = AdmissionSettings.UnderThree


@dataclass(frozen=True, slots=True)
class Setting:
    """The words, and the severity where a setting changes it."""

    words: str
    severity: Severity | None = None


def in_force(row: AdmissionSettings, campaign: Campaign | None) -> Mapping[str, Setting]:
    """Code → setting. No query."""
    return {**_admission(row), **_gate(campaign), **_limits()}


def _admission(row: AdmissionSettings) -> dict[str, Setting]:
    since = Setting(f"{row.strict_admission_from:%Y-%m-%d} 起入团的")
    before = Setting(f"{row.strict_admission_from:%Y-%m-%d} 之前入团的")
    release = Setting("上级可以书面核准放行" if row.allows_release else "上级不得核准放行")
    years = "可以" if row.interchanges_years else "不可以"
    long = "也认可" if row.accepts_long_numbers else "不认可"
    refuses = row.under_three == UnderThree.REFUSE
    return {
        "joined_on.under_age": Setting(f"{since.words}，须满 {row.minimum_age_from} 周岁"),
        "joined_on.under_age_before": Setting(f"{before.words}，一般满 {row.minimum_age_before} 周岁"),
        "development_number.missing": since,
        "development_number.length": Setting(f"201516、201617开头的16位编号{long}"),
        "development_number.year": Setting(f"2017年与2018年{years}互换"),
        "identity.no_application_form": since,
        "identity.no_evidence": before,
        "member.overage": Setting(f"{row.overage_from} 周岁"),
        "branch.under_three": Setting(
            UnderThree(row.under_three).label, Severity.ERROR if refuses else Severity.ACKNOWLEDGE
        ),
        "youth.release_off": release,
        "youth.age": Setting(f"最低 {row.minimum_age_from} 周岁"),
    }


def _gate(campaign: Campaign | None) -> dict[str, Setting]:
    if campaign is None or not campaign.is_active:
        return dict.fromkeys(("stage.not_open_yet", "stage.gate_closed"), Setting("目前没有进行中的行动"))
    warns = campaign.gate_mode == Campaign.GateMode.WARN
    words = Campaign.GateMode(campaign.gate_mode).label
    setting = Setting(words, Severity.WARNING if warns else Severity.ERROR)
    return dict.fromkeys(("stage.not_open_yet", "stage.gate_closed"), setting)


def _limits() -> dict[str, Setting]:
    table = settings.ZHTJ_IMPORT_LIMITS
    return {
        "file.too_big": Setting(f"{table['bytes'] >> 20} MB"),
        "file.too_many_rows": Setting(f"{table['rows']:,} 行（组织 {table['unit_rows']:,} 行）"),
        "file.too_many_columns": Setting(f"{table['columns']} 列"),
        "export.too_many": Setting(f"{MOST_ROWS:,} 名"),
        "document.size": Setting(f"{documents.MOST_BYTES >> 20} MB"),
        "document.count": Setting(f"{documents.MOST_A_YOUTH} 份"),
    }
