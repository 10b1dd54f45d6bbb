"""Forms of the desk. What was typed goes to the rules as it is."""

from typing import Any

from django import forms

from zhtj.desk.health import BY_CODE
from zhtj.desk.registration import PERSON_FIELDS, Application, asks_post
from zhtj.lib.forms import Plain, Search, Typed

from cadres.models import Engagement
from cadres.rules import POSTS_AT
from orgs.identity import ETHNICITIES
from orgs.kinds import Industry
from orgs.models import OrgUnit
from orgs.person_rules import POLITICAL_STATUS_CHOICES


class IndustryForm(Plain):
    """Which industry a unit is to state; blank = that of the superior."""

    industry = Typed(
        "行业类别",
        "领域由行业类别决定，日通报和录入开放都按领域计算。",
        choices=[("", "与上级相同"), *Industry.choices],
    )

    def asked(self) -> str | None:
        """The industry chosen; None where none was, or none there is."""
        self.full_clean()
        given: str = self.cleaned_data.get("industry", "")
        return given if "industry" in self.data and (not given or given in Industry.values) else None


class CodeForm(Plain):
    """The first step of coming in: the code alone."""

    code = Typed(
        "注册码", "8 位字母和数字，区分大小写。", required=True, maxlength="20", autocapitalize="off"
    )


class _OwnPassword(Plain):
    code = forms.CharField(widget=forms.HiddenInput, required=False)
    password = forms.CharField(
        label="密码",
        help_text="至少 8 位，不要用生日、账号或常见密码。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "maxlength": "128"}),
        strip=False,
    )
    password2 = forms.CharField(
        label="再输一次密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "maxlength": "128"}),
        strip=False,
    )

    def clean_password2(self) -> str:
        again = self.cleaned_data.get("password2", "")
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError("两次输入的密码不一致，请重新输入。", code="password.mismatch")
        return again


class RegisterForm(_OwnPassword):
    """The second step: who it is, which post, which account."""

    field_order = (
        *("code", "full_name", "national_id", "ethnicity", "political_status", "post", "engagement"),
        *("mobile", "username", "password", "password2"),
    )

    full_name = Typed("姓名", "与身份证一致。", required=True, maxlength="30")
    national_id = Typed(
        "身份证号码", "18 位，加密保存，只用于认定团干部身份。", required=True, maxlength="18"
    )
    ethnicity = Typed("民族", required=True, choices=[("", "请选择"), *((e, e) for e in ETHNICITIES)])
    political_status = Typed(
        "政治面貌", required=True, choices=[("", "请选择"), *((s, s) for s in POLITICAL_STATUS_CHOICES)]
    )
    post = Typed("在本组织的团内职务", "管理员须是本组织的团干部。", required=True, choices=[])
    engagement = Typed("团干部性质", required=True, choices=[("", "请选择"), *Engagement.choices])
    mobile = Typed("手机号码", "11 位，便于联系。", inputmode="tel", maxlength="11")
    username = Typed("登录账号", "3–30 个字母、数字或 ._- ，登录时使用。", required=True, maxlength="30")

    def __init__(self, *args: Any, unit: OrgUnit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posts = POSTS_AT[unit.kind]
        self.fields["post"].widget.choices = [("", "请选择"), *((post, post) for post in posts)]
        if not unit.is_leading_organ:
            del self.fields["engagement"]
        if not asks_post():
            for name in ("national_id", "ethnicity", "political_status", "post", "engagement", "mobile"):
                self.fields.pop(name, None)

    def application(self) -> Application:
        """What was filled in, as the action takes it."""
        values = self.cleaned_data
        return Application(
            code=values["code"],
            username=values["username"],
            password=values["password"],
            full_name=values["full_name"],
            person={name: values.get(name, "") for name in PERSON_FIELDS},
            post=values.get("post", ""),
            engagement=values.get("engagement", ""),
        )


class TakeOnForm(Plain):
    """The second step of somebody who is signed in: which post in the further unit."""

    code = forms.CharField(widget=forms.HiddenInput, required=False)
    post = Typed("在该组织的团内职务", "管理员须是该组织的团干部。", required=True, choices=[])
    engagement = Typed("团干部性质", required=True, choices=[("", "请选择"), *Engagement.choices])

    def __init__(self, *args: Any, unit: OrgUnit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].widget.choices = [("", "请选择"), *((post, post) for post in POSTS_AT[unit.kind])]
        if not unit.is_leading_organ:
            del self.fields["engagement"]
        if not asks_post():
            for name in ("post", "engagement"):
                self.fields.pop(name, None)


class ResetForm(_OwnPassword):
    """A reset code and the new password."""

    field_order = ("code", "password", "password2")
    code = Typed(
        "重置码",
        "由上级团组织管理员发放，8 位，2 天内有效。",
        required=True,
        maxlength="20",
        autocapitalize="off",
    )


class _OtherUnit(forms.Form):
    """The other unit of a merge or a move, and the text looked for. Never refuses: unread is not asked."""

    q = Search("简称、全称或编码")

    def named(self) -> int | None:
        """The unit chosen; None for none, 0 (which is nobody's) for something else than a number."""
        self.full_clean()
        name = next(name for name in self.fields if name != "q")
        given = self.data.get(name, "")
        return None if not given else self.cleaned_data.get(name) or 0

    def text(self) -> str:
        """What is looked for, in normal form."""
        self.full_clean()
        text: str = self.cleaned_data["q"]
        return text


class TargetForm(_OtherUnit):
    into = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ParentForm(_OtherUnit):
    parent = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class RenameForm(Plain):
    short_name = Typed(
        "组织简称",
        "以团委、团工委、团总支或团支部结尾；同一上级之下不能重名。",
        required=True,
        maxlength="60",
    )


class HealthForm(forms.Form):
    """What a health list is asked for. What cannot be read is as if not asked, except the unit."""

    unit = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    code = forms.ChoiceField(required=False, choices=[(code, code) for code in BY_CODE])
    near = forms.BooleanField(required=False)

    def asked(self) -> tuple[int | None, str, bool]:
        """The unit (None: the own; 0, nobody's, for something else than a number), the check, near."""
        self.full_clean()
        unit = self.cleaned_data.get("unit") or (0 if self.data.get("unit") else None)
        return unit, self.cleaned_data.get("code", ""), self.cleaned_data.get("near", False)
