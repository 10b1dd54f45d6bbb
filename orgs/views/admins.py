"""Administrators of the units below: codes to come in by, on screen, on paper and as a workbook."""

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.refusals import refusals_said

from orgs import actions, admins, queries
from orgs.forms import RoleForm, UserChoiceForm
from orgs.models import AccessCode, OrgUnit, User
from orgs.requests import Request
from orgs.scopes import ROLE_WORDS, ROLES, capability_words


@door("admins.manage")
@never_cache
def unit_admins(request: Request, pk: int) -> HttpResponse:
    """Who administers a unit, who holds another role on it, and the codes that are still open."""
    return _page(request, _unit(request, pk, "admins.manage", "roles.apart"))


def _page(request: Request, unit: OrgUnit, form: RoleForm | None = None) -> HttpResponse:
    codes = admins.open_codes(request.scope, [unit], now=days.now())
    held = admins.admins_of([unit])[unit.pk]
    offered = admins.roles_offered(request.scope, unit)
    resets = [code for code in codes if code.purpose == AccessCode.Purpose.RESET]
    roles = [
        (user, role, ROLE_WORDS[role], role in offered, _reset_of(user, resets) if user not in held else None)
        for user, role in admins.roles_on(unit)
    ]
    is_below = request.scope.may("admins.manage", unit)
    context = {
        "unit": unit,
        "path": queries.visible_path(request.scope, unit),
        "admins": [(user, _reset_of(user, resets)) for user in held],
        "code": _shown([code for code in codes if code.purpose == AccessCode.Purpose.REGISTER]),
        "is_below": is_below,
        "may_reset": is_below or request.scope.may("roles.apart", unit),
        "may_issue": is_below and unit.is_open and len(held) < admins.ADMINS_PER_UNIT,
        "most": admins.ADMINS_PER_UNIT,
        "roles": roles,
        "form": form or (RoleForm(offered=offered) if offered else None),
        "meanings": [(ROLE_WORDS[role], capability_words(role)) for role in ROLES],
    }
    return render(request, "orgs/unit_admins.html", context)


@door("admins.manage")
@never_cache
@require_POST
def role_grant(request: Request, pk: int) -> HttpResponse:
    """Give an account a role on this unit."""
    unit = _unit(request, pk, "admins.manage", "roles.apart")
    form = RoleForm(request.POST, offered=admins.roles_offered(request.scope, unit))
    if form.is_valid():
        with form.refusals():
            user, role = admins.find_user(form.cleaned_data["username"]), form.cleaned_data["role"]
            actions.grant(request.actor, user=user, unit=unit, role=role)
            messages.success(request, f"已授予{user}“{ROLE_WORDS[role]}”角色。")
            return redirect("unit_admins", pk=unit.pk)
    return _page(request, unit, form)


@door("admins.manage")
@require_POST
def role_revoke(request: Request, pk: int) -> HttpResponse:
    """Take a role on this unit from an account; nothing happens where it is gone already."""
    unit = _unit(request, pk, "admins.manage", "roles.apart")
    form = RoleForm(request.POST, offered=admins.roles_offered(request.scope, unit))
    with refusals_said(request):
        if not form.is_valid():
            raise Http404
        user, role = admins.find_user(form.cleaned_data["username"]), form.cleaned_data["role"]
        actions.revoke(request.actor, user=user, unit=unit, role=role)
        messages.success(request, f"已取消{user}的“{ROLE_WORDS[role]}”角色。")
    return redirect("unit_admins", pk=unit.pk)


@door("admins.manage")
@require_POST
def admin_hand_over(request: Request, pk: int) -> HttpResponse:
    """A code by which somebody else takes the place of an administrator."""
    unit = _unit(request, pk)
    with refusals_said(request):
        admins.issue_handover_code(request.actor, user=_admin(request, unit), unit=unit)
        messages.success(request, "移交码已发放，20 天内有效。接任的同志用它注册后，原管理员随即解除。")
    return redirect("unit_admins", pk=unit.pk)


@door("admins.manage")
@require_POST
def code_issue(request: Request, pk: int) -> HttpResponse:
    """A registration code for this unit; an older open one is withdrawn."""
    unit = _unit(request, pk)
    with refusals_said(request):
        admins.issue_codes(request.actor, units=[unit])
        messages.success(request, "注册码已发放，20 天内有效。请转交给该组织的管理员。")
    return redirect("unit_admins", pk=unit.pk)


