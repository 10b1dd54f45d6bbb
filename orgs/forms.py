"""Forms of the room. They check shape only; what makes an entry valid is said by `orgs.rules`."""

from typing import Any, cast

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.urls import reverse_lazy
from django.utils.text import format_lazy

from zhtj.lib.forms import Day, Plain, Search, Typed

from orgs.actions import KINDS_WITH_POSTS, MOST_POSTS
from orgs.browsing import Wanted
from orgs.kinds import ALLOWED_CHILDREN, Domain, Industry, UnitClass, UnitKind
from orgs.models import OrgUnit
from orgs.rules import POST_COUNTS
from orgs.scopes import CAPABILITIES, ROLE_WORDS
from orgs.trail_words import ACTIONS
from orgs.tree import NewUnit


class LoginForm(Plain, AuthenticationForm):
    error_messages = {
        "invalid_login": "账号或密码不正确。请注意大小写；连续输错 5 次将暂停登录 15 分钟。",
        "inactive": "这个账号已停用，请联系上级团组织管理员。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["password"].label = "密码"


class OwnPasswordForm(Plain, PasswordChangeForm):
    error_messages = {
        "password_incorrect": "原密码不正确，请重新输入。",
        "password_mismatch": "两次输入的新密码不一致，请重新输入。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "原密码"
        self.fields["new_password1"].label = "新密码"
        self.fields["new_password1"].help_text = "至少 8 位，不要用生日、账号或常见密码。"
        self.fields["new_password2"].label = "再输一次新密码"


class UnitChoiceForm(forms.Form):
    unit = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class UserChoiceForm(forms.Form):
    user = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class RoleForm(Plain):
    """A role for an account that exists."""

    username = Typed("登录账号", "对方在系统中的账号。", required=True, maxlength="150")
    role = forms.ChoiceField(label="角色")

    def __init__(self, *args: Any, offered: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["role"]).choices = [(role, ROLE_WORDS[role]) for role in offered]


class UnitSearchForm(forms.Form):
    """What a unit list is asked for. Never refuses: what cannot be read is as if not asked."""

    q = Search("简称、全称或编码")
    kind = forms.ChoiceField(required=False, choices=UnitKind.choices)

    def asked(self) -> tuple[str, str]:
        """The text and the kind looked for; "" for none."""
        self.full_clean()
        return self.cleaned_data["q"], self.cleaned_data.get("kind", "")


class PickForm(forms.Form):
    """What a picker asks for. Never refuses: what cannot be read is as if not asked, except the unit."""

    q = Search("简称、全称或编码")
    inside = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    may = forms.ChoiceField(required=False, choices=[(name, name) for name in CAPABILITIES])
    kind = forms.ChoiceField(required=False, choices=UnitKind.choices)
    holds = forms.ChoiceField(required=False, choices=UnitKind.choices)
    without = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def asked(self) -> tuple[str, int | None, Wanted]:
        """The text, the unit to look into (0, nobody's, for something else than a number), what is wanted."""
        self.full_clean()
        given = self.cleaned_data
        kinds = frozenset([given["kind"]] if given.get("kind") else UnitKind.values)
        if given.get("holds"):
            kinds &= {kind for kind in UnitKind.values if given["holds"] in ALLOWED_CHILDREN[kind]}
        wanted = Wanted(given.get("may") or "units.see", kinds, given.get("without"))
        inside = given.get("inside") or (0 if self.data.get("inside") else None)
        return given["q"], inside, wanted


class TreeForm(forms.Form):
    """Which unit the tree is to be opened at."""

    open = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def asked(self) -> int | None:
        """The unit; None for none, 0 (which is nobody's) for something else than a number."""
        self.full_clean()
        return self.cleaned_data.get("open") or (0 if self.data.get("open") else None)


class NewUnitForm(Plain):
    """A unit under `parent`. What was typed goes to the rules as it is."""

    short_name = Typed(
        "组织简称", "以团委、团工委、团总支或团支部结尾，例如：高一1班团支部。", required=True, maxlength="60"
    )
    kind = Typed("组织类别", required=True, choices=UnitKind.choices)
    industry = Typed(
        "行业类别",
        "上级没有行业类别时，团委、团工委、团总支必须选择。",
        choices=[("", "与上级相同"), *Industry.choices],
    )
    unit_class = forms.ChoiceField(
        label="单位分类",
        required=False,
        choices=[("", "自动判断"), *UnitClass.choices],
        help_text="日通报在同一分类内排名。",
    )
    is_private_school = forms.BooleanField(label="是民办学校", required=False)
    full_name = Typed("组织全称", "可以由该组织的管理员补充。", maxlength="120")
    code = Typed("组织编码", "留空则自动编码。", maxlength="32")

    def __init__(self, *args: Any, parent: OrgUnit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = [choice for choice in UnitKind.choices if choice[0] in ALLOWED_CHILDREN[parent.kind]]
        self.fields["kind"].widget.choices = [("", "请选择"), *allowed] if len(allowed) > 1 else allowed
        if parent.kind != UnitKind.PROVINCE_COMMITTEE:
            del self.fields["unit_class"]

    def new_unit(self) -> NewUnit:
        """What was filled in, as the action takes it."""
        return NewUnit(**self.cleaned_data)


def _count(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST_POSTS)


class CardForm(Plain):
    """The card of a unit: the fields of its kind."""

    full_name = Typed(
        "组织全称", "中国共产主义青年团＋地名＋单位＋委员会（总支部委员会、支部委员会）。", maxlength="120"
    )
    phone = Typed("联系电话", inputmode="tel")
    email = Typed("电子邮箱", inputmode="email")
    admin_posts_planned_count = _count("行政编制数")
    admin_posts_filled_count = _count("行政编制实际配备数")
    public_posts_planned_count = _count("事业编制数")
    public_posts_filled_count = _count("事业编制实际配备数")
    secretary_name = Typed("书记姓名")
    secretary_mobile = Typed("书记手机号码", "11位。", inputmode="tel")
    secretary_id = Typed(
        "书记身份证号码",
        "18位，加密保存，只显示首尾；不改就不用重填，清空则删除。书记已录入为本级团干部的可以不填。",
        maxlength="18",
    )
    is_private_school = forms.BooleanField(label="是民办学校", required=False)

    def __init__(self, *args: Any, unit: OrgUnit, **kwargs: Any) -> None:
        initial = {name: getattr(unit, name) for name in self.base_fields}
        initial["secretary_id"] = unit.masked_secretary_id
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["secretary_id"].widget.attrs["data-private"] = ""  # no draft keeps it
        if unit.domain != Domain.SCHOOL and not unit.is_private_school:
            del self.fields["is_private_school"]
        if unit.kind not in KINDS_WITH_POSTS:
            for name in POST_COUNTS:
                del self.fields[name]

    def card(self) -> dict[str, Any]:
        """What was filled in, as the action takes it: an id shown masked and left alone is no change."""
        given = dict(self.cleaned_data)
        if given["secretary_id"] == self.initial["secretary_id"]:
            del given["secretary_id"]
        return given


_AUDITED = format_lazy("{}?may=audit.see", reverse_lazy("unit_pick"))


class AuditForm(Plain):
    """What is looked for in the audit trail. What cannot be read is as if not asked."""

    unit = forms.CharField(
        label="组织",
        help_text="输入简称或全称，从列表中选择；也可以填写编码。包括它的下级。",
        required=False,
        max_length=32,
        widget=forms.TextInput({"data-pick": _AUDITED, "autocomplete": "off"}),
    )
    person = Search("人员姓名")
    actor = Search("操作人（账号或姓名）", most=150)
    action = forms.ChoiceField(label="动作", required=False, choices=[("", "全部"), *ACTIONS.items()])
    since = Day("从", required=False)
    until = Day("到", required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def asked(self) -> dict[str, Any]:
        """Every field's value; "" or None where nothing was asked."""
        self.full_clean()
        blank = {
            "unit": "",
            "person": "",
            "actor": "",
            "action": "",
            "since": None,
            "until": None,
            "before": None,
        }
        return {name: self.cleaned_data.get(name) or value for name, value in blank.items()}
