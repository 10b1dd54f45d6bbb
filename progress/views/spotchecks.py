"""抽查: the list a superior looks through, and the answer."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.refusals import refusals_said

from orgs.requests import Request
from progress import actions, queries
from progress.models import SpotCheck

PAGE_SIZE = 50


@door("approvals.decide")
def spot_checks(request: Request) -> HttpResponse:
    """What is proposed for a look in the branches below, by its state."""
    state = request.GET.get("state", "")
    if state not in SpotCheck.State.values:
        state = SpotCheck.State.PROPOSED
    found = queries.spot_checks(request.scope).filter(state=state)
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "state": state,
        "states": SpotCheck.State.choices,
        "answers": [(answer.value, answer.label) for answer in actions.ANSWERS],
    }
    return render(request, "progress/spot_checks.html", context)


@require_POST
@door("approvals.decide")
def spot_check_answer(request: Request, pk: int) -> HttpResponse:
    """Write down what was seen."""
    check = get_object_or_404(queries.spot_checks(request.scope), pk=pk)
    state, remark = request.POST.get("state", ""), request.POST.get("remark", "")
    with refusals_said(request):
        actions.answer_spot_check(request.actor, check=check, state=state, remark=remark, at=days.now())
        messages.success(request, f"{check.branch.short_name}：已记录。")
    return redirect("spot_checks")
