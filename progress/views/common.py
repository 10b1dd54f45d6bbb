"""What several pages of the room need."""

from django.http import Http404

from zhtj.lib import words

from orgs.models import OrgUnit
from orgs.queries import units
from orgs.requests import Request
from progress import queries


def unit_asked(request: Request) -> OrgUnit:
    """The unit of `?unit=CODE` inside the scope, or the one the reader acts for; else 404."""
    code = words.code(request.GET.get("unit", ""))
    if not code:
        found = queries.own_unit(request.scope)
    else:
        found = units(request.scope, "progress.see").filter(code=code).first()
    if found is None:
        raise Http404
    return found
