"""同步推进: asking for a gated stage early, and the province's answer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhtj.lib.doors import door

from orgs.models import OrgUnit
from orgs.requests import Request
from progress import actions, queries
from progress.forms import EarlyOpeningForm
from progress.models import Campaign
from progress.views.deciding import answer


@door({"GET": "progress.see", "POST": "superior.ask"})
def early_openings(request: Request) -> HttpResponse:
    """The requests of one's own part of the tree; a region asks here."""
    campaign = queries.campaign_for(request.scope)
    unit = queries.own_unit(request.scope)
    stages = queries.stages_to_ask_for(request.scope, campaign, unit) if campaign else []
    form = EarlyOpeningForm(request.POST or None, stages=stages) if stages else None
    if request.method == "POST" and _asked(request, form, unit):
        return redirect("early_openings")
    asked = list(queries.early_openings(request.scope, campaign)) if campaign else []
    rates = queries.gate_rates(campaign, asked) if campaign and asked else {}
    context = {
        "unit": unit,
        "form": form,
        "is_region": _may_ever_ask(request, campaign, unit),
        "asked": [(item, rates[item.pk]) for item in asked],
        "to_decide": set(queries.early_openings_to_decide(request.scope).values_list("pk", flat=True)),
    }
    return render(request, "progress/early_openings.html", context)


def _may_ever_ask(request: Request, campaign: Campaign | None, unit: OrgUnit | None) -> bool:
    is_region = campaign and campaign.is_active and unit and unit.parent_id == campaign.province_id
    return bool(is_region and request.scope.has("superior.ask"))


def _asked(request: Request, form: EarlyOpeningForm | None, unit: OrgUnit | None) -> bool:
    """Is it settled? False: the form has to be shown again."""
    if form is None or unit is None:
        messages.error(request, "现在没有可以申请同步推进的阶段。")
        return True
    if not form.is_valid():
        return False
    reason = form.cleaned_data["reason"]
    with form.refusals():
        actions.ask_early_opening(request.actor, stage=form.chosen, region=unit, reason=reason)
        messages.success(request, "申请已提交，请等待省级团委答复。")
        return True
    return False


@require_POST
@door("openings.decide")
def early_opening_decide(request: Request, pk: int) -> HttpResponse:
    """Agree to a request or decline it with a remark."""
    asked = get_object_or_404(queries.early_openings(request.scope), pk=pk)
    what = f"{asked.region.short_name}“{asked.stage.name}”"
    return answer(
        request,
        asked,
        actions.decide_early_opening,
        agreed=f"{what}：已同意，即日起开放录入。",
        declined=f"{what}：已答复不同意。",
        back="early_openings",
    )
