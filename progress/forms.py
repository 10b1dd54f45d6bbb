"""Forms of the room. They check shape only; the actions say what is right."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from zhtj.lib.forms import Plain, Typed

from orgs.kinds import Domain
from orgs.models import OrgUnit
from progress.models import Stage

WHOLE = re.compile(r"-?[0-9]{1,8}")


class Written(forms.CharField):
    """Some sentences. Required is said on the page; how long and whether at all the action decides."""

    def __init__(self, label: str, help_text: str = "", *, rows: int = 3) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "maxlength": 500})
        super().__init__(label=label, help_text=help_text, widget=widget)

    def clean(self, value: Any) -> str:
        return value.replace("\x00", "") if isinstance(value, str) else ""


class EarlyOpeningForm(Plain):
    """Which stage, and why; `stages` are those that may be asked for."""

    stage = forms.ChoiceField(label="申请开放的阶段")
    reason = Written("理由", "写明准备情况：人员、名册、培训是否已经到位。不超过 500 字。")

    def __init__(self, *args: Any, stages: Sequence[Stage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stages = {str(stage.pk): stage for stage in stages}
        chosen: Any = self.fields["stage"]
        chosen.choices = [(key, stage.name) for key, stage in self._stages.items()]

    @property
    def chosen(self) -> Stage:
        """The stage picked, once the form is valid."""
        return self._stages[self.cleaned_data["stage"]]


class BaselineForm(Plain):
    """One figure: the cells of one row of the baselines workbook, judged by the same rules."""

    unit = Typed("组织", required=True, choices=[])
    domain = Typed("领域", required=True, choices=[(label, label) for label in Domain.labels])
    member_count = Typed("团员数", "2017年度团统的团员数；没有的填 0。", required=True, inputmode="numeric")
    branch_count = Typed("团支部数", "不填表示不变。", inputmode="numeric")
    cadre_count = Typed("团干部数", "不填表示不变。", inputmode="numeric")

    def __init__(self, *args: Any, units: Sequence[OrgUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._units = {unit.code: unit for unit in units}
        widget: Any = self.fields["unit"].widget
        widget.choices = [(unit.code, unit.short_name) for unit in units]

    @property
    def chosen(self) -> OrgUnit | None:
        """The unit picked; None when it is none of those offered."""
        return self._units.get(self.cleaned_data["unit"])


class AdjustmentForm(Plain):
    """More or fewer in one domain, and why."""

    domain = forms.ChoiceField(label="领域", choices=Domain.choices)
    change = Typed("增减人数", "增加填正数，减少在前面加“-”，例如 -12。", required=True)
    reason = Written("理由", "写明原因和人数：毕业、转出、重复统计、查无此人等。不超过 500 字。")

    def number(self) -> int:
        """The change as a whole number; 0 for anything that is none."""
        text = self.cleaned_data["change"].strip().replace("－", "-").replace("+", "")
        return int(text) if WHOLE.fullmatch(text) else 0


class DecisionForm(forms.Form):
    """The answer to a request: one of two buttons, and a remark."""

    answer = forms.ChoiceField(choices=[("agree", "同意"), ("decline", "不同意")])
    remark = forms.CharField(required=False)
