"""What leads on from a bulletin's page: all stages at a glance, the curve, two days compared, the list behind
a figure, and what is entered now. The frozen days come from `queries`; every page says its cut-off.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhtj.lib.doors import door

from orgs.models import OrgUnit
from orgs.queries import visible_path
from orgs.requests import Request
from orgs.scopes import Scope
from progress import chart, queries
from progress.models import Bulletin


@require_safe
@door("progress.see")
def bulletin_overview(request: Request, day: dt.date) -> HttpResponse:
    """The unit in every stage, by deadline, and in every domain."""
    bulletin, unit = opened(request.scope, request.GET, day)
    found = queries.overview_of(request.scope, bulletin, unit)
    if found is None:
        raise Http404
    return _page(request, "overview", bulletin, unit, {"overview": found})


@require_safe
@door("progress.see")
def bulletin_trend(request: Request, day: dt.date) -> HttpResponse:
    """The unit's curves up to that day, a stage each, drawn on the server."""
    bulletin, unit = opened(request.scope, request.GET, day)
    curves = queries.trend(request.scope, bulletin, unit)
    if not curves:
        raise Http404
    drawn = [
        (curve, _drawn(curve)) for curve in curves if curve.points and queries.concerns(curve.last, unit)
    ]
    return _page(request, "trend", bulletin, unit, {"drawn": drawn})


@require_safe
@door("progress.see")
def bulletin_compare(request: Request, day: dt.date) -> HttpResponse:
    """The unit and its children on two days; `?then=` is the other one, by default the day before."""
    bulletin, unit = opened(request.scope, request.GET, day)
    before = queries.other_day(request.scope, bulletin, request.GET.get("then", ""))
    if before is None:
        raise Http404
    column = queries.column_of(bulletin, request.GET.get("stage", ""), unit)
    own, pairs = queries.compare(request.scope, before, bulletin, unit, column)
    if own is None and not pairs:
        raise Http404
    context = {
        "before": before,
        "days": queries.visible_days(request.scope, bulletin),
        "column": column,
        "columns": queries.columns(bulletin),
        "own": own,
        "pairs": pairs,
        "groups": queries.GROUPS,
    }
    return _page(request, "compare", bulletin, unit, context)


@never_cache
@require_safe
@door("progress.see")
def bulletin_behind(request: Request, day: dt.date, figure: str) -> HttpResponse:
    """The list behind one figure of the unit, as of the cut-off."""
    bulletin, unit = opened(request.scope, request.GET, day)
    if not request.scope.may("progress.see", unit):
        raise Http404
    key = request.GET.get("stage", "")
    column = next((column for column in queries.columns(bulletin) if column.key == key), None)
    asked = queries.figure_for(column, figure)
    if asked is None:
        raise Http404
    if not request.scope.has(asked.capability):
        raise PermissionDenied("您可以查看数字，但没有查看名单的权限。")
    found = queries.behind(request.scope, bulletin, unit, asked, column, request.GET.get("after", ""))
    if found is None:
        raise Http404
    return _page(request, "behind", bulletin, unit, {"behind": found, "column": column})


@require_safe
@door("progress.see")
def bulletin_live(request: Request, day: dt.date) -> HttpResponse:
    """What is entered now beside that day's figures; a part of the page, or without script a page."""
    bulletin, unit = opened(request.scope, request.GET, day)
    found = queries.live(request.scope, bulletin, unit)
    if found is None:
        raise Http404
    if request.htmx:
        context = {"live": found, "bulletin": bulletin, "unit": unit}
        return render(request, "progress/parts/live.html", context)
    return _page(request, "live", bulletin, unit, {"live": found})


def opened(scope: Scope, asked: QueryDict, day: dt.date) -> tuple[Bulletin, OrgUnit]:
    """The day's bulletin and the unit asked for (`?unit=`, else the own one), of the present
    campaign or the one with the key `?campaign=`; else 404."""
    campaign = queries.campaign_for(scope, asked.get("campaign", ""))
    bulletin = queries.on_day(scope, campaign, day) if campaign else None
    if campaign is None or bulletin is None:
        raise Http404
    code = asked.get("unit", "")
    unit = queries.find_unit(campaign, code) if code else queries.own_unit(scope)
    if unit is None:
        raise Http404
    return bulletin, unit


def _drawn(curve: queries.Curve) -> chart.Chart:
    figures, clock = curve.last.figures, curve.clock
    return chart.draw(
        chart.Source(
            days=[point.day for point in curve.points],
            entered=[point.entered for point in curve.points],
            expected=curve.last.expected,
            opens=clock.opens,
            deadline=clock.deadline,
            forecast=figures.forecast,
        )
    )


def _page(
    request: Request, name: str, bulletin: Bulletin, unit: OrgUnit, context: dict[str, Any]
) -> HttpResponse:
    """A page of the bulletin: with its number, its cut-off, its unit and the way back."""
    shared = {
        "bulletin": bulletin,
        "unit": unit,
        "number": queries.number(bulletin),
        "path": visible_path(request.scope, unit),
        "here": name,
    }
    return render(request, f"progress/{name}.html", shared | context)
