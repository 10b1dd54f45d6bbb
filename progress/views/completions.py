"""本级录完: a unit accounts for what is missing, its superior accepts or returns it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhtj.lib.doors import door
from zhtj.lib.refusals import refusals_said

from orgs.models import OrgUnit
from orgs.requests import Request
from progress import actions, queries
from progress.forms import CompletionForm
from progress.models import Campaign, Completion
from progress.views.deciding import answer

PAGE_SIZE = 50


@door({"GET": "progress.see", "POST": "superior.ask"})
def completions(request: Request) -> HttpResponse:
    """The declarations of one's own part of the tree; a unit makes its own here."""
    campaign = queries.campaign_for(request.scope)
    unit = queries.own_unit(request.scope)
    may_ask = bool(campaign and campaign.is_active and unit and request.scope.may("superior.ask", unit))
    stands = queries.standing(campaign, unit) if campaign and unit and may_ask else []
    asked = _waiting_domains(request, campaign, unit) if stands else set()
    missing = [known for known in stands if known.shortfall and known.domain not in asked]
    form = CompletionForm(request.POST or None, missing=missing) if missing else None
    if request.method == "POST" and _declared(request, campaign, unit, form):
        return redirect("completions")
    declared = queries.completions(request.scope, campaign)
    page = Paginator(declared, PAGE_SIZE).get_page(request.GET.get("page"))
    waiting = queries.completions_to_decide(request.scope).filter(pk__in=[item.pk for item in page])
    context = {
        "unit": unit,
        "stands": stands,
        "form": form,
        "page": page,
        "to_decide": set(waiting.values_list("pk", flat=True)),
        "may_ask": may_ask,
    }
    return render(request, "progress/completions.html", context)


def _waiting_domains(request: Request, campaign: Campaign | None, unit: OrgUnit | None) -> set[str]:
    """Domains the unit has declared and has no answer for yet: nothing to fill in there."""
    own = queries.completions(request.scope, campaign).filter(unit=unit, state=Completion.State.WAITING)
    return set(own.values_list("domain", flat=True))


def _declared(
    request: Request, campaign: Campaign | None, unit: OrgUnit | None, form: CompletionForm | None
) -> bool:
    """Is it settled? False: the form has to be shown again."""
    if form is None or unit is None or campaign is None:
        messages.error(request, "当前组织没有需要说明的差额。")
        return True
    if not form.is_valid():
        return False
    given = form.cleaned_data
    with form.refusals():
        actions.declare_complete(
            request.actor,
            campaign=campaign,
            unit=unit,
            domain=given["domain"],
            counts=form.counts(),
            reason=given["reason"],
        )
        messages.success(request, "说明已提交，请等待上级答复。")
        return True
    return False


@require_POST
@door("approvals.decide")
def completion_decide(request: Request, pk: int) -> HttpResponse:
    """Accept a declaration or return it with a remark."""
    asked = get_object_or_404(queries.completions(request.scope), pk=pk)
    return answer(
        request,
        asked,
        actions.decide_completion,
        agreed=f"{asked.unit.short_name}：已接受，下一次截数起通报标注“已说明”，录入率不变。",
        declined=f"{asked.unit.short_name}：已退回。",
        back="completions",
    )


@require_POST
@door("superior.ask")
def completion_withdraw(request: Request, pk: int) -> HttpResponse:
    """Take the own declaration back."""
    declared = get_object_or_404(queries.completions(request.scope), pk=pk)
    with refusals_said(request):
        actions.withdraw_completion(request.actor, declared=declared)
        messages.success(request, "已撤回，下一次截数起通报不再标注“已说明”。")
    return redirect("completions")
