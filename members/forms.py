"""The forms of the room. A form only carries what was typed: reading and judging it is the rules' work,
so that a page speaks with the same codes as a workbook or an API answer.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.text import format_lazy

from zhtj.lib.forms import Day, Plain, Typed, Words
from zhtj.lib.problems import Problem

import cadres.rules
from members import actions, documents, queries
from members.models import AdmissionSettings, MemberCase, YouthUnderReview
from members.rules import EVERY_CODE, FIELDS, Entry, EntryReader, shown
from members.rules.procedures import PROCEDURES
from orgs import corrections, person_rules
from orgs.identity import ETHNICITIES, squeeze
from orgs.kinds import UnitKind
from orgs.models import Person

_BRANCHES = format_lazy("{}?kind=branch", reverse_lazy("unit_pick"))
_YES_NO = [("", "请选择"), ("是", "是"), ("否", "否")]
_ON_FILE = [("", "未填写"), ("有", "有"), ("无", "无")]
_MONTH = "写成 2016-05 这样的年月。"
CONTACTS = ("education", "mobile", "workplace", "email", "qq", "wechat", "joined_party_on", "is_volunteer")


_GROUPS = (
    ("基本信息", ("full_name", "national_id", "ethnicity", "political_status")),
    (
        "入团与职务",
        ("joined_on", "development_number", "is_cadre", "post", "engagement", "appointed_on"),
    ),
    ("身份材料", ("application_form", "member_card", "transfer_letter", "attest_evidence")),
)


def _choices(words: Iterable[str]) -> list[tuple[str, str]]:
    return [("", "请选择"), *((word, word) for word in words)]


class RecordForm(Plain):
    """Everything about a member but who it is and the branch."""

    ethnicity = Typed("民族", "例如“汉族”“回族”。", required=True, list="ethnicities")
    political_status = Typed(
        "政治面貌", required=True, choices=_choices(person_rules.POLITICAL_STATUS_CHOICES[:3])
    )
    joined_on = Typed("入团年月", _MONTH, required=True, placeholder="2016-05")
    is_cadre = Typed("是否为团干部", "填“是”的必须填写团内职务。", required=True, choices=_YES_NO)
    post = Typed("团内职务", "是团干部的必填。", choices=_choices(cadres.rules.POSTS_AT[UnitKind.BRANCH]))
    engagement = Typed("团干部性质", choices=_choices(cadres.rules.ENGAGEMENTS))
    appointed_on = Typed("任职年月", _MONTH, placeholder="2018-09")
    development_number = Typed("发展团员编号", inputmode="numeric")
    application_form = Typed("入团志愿书", choices=_ON_FILE)
    member_card = Typed(
        "团员证(2017或2018年度已注册)", "2017或2018年度进行过团籍注册的才算“有”。", choices=_ON_FILE
    )
    transfer_letter = Typed(
        "组织关系介绍信(有公章，由团的领导机关或基层团委开具)",
        "有公章，由团的领导机关或基层团的委员会开具的才算“有”。",
        choices=_ON_FILE,
    )
    attest_evidence = forms.BooleanField(
        label="没有填写“有”“无”的材料，我确认确实在档",
        help_text="确认人和时间将被记录；填了“无”的不受影响。",
        required=False,
    )
    education = Typed("文化程度", list="educations")
    mobile = Typed("手机号码", "11位。", inputmode="tel")
    workplace = Typed("学习工作单位")
    email = Typed("电子邮箱", inputmode="email")
    qq = Typed("QQ", "5至11位数字。", inputmode="numeric")
    wechat = Typed("微信号")
    joined_party_on = Typed("入党年月", _MONTH)
    is_volunteer = Typed("是否注册志愿者", choices=_YES_NO)

    ethnicities = ETHNICITIES
    educations = person_rules.EDUCATIONS

    def entry(self, today: dt.date) -> Entry:
        """What was typed, read. Call after `is_valid()`, which only ever cleans."""
        cells = {name: self.cleaned_data.get(name, "") for name in FIELDS if name in self.fields}
        return EntryReader(today).read(cells)

    def month(self, today: dt.date) -> dt.date | None:
        """The month of joining as it stands in the form just now."""
        return EntryReader(today).read({"joined_on": self["joined_on"].value() or ""}).joined_on

    @property
    def attests(self) -> bool:
        return bool(self.cleaned_data.get("attest_evidence"))

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as the page shows them, under their headings."""
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in _GROUPS]

    def optional(self) -> list[forms.BoundField]:
        """What may be left out altogether; folded unless something is said there."""
        return [self[name] for name in CONTACTS]

    @property
    def is_unfolded(self) -> bool:
        return any(self[name].errors or self[name].value() for name in CONTACTS)


