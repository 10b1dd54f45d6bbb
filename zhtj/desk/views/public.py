"""The two pages before the log-in: becoming an administrator, and a new password."""

from axes.helpers import get_client_ip_address
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from zhtj import errors
from zhtj.desk import registration
from zhtj.desk.forms import CodeForm, RegisterForm, ResetForm, TakeOnForm
from zhtj.lib import days
from zhtj.lib.doors import public
from zhtj.lib.problems import Refused

from orgs.models import AccessCode, OrgUnit
from orgs.requests import Request
from orgs.scopes import actor_for


@public
@never_cache
@sensitive_post_parameters()
def register(request: Request) -> HttpResponse:
    """First the code, which shows whose it is; then who comes in, and with which account."""
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _ask_code(request, form)
    try:
        code = registration.unit_behind(
            form.cleaned_data["code"],
            purpose=AccessCode.Purpose.REGISTER,
            address=_address(request),
            now=days.now(),
        )
    except Refused as refused:
        if _is_blocked(refused):
            return errors.codes_blocked(request)
        form.add_problems(refused.problems)
        return _ask_code(request, form)
    step = _take_on if request.user.is_authenticated else _second_step
    return step(request, code.unit, form.cleaned_data["code"])


@public
@never_cache
@sensitive_post_parameters()
def reset_password(request: HttpRequest) -> HttpResponse:
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = registration.reset_password(
                code_text=form.cleaned_data["code"],
                password=form.cleaned_data["password"],
                address=_address(request),
                now=days.now(),
            )
        except Refused as refused:
            if _is_blocked(refused):
                return errors.codes_blocked(request)
            form.add_problems(refused.problems)
        else:
            messages.success(request, f"账号 {user.username} 的密码已重置，请用新密码登录。")
            return redirect("login")
    return render(request, "desk/reset.html", {"form": form})


def _ask_code(request: HttpRequest, form: CodeForm) -> HttpResponse:
    return render(request, "desk/register_code.html", {"form": form})


def _second_step(request: Request, unit: OrgUnit, code_text: str) -> HttpResponse:
    is_sent = "username" in request.POST
    form = RegisterForm(request.POST if is_sent else None, unit=unit, initial={"code": code_text})
    if is_sent and form.is_valid():
        with form.refusals():
            user = registration.register_admin(form.application(), now=days.now(), today=days.today())
            messages.success(request, f"您已成为“{unit.short_name}”的管理员，请用账号 {user.username} 登录。")
            return redirect("login")
    return render(request, "desk/register.html", {"form": form, "unit": unit})


def _take_on(request: Request, unit: OrgUnit, code_text: str) -> HttpResponse:
    """Somebody who is signed in takes on a further unit with the account there is."""
    is_sent = "confirm" in request.POST
    form = TakeOnForm(request.POST if is_sent else None, unit=unit, initial={"code": code_text})
    if is_sent and form.is_valid():
        values = form.cleaned_data
        with form.refusals():
            registration.take_on_unit(
                actor_for(request.user),
                code_text=code_text,
                post=values.get("post", ""),
                engagement=values.get("engagement", ""),
                now=days.now(),
            )
            messages.success(request, f"您现在也是“{unit.short_name}”的管理员，已切换到该组织。")
            return redirect("home")
    return render(request, "desk/take_on.html", {"form": form, "unit": unit})


def _is_blocked(refused: Refused) -> bool:
    return any(problem.code == "code.too_many_wrong" for problem in refused.problems)


def _address(request: HttpRequest) -> str:
    """The visitor's address, found as the log-in throttle finds it."""
    return get_client_ip_address(request) or ""
