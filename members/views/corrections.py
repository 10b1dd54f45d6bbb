"""更正请求: asking for somebody's basic data to be put right, answering, approving.

`person_correct` is where members' and cadres' pages lead whoever reads a person but does not keep them.
"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from zhtj.lib import days
from zhtj.lib.doors import door

import orgs.queries
from members import actions, queries
from members.forms import DecisionForm, PersonForm
from orgs import corrections
from orgs.models import CorrectionRequest
from orgs.requests import Request

State = CorrectionRequest.State


@door("cadres.enter")
@never_cache
@sensitive_post_parameters()
def person_correct(request: Request, pk: int) -> HttpResponse:
    """Ask the unit that keeps this person for a correction; the keeper itself asks its superior."""
    person = queries.person_seen(request.scope, pk)
    unit = orgs.queries.units(request.scope).filter(pk=request.scope.unit_id).first()
    if person is None or unit is None:
        raise Http404
    keeper = actions.keeper_of(person.pk)
    is_keeper = keeper is not None and request.scope.may("cadres.enter", keeper)
    form = PersonForm(request.POST or None, person=person, identity_only=is_keeper)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            asked = actions.ask_person_correction(
                request.actor,
                person=person,
                unit=unit,
                typed=form.typed(),
                reason=form.cleaned_data["reason"],
                today=days.today(),
            )
            done = asked.state == State.GRANTED
            messages.success(request, "已更正。" if done else f"已送交，{asked.get_state_display()}。")
            return redirect("correction_detail", pk=asked.pk)
    context = {"form": form, "person": person, "keeper": keeper, "is_keeper": is_keeper}
    return render(request, "members/person_correct.html", context)


@door("members.see")
@never_cache
def correction_detail(request: Request, pk: int) -> HttpResponse:
    """One request: what is asked beside what is stored, and what this account may do about it."""
    asked = get_object_or_404(corrections.corrections(request.scope), pk=pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            _act(request, asked, form.cleaned_data["act"], form.cleaned_data["decision"])
            messages.success(request, "已办理。")
            return redirect("correction_detail", pk=asked.pk)
    context = {
        "asked": asked,
        "lines": corrections.compared(asked, days.today()) if asked.is_open else [],
        "form": form,
        "keeper": asked.keeper.contact,
        "superior": asked.keeper.parent.contact if asked.keeper.parent else "",
        "may_answer": corrections.may_answer(request.scope, asked),
        "may_cancel": asked.is_open and request.scope.may("cadres.enter", asked.unit),
    }
    return render(request, "members/correction.html", context)


def _act(request: Request, asked: CorrectionRequest, act: str, words: str) -> None:
    if act == "cancel":
        corrections.cancel_person_correction(request.actor, request=asked)
    else:
        actions.answer_person_correction(
            request.actor, request=asked, agrees=act == "grant", decision=words, today=days.today()
        )
