"""团统数 on the page: what is stated for the units below, one figure by hand, what does not agree."""

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.problems import Refused
from zhtj.lib.refusals import refusals_said
from zhtj.lib.workbook import Context, Outcome

from orgs.queries import open_children, visible_path
from orgs.requests import Request
from progress import actions, queries
from progress.forms import BaselineForm, BaselineWithdrawalForm
from progress.imports import state_figure
from progress.views.common import unit_asked


@door({"GET": "progress.see", "POST": "baselines.enter"})
def baselines(request: Request) -> HttpResponse:
    """The figures of one unit and its direct children; a superior states one here."""
    unit = unit_asked(request)
    campaign = queries.active_campaign(unit)
    offered = queries.may_state(request.scope, unit) if campaign else []
    form = BaselineForm(request.POST or None, units=offered) if offered else None
    here = f"{reverse('baselines')}?{urlencode({'unit': unit.code})}"
    if request.method == "POST" and _stated(request, form):
        return redirect(here)
    context = {"unit": unit, "path": visible_path(request.scope, unit), "campaign": campaign, "form": form}
    if campaign is not None:
        bulletin = queries.on_day(request.scope, campaign, None)
        rows, is_frozen = queries.stated(campaign, unit, list(open_children(unit)), bulletin)
        figures = queries.withdrawable(campaign, offered) if offered else []
        context |= {
            "bulletin": bulletin,
            "domains": [*rows[0].figures],
            "rows": rows,
            "is_frozen": is_frozen,
            "withdrawal": BaselineWithdrawalForm(figures=figures) if figures else None,
            "mismatches": queries.mismatches(bulletin, unit),
        }
    return render(request, "progress/baselines.html", context)


@require_POST
@door("baselines.enter")
def baseline_withdraw(request: Request) -> HttpResponse:
    """Take one figure back; afterwards the page of the unit above is shown."""
    key = request.POST.get("figure", "")
    if not re.fullmatch(r"[0-9]{1,18}", key):
        messages.error(request, "请从列表中选择要撤回的数字。")
        return redirect("baselines")
    figure = get_object_or_404(queries.baselines(request.scope), pk=key)
    with refusals_said(request):
        actions.withdraw_baseline(request.actor, baseline=figure)
        what = f"{figure.get_domain_display()}领域的团统数 {figure.member_count:,}"
        messages.success(request, f"“{figure.unit.short_name}”{what} 已撤回。")
    above = figure.unit.parent
    return redirect(f"{reverse('baselines')}?{urlencode({'unit': above.code})}" if above else "baselines")


def _stated(request: Request, form: BaselineForm | None) -> bool:
    """Is it settled? False: the form has to be shown again. A form is a workbook of one row."""
    if form is None:
        messages.error(request, "这里没有您可以填报团统数的下级组织。")
        return True
    if not form.is_valid() or form.chosen is None:
        messages.error(request, "请从列表中选择一个组织。")
        return False
    try:
        judged = state_figure(Context(request.actor, form.chosen, days.today()), form.cleaned_data)
    except Refused as refused:
        form.add_problems(refused.problems)
        return False
    if judged.outcome is Outcome.UNCHANGED:
        messages.info(request, "与现有数字相同，没有改动。")
    else:
        messages.success(request, f"“{form.chosen.short_name}”的团统数已保存。")
    return True
