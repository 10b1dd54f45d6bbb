"""The roster of a sub-tree on the page, on paper and as a workbook; and who is missing."""

import datetime as dt
from collections.abc import Sequence
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.refusals import refusals_said

from cadres import actions, columns, exports, queries
from cadres.columns import RosterColumn
from cadres.forms import ExportForm, FilterForm
from cadres.models import Cadre
from cadres.views.places import path_to, unit_asked
from orgs import paging
from orgs.kinds import UnitKind
from orgs.models import OrgUnit
from orgs.requests import Request

SHEET = 300  # posts of one page to print; of a longer list the next are a page of their own


@door("cadres.see")
@never_cache
@sensitive_post_parameters("q")
def cadre_list(request: Request) -> HttpResponse:
    """The roster of a unit's sub-tree. An id or a mobile is looked for by POST only: none stands in a URL."""
    unit = unit_asked(request)
    form = _filters(request)
    found = queries.roster(request.scope, unit=unit, filters=form.asked)
    shown, after = queries.page(found, request.GET.get("after", ""))
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "rows": [(cadre, _labelled(cadre, form.columns, days.today())) for cadre in shown],
        "after": after,
        "count": queries.count_of(found) if _is_countable(unit, form) else None,
        "most": queries.MOST_COUNTED,
        "form": form,
        "narrowed": urlencode([("unit", unit.pk), *form.query()]),
        "may_export": request.scope.may("roster.print", unit),
        "export": ExportForm() if _may_reveal(request, unit) else None,
        "may_enter": unit.is_open and request.scope.may("cadres.enter", unit),
    }
    return render(request, "cadres/list.html", context)


@door("roster.print")
@require_POST
@sensitive_post_parameters("q")
def cadre_export(request: Request) -> HttpResponse | FileResponse:
    """The roster as narrowed, as a workbook, streamed: ids masked, whole ones for who may see them and says
    what for. Audited before it leaves."""
    unit = unit_asked(request)
    request.scope.require("roster.print", unit)
    form, given = _filters(request), ExportForm(request.POST)
    given.is_valid()
    full, purpose = given.cleaned_data["full"], given.cleaned_data["purpose"]
    narrowed = urlencode(form.query())
    found = queries.roster(request.scope, unit=unit, filters=form.asked)
    with refusals_said(request):
        actions.allow_export(
            request.actor, unit=unit, found=found, narrowed=narrowed, full=full, purpose=purpose
        )
        title = f"{unit.short_name}团干部名册"
        posts = found.iterator(chunk_size=2000)
        file = exports.workbook(title, posts, form.columns, days.today(), full=full)
        return FileResponse(file, as_attachment=True, filename=f"{title}-{days.today():%Y%m%d}.xlsx")
    return redirect(f"{reverse('cadre_list')}?{urlencode([('unit', unit.pk), *form.query()])}")


@door("roster.print")
@never_cache
def cadre_print(request: Request) -> HttpResponse:
    """The roster as narrowed, to print, sign and seal, a sheet at a time; ids masked. Audited each time."""
    unit = unit_asked(request)
    request.scope.require("roster.print", unit)
    form = _filters(request)
    found = queries.roster(request.scope, unit=unit, filters=form.asked)
    shown, after = queries.page(found, request.GET.get("after", ""), SHEET)
    actions.note_print(request.actor, unit=unit, count=len(shown), narrowed=urlencode(form.query()))
    today = days.today()
    before = paging.shown_before(request.GET.get("before", ""))
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "rows": [(cadre, columns.cells(cadre, form.columns, today)) for cadre in shown],
        "labels": [column.label for column in form.columns],
        "after": after,
        "before": before,
        "until": before + len(shown),
        "today": today,
    }
    return render(request, "cadres/print.html", context)


@door("cadres.see")
def cadre_missing(request: Request) -> HttpResponse:
    """Units of the sub-tree in which somebody is missing: no cadre, no secretary, something blank."""
    unit = unit_asked(request)
    asked = request.GET.get("show", "none")
    shown = asked if asked in queries.MISSING else "none"
    counts = queries.missing_counts(request.scope, unit)
    found = queries.MISSING[shown][1](request.scope, unit).select_related("parent")
    paginator = Paginator(found, queries.PAGE_SIZE)
    paginator.count = counts[shown]  # counted once, with the others
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "tabs": [(key, label, counts[key]) for key, (label, _) in queries.MISSING.items()],
        "shown": shown,
        "page": page,
    }
    return render(request, "cadres/missing.html", context)


def _may_reveal(request: Request, unit: OrgUnit) -> bool:
    return request.scope.has("ids.reveal") and request.scope.may("ids.reveal", unit)


def _is_countable(unit: OrgUnit, form: FilterForm) -> bool:
    """A province's or a city's roster is not counted for every page: it would cost more than the page."""
    is_small = unit.kind not in (UnitKind.PROVINCE_COMMITTEE, UnitKind.CITY_COMMITTEE)
    return is_small or form.asked.level == "own"


def _labelled(cadre: Cadre, shown: Sequence[RosterColumn], today: dt.date) -> list[tuple[RosterColumn, str]]:
    return list(zip(shown, columns.cells(cadre, shown, today), strict=True))


def _filters(request: Request) -> FilterForm:
    """What the address and, over it, the form say; an id or a mobile in the address is not looked at."""
    said = QueryDict(mutable=True)
    said.update(request.GET)
    if queries.is_private(said.get("q", "")):
        del said["q"]
    for name in FilterForm.base_fields:
        if name in request.POST:
            said.setlist(name, request.POST.getlist(name))
    if "column" not in said:
        said.setlist("column", list(columns.USUAL))
    return FilterForm(said)
