"""Entering one member."""

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door, keeps_typed
from zhtj.lib.problems import Refused

from members import actions, queries
from members.forms import MemberForm
from members.rules import number_rule
from members.views.common import (
    branch_to_enter,
    forget_draft,
    is_about,
    member_here,
    path_to,
    ways_out,
    won_by,
)
from orgs import finding, typed
from orgs.models import OrgUnit
from orgs.requests import Request


@dataclass(frozen=True, slots=True)
class Opened:
    """What the form opens with, and where that is from; `keeps`: a draft is kept while one types, which
    another person's draft would not outlive."""

    typed: dict[str, str]
    kept_at: dt.datetime | None = None
    is_restored: bool = False
    is_won: bool = False
    keeps: bool = True


@door("members.enter")
@keeps_typed
@never_cache
@sensitive_post_parameters()
def member_enter(request: Request, branch_pk: int) -> HttpResponse:
    """The single entry form, filled with the draft there is. Somebody already in the branch opens the
    record instead; whoever is refused is told the ways out: list, claim, dispute."""
    branch = branch_to_enter(request, branch_pk)
    if request.method == "POST" and ("draft" in request.POST or "clear" in request.POST):
        return _keep(request, branch)
    opened = Opened({}) if request.method == "POST" else _opened(request, branch)
    form = MemberForm(request.POST or None, initial=opened.typed)
    refused: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            return _enter(request, branch, form)
        except Refused as error:
            refused = error
            form.add_problems(error.problems)
    context = {
        "form": form,
        "branch": branch,
        "path": path_to(request, branch),
        "opened": opened,
        "ways_out": ways_out(refused.problems if refused else [], branch),
        "superior": finding.superior_of(request.scope.unit_id) if refused else "",
        "number_rule": _rule(form),
    }
    return render(request, "members/enter.html", context)


@door("members.enter")
@never_cache
@require_POST
@sensitive_post_parameters()
def member_draft(request: Request, branch_pk: int) -> HttpResponse:
    """Keep what is typed so far; the page does so every few seconds and when it is left."""
    branch = branch_to_enter(request, branch_pk)
    actions.keep_draft(request.actor, branch=branch, typed=MemberForm.typed(request.POST))
    return HttpResponse(status=204)


@door("members.enter")
@never_cache
@require_POST
@sensitive_post_parameters()
def member_check(request: Request, branch_pk: int) -> HttpResponse:
    """A fragment on leaving the id, the month or the number: what they collide with, naming the holding
    unit only, and what number the month asks for. `about` says which fragment is wanted."""
    branch = branch_to_enter(request, branch_pk)
    form = MemberForm(request.POST)
    form.is_valid()
    entry = form.entry(days.today(), won_by(request, branch))
    entry.branch_id = branch.pk
    about = request.POST.get("about", "national_id")
    problems = queries.clashes(entry, about)
    context = {
        "known": member_here(request, branch, entry.national_id) if about == "national_id" else None,
        "problems": problems,
        "ways_out": ways_out(problems, branch),
        "rule": number_rule(entry.joined_on, queries.admission_policy()) if about != "national_id" else "",
    }
    return render(request, "members/parts/known.html", context)


@door("members.enter")
@never_cache
@require_POST
@sensitive_post_parameters()
def member_check_own(request: Request, pk: int) -> HttpResponse:
    """The same for a member on record, who does not collide with the own number."""
    member = get_object_or_404(queries.members(request.scope), pk=pk)
    request.scope.require("members.enter", member.branch)
    form = MemberForm(request.POST)
    form.is_valid()
    entry = form.entry(days.today())
    rule = number_rule(entry.joined_on, queries.admission_policy())
    problems = queries.clashes(queries.as_person(entry, member), "development_number")
    return render(request, "members/parts/known.html", {"problems": problems, "rule": rule})


def _enter(request: Request, branch: OrgUnit, form: MemberForm) -> HttpResponse:
    """Enter whom the form describes. Raises Refused."""
    won = won_by(request, branch)
    entry = form.entry(days.today(), won)
    if known := member_here(request, branch, entry.national_id):
        forget_draft(request.actor, branch, won)
        messages.info(request, f"{known.person.full_name}已在本支部名册中，已为您打开这条记录。")
        return redirect("member_detail", pk=known.pk)
    entered = actions.enter_members(
        request.actor, unit=branch, entries=[entry], today=days.today(), attest_evidence=form.attests
    )
    forget_draft(request.actor, branch, won)
    messages.success(request, f"已录入{entry.full_name}。")
    for problem in entered.problems:
        text = f"{entry.full_name}：{problem.message}{problem.mend}"
        messages.warning(request, text, extra_tags=problem.code)
    if "next" in request.POST:
        return redirect("member_enter", branch_pk=branch.pk)
    return redirect(f"{reverse('member_list')}?branch={branch.pk}")


def _keep(request: Request, branch: OrgUnit) -> HttpResponse:
    """The buttons that keep the draft, or throw it away."""
    if "clear" in request.POST:
        actions.drop_draft(request.actor, branch=branch)
    else:
        actions.keep_draft(request.actor, branch=branch, typed=MemberForm.typed(request.POST))
        messages.success(request, "草稿已保存，下次打开这一页时自动恢复。")
    return redirect("member_enter", branch_pk=branch.pk)


def _opened(request: Request, branch: OrgUnit) -> Opened:
    """What was typed before the log-in, else the draft and when it was kept; a number that was won opens
    with whose it is, and with the draft only if that is about the same person."""
    if sent := typed.take(request):
        actions.keep_draft(request.actor, branch=branch, typed=MemberForm.typed(sent))
        return Opened(sent, is_restored=True)
    draft, kept_at = actions.draft_of(request.actor, branch)
    won = won_by(request, branch)
    if won is None:
        return Opened(draft, kept_at)
    begun = MemberForm.initial_of(won)
    if is_about(draft, won):
        return Opened(begun | draft, kept_at)
    return Opened(begun, is_won=True, keeps=not draft)


def _rule(form: MemberForm) -> str:
    return number_rule(form.month(days.today()), queries.admission_policy())
