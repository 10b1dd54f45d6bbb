"""Entering one member, and correcting one."""

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

from members import actions, queries
from members.forms import CorrectionForm, MemberForm
from members.imports import COLUMNS
from members.queries.known import record_of
from members.rules import Entry, changes
from members.views.common import branch_to_enter, member_here, path_to
from orgs.requests import Request


@door("members.enter")
@never_cache
@sensitive_post_parameters()
def member_enter(request: Request, branch_pk: int) -> HttpResponse:
    """The single entry form. Somebody already in the branch opens the record instead."""
    branch = branch_to_enter(request, branch_pk)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entry = form.entry(days.today())
        if known := member_here(request, branch, entry.national_id):
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
    context = {"form": form, "branch": branch, "path": path_to(request, branch)}
    return render(request, "members/enter.html", context)


@door("members.enter")
@never_cache
@require_POST
@sensitive_post_parameters()
def member_check(request: Request, branch_pk: int) -> HttpResponse:
    """A fragment under the id while it is typed: is this person in the branch already?"""
    branch = branch_to_enter(request, branch_pk)
    form = MemberForm(request.POST)
    form.is_valid()
    known = member_here(request, branch, form.entry(days.today()).national_id)
    return render(request, "members/parts/known.html", {"known": known})


@door("members.enter")
@never_cache
@sensitive_post_parameters()
def member_correct(request: Request, pk: int) -> HttpResponse:
    member = get_object_or_404(queries.members(request.scope), pk=pk)
    request.scope.require("members.enter", member.branch)
    record = record_of(member)
    stored = record.holding("")
    initial = CorrectionForm.initial_of(stored) | {"seen": actions.fingerprint(record)}
    form = CorrectionForm(request.POST or None, initial=initial)
    difference: dict[str, list[str]] = {}
    if request.method == "POST" and form.is_valid():
        entry = form.entry(days.today())
        try:
            change = actions.correct_member(
                request.actor,
                member=member,
                entry=entry,
                today=days.today(),
                attest_evidence=form.attests,
                seen=form.cleaned_data["seen"],
            )
        except Refused as refused:
            if any(problem.code == "record.changed" for problem in refused.problems):
                difference = _differences(entry, stored)
                form = form.seen_anew(actions.fingerprint(record))
            form.add_problems(refused.problems)
        else:
            messages.success(request, "已更正。" if change else "没有改动。")
            return redirect("member_detail", pk=member.pk)
    context = {
        "form": form,
        "member": member,
        "difference": difference,
        "path": path_to(request, member.branch),
    }
    return render(request, "members/correct.html", context)


def _differences(entry: Entry, stored: Entry) -> dict[str, list[str]]:
    """Header → [now on record, typed]."""
    headers = {column.field: column.header for column in COLUMNS}
    return {headers[name]: values for name, values in changes(entry, stored).items()}
