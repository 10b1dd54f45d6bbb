"""The bulletin's page and its publication."""

import datetime as dt
import re

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.refusals import refusals_said

from orgs.models import OrgUnit
from orgs.queries import visible_path
from orgs.requests import Request
from progress import actions, queries, tasks
from progress.models import Campaign

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
REVISION = re.compile(r"[0-9]{1,4}")


@door("progress.see")
def bulletin_latest(request: Request) -> HttpResponse:
    """The last bulletin the reader may see, or what there is to know before the first."""
    return _bulletin_page(request, None)


@door("progress.see")
def bulletin(request: Request, day: dt.date, key: str = "") -> HttpResponse:
    """The bulletin of `day`, of the present campaign or of the one with this key."""
    return _bulletin_page(request, day, key)


@require_POST
@door("bulletin.publish")
def bulletin_publish(request: Request, day: dt.date) -> HttpResponse:
    """Give out the finished bulletin of `day`, as it was computed when it was looked at (`computed_at`)."""
    revision = request.POST.get("revision", "")
    found = queries.finished(request.scope, day, int(revision) if REVISION.fullmatch(revision) else 0)
    if found is None:
        raise Http404
    with refusals_said(request):
        actions.publish_bulletin(request.actor, bulletin=found, seen=_seen(request))
        tasks.give_out_soon()
        messages.success(request, f"{day} 的通报已发布，各级均可查看。")
    return redirect("bulletin", day)


@require_POST
@door("bulletin.publish")
def bulletin_recompute(request: Request, day: dt.date) -> HttpResponse:
    """Compute `day` again; a published one with a reason, as a new revision to be published."""
    campaign = queries.campaign_for(request.scope)
    if campaign is None or queries.on_day(request.scope, campaign, day) is None:
        raise Http404
    with refusals_said(request):
        done = actions.recompute_bulletin(
            request.actor, campaign=campaign, day=day, now=days.now(), reason=request.POST.get("reason", "")
        )
        messages.success(request, f"{day} 的通报（{queries.number(done)}）已重新计算，请核对后发布。")
    return redirect("bulletin", day)


def _bulletin_page(request: Request, day: dt.date | None, key: str = "") -> HttpResponse:
    campaign = queries.campaign_for(request.scope, key)
    found = queries.on_day(request.scope, campaign, day) if campaign else None
    if campaign is None or found is None:
        if day is not None:
            raise Http404
        alarm = queries.alarm_for(request.scope, campaign, days.now())
        return render(request, "progress/no_bulletin.html", {"campaign": campaign, "alarm": alarm})
    unit = _unit(request, campaign)
    page = queries.page(request.scope, found, unit, _choice(request))
    if page is None:
        raise Http404
    context = {
        "page": page,
        "path": visible_path(request.scope, unit),
        "alarm": queries.alarm_for(request.scope, campaign, days.now()),
    }
    return render(request, "progress/bulletin.html", context)


def _seen(request: Request) -> dt.datetime:
    """When the figures looked at were computed; what cannot be read is no moment of any bulletin."""
    try:
        seen = parse_datetime(request.POST.get("computed_at", ""))
    except ValueError:
        seen = None
    return seen if seen and seen.tzinfo else NEVER


def _unit(request: Request, campaign: Campaign) -> OrgUnit:
    """The unit asked for, or the one the reader acts for."""
    code = request.GET.get("unit", "")
    found = queries.find_unit(campaign, code) if code else queries.own_unit(request.scope)
    if found is None:
        raise Http404
    return found


def _choice(request: Request) -> queries.Choice:
    read = request.GET.get
    return queries.Choice(read("stage") or read("domain") or "", read("class", ""), read("order", ""))
