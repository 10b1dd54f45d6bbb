"""基数调整: a unit asks, its superior answers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhtj.lib.doors import door

from orgs.models import OrgUnit
from orgs.requests import Request
from progress import actions, queries
from progress.forms import AdjustmentForm
from progress.views.deciding import answer

PAGE_SIZE = 50


@door({"GET": "progress.see", "POST": "superior.ask"})
def adjustments(request: Request) -> HttpResponse:
    """The requests of one's own part of the tree; a unit asks here for itself."""
    campaign = queries.campaign_for(request.scope)
    unit = queries.own_unit(request.scope)
    may_ask = bool(
        campaign
        and campaign.is_active
        and unit
        and not unit.is_branch
        and request.scope.may("superior.ask", unit)
    )
    form = AdjustmentForm(request.POST or None) if may_ask else None
    if request.method == "POST" and _asked(request, form, unit):
        return redirect("adjustments")
    asked = queries.adjustments(request.scope, campaign)
    page = Paginator(asked, PAGE_SIZE).get_page(request.GET.get("page"))
    waiting = queries.adjustments_to_decide(request.scope).filter(pk__in=[item.pk for item in page])
    to_decide = set(waiting.values_list("pk", flat=True))
    context = {"unit": unit, "form": form, "page": page, "to_decide": to_decide}
    return render(request, "progress/adjustments.html", context)


def _asked(request: Request, form: AdjustmentForm | None, unit: OrgUnit | None) -> bool:
    """Is it settled? False: the form has to be shown again."""
    campaign = queries.campaign_for(request.scope)
    if form is None or unit is None or campaign is None:
        messages.error(request, "当前组织不能申请调整基数。")
        return True
    if not form.is_valid():
        return False
    given = form.cleaned_data
    with form.refusals():
        actions.ask_adjustment(
            request.actor,
            campaign=campaign,
            unit=unit,
            domain=given["domain"],
            change=form.number(),
            reason=given["reason"],
        )
        messages.success(request, "申请已提交，请等待上级答复。")
        return True
    return False


@require_POST
@door("baselines.enter")
def adjustment_decide(request: Request, pk: int) -> HttpResponse:
    """Agree to a request or decline it with a remark."""
    asked = get_object_or_404(queries.adjustments(request.scope), pk=pk)
    return answer(
        request,
        asked,
        actions.decide_adjustment,
        agreed=f"{asked.unit.short_name}：已同意，下一次截数起按调整后基数显示。",
        declined=f"{asked.unit.short_name}：已答复不同意。",
        back="adjustments",
    )
