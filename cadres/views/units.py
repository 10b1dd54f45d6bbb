"""A unit's own cadres: the organ's verification, the grassroots' completeness, who is who."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhtj.lib.doors import door
from zhtj.lib.problems import Refused

from cadres import actions, queries
from cadres.models import CadreState
from cadres.views.places import path_to, unit_at
from orgs.requests import Request

ENDED_SHOWN = 50


@door("cadres.see")
@never_cache
def cadre_unit(request: Request, unit_pk: int) -> HttpResponse:
    """Those who hold a post of this very unit, those who left, and what is still to be done."""
    unit = unit_at(request, unit_pk)
    held = queries.of_unit(request.scope, unit)
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "pending": [cadre for cadre in held if cadre.state == CadreState.PENDING],
        "verified": [cadre for cadre in held if cadre.state == CadreState.VERIFIED],
        "ended": queries.ended_in(request.scope, unit)[:ENDED_SHOWN],
        "standing": queries.standing(unit) if unit.is_leading_organ else None,
        "completeness": None if unit.is_leading_organ else queries.completeness(unit),
        "may_enter": unit.is_open and request.scope.may("cadres.enter", unit),
    }
    return render(request, "cadres/unit.html", context)


@door("cadres.enter")
@require_POST
def cadre_declare(request: Request, unit_pk: int) -> HttpResponse:
    """核对完成."""
    unit = unit_at(request, unit_pk)
    try:
        actions.declare_verified(request.actor, unit=unit)
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, problem.message + problem.mend, extra_tags=problem.code)
    else:
        messages.success(request, "已声明核对完成。以后人员有变动，请随时更新。")
    return redirect("cadre_unit", unit_pk=unit.pk)


@door("cadres.see")
def cadre_chart(request: Request, unit_pk: int) -> HttpResponse:
    """Who is who: the unit's posts in their order, and the secretaries of its direct children."""
    unit = unit_at(request, unit_pk)
    posts: dict[str, list[object]] = {}
    for cadre in queries.of_unit(request.scope, unit):
        posts.setdefault(cadre.post, []).append(cadre)
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "posts": posts,
        "children": queries.secretaries_below(request.scope, unit),
    }
    return render(request, "cadres/chart.html", context)
