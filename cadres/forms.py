"""The forms of the room. A form only carries what was typed: reading and judging it is the rules' work,
so that a page speaks with the same codes as a workbook or an API answer.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from zhtj.lib.forms import Plain, Search, Typed, Words
from zhtj.lib.problems import Problem

from cadres.columns import COLUMNS, USUAL, RosterColumn, chosen
from cadres.models import CadreState, Engagement
from cadres.queries import Filters
from cadres.rules import (
    CODES,
    DEPARTURES,
    ENGAGEMENTS,
    EVERY_POST,
    FIELDS,
    PERSON_DETAILS,
    POSTS_AT,
    Entry,
    EntryReader,
    shown,
)
from orgs import identity, person_rules
from orgs.identity import ETHNICITIES
from orgs.kinds import LEADING_ORGANS, UnitKind
from orgs.models import OrgUnit

_MONTH = "写成 2016-05 这样的年月。"
CONTACTS = ("education", "mobile", "workplace", "email", "qq", "wechat", "joined_party_on")
_GROUPS = (
    ("基本信息", ("full_name", "national_id", "ethnicity", "political_status")),
    ("任职", ("post", "engagement", "appointed_on", "joined_on")),
)


def _choices(words: Iterable[str]) -> list[tuple[str, str]]:
    return [("", "请选择"), *((word, word) for word in words)]


class RecordForm(Plain):
    """Everything about a cadre of `unit` but who it is. Without `person_too` only the post is asked."""

    ethnicity = Typed("民族", "例如“汉族”“回族”。", required=True, list="ethnicities")
    political_status = Typed(
        "政治面貌", required=True, choices=_choices(person_rules.POLITICAL_STATUS_CHOICES)
    )
    post = Typed("团内职务", required=True, choices=_choices(EVERY_POST))
    engagement = Typed("团干部性质", "挂职、兼职的团干部同样录入。", choices=_choices(ENGAGEMENTS))
    appointed_on = Typed("任职年月", _MONTH, placeholder="2018-09")
    joined_on = Typed("入团年月", _MONTH, placeholder="2005-05")
    education = Typed("文化程度", list="educations")
    mobile = Typed("手机号码", "11位。", inputmode="tel")
    workplace = Typed("学习工作单位")
    email = Typed("电子邮箱", inputmode="email")
    qq = Typed("QQ", "5至11位数字。", inputmode="numeric")
    wechat = Typed("微信号")
    joined_party_on = Typed("入党年月", _MONTH)

    ethnicities = ETHNICITIES
    educations = person_rules.EDUCATIONS

    def __init__(self, *args: Any, unit: OrgUnit, person_too: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].widget.choices = _choices(POSTS_AT[unit.kind])
        self.fields["engagement"].required = unit.kind in LEADING_ORGANS
        if not person_too:
            for name in PERSON_DETAILS:
                del self.fields[name]

    def entry(self, today: dt.date) -> Entry:
        """What was typed, read. Call after `is_valid()`, which only ever cleans."""
        cells = {name: self.cleaned_data.get(name, "") for name in FIELDS if name in self.fields}
        return EntryReader(today).read(cells)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as the page shows them, under their headings."""
        found = [(title, [self[name] for name in names if name in self.fields]) for title, names in _GROUPS]
        return [(title, fields) for title, fields in found if fields]

    def optional(self) -> list[forms.BoundField]:
        """What may be left out altogether; folded unless something is said there."""
        return [self[name] for name in CONTACTS if name in self.fields]

    @property
    def is_unfolded(self) -> bool:
        return any(field.errors or field.value() for field in self.optional())

    @staticmethod
    def initial_of(stored: Entry) -> dict[str, str]:
        """The record as it would be typed."""
        return {name: shown(name, getattr(stored, name)) for name in FIELDS}


