"""Finding a unit, looking at it, creating one under it, completing its card."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from zhtj.lib.doors import door

from orgs import actions, admins, browsing, queries
from orgs.browsing import Node
from orgs.forms import CardForm, NewUnitForm, PickForm, TreeForm, UnitSearchForm
from orgs.kinds import UnitKind
from orgs.models import OrgUnit
from orgs.requests import Request

PAGE_SIZE = 50


@door("units.see")
def unit_list(request: Request) -> HttpResponse:
    """All units in scope, in the order of the tree, or those that match `q`."""
    form = UnitSearchForm(request.GET)
    text, kind = form.asked()
    units = queries.find(request.scope, text) if text else queries.units(request.scope)
    if kind:
        units = units.filter(kind=kind)
    page = browsing.Pages(units, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "kinds": UnitKind.choices,
        "text": text,
        "kind": kind,
        "page": page,
        "paths": queries.paths(page.object_list),
        "may_create": request.scope.has("units.create"),
        "may_manage": request.scope.has("units.manage"),
    }
    return render(request, "orgs/unit_list.html", context)


@door("units.see")
def unit_tree(request: Request) -> HttpResponse:
    """The same units as a tree that opens in place; without script each arrow is a link to the open tree."""
    wanted = TreeForm(request.GET).asked()
    opened = get_object_or_404(queries.units(request.scope), pk=wanted) if wanted is not None else None
    context = {"nodes": browsing.tree(request.scope, opened), "opened": opened}
    return render(request, "orgs/unit_tree.html", context)


@door("units.see")
def unit_detail(request: Request, pk: int) -> HttpResponse:
    unit = get_object_or_404(queries.units(request.scope), pk=pk)
    children = queries.children(request.scope, unit)
    context = {
        "unit": unit,
        "path": queries.visible_path(request.scope, unit),
        "page": Paginator(children, PAGE_SIZE).get_page(request.GET.get("page")),
        "admins": admins.admins(unit),
        "may_edit": request.scope.may("units.edit_card", unit),
        "may_create": queries.may_create_under(request.scope, unit),
        "may_manage": (may_manage := request.scope.may("units.manage", unit)),
        "may_staff": may_manage or _hands_out_roles(request, unit),
        "may_staff_children": not unit.is_branch and request.scope.has("admins.manage"),
        "merged_into": queries.merged_into(request.scope, unit),
        "merged_from": queries.merged_from(request.scope, unit),
    }
    return render(request, "orgs/unit_detail.html", context)


@door("units.see")
def unit_children(request: Request, pk: int) -> HttpResponse:
    """A branch of the tree, fetched when it is opened; the open tree without script."""
    unit = get_object_or_404(queries.units(request.scope), pk=pk)
    if not request.htmx:
        return redirect(f"{reverse('unit_tree')}?open={unit.pk}")
    return render(request, "orgs/unit_children.html", {"node": browsing.open_node(request.scope, Node(unit))})


@door("units.see")
def unit_pick(request: Request) -> HttpResponse:
    """The lines of a unit picker (static/js/picker.js); the list of units without script."""
    text, inside_id, wanted = PickForm(request.GET).asked()
    if not request.htmx:
        return redirect(f"{reverse('unit_list')}?{urlencode({'q': text})}")
    inside = None
    if inside_id is not None and not text:
        inside = get_object_or_404(queries.units(request.scope), pk=inside_id)
    offer = browsing.offer(request.scope, wanted, text=text, inside=inside)
    return render(request, "orgs/unit_options.html", {"offer": offer, "text": text})


@door("units.create")
def unit_create(request: Request, parent_pk: int) -> HttpResponse:
    parent = get_object_or_404(queries.units(request.scope), pk=parent_pk)
    queries.require_create_under(request.scope, parent)
    form = NewUnitForm(request.POST or None, parent=parent)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            unit = actions.create_unit(request.actor, parent=parent, new=form.new_unit())
            messages.success(request, f"已创建“{unit.short_name}”，编码 {unit.code}。")
            return redirect("unit_detail", pk=unit.pk)
    context = {"form": form, "parent": parent, "path": queries.visible_path(request.scope, parent)}
    return render(request, "orgs/unit_create.html", context)


@door("units.edit_card")
def unit_edit(request: Request, pk: int) -> HttpResponse:
    unit = get_object_or_404(queries.units(request.scope), pk=pk)
    request.scope.require("units.edit_card", unit)
    form = CardForm(request.POST or None, unit=unit)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.edit_card(request.actor, unit=unit, **form.card())
            messages.success(request, "组织信息已保存。")
            return redirect("unit_detail", pk=unit.pk)
    context = {"form": form, "unit": unit, "path": queries.visible_path(request.scope, unit)}
    return render(request, "orgs/unit_edit.html", context)


def _hands_out_roles(request: Request, unit: OrgUnit) -> bool:
    """May roles be given on the unit though its administrators are not one's own to change?"""
    return request.scope.has("roles.apart") and request.scope.may("roles.apart", unit)