class MemberForm(RecordForm):
    """A new member: who it is comes first."""

    full_name = Typed("姓名", "与身份证一致；少数民族姓名各部分之间用“·”。", required=True, autofocus=True)
    national_id = Typed("身份证号码", "18位，最后一位可以是X。", required=True, spellcheck="false")

    # The dispute whose number is entered: the id may then stay as the page shows it, masked.
    case = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    field_order = ("full_name", "national_id")

    def entry(self, today: dt.date, source: MemberCase | YouthUnderReview | None = None) -> Entry:
        """As RecordForm's; `source`: what the form was opened from, whose id a masked one means."""
        cells = {name: self.cleaned_data.get(name, "") for name in FIELDS if name in self.fields}
        if source is not None:
            cells["national_id"] = queries.id_meant(source, cells["national_id"])
        return EntryReader(today).read(cells)

    @staticmethod
    def initial_of(won: MemberCase) -> dict[str, str]:
        """What is known of who a number was won for, as it would be typed."""
        who = {"full_name": won.new_name, "national_id": won.masked_new_id}
        return who | {"development_number": won.number, "case": str(won.pk)}

    @staticmethod
    def initial_of_youth(youth: YouthUnderReview) -> dict[str, str]:
        """What is known of who is under review, as it would be typed; the id masked."""
        return CorrectionForm.initial_of(queries.entry_of(youth)) | {"national_id": youth.masked_id}

    @classmethod
    def typed(cls, data: Mapping[str, str]) -> dict[str, str]:
        """What is typed in its fields, as a draft keeps it."""
        return {name: data.get(name, "") for name in cls.base_fields}


