"""The roster of a unit's sub-tree, and one member."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from zhtj.lib.doors import door, signed_in

from members import queries
from members.forms import SearchForm
from members.queries.known import record_of
from members.rules import shown_entry
from members.views.common import path_to, unit_asked
from orgs.corrections import corrections, open_corrections
from orgs.requests import Request


@door("members.see")
@never_cache
@sensitive_post_parameters("q")
def member_list(request: Request) -> HttpResponse:
    """The roster of a unit's sub-tree. A whole id is looked for by POST only: no id ever stands in a URL."""
    unit = unit_asked(request)
    text = SearchForm(request.POST if request.method == "POST" else request.GET).text()
    if request.method == "GET" and queries.is_private(text):
        text = ""
    roster = queries.roster(request.scope, unit=unit, text=text, after=request.GET.get("after", ""))
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "roster": roster,
        "text": "" if queries.is_private(text) else text,
        "is_search": bool(text),
        "count": queries.active_counts([unit.pk])[unit.pk] if unit.is_branch else None,
        "disputed": queries.disputed([member.pk for member in roster.members]),
        "may_withdraw": request.scope.has("members.enter"),
        "may_move": request.scope.has("members.enter"),
        "may_print": request.scope.has("roster.print"),
        "may_enter": unit.is_branch and unit.is_open and request.scope.may("members.enter", unit),
    }
    return render(request, "members/list.html", context)


@door("members.see")
@never_cache
def member_detail(request: Request, pk: int) -> HttpResponse:
    member = get_object_or_404(queries.members(request.scope), pk=pk)
    record = record_of(member)
    context = {
        "member": member,
        "path": path_to(request, member.branch),
        "posts": list(record.posts.values()),
        "facts": shown_entry(record.entry),
        "cases": queries.open_cases(request.scope).filter(member=member),
        "may_reveal": request.scope.has("ids.reveal") and request.scope.may("ids.reveal", member.branch),
        "corrections": corrections(request.scope).filter(open_corrections(member.person_id)),
        "may_correct": request.scope.may("members.enter", member.branch),
        "may_ask": request.scope.has("cadres.enter"),
    }
    return render(request, "members/detail.html", context)


@signed_in
def privacy(request: Request) -> HttpResponse:
    """What is kept of whom, why, who sees it; the consent for members under 14."""
    return render(request, "members/privacy.html")
