"""Stating what is expected."""

from collections.abc import Sequence
from typing import Any

from zhtj.lib.forms import Plain, Typed

from orgs.kinds import Domain
from orgs.models import OrgUnit
from progress.models import Baseline


class BaselineForm(Plain):
    """One figure: the cells of one row of the baselines workbook, judged by the same rules."""

    unit = Typed("组织", required=True, choices=[])
    domain = Typed("领域", required=True, choices=[(label, label) for label in Domain.labels])
    member_count = Typed("团员数", "2017年度团统的团员数；没有的填 0。", required=True, inputmode="numeric")
    branch_count = Typed("团支部数", "不填表示不变。", inputmode="numeric")
    cadre_count = Typed("团干部数", "不填表示不变。", inputmode="numeric")
    committee_count = Typed("团委数", "2017年团统表的其余各栏，不填表示不变。", inputmode="numeric")
    working_committee_count = Typed("团工委数", inputmode="numeric")
    general_branch_count = Typed("团总支数", inputmode="numeric")
    full_time_count = Typed("专职团干部数", inputmode="numeric")
    part_time_count = Typed("兼职团干部数", inputmode="numeric")
    seconded_count = Typed("挂职团干部数", inputmode="numeric")

    def __init__(self, *args: Any, units: Sequence[OrgUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._units = {unit.code: unit for unit in units}
        widget: Any = self.fields["unit"].widget
        widget.choices = [(unit.code, unit.short_name) for unit in units]

    @property
    def chosen(self) -> OrgUnit | None:
        """The unit picked; None when it is none of those offered."""
        return self._units.get(self.cleaned_data["unit"])


class BaselineWithdrawalForm(Plain):
    """Which figure is taken back; `figures` are those that may be."""

    figure = Typed(
        "要撤回的数字", "填错领域、不该单独填报的数字，撤回后按下级合计。", required=True, choices=[]
    )

    def __init__(self, *args: Any, figures: Sequence[Baseline], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget: Any = self.fields["figure"].widget
        widget.choices = [("", "请选择")] + [
            (row.pk, f"{row.unit.short_name}　{row.get_domain_display()}　{row.member_count:,}")
            for row in figures
        ]
