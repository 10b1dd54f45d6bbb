"""The roster of a sub-tree, its workbook, and who is missing."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhtj.lib.doors import door

from cadres import actions, exports, queries
from cadres.forms import FilterForm
from cadres.queries import Filters
from cadres.views.places import path_to, unit_asked
from orgs.requests import Request


@door("cadres.see")
@never_cache
@sensitive_post_parameters("q")
def cadre_list(request: Request) -> HttpResponse:
    """The roster of a unit's sub-tree. A whole id is looked for by POST only: no id ever stands in a URL."""
    unit = unit_asked(request)
    filters = _filters(request)
    found = queries.roster(request.scope, unit=unit, filters=filters)
    page = Paginator(found, queries.PAGE_SIZE).get_page(request.GET.get("page"))
    is_id = queries.looks_like_id(filters.text)
    narrowed = _narrowed(filters)
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "page": page,
        "form": FilterForm(
            {
                "q": "" if is_id else filters.text,
                "post": filters.post,
                "engagement": filters.engagement,
                "state": filters.state,
                "level": filters.level,
            }
        ),
        "filters": filters,
        "narrowed": urlencode({"unit": unit.pk, **narrowed}),
        "may_export": request.scope.may("roster.print", unit),
        "may_enter": unit.is_open and request.scope.may("cadres.enter", unit),
    }
    return render(request, "cadres/list.html", context)


@door("roster.print")
@require_POST
@sensitive_post_parameters("q")
def cadre_export(request: Request) -> HttpResponse:
    """The roster as narrowed, as a workbook with ids masked. Audited."""
    unit = unit_asked(request)
    request.scope.require("roster.print", unit)
    filters = _filters(request)
    found = queries.roster(request.scope, unit=unit, filters=filters)
    count = found.count()
    if count > exports.MOST_ROWS:
        messages.error(
            request, f"共 {count:,} 人，一次最多导出 {exports.MOST_ROWS:,} 人。请进入下级组织分别导出。"
        )
        return redirect(f"{reverse('cadre_list')}?unit={unit.pk}")
    data = exports.workbook(f"{unit.short_name}团干部名册", found.iterator(chunk_size=2000))
    actions.note_export(request.actor, unit=unit, count=count, narrowed=urlencode(_narrowed(filters)))
    response = HttpResponse(data, content_type=exports.CONTENT_TYPE)
    name = f"团干部名册-{unit.short_name}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@door("cadres.see")
def cadre_missing(request: Request) -> HttpResponse:
    """Units of the sub-tree in which somebody is missing: no cadre, no secretary, something blank."""
    unit = unit_asked(request)
    lists = (
        ("none", "还没有团干部", queries.without_cadre(request.scope, unit)),
        ("secretary", "缺书记", queries.without_secretary(request.scope, unit)),
        ("unfilled", "必填信息不全", queries.with_unfilled(request.scope, unit)),
    )
    asked = request.GET.get("show", "none")
    shown = next((line for line in lists if line[0] == asked), lists[0])
    page = Paginator(shown[2].select_related("parent"), queries.PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "tabs": [(key, label, units.count()) for key, label, units in lists],
        "shown": shown[0],
        "page": page,
    }
    return render(request, "cadres/missing.html", context)


def _filters(request: Request) -> Filters:
    said = request.GET.copy()
    if request.method == "POST":
        said.update(request.POST)
        for name in ("q", "post", "engagement", "state", "level"):
            if name in request.POST:
                said[name] = request.POST[name]
    filters = FilterForm(said).filters()
    if request.method == "GET" and queries.looks_like_id(filters.text):
        return Filters("", filters.post, filters.engagement, filters.state, filters.level)
    return filters


def _narrowed(filters: Filters) -> dict[str, str]:
    """The filters as a query; a whole id never stands in one."""
    said = {
        "q": "" if queries.looks_like_id(filters.text) else filters.text,
        "post": filters.post,
        "engagement": filters.engagement,
        "state": filters.state,
        "level": filters.level,
    }
    return {name: value for name, value in said.items() if value}
