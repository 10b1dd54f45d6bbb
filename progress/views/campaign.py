"""The campaign at a glance, for everybody; setting campaigns up, for the province."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.refusals import refusals_said

from orgs.requests import Request
from progress import actions, queries, tasks
from progress.forms import NewCampaignForm, PlanForms, RehearsalForm
from progress.models import Campaign
from progress.plans import fingerprint


@door("progress.see")
def campaign(request: Request, key: str = "") -> HttpResponse:
    """The stages, their deadlines, the settings, where a gate has opened; without a key the present one."""
    every = list(queries.campaigns(request.scope))
    found = next((one for one in every if one.key == key or not key), None)
    if key and found is None:
        raise Http404
    today = days.today()
    context = {
        "campaign": found,
        "phases": queries.overview(found, today) if found else [],
        "today": today,
        "others": [one for one in every if one != found],
        "may_set": bool(found and request.scope.may("campaign.settings", found.province)),
        "may_check": request.scope.has("approvals.decide"),
        "bulletins": queries.bulletins(request.scope, found) if key and found else [],
        "rehearsal": RehearsalForm() if found and found.is_rehearsal else None,
    }
    return render(request, "progress/campaign.html", context)


@door("campaign.settings")
def campaign_list(request: Request) -> HttpResponse:
    """All campaigns of the province; a new one is made here from a preset or an earlier one."""
    every = list(queries.campaigns_to_set(request.scope))
    form = NewCampaignForm(request.POST or None, earlier=[one for one in every if not one.is_rehearsal])
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            made = _create(request, form)
            messages.success(request, f"已新建“{made}”，请核对各阶段；还没有启用。")
            return redirect("campaign_edit", made.key)
    return render(request, "progress/campaign_list.html", {"campaigns": every, "form": form})


def _back(request: Request, found: Campaign) -> HttpResponse:
    """To the campaign's page, or, for whoever only sets up, to the list."""
    return (
        redirect("campaign_of", found.key) if request.scope.has("progress.see") else redirect("campaign_list")
    )


def _create(request: Request, form: NewCampaignForm) -> Campaign:
    given = form.cleaned_data
    province = queries.provinces_to_set(request.scope).first()
    if province is None:
        raise Http404
    return actions.create_campaign(
        request.actor,
        source=form.chosen(),
        province=province,
        name=given["name"],
        starts_on=given["starts_on"],
        with_baselines=given["with_baselines"],
        rehearsal=given["rehearsal"],
    )


@door("campaign.settings")
def campaign_edit(request: Request, key: str) -> HttpResponse:
    """Everything a province may set, on one page; saved as a whole or not at all."""
    found = get_object_or_404(queries.campaigns_to_set(request.scope), key=key)
    plan = actions.plan_of(found)
    forms = PlanForms(plan, request.POST or None)
    if request.method == "POST" and forms.is_valid():
        seen = request.POST.get("seen", "")
        with forms.refusals():
            changed = actions.change_campaign(request.actor, campaign=found, plan=forms.plan(), seen=seen)
            messages.success(request, "已保存，改动记入审计。" if changed else "没有改动。")
            return _back(request, found)
    context = {"campaign": found, "forms": forms, "seen": fingerprint(plan)}
    return render(request, "progress/campaign_edit.html", context)


@require_POST
@door("campaign.settings")
def campaign_switch(request: Request, key: str) -> HttpResponse:
    """Let a campaign run, or end it."""
    found = get_object_or_404(queries.campaigns_to_set(request.scope), key=key)
    with refusals_said(request):
        if request.POST.get("to") == "end":
            actions.end_campaign(request.actor, campaign=found)
            messages.success(request, f"“{found}”已结束。")
        else:
            actions.activate_campaign(request.actor, campaign=found)
            messages.success(request, f"“{found}”已启用，领域开放控制和每日通报即刻生效。")
    return _back(request, found)


@require_POST
@door("campaign.settings")
def campaign_rehearse(request: Request, key: str) -> HttpResponse:
    """Have the bulletins of some past days of a rehearsal computed in the background."""
    found = get_object_or_404(queries.campaigns_to_set(request.scope), key=key)
    form = RehearsalForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写两个日期，例如 2018-11-20。")
        return _back(request, found)
    with refusals_said(request):
        days_asked = actions.ask_rehearsal(request.actor, campaign=found, now=days.now(), **form.cleaned_data)
        tasks.rehearse_soon(found.pk, days_asked)
        messages.success(request, "正在后台试算，稍后刷新本页查看。")
    return _back(request, found)
