"""The roster of a unit's sub-tree, which columns it shows, and one member."""

from collections.abc import Sequence

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door

import orgs.queries
from members import actions, queries
from members.models import Member
from members.queries.columns import COLUMNS, LEFT, Column, Row
from members.queries.known import record_of
from members.roster_forms import ColumnsForm, RosterForm
from members.rules import shown_entry
from members.views.common import path_to, unit_asked
from orgs.corrections import corrections, open_corrections
from orgs.requests import Request

MOST_CHILDREN = 300  # offered to narrow the list to


@door("members.see")
@never_cache
@sensitive_post_parameters("q")
def member_list(request: Request) -> HttpResponse:
    """The roster of a unit's sub-tree. An id or a mobile is looked for by POST only, so that it never stands
    in a URL; anything else that is posted leads to an address one can come back to."""
    form = RosterForm(request.POST if request.method == "POST" else _public(request.GET))
    filters = form.filters()
    if request.method == "POST" and not queries.is_private(filters.text):
        return redirect(f"{reverse('member_list')}?{_asked(request).urlencode()}")
    unit = unit_asked(request)
    roster = queries.roster(
        request.scope, unit=unit, today=days.today(), filters=filters, after=request.GET.get("after", "")
    )
    enterable = queries.enterable(request.scope, {member.branch_id for member in roster.members} | {unit.pk})
    columns = queries.columns_of(request.user)
    if filters.is_withdrawn:
        columns = (*columns, LEFT)
    is_plain = filters.is_blank
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "roster": roster,
        "lines": _lines(roster, columns),
        "columns": columns,
        "all_columns": COLUMNS,
        "form": form,
        "asked": "" if queries.is_private(filters.text) else _asked(request).urlencode(),
        "text": "" if queries.is_private(filters.text) else filters.text,
        "is_search": not is_plain,
        "is_withdrawn": filters.is_withdrawn,
        "children": [] if unit.is_branch else orgs.queries.children(request.scope, unit)[:MOST_CHILDREN],
        "looked_to": orgs.queries.paths([roster.looked_to]) if roster.looked_to else {},
        "count": queries.active_counts([unit.pk])[unit.pk] if unit.is_branch else None,
        "disputed": queries.disputed([member.pk for member in roster.members]),
        "may_move": request.scope.has("members.enter") and not filters.is_withdrawn,
        "may_print": request.scope.has("roster.print"),
        "may_withdraw": bool(enterable),
        "may_enter": unit.is_branch and unit.is_open and unit.pk in enterable,
    }
    return render(request, "members/list.html", context)


def _lines(
    roster: queries.Roster, columns: Sequence[Column]
) -> list[tuple[Member, list[tuple[Column, str]]]]:
    """Each member with the values of the columns, each value beside its column."""
    rows = [Row(member, roster.posts.get(member.pk, "")) for member in roster.members]
    return [(row.member, [(column, column.value(row)) for column in columns]) for row in rows]


@door("members.see")
@require_POST
def member_columns(request: Request) -> HttpResponse:
    """Keep which columns this account wants to see, and go back to the list."""
    form = ColumnsForm(request.POST)
    if form.is_valid():
        actions.choose_columns(request.actor, columns=form.cleaned_data["columns"])
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("member_list")
    return redirect(back)


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


def _public(asked: QueryDict) -> QueryDict:
    """What an address asks, without an id or mobile somebody has written into it."""
    if not queries.is_private(asked.get("q", "")):
        return asked
    asked = asked.copy()
    del asked["q"]
    return asked


def _asked(request: Request) -> QueryDict:
    """The filters that are set, and the unit, as a query; the page is not part of it."""
    given = request.POST if request.method == "POST" else _public(request.GET)
    asked = QueryDict(mutable=True)
    unit = given.get("unit") or request.GET.get("unit") or request.GET.get("branch")
    if unit:
        asked["unit"] = unit
    for name in RosterForm.base_fields:
        if value := given.get(name):
            asked[name] = value
    return asked
