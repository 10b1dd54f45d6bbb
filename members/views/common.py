"""What the pages of the room share."""

from typing import TypeVar

from django.shortcuts import get_object_or_404

from zhtj.lib.forms import Plain

import orgs.queries
from members import queries
from members.models import Member
from orgs.models import OrgUnit
from orgs.requests import Request

F = TypeVar("F", bound=Plain)


def unit_asked(request: Request) -> OrgUnit:
    """The unit whose roster is asked for: `branch` (or `unit`) of the query, else the one acted for."""
    seen = orgs.queries.units(request.scope, "members.see")
    asked = request.GET.get("branch") or request.GET.get("unit") or ""
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    if asked and wanted is None:
        wanted = 0  # nobody's
    return get_object_or_404(seen, pk=request.scope.unit_id if wanted is None else wanted)


def path_to(request: Request, unit: OrgUnit) -> list[OrgUnit]:
    """The way down to the unit, itself included."""
    return [*orgs.queries.visible_path(request.scope, unit), unit]


def branch_to_enter(request: Request, branch_pk: int) -> OrgUnit:
    """404 outside the scope, 403 where the account may not enter."""
    branch = get_object_or_404(orgs.queries.units(request.scope), pk=branch_pk)
    request.scope.require("members.enter", branch)
    return branch


def begun(request: Request, form_class: type[F]) -> F:
    """The form as sent; as a page begun elsewhere (`begin`) only filled with what was typed there."""
    if request.method != "POST":
        return form_class()
    if "begin" in request.POST:
        return form_class(initial={name: request.POST.get(name, "") for name in form_class.base_fields})
    return form_class(request.POST)


def member_here(request: Request, branch: OrgUnit, national_id: str) -> Member | None:
    return queries.member_here(request.scope, branch, national_id) if national_id else None
