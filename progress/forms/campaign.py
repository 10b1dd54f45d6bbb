"""Setting a campaign up: its own fields, one form a stage, and what a new one is made from."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from zhtj.lib.forms import Day, Plain, Typed
from zhtj.lib.problems import Problem
from zhtj.lib.refusals import Refusals

from orgs.kinds import Domain
from progress.models import Campaign, Measure
from progress.plans import LONGEST, LONGEST_STAGE_NAME, MOST_LAG, Plan, StagePlan, in_percent, keyed
from progress.presets import PRESETS


class CampaignForm(Plain):
    """The campaign's own settings."""

    name = Typed("名称", required=True, maxlength=LONGEST["name"])
    starts_on = Day("开始日期")
    ends_on = Day("结束日期")
    plans_due_on = Day("方案报送截止日期", "推进计划、培训方案、督导办法。不要求报送的不填。", required=False)
    cutoff_time = forms.TimeField(
        label="每日截数时间",
        help_text="日通报只统计这一时刻以前录入的，例如 08:00。",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    lag_points = forms.IntegerField(
        label="超前、滞后的界线（百分点）",
        help_text="录入率与计划进度相差超过这个数的，标为“超前”或“滞后”。",
        min_value=1,
        max_value=MOST_LAG,
    )
    gate_mode = forms.ChoiceField(label="领域没有开放时", choices=Campaign.GateMode.choices)
    direct_counties_rank_apart = forms.BooleanField(
        label="省直管县单独排名", help_text="不勾选时，省直管县与省辖市一起排名。", required=False
    )
    help_line = Typed("服务电话", maxlength=LONGEST["help_line"])
    system_address = Typed("系统网址", maxlength=LONGEST["system_address"])


class StageForm(Plain):
    """One stage. The last form of a page is blank: filled in, it is a new one."""

    position = forms.IntegerField(label="次序", min_value=1, max_value=99)
    name = Typed("阶段名称", required=True, maxlength=LONGEST_STAGE_NAME)
    measure = forms.ChoiceField(label="口径", choices=Measure.choices)
    opens_on = Day("开放日期")
    deadline = Day("截止日期", "截止以后仍可补录，通报标为“逾期”。")
    domains = forms.MultipleChoiceField(
        label="领域",
        help_text="团员阶段选择；没有任何阶段包括的领域随时可以录入。",
        choices=Domain.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    gate = forms.ChoiceField(
        label="前置阶段", help_text="要等另一个阶段达到录入率才开放的，选择那个阶段。", required=False
    )
    gate_percent = forms.DecimalField(
        label="前置录入率（%）",
        help_text="降低以后，已经达到的地区从下一次日通报起开放；已经开放的不再关闭。",
        required=False,
        min_value=1,
        max_value=100,
        decimal_places=1,
    )
    remove = forms.BooleanField(label="删除这个阶段", required=False)

    def __init__(self, *args: Any, gates: Sequence[tuple[str, str]], key: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key
        chosen: Any = self.fields["gate"]
        chosen.choices = [("", "没有"), *gates]

    def plan(self) -> StagePlan:
        """The stage typed, once the form is valid; a new one has no key yet."""
        given = self.cleaned_data
        percent = given["gate_percent"]
        return StagePlan(
            key=self.key,
            name=given["name"],
            measure=given["measure"],
            opens_on=given["opens_on"],
            deadline=given["deadline"],
            domains=tuple(given["domains"]),
            gate=given["gate"],
            gate_rate=None if percent is None else percent / 100,
        )


class PlanForms:
    """A whole plan on one page: the campaign's form and one form a stage, judged together."""

    def __init__(self, plan: Plan, data: QueryDict | None = None) -> None:
        names = CampaignForm.base_fields
        self.campaign = CampaignForm(data, initial={name: getattr(plan, name) for name in names})
        gates = [(stage.key, stage.name) for stage in plan.stages if stage.measure == Measure.MEMBERS]
        self.stages = [
            StageForm(
                data,
                prefix=f"stage-{index}",
                key=stage.key,
                initial=_initial(index, stage),
                gates=[gate for gate in gates if gate[0] != stage.key],
            )
            for index, stage in enumerate(plan.stages)
        ]
        self.blank = StageForm(
            data,
            prefix="stage-new",
            initial={"position": len(plan.stages) + 1, "measure": Measure.MEMBERS},
            gates=gates,
            empty_permitted=True,
            use_required_attribute=False,
        )
        self._known = [stage.key for stage in plan.stages]

    def is_valid(self) -> bool:
        """Can everything typed be read? (What it means is for the rules.)"""
        judged = [form.is_valid() for form in [self.campaign, *self._typed()]]  # each says what it has to
        return all(judged)

    def plan(self) -> Plan:
        """The plan typed, stages in the order asked for. New stages get a key of their own."""
        stages = [form.plan() for form in self._in_order()]
        return Plan(**self.campaign.cleaned_data, stages=tuple(keyed(stages, self._known)))

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Put each problem where it belongs: `stages.N.FIELD` into the Nth stage of the plan typed."""
        kept = self._in_order()
        for problem in problems:
            place, _, rest = problem.field.partition(".")
            number, _, name = rest.partition(".")
            if place == "stages" and number:
                name = "gate_percent" if name == "gate_rate" else name
                add_to(kept[int(number)], problem, name)
            else:
                self.campaign.add_problems([problem])

    def refusals(self) -> Refusals:
        """A refusal in the block is told in these forms."""
        return Refusals(self.add_problems)

    @property
    def forms(self) -> list[Plain]:
        """All of them, for the summary above the page."""
        return [self.campaign, *self.stages, self.blank]

    def _typed(self) -> list[StageForm]:
        """The stages that stay, and the new one if anything was typed into it."""
        kept = [form for form in self.stages if not form["remove"].value()]
        return [*kept, self.blank] if self.blank.has_changed() else kept

    def _in_order(self) -> list[StageForm]:
        return sorted(self._typed(), key=lambda form: form.cleaned_data["position"])


class NewCampaignForm(Plain):
    """From what, under which name, from when; as a rehearsal or for real."""

    source = forms.ChoiceField(label="按哪一个样本")
    name = Typed("名称", required=True, maxlength=LONGEST["name"])
    starts_on = Day("开始日期", "其余日期按样本的间隔顺延，新建以后可以逐项修改。")
    with_baselines = forms.BooleanField(
        label="带上样本行动现行的团统数", help_text="演练直接使用样本行动的团统数，不用带上。", required=False
    )
    rehearsal = forms.BooleanField(
        label="这是演练",
        help_text="用过去几天的数据试算通报，只有省级团委看得到；不控制录入，不发布。",
        required=False,
    )

    def __init__(self, *args: Any, earlier: Sequence[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._earlier = {campaign.key: campaign for campaign in earlier}
        presets = [(f"preset:{key}", f"方案：{plan.name}") for key, plan in PRESETS.items()]
        chosen: Any = self.fields["source"]
        chosen.choices = [*((key, f"行动：{campaign}") for key, campaign in self._earlier.items()), *presets]

    def chosen(self) -> Campaign | Plan:
        """The source picked, once the form is valid."""
        key = self.cleaned_data["source"]
        return self._earlier[key] if key in self._earlier else PRESETS[key.removeprefix("preset:")]


class RehearsalForm(Plain):
    """The days to be computed."""

    first = Day("从")
    last = Day("到")


def add_to(form: Plain, problem: Problem, name: str) -> None:
    """`problem` beside the field `name` of `form`, or above it where there is no such field."""
    form.add_error(
        name if name in form.fields else None,
        forms.ValidationError(problem.message + problem.mend, code=problem.code),
    )


def _initial(index: int, stage: StagePlan) -> dict[str, Any]:
    return {
        "position": index + 1,
        "name": stage.name,
        "measure": stage.measure,
        "opens_on": stage.opens_on,
        "deadline": stage.deadline,
        "domains": list(stage.domains),
        "gate": stage.gate,
        "gate_percent": None if stage.gate_rate is None else in_percent(stage.gate_rate),
    }
