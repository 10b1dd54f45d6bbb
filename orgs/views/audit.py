"""The audit trail: by unit, person, actor and time; and whether its chain is whole."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhtj.lib.doors import door

from orgs import queries, sealing, trail
from orgs.forms import AuditForm
from orgs.requests import Request


@never_cache
@door("audit.see")
def audit_list(request: Request) -> HttpResponse:
    return render(request, "orgs/audit_list.html", _context(request))


@never_cache
@door("audit.see")
@require_POST
def audit_chain(request: Request) -> HttpResponse:
    """Recompute the chain over the whole trail and say what was found. Reads every entry once."""
    return render(request, "orgs/audit_list.html", {**_context(request), "chain": sealing.walk_chain()})


def _context(request: Request) -> dict[str, object]:
    form = AuditForm(request.GET)
    values = form.asked()
    unit = None
    if values["unit"]:
        unit = get_object_or_404(queries.units(request.scope, "audit.see"), code=values["unit"])
    asked = trail.Asked(
        unit, values["person"], values["actor"], values["action"], values["since"], values["until"]
    )
    lines, before = trail.page_before(trail.entries(request.scope, asked), values["before"])
    return {"form": form, "lines": lines, "before": before, "is_first": values["before"] is None}
