"""Which unit a page is about."""

from django.shortcuts import get_object_or_404

import orgs.queries
from orgs.models import OrgUnit
from orgs.requests import Request


def unit_asked(request: Request) -> OrgUnit:
    """The unit whose roster is asked for: `unit` of the query, else the one acted for."""
    seen = orgs.queries.units(request.scope, "cadres.see")
    asked = request.GET.get("unit") or ""
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    if asked and wanted is None:
        wanted = 0  # nobody's
    return get_object_or_404(seen, pk=request.scope.unit_id if wanted is None else wanted)


def unit_at(request: Request, pk: int) -> OrgUnit:
    """The unit of the address, if its cadres may be seen."""
    return get_object_or_404(orgs.queries.units(request.scope, "cadres.see"), pk=pk)


def path_to(request: Request, unit: OrgUnit) -> list[OrgUnit]:
    """The way down to the unit, itself included."""
    return [*orgs.queries.visible_path(request.scope, unit), unit]
