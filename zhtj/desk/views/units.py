"""The queue of small units; merging, closing, reopening, moving, renaming one unit."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhtj.desk import preview, reshape, sizes
from zhtj.desk.forms import IndustryForm, ParentForm, RenameForm, TargetForm
from zhtj.lib.doors import door
from zhtj.lib.refusals import refusals_said

from orgs import browsing, paging, queries
from orgs.forms import PickForm
from orgs.kinds import FEWEST_MEMBERS
from orgs.models import OrgUnit
from orgs.requests import Request

PAGE_SIZE = 20
FOUND = 20


@door("units.manage")
def small_units(request: Request) -> HttpResponse:
    """Branches with too few members and hollow units below the account: merge or close, one by one."""
    after = request.GET.get("after", "")
    units, following = paging.units_after(sizes.small_units(request.scope), after, PAGE_SIZE)
    partners = sizes.partners(request.scope, units)
    context = {
        "is_first": not after,
        "after": following,
        "rows": [(unit, partners[unit.pk]) for unit in units],
        "paths": queries.paths(units),
        "fewest": FEWEST_MEMBERS,
    }
    return render(request, "desk/small_units.html", context)


@door("units.manage")
def unit_merge(request: Request, pk: int) -> HttpResponse:
    """Choose a partner, see what comes of it, confirm."""
    unit = _managed(request, pk)
    form = TargetForm(request.POST if request.method == "POST" else request.GET)
    target = _named(request, form.named())
    if request.method == "POST" and target is not None:
        with refusals_said(request):
            done = reshape.merge_units(request.actor, source=unit, target=target)
            messages.success(
                request, f"“{unit.short_name}”已并入“{target.short_name}”，转入团员 {done.members} 名。"
            )
            return _settled(request, target)
    context = {
        "unit": unit,
        "path": queries.visible_path(request.scope, unit),
        "preview": preview.of_merge(request.scope, unit, target) if target else None,
        "partners": sizes.partners(request.scope, [sizes.sized(request.scope, unit)])[unit.pk],
        **_choice(request, form.text(), may="units.manage", kind=unit.kind, without=unit.pk),
    }
    return render(request, "desk/unit_merge.html", context)


@door("units.manage")
def unit_close(request: Request, pk: int) -> HttpResponse:
    unit = _managed(request, pk)
    if request.method == "POST":
        with refusals_said(request):
            reshape.close_unit(request.actor, unit=unit)
            messages.success(request, f"“{unit.short_name}”已撤销，历史记录仍可查看。")
            return _settled(request, unit)
    seen = preview.of_closing(request.scope, unit)
    stuck = [seen.unit] if seen.problems and unit.is_open else []
    context = {
        "unit": unit,
        "path": queries.visible_path(request.scope, unit),
        "preview": seen,
        "partners": sizes.partners(request.scope, stuck).get(unit.pk, []) if stuck else [],
    }
    return render(request, "desk/unit_close.html", context)


@door("units.manage")
@require_POST
def unit_reopen(request: Request, pk: int) -> HttpResponse:
    unit = _managed(request, pk)
    with refusals_said(request):
        reshape.reopen_unit(request.actor, unit=unit)
        messages.success(request, f"“{unit.short_name}”已恢复。请为它发放注册码。")
    return redirect("unit_detail", pk=unit.pk)


@door("units.manage")
def unit_move(request: Request, pk: int) -> HttpResponse:
    """Another superior for a unit with all below it."""
    unit = _managed(request, pk)
    form = ParentForm(request.POST if request.method == "POST" else request.GET)
    parent = _named(request, form.named())
    if request.method == "POST" and parent is not None:
        with refusals_said(request):
            reshape.move_unit(request.actor, unit=unit, new_parent=parent)
            messages.success(request, f"“{unit.short_name}”现在隶属于“{parent.short_name}”。")
            return redirect("unit_detail", pk=unit.pk)
    context = {
        "unit": unit,
        "path": queries.visible_path(request.scope, unit),
        "parent": parent,
        "parent_path": queries.visible_path(request.scope, parent) if parent else [],
        "below_count": unit.get_descendant_count(),
        **_choice(request, form.text(), may="units.create", holds=unit.kind, without=unit.pk),
    }
    return render(request, "desk/unit_move.html", context)


@door("units.manage")
def unit_rename(request: Request, pk: int) -> HttpResponse:
    unit = _managed(request, pk)
    form = RenameForm(request.POST or None, initial={"short_name": unit.short_name})
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            reshape.rename_unit(request.actor, unit=unit, short_name=form.cleaned_data["short_name"])
            messages.success(request, "组织简称已修改，原名保留在沿革中。")
            return redirect("unit_detail", pk=unit.pk)
    context = {"form": form, "unit": unit, "path": queries.visible_path(request.scope, unit)}
    return render(request, "desk/unit_rename.html", context)


@door("units.manage")
def unit_industry(request: Request, pk: int) -> HttpResponse:
    """Another industry for a unit: choose, see what goes over to another domain, confirm."""
    unit = _managed(request, pk)
    form = IndustryForm(request.POST or request.GET or {"industry": unit.industry})
    industry = form.asked()
    if request.method == "POST" and industry is not None:
        with form.refusals():
            reshape.change_industry(request.actor, unit=unit, industry=industry)
            messages.success(request, f"“{unit.short_name}”的行业类别已修改。")
            return redirect("unit_detail", pk=unit.pk)
    is_asked = industry is not None and industry != unit.industry and form.is_valid()
    context = {
        "form": form,
        "unit": unit,
        "path": queries.visible_path(request.scope, unit),
        "preview": preview.of_industry(unit, industry or "") if is_asked else None,
    }
    return render(request, "desk/unit_industry.html", context)


def _managed(request: Request, pk: int) -> OrgUnit:
    """The unit if it is in scope (404) and below the account (403)."""
    unit = get_object_or_404(queries.units(request.scope).select_related("parent"), pk=pk)
    request.scope.require("units.manage", unit)
    return unit


def _settled(request: Request, unit: OrgUnit) -> HttpResponse:
    """Back to the queue for whoever came from there (`?queue=1`), else to the unit that is left."""
    return redirect("small_units") if request.GET.get("queue") else redirect("unit_detail", pk=unit.pk)


def _named(request: Request, unit_id: int | None) -> OrgUnit | None:
    """The other unit of a merge or a move; 404 outside the scope."""
    return get_object_or_404(queries.units(request.scope), pk=unit_id) if unit_id is not None else None


def _choice(request: Request, text: str, **wanted: object) -> dict[str, object]:
    """The search for the other unit: where its picker asks, and what `text` finds without script."""
    asked = urlencode(wanted)
    _, _, meant = PickForm(QueryDict(asked)).asked()
    found = browsing.search(request.scope, text, meant, limit=FOUND) if text else []
    return {
        "text": text,
        "picker": f"{reverse('unit_pick')}?{asked}",
        "found": found,
        "found_paths": queries.paths(found) if found else {},
    }