class CorrectionForm(RecordForm):
    """Everything a branch may correct by itself: name and national id need an approval."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    base = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8000)

    def began_from(self) -> dict[str, str]:
        """What the record said when the editor opened it, by field; {} if unknown."""
        try:
            base = json.loads(self.data.get("base") or "{}")
        except ValueError:
            return {}
        return {name: str(base[name]) for name in FIELDS if name in base} if isinstance(base, dict) else {}

    @classmethod
    def chosen(cls, data: QueryDict, now: Mapping[str, str]) -> "CorrectionForm":
        """The form as sent, where `keep-…` says so with the value on record instead of the one typed."""
        data = data.copy()
        for name in cls.base_fields:
            if data.get(f"keep-{name}") == "theirs" and name in now:
                data[name] = now[name]
        return cls(data)

    @classmethod
    def opened(cls, now: Mapping[str, str], seen: str, typed: Mapping[str, str]) -> "CorrectionForm":
        """The form as a page opens it: the record, or what was typed before an ended session."""
        began = {"seen": seen, "base": json.dumps(dict(now))}
        return cls(initial={**now, **began, **typed})

    def seen_anew(self, seen: str, now: Mapping[str, str]) -> "CorrectionForm":
        """The same as typed, now knowing what is stored: saved again, it goes through."""
        data = self.data.copy()  # type: ignore[attr-defined] # a QueryDict
        data["seen"], data["base"] = seen, json.dumps(dict(now))
        again = CorrectionForm(data)
        again.is_valid()
        return again

    @staticmethod
    def initial_of(stored: Entry) -> dict[str, str]:
        """The record as it would be typed."""
        return {name: shown(name, getattr(stored, name)) for name in FIELDS}


class TransferForm(Plain):
    """Where ticked members go, and why: the reason is needed where others have to agree."""

    to_branch = forms.CharField(
        label="转入团支部",
        max_length=40,
        help_text="输入名称从您管理的团支部中选择；其他团支部请向对方询问组织编码后填写。",
        widget=forms.TextInput(attrs={"data-pick": _BRANCHES, "autocomplete": "off"}),
    )
    reason = Words("理由", "转往您管理范围以外的团支部时必填，由对方或共同上级同意后生效。")

    def unknown_branch(self) -> Problem:
        return PROCEDURES.problem("to_branch.unknown", value=self.cleaned_data["to_branch"][:40])


class WithdrawForm(Plain):
    """Why ticked members leave the roster."""

    reason = forms.ChoiceField(
        label="离开原因",
        help_text="升学、工作等转到其他团支部的，请用“转接”，不要移出。移错的只能重新录入。",
        choices=[("", "请选择"), *((reason.value, reason.label) for reason in actions.WITHDRAWALS)],
    )
    remark = Words("说明")


class WhoForm(Plain):
    """Who it is, as typed, and why."""

    full_name = Typed("姓名", "与身份证一致。", required=True)
    national_id = Typed("身份证号码", "18位，最后一位可以是X。", required=True, spellcheck="false")
    reason = Words("理由", "对方和上级都会看到。", required=True)

    asked: tuple[str, ...] = ("full_name", "national_id")

    def entry(self, today: dt.date, won: MemberCase | None = None) -> Entry:
        """What was typed, read; blanks are problems of the form. `won`: whose id a masked one means."""
        cells = {name: self.cleaned_data[name] for name in self.asked}
        if won is not None:
            cells["national_id"] = queries.id_meant(won, cells["national_id"])
        entry = EntryReader(today).read(cells)
        for name, value in cells.items():
            if not squeeze(value):
                entry.unread[name] = EVERY_CODE.problem(f"{name}.missing")
        return entry


class IdentityForm(WhoForm):
    """The right name and id of a member on record; who corrects the name alone need not type the id again."""

    national_id = Typed(
        "身份证号码", "只更正姓名的不用填，号码不变；要更正的填写完整的18位。", spellcheck="false"
    )

    def entry(self, today: dt.date, won: MemberCase | None = None) -> Entry:
        entry = super().entry(today, won)
        if not squeeze(self.cleaned_data["national_id"]):
            del entry.unread["national_id"]
        return entry


class ElsewhereForm(WhoForm):
    """Who somebody is that another branch is asked about."""

    # As in MemberForm, where this one may have begun: the dispute whose person is meant.
    case = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)


class PersonForm(Plain):
    """Other values for somebody's basic data: blank = as it is; what is stored stands beside each field."""

    full_name = Typed("姓名")
    national_id = Typed("身份证号码", spellcheck="false")
    ethnicity = Typed("民族", list="ethnicities")
    political_status = Typed("政治面貌", choices=_choices(person_rules.POLITICAL_STATUS_CHOICES))
    education = Typed("文化程度", list="educations")
    mobile = Typed("手机号码", inputmode="tel")
    workplace = Typed("学习工作单位")
    email = Typed("电子邮箱", inputmode="email")
    qq = Typed("QQ", inputmode="numeric")
    wechat = Typed("微信号")
    joined_party_on = Typed("入党年月")
    is_volunteer = Typed("是否注册志愿者", choices=_YES_NO)
    reason = Words("理由", "例如“身份证登记有误，附复印件”。", required=True)

    ethnicities = ETHNICITIES
    educations = person_rules.EDUCATIONS

    def __init__(self, *args: Any, person: Person, identity_only: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in corrections.FIELDS:
            if identity_only and name not in corrections.IDENTITY:
                del self.fields[name]
            else:
                self.fields[name].help_text = f"现在：{corrections.shown_of(person, name)}"

    def typed(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in corrections.FIELDS}


class ClaimForm(ElsewhereForm):
    """Whom a branch claims."""


class DisputeForm(ElsewhereForm):
    """Whose number somebody else carries."""

    development_number = Typed("发展团员编号", "入团志愿书上的编号。", required=True, inputmode="numeric")

    field_order = ("full_name", "national_id", "development_number")
    asked = (*WhoForm.asked, "development_number")


class DecisionForm(Plain):
    """A word on an application, and which button was pressed."""

    act = forms.ChoiceField(
        choices=[(name, name) for name in ("grant", "refuse", "release", "keep", "cancel")],
        widget=forms.HiddenInput,
    )
    decision = Words("意见", "不同意的必须写明理由。")


class YouthForm(Plain):
    """What is done about somebody under review, and which button was pressed."""

    act = forms.ChoiceField(
        choices=[(name, name) for name in ("recognise", "dismiss", "release", "attach", "detach")],
        widget=forms.HiddenInput,
    )
    words = Words("理由")
    attest_evidence = forms.BooleanField(label="没有填写“有”“无”的材料，我确认确实在档", required=False)
    document = forms.FileField(
        label="证明材料", required=False, help_text="JPG、PNG 图片或 PDF，每份不超过 5 MB，最多10份。"
    )

    document_pk = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def upload(self) -> dict[str, Any]:
        """Name and content of the file sent; read no further than one byte beyond the limit."""
        file = self.cleaned_data.get("document")
        if file is None:
            return {"name": "", "data": b""}
        return {"name": file.name, "data": file.read(documents.MOST_BYTES + 1)}


class SettingsForm(Plain):
    """The admission settings, as the province may change them."""

    strict_admission_from = Day(
        "从严认定起始日",
        "从这一天起入团的，须有入团志愿书、年满最低年龄、有发展团员编号。填某月1日。",
    )
    minimum_age_before = forms.IntegerField(label="起始日前入团最低年龄（提示）")
    minimum_age_from = forms.IntegerField(label="起始日后入团最低年龄")
    overage_from = forms.IntegerField(label="超龄提示年龄")
    interchanges_years = forms.BooleanField(
        label="2017年、2018年入团的，编号年份可以互换",
        help_text="例如2017年12月入团、编号以2018开头的。",
        required=False,
    )
    accepts_long_numbers = forms.BooleanField(
        label="认可201516、201617开头的16位编号",
        help_text="2015、2016年（201516）和2016、2017年（201617）入团的。",
        required=False,
    )
    under_three = forms.ChoiceField(
        label="导入后不足3人的团支部", choices=AdmissionSettings.UnderThree.choices
    )
    allows_release = forms.BooleanField(label="上级可以书面核准放行（年龄除外）", required=False)
    rectify_days = forms.IntegerField(label="整改期限（天）")

    @staticmethod
    def initial_of(row: AdmissionSettings) -> dict[str, Any]:
        return {name: getattr(row, name) for name in SettingsForm.base_fields}


class PurposeForm(Plain):
    """What somebody's whole id is needed for."""

    purpose = Words("用途")
