"""Coming in, going out, the own password, the unit acted for."""

from django.contrib import auth, messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhtj.lib.doors import before_password_change, public, signed_in

from orgs import accounts, actions, queries
from orgs.forms import LoginForm, OwnPasswordForm, UnitChoiceForm
from orgs.requests import Request


@public
@never_cache
@sensitive_post_parameters("password")
def login(request: Request) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_next_page(request))
    form = LoginForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        auth.login(request, form.get_user())
        return redirect(_next_page(request))
    return render(request, "orgs/login.html", {"form": form, "next": _next_page(request)})


@signed_in
@before_password_change
@require_POST
def logout(request: Request) -> HttpResponse:
    auth.logout(request)
    messages.info(request, "您已退出登录。")
    return redirect("login")


@signed_in
@before_password_change
@never_cache
@sensitive_post_parameters()
def password_change(request: Request) -> HttpResponse:
    """Forced at the first log-in, free later."""
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        accounts.change_password(request.actor, password=form.cleaned_data["new_password1"])
        auth.update_session_auth_hash(request, request.user)
        messages.success(request, "密码已修改，下次请用新密码登录。")
        return redirect("home")
    return render(request, "orgs/password_change.html", {"form": form})


@signed_in
@require_POST
def switch_unit(request: Request) -> HttpResponse:
    """Act for another of the units this account has a grant on."""
    form = UnitChoiceForm(request.POST)
    wanted = form.cleaned_data["unit"] if form.is_valid() else 0
    unit = get_object_or_404(queries.units(request.scope), pk=wanted)
    actions.switch_unit(request.actor, unit)
    messages.success(request, f"现在以“{unit.short_name}”的身份操作。")
    return redirect("home")


def _next_page(request: Request) -> str:
    """Where the visitor was going, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else resolve_url("home")
