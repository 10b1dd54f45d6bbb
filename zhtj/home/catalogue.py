"""规则说明: every code the system may say, generated from the rules themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from zhtj.desk.health import CODES as HEALTH
from zhtj.desk.registration import CODES as REGISTRATION
from zhtj.home.in_force import Setting
from zhtj.imports.rules import CODES as IMPORTS
from zhtj.lib import sheets, words
from zhtj.lib.problems import Catalogue, Rule, Severity
from zhtj.retention.rules import CODES as RETENTION

from cadres.rules import CODES as CADRES
from members.rules import CODES as MEMBERS
from members.rules.procedures import PROCEDURES
from orgs.admins import CODES as ADMINS
from orgs.corrections import CODES as CORRECTIONS
from orgs.person_rules import CODES as PEOPLE
from orgs.reshaping import CODES as RESHAPING
from orgs.rules import CODES as UNITS
from orgs.taking import CODES as TAKING
from progress.plans import CODES as PLANS
from progress.rules import CODES as PROGRESS

PLACES: tuple[tuple[str, str, tuple[Catalogue, ...]], ...] = (
    ("people", "人员基本信息", (PEOPLE, CORRECTIONS, TAKING)),
    ("members", "团员身份与所在支部", (MEMBERS, PROCEDURES, RETENTION)),
    ("cadres", "团干部", (CADRES,)),
    ("units", "组织", (UNITS, RESHAPING, HEALTH, ADMINS, REGISTRATION)),
    ("files", "导入文件", (sheets.CODES, IMPORTS)),
    ("progress", "行动与基数", (PROGRESS, PLANS)),
    ("texts", "理由、意见等文字", (words.CODES,)),
)
WORDS = {
    Severity.ERROR: ("必须改正", "error"),
    Severity.ACKNOWLEDGE: ("需要确认", "warning"),
    Severity.WARNING: ("提醒", "warning"),
    Severity.HINT: ("说明", "info"),
}
_NONE = Setting("")
_PLACEHOLDER = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Line:
    """One rule as the page shows it."""

    code: str
    text: str
    mend: str
    source: str
    word: str
    tone: str
    setting: str = ""


def sections(
    now: Mapping[str, Setting] = MappingProxyType({}),
) -> list[tuple[str, str, list[Line]]]:
    """Key, title and rules of each section, with the settings in force. No query."""
    return [
        (key, title, [_line(rule, now) for catalogue in catalogues for rule in catalogue.values()])
        for key, title, catalogues in PLACES
    ]


def _line(rule: Rule, now: Mapping[str, Setting]) -> Line:
    setting = now.get(rule.code, _NONE)
    word, tone = WORDS[setting.severity or rule.severity]
    return Line(rule.code, _plain(rule.text), _plain(rule.mend), rule.source, word, tone, setting.words)


def _plain(text: str) -> str:
    """The sentence with … where a value will stand."""
    return _PLACEHOLDER.sub("…", text)
