"""A unit's own cadres: verification, completeness, who is who; and the leading organs below."""

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.refusals import refusals_said

from cadres import actions, queries
from cadres.actions import Verified
from cadres.models import Cadre, CadreState
from cadres.queries.known import stored_entry
from cadres.rules import blank_fields
from cadres.views.places import path_to, unit_asked, unit_at
from orgs.kinds import UnitKind
from orgs.models import OrgUnit
from orgs.requests import Request

ENDED_SHOWN = 50
NAMED = 5  # of those who could not be verified, in one message
_TICK = re.compile(r"([0-9]{1,18})\.([0-9a-f]{24})")


@door("cadres.see")
@never_cache
def cadre_unit(request: Request, unit_pk: int) -> HttpResponse:
    """Those who hold a post of this very unit, those who left, and what is still to be done."""
    unit = unit_at(request, unit_pk)
    held = queries.of_unit(request.scope, unit)
    ended = list(queries.ended(request.scope).filter(unit=unit)[:ENDED_SHOWN])
    may_enter = unit.is_open and request.scope.may("cadres.enter", unit)
    deadline = queries.deadline_of(unit, days.today())
    standing = queries.standing(unit, deadline) if unit.is_leading_organ else None
    declaration = standing.declaration if standing else None
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "pending": [(c, *_looked_at(c, unit)) for c in held if c.state == CadreState.PENDING],
        "verified": [(c, *_looked_at(c, unit)) for c in held if c.state == CadreState.VERIFIED],
        "ended": ended,
        "returning": {post.pk for post in ended if may_enter and queries.may_return(post, days.today())},
        "standing": standing,
        "kept": queries.kept_since(declaration) if declaration else None,
        "deadline": deadline,
        "completeness": None if unit.is_leading_organ else queries.completeness(unit),
        "may_enter": may_enter,
    }
    return render(request, "cadres/unit.html", context)


def _looked_at(cadre: Cadre, unit: OrgUnit) -> tuple[list[str], str]:
    """The required fields left blank, and the sign of what is shown, for ticking."""
    return blank_fields(stored_entry(cadre.person, cadre), unit.kind), queries.fingerprint(cadre)


@door("cadres.enter")
@require_POST
def cadre_verify(request: Request, unit_pk: int) -> HttpResponse:
    """The ticked ones are right as shown: verify them together."""
    unit = unit_at(request, unit_pk)
    ticked = [match.groups() for text in request.POST.getlist("cadre") if (match := _TICK.fullmatch(text))]
    if not ticked:
        request.scope.require("cadres.enter", unit)
        messages.warning(request, "没有选择团干部，请先逐人查看，再勾选核对无误的。")
        return redirect("cadre_unit", unit_pk=unit.pk)
    seen = {int(pk): sign for pk, sign in ticked}
    _tell(request, actions.verify_unchanged(request.actor, unit=unit, seen=seen, today=days.today()))
    return redirect("cadre_unit", unit_pk=unit.pk)


def _tell(request: Request, verified: Verified) -> None:
    if verified.done:
        messages.success(request, f"已核对 {len(verified.done)} 人。")
    for cadre, problems in verified.left[:NAMED]:
        text = f"{cadre.person.full_name}没有核对：{problems[0].message}{problems[0].mend}"
        messages.error(request, text, extra_tags=problems[0].code)
    if len(verified.left) > NAMED:
        messages.error(request, f"另有 {len(verified.left) - NAMED} 人没有核对，请逐人打开查看原因。")


@door("cadres.enter")
@require_POST
def cadre_declare(request: Request, unit_pk: int) -> HttpResponse:
    """核对完成."""
    unit = unit_at(request, unit_pk)
    with refusals_said(request):
        actions.declare_verified(request.actor, unit=unit)
        messages.success(request, "已声明核对完成。以后人员有变动，请随时更新。")
    return redirect("cadre_unit", unit_pk=unit.pk)


@door("cadres.see")
@never_cache
def cadre_organs(request: Request) -> HttpResponse:
    """The leading organs below at a glance: who has declared, who is late, whom to call."""
    unit = unit_asked(request)
    found = queries.organs(request.scope, unit, days.today())
    lists = {
        "open": ("未声明", [organ for organ in found if organ.standing.declaration is None]),
        "late": ("逾期", [organ for organ in found if organ.standing.is_late]),
        "done": ("已声明", [organ for organ in found if organ.standing.declaration]),
        "all": ("全部", found),
    }
    asked = request.GET.get("show", "open")
    shown = asked if asked in lists else "open"
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "tabs": [(key, label, len(organs)) for key, (label, organs) in lists.items()],
        "shown": shown,
        "organs": lists[shown][1],
        "deadline": queries.deadline_of(unit, days.today()),
        "may_preload": unit.kind == UnitKind.PROVINCE_COMMITTEE and request.scope.has("cadres.preload"),
    }
    return render(request, "cadres/organs.html", context)


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