@door("admins.manage")
@require_POST
def admin_reset(request: Request, pk: int) -> HttpResponse:
    """A reset code for whoever holds a role here and has forgotten the password."""
    unit = _unit(request, pk, "admins.manage", "roles.apart")
    user = _named(request, admins.holders(unit))
    with refusals_said(request):
        admins.issue_reset_code(request.actor, user=user, unit=unit)
        messages.success(request, "重置码已发放，2 天内有效。")
    return redirect("unit_admins", pk=unit.pk)


@door("admins.manage")
@require_POST
def admin_dismiss(request: Request, pk: int) -> HttpResponse:
    """Take the administration of this unit from somebody."""
    unit = _unit(request, pk)
    user = _admin(request, unit)
    with refusals_said(request):
        admins.dismiss_admin(request.actor, user=user, unit=unit)
        messages.success(request, f"已解除{user}在“{unit.short_name}”的管理员身份。")
    return redirect("unit_admins", pk=unit.pk)


@door("admins.manage")
@never_cache
def unit_codes(request: Request, pk: int) -> HttpResponse:
    """The direct children, who administers them, and one press for codes to all that have nobody."""
    unit = get_object_or_404(queries.units(request.scope), pk=pk)
    children, codes = admins.codes_below(request.scope, unit, now=days.now())
    held = admins.admins_of(children)
    waiting = [child for child in children if not held[child.pk] and child.pk not in codes]
    if request.method == "POST":
        return _issue_to(request, unit, waiting)
    context = {
        "unit": unit,
        "path": queries.visible_path(request.scope, unit),
        "rows": [(child, held[child.pk], codes.get(child.pk)) for child in children],
        "waiting_count": len(waiting),
        "code_count": len(codes),
    }
    return render(request, "orgs/unit_codes.html", context)


@door("admins.manage")
@never_cache
def code_sheet(request: Request, pk: int) -> HttpResponse:
    """The open registration codes of the direct children, to print and cut up. Audited each time."""
    unit = get_object_or_404(queries.units(request.scope), pk=pk)
    codes = admins.take_codes(request.actor, unit=unit, as_sheet=True, now=days.now())
    context = {
        "unit": unit,
        "path": queries.visible_path(request.scope, unit),
        "codes": codes,
        "address": settings.ZHTJ_BASE_URL,
    }
    return render(request, "orgs/code_sheet.html", context)


@door("admins.manage")
@never_cache
@require_POST
def code_workbook(request: Request, pk: int) -> FileResponse:
    """The same codes as a workbook; the download is audited."""
    unit = get_object_or_404(queries.units(request.scope), pk=pk)
    codes = admins.take_codes(request.actor, unit=unit, as_sheet=False, now=days.now())
    file = admins.codes_file(codes, settings.ZHTJ_BASE_URL)
    return FileResponse(file, as_attachment=True, filename=f"{unit.short_name}下级注册码.xlsx")


def _unit(request: Request, pk: int, *capabilities: str) -> OrgUnit:
    """The unit if it is in scope (404) and one of the capabilities holds on it (403)."""
    unit = get_object_or_404(queries.units(request.scope), pk=pk)
    wanted = capabilities or ("admins.manage",)
    if not any(request.scope.may(capability, unit) for capability in wanted):
        request.scope.require(wanted[0], unit)
    return unit


def _admin(request: Request, unit: OrgUnit) -> User:
    """The administrator a form names; 404 where it is none (any more)."""
    return _named(request, admins.admins(unit))


def _named(request: Request, users: QuerySet[User]) -> User:
    form = UserChoiceForm(request.POST)
    return get_object_or_404(users, pk=form.cleaned_data["user"] if form.is_valid() else 0)


def _reset_of(user: User, resets: list[AccessCode]) -> tuple[AccessCode, str] | None:
    """The open reset code of this account."""
    return _shown([code for code in resets if code.user_id == user.pk])


def _issue_to(request: Request, unit: OrgUnit, waiting: list[OrgUnit]) -> HttpResponse:
    with refusals_said(request):
        codes = admins.issue_codes(request.actor, units=waiting)
        messages.success(request, f"已为 {len(codes)} 个没有管理员的下级组织发放注册码，20 天内有效。")
    return redirect("unit_codes", pk=unit.pk)


def _shown(codes: list[AccessCode]) -> tuple[AccessCode, str] | None:
    """The last of these codes and what it reads."""
    return (codes[-1], admins.plain_code(codes[-1])) if codes else None