class KeepForm(RecordForm):
    """A record to verify or correct, and a sign of what it was when it was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class CadreForm(RecordForm):
    """A new cadre: who it is comes first."""

    full_name = Typed("姓名", "与身份证一致；少数民族姓名各部分之间用“·”。", required=True)
    national_id = Typed("身份证号码", "18位，最后一位可以是X。", required=True, spellcheck="false")

    field_order = ("full_name", "national_id")


class DepartForm(Plain):
    """When and why somebody left."""

    departed_on = Typed("离任日期", "写成 2018-11-06 的样子。", required=True, placeholder="2018-11-06")
    departure = Typed(
        "离任原因",
        "从未在本组织任职、误列入名单的，选“录入有误”。",
        required=True,
        choices=_choices(DEPARTURES),
    )

    def day(self) -> tuple[dt.date | None, list[Problem]]:
        """The day typed, and what is wrong with its writing."""
        typed = self.cleaned_data["departed_on"]
        day, ok = identity.read_day(typed)
        if ok:
            return day, []
        return None, [CODES.problem("departed_on.format", value=identity.clean(typed)[:20])]


class FilterForm(Plain):
    """What a roster is narrowed to, and which columns it shows."""

    q = Search("姓名开头、身份证号码或手机号码")
    kind = forms.ChoiceField(label="组织类别", required=False)
    post = forms.ChoiceField(label="团内职务", required=False)
    engagement = forms.ChoiceField(label="团干部性质", required=False)
    state = forms.ChoiceField(label="核对状态", required=False)
    level = forms.ChoiceField(label="范围", required=False)
    appointed_from = Typed("任职年月从", placeholder="任职从 2016-01")
    appointed_to = Typed("任职年月到", placeholder="到 2018-12")
    incomplete = forms.BooleanField(label="只看必填信息不全的", required=False)
    column = forms.MultipleChoiceField(label="显示的列", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offered = {
            "kind": [("", "全部组织"), *UnitKind.choices],
            "post": [("", "全部职务"), *((post, post) for post in EVERY_POST)],
            "engagement": [("", "全部性质"), *Engagement.choices],
            "state": [("", "全部状态"), *CadreState.choices],
            "level": [("", "本级和下级"), ("own", "只看本级")],
            "column": [(column.key, column.label) for column in COLUMNS],
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label
        self.is_valid()  # a value that is not offered is dropped: it narrows nothing
        self.asked, self.problems = self._read()

    def _read(self) -> tuple[Filters, list[Problem]]:
        """What was asked for, and the months that could not be read."""
        said = self.cleaned_data
        problems: list[Problem] = []
        months: dict[str, dt.date | None] = {}
        for name in ("appointed_from", "appointed_to"):
            typed = said.get(name, "")
            months[name], ok = identity.read_month(typed)
            if not ok:
                value = identity.clean(typed)[:20]
                problems.append(CODES.problem("appointed_on.format", at=name, value=value))
        plain = {name: said.get(name, "") for name in ("kind", "post", "engagement", "state", "level")}
        text, incomplete = identity.squeeze(said.get("q", "")), said.get("incomplete", False)
        found = Filters(
            text=text,
            incomplete=incomplete,
            appointed_from=months["appointed_from"],
            appointed_to=months["appointed_to"],
            **plain,
        )
        return found, problems

    @property
    def columns(self) -> list[RosterColumn]:
        return chosen(self.cleaned_data.get("column") or [])

    @property
    def is_unfolded(self) -> bool:
        """Is something narrowed that stands under 更多条件?"""
        said = self.asked
        months = said.appointed_from or said.appointed_to
        return bool(said.kind or said.state or months or said.incomplete or self.problems)

    def query(self) -> list[tuple[str, str]]:
        """What was asked for, as it may stand in an address: never an id or a mobile number."""
        said = self.asked
        values = {
            "q": "" if said.is_private else said.text,
            "kind": said.kind,
            "post": said.post,
            "engagement": said.engagement,
            "state": said.state,
            "level": said.level,
            "appointed_from": shown("appointed_on", said.appointed_from),
            "appointed_to": shown("appointed_on", said.appointed_to),
            "incomplete": "1" if said.incomplete else "",
        }
        keys = tuple(column.key for column in self.columns)
        columns = [("column", key) for key in keys] if keys != USUAL else []
        return [*((name, value) for name, value in values.items() if value), *columns]


class ExportForm(Plain):
    """Whether a roster leaves with whole ids, and what they are needed for."""

    full = forms.BooleanField(label="包含完整的身份证号码和手机号码", required=False)
    purpose = Words("用途", "查看、导出完整身份证号码须写明用途，将记入审计。")
