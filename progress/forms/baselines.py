"""Stating what is expected."""

from collections.abc import Sequence
from typing import Any

from zhtj.lib.forms import Plain, Typed

from orgs.kinds import Domain
from orgs.models import OrgUnit


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
