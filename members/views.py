"""Pages of the room: the roster, one member, entering, correcting."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.problems import Refused

import orgs.queries
from members import actions, queries
from members.forms import CorrectionForm, MemberForm, SearchForm
from members.models import Member
from members.queries.known import record_of
from members.rules import shown_entry
from orgs.models import OrgUnit
from orgs.requests import Request


@door("members.see")
@never_cache
@sensitive_post_parameters("q")
def member_list(request: Request) -> HttpResponse:
    """The roster of a unit's sub-tree. A whole id is looked for by POST only: no id ever stands in a URL."""
    unit = _unit_asked(request)
    text = SearchForm(request.POST if request.method == "POST" else request.GET).text()
    if request.method == "GET" and queries.looks_like_id(text):
        text = ""
    roster = queries.roster(request.scope, unit=unit, text=text, after=request.GET.get("after", ""))
    context = {
        "unit": unit,
        "path": _path(request, unit),
        "roster": roster,
        "text": "" if queries.looks_like_id(text) else text,
        "is_search": bool(text),
        "count": queries.active_counts([unit.pk])[unit.pk] if unit.is_branch else None,
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
        "path": _path(request, member.branch),
        "posts": list(record.posts.values()),
        "facts": shown_entry(record.entry),
        "may_correct": request.scope.may("members.enter", member.branch),
    }
    return render(request, "members/detail.html", context)


@door("members.enter")
@never_cache
@sensitive_post_parameters()
def member_enter(request: Request, branch_pk: int) -> HttpResponse:
    """The single entry form. Somebody already in the branch opens the record instead."""
    branch = _branch_to_enter(request, branch_pk)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entry = form.entry(days.today())
        if known := _member_here(request, branch, entry.national_id):
            messages.info(request, f"{known.person.full_name}已在本支部名册中，已为您打开这条记录。")
            return redirect("member_detail", pk=known.pk)
        try:
            entered = actions.enter_members(
                request.actor,
                unit=branch,
                entries=[entry],
                today=days.today(),
                attest_evidence=form.attests,
            )
        except Refused as refused:
            form.add_problems(refused.problems)
        else:
            messages.success(request, f"已录入{entry.full_name}。")
            for problem in entered.problems:
                text = f"{entry.full_name}：{problem.message}{problem.mend}"
                messages.warning(request, text, extra_tags=problem.code)
            if "next" in request.POST:
                return redirect("member_enter", branch_pk=branch.pk)
            return redirect(f"{reverse('member_list')}?branch={branch.pk}")
    context = {"form": form, "branch": branch, "path": _path(request, branch)}
    return render(request, "members/enter.html", context)


@door("members.enter")
@never_cache
@require_POST
@sensitive_post_parameters()
def member_check(request: Request, branch_pk: int) -> HttpResponse:
    """A fragment under the id while it is typed: is this person in the branch already?"""
    branch = _branch_to_enter(request, branch_pk)
    form = MemberForm(request.POST)
    form.is_valid()
    known = _member_here(request, branch, form.entry(days.today()).national_id)
    return render(request, "members/parts/known.html", {"known": known})


@door("members.enter")
@never_cache
@sensitive_post_parameters()
def member_correct(request: Request, pk: int) -> HttpResponse:
    member = get_object_or_404(queries.members(request.scope), pk=pk)
    request.scope.require("members.enter", member.branch)
    record = record_of(member)
    form = CorrectionForm(request.POST or None, initial=CorrectionForm.initial_of(record.holding("")))
    if request.method == "POST" and form.is_valid():
        try:
            change = actions.correct_member(
                request.actor,
                member=member,
                entry=form.entry(days.today()),
                today=days.today(),
                attest_evidence=form.attests,
            )
        except Refused as refused:
            form.add_problems(refused.problems)
        else:
            messages.success(request, "已更正。" if change else "没有改动。")
            return redirect("member_detail", pk=member.pk)
    context = {
        "form": form,
        "member": member,
        "path": _path(request, member.branch),
    }
    return render(request, "members/correct.html", context)


def _unit_asked(request: Request) -> OrgUnit:
    """The unit whose roster is asked for: `branch` (or `unit`) of the query, else the one acted for."""
    seen = orgs.queries.units(request.scope, "members.see")
    asked = request.GET.get("branch") or request.GET.get("unit") or ""
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    if asked and wanted is None:
        wanted = 0  # nobody's
    return get_object_or_404(seen, pk=request.scope.unit_id if wanted is None else wanted)


def _path(request: Request, unit: OrgUnit) -> list[OrgUnit]:
    """The way down to the unit, itself included."""
    return [*orgs.queries.visible_path(request.scope, unit), unit]


def _branch_to_enter(request: Request, branch_pk: int) -> OrgUnit:
    branch = get_object_or_404(orgs.queries.units(request.scope), pk=branch_pk)
    request.scope.require("members.enter", branch)
    return branch


def _member_here(request: Request, branch: OrgUnit, national_id: str) -> Member | None:
    return queries.member_here(request.scope, branch, national_id) if national_id else None
