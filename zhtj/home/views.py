"""The first page, the rules in words, the API's own documentation."""

from django.http import HttpResponse
from django.shortcuts import render

from zhtj import retention
from zhtj.home import catalogue, todos
from zhtj.home.in_force import in_force
from zhtj.lib import days
from zhtj.lib.doors import public, signed_in
from zhtj.retention import items

from members import queries as members
from orgs import queries
from orgs.requests import Request
from orgs.scopes import NOTHING, scope_of
from progress import queries as progress


@signed_in
def home(request: Request) -> HttpResponse:
    """工作台: the own unit, what is to be done, the own figures."""
    unit = queries.units(request.scope).filter(pk=request.scope.unit_id).first()
    if unit is None:
        return render(request, "home/home.html", {"unit": None})
    board = todos.board(request.scope, unit)
    context = {
        "unit": unit,
        "path": queries.visible_path(request.scope, unit),
        "today": days.today(),
        "todos": todos.todos(request.actor, unit, board, days.today()),
        "board": board,
        "member_count": members.active_counts([unit.pk])[unit.pk] if unit.is_branch else None,
        "doings": todos.doings(request.scope, unit),
    }
    return render(request, "home/home.html", context)


@signed_in
def rules(request: Request) -> HttpResponse:
    """规则说明, with the settings in force. Two queries."""
    now = in_force(members.admission_settings(), progress.campaign_for(request.scope))
    context = {
        "sections": catalogue.sections(now),
        "may_set": request.scope.has("admission.settings"),
        "may_set_retention": request.scope.has("campaign.settings"),
    }
    return render(request, "home/rules.html", context)


@public
def privacy(request: Request) -> HttpResponse:
    """What is kept of whom, why, who sees it, how long; the consent for members under 14. One query."""
    scope = scope_of(request.user) if request.user.is_authenticated else NOTHING
    request.scope = scope  # a public door has none; the frame's menu shows what this account may use
    context = {
        "frame": "base.html" if request.user.is_authenticated else "public.html",
        "kept": retention.kept(),
        "for_good": items.KEPT,
        "may_set": scope.has("campaign.settings"),
    }
    return render(request, "home/privacy.html", context)


@signed_in
def api_docs(request: Request) -> HttpResponse:
    """The schema as a page, under our content policy (the sidecar's own page has inline script)."""
    return render(request, "home/api_docs.html")
