"""The audit trail: by unit, person, actor and time; and whether its chain is whole."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhtj.lib.doors import door

from orgs import queries, trail, verifying
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
    """Go on verifying the chain, at most `verifying.AT_ONCE` entries, and say how far it is."""
    chain = verifying.verify_on(verifying.AT_ONCE)
    return render(request, "orgs/audit_list.html", _context(request) | {"chain": chain, "has_looked": True})


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
    page = {"form": form, "lines": lines, "before": before, "is_first": values["before"] is None}
    return page | {"chain": verifying.standing()}
