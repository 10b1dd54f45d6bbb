"""Asking a superior, and the superior's answer."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from zhtj.lib.forms import Plain, Typed, Words

from orgs.kinds import Domain
from progress.actions import REASONS
from progress.actions.asking import LONGEST
from progress.models import Stage
from progress.queries import Standing

WHOLE = re.compile(r"-?[0-9]{1,8}")
_WHOLE_OR_BLANK = re.compile(r"[0-9]{0,8}")


class EarlyOpeningForm(Plain):
    """Which stage, and why; `stages` are those that may be asked for."""

    stage = forms.ChoiceField(label="申请开放的阶段")
    reason = Words(
        "理由", "写明准备情况：人员、名册、培训是否已经到位。不超过 500 字。", most=LONGEST, required=True
    )

    def __init__(self, *args: Any, stages: Sequence[Stage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stages = {str(stage.pk): stage for stage in stages}
        chosen: Any = self.fields["stage"]
        chosen.choices = [(key, stage.name) for key, stage in self._stages.items()]

    @property
    def chosen(self) -> Stage:
        """The stage picked, once the form is valid."""
        return self._stages[self.cleaned_data["stage"]]


class AdjustmentForm(Plain):
    """More or fewer in one domain, and why."""

    domain = forms.ChoiceField(label="领域", choices=Domain.choices)
    change = Typed("增减人数", "增加填正数，减少在前面加“-”，例如 -12。", required=True)
    reason = Words(
        "理由",
        "写明原因和人数：毕业、转出、重复统计、查无此人等。不超过 500 字。",
        most=LONGEST,
        required=True,
    )

    def number(self) -> int:
        """The change as a whole number; 0 for anything that is none."""
        text = self.cleaned_data["change"].strip().replace("－", "-").replace("+", "")
        return int(text) if WHOLE.fullmatch(text) else 0


class CompletionForm(Plain):
    """In which domain all are in, where the missing ones are, by number and in words."""

    domain = forms.ChoiceField(label="领域")
    graduated_count = Typed("毕业离校", "人数，没有的不填。", inputmode="numeric")
    moved_count = Typed("转出迁出", "人数，没有的不填。", inputmode="numeric")
    double_count = Typed("重复统计", "人数，没有的不填。", inputmode="numeric")
    never_existed_count = Typed("查无此人", "人数，没有的不填。", inputmode="numeric")
    reason = Words("说明", "写明核实的经过和依据。不超过 500 字。", most=LONGEST, required=True)

    def __init__(self, *args: Any, missing: Sequence[Standing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["domain"]
        chosen.choices = [(known.domain, f"{known.label}：差 {known.shortfall:,} 人") for known in missing]

    def clean(self) -> dict[str, Any]:
        for name in REASONS:
            if not _WHOLE_OR_BLANK.fullmatch(self.cleaned_data.get(name, "").strip()):
                self.add_error(name, "请填写一个整数，没有的不填。")
        return self.cleaned_data

    def counts(self) -> dict[str, int]:
        """The numbers, once the form is valid; a blank is 0."""
        return {name: int(self.cleaned_data[name].strip() or 0) for name in REASONS}


class DecisionForm(forms.Form):
    """The answer to a request: one of two buttons, and a remark."""

    answer = forms.ChoiceField(choices=[("agree", "同意"), ("decline", "不同意")])
    remark = Words("审批意见", most=LONGEST)
