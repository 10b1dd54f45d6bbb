"""Correcting one member on record; of two editors the second is shown the difference and chooses."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from zhtj.lib import days
from zhtj.lib.doors import door, keeps_typed
from zhtj.lib.problems import Refused

from members import actions, queries
from members.forms import CorrectionForm
from members.imports import COLUMNS
from members.models import Member
from members.queries.known import Record, record_of
from members.rules import Entry, changes, number_rule
from members.views.common import path_to
from orgs import typed
from orgs.requests import Request

HEADERS = {column.field: column.header for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field on which the record and the second editor differ. `is_own`: the second editor changed it."""

    field: str
    header: str
    stored: str
    typed: str
    is_own: bool


@door("members.enter")
@keeps_typed
@never_cache
@sensitive_post_parameters()
def member_correct(request: Request, pk: int) -> HttpResponse:
    """Everything but who it is. If the record has changed since the form was opened nothing is stored:
    both values stand side by side and the editor chooses field by field."""
    member = get_object_or_404(queries.members(request.scope), pk=pk)
    request.scope.require("members.enter", member.branch)
    record = record_of(member)
    stored = record.holding("")
    now = CorrectionForm.initial_of(stored)
    if request.method == "POST":
        form = CorrectionForm.chosen(request.POST, now)
    else:
        form = CorrectionForm.opened(now, actions.fingerprint(record), typed.take(request))
    differences: list[Difference] = []
    if request.method == "POST" and form.is_valid():
        try:
            return _correct(request, member, form)
        except Refused as refused:
            if any(problem.code == "record.changed" for problem in refused.problems):
                differences = _differences(form, record)
                form = form.seen_anew(actions.fingerprint(record), now)
            form.add_problems(refused.problems)
    context = {
        "form": form,
        "member": member,
        "differences": differences,
        "number_rule": number_rule(form.month(days.today()), queries.admission_policy()),
        "path": path_to(request, member.branch),
    }
    return render(request, "members/correct.html", context)


def _correct(request: Request, member: Member, form: CorrectionForm) -> HttpResponse:
    """Store what the form says. Raises Refused."""
    change = actions.correct_member(
        request.actor,
        member=member,
        entry=form.entry(days.today()),
        today=days.today(),
        attest_evidence=form.attests,
        seen=form.cleaned_data["seen"],
    )
    messages.success(request, "已更正。" if change else "没有改动。")
    return redirect("member_detail", pk=member.pk)


def _differences(form: CorrectionForm, record: Record) -> list[Difference]:
    """Where the record and the form say different things, and who of the two changed it."""
    entry: Entry = form.entry(days.today())
    base = form.began_from()
    return [
        Difference(name, HEADERS[name], old, new, is_own=base.get(name, old) != new)
        for name, (old, new) in changes(entry, record.holding("")).items()
    ]
