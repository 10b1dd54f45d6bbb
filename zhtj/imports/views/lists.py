"""My uploads, and a new one."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from zhtj.imports import actions, forms, queries, registry, review, tasks, workbooks
from zhtj.imports.uploads import was_too_large
from zhtj.imports.views.common import any_kind, workbook
from zhtj.lib.doors import signed_in
from zhtj.lib.workbook import WorkbookKind

from orgs.models import OrgUnit
from orgs.requests import Request

BATCHES_PER_PAGE = 30


@signed_in
@require_GET
def batch_list(request: Request) -> HttpResponse:
    """Who uploaded what for which unit, when, with what result."""
    kinds = any_kind(request)
    found = queries.batches(request.scope)
    only_mine = "mine" in request.GET
    if only_mine:
        found = queries.uploaded_by(found, request.user)
    form = forms.FilterForm(kinds, request.GET)
    found = queries.matching(found, **form.wanted())
    page = Paginator(found, BATCHES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [review.line(batch) for batch in page],
        "only_mine": only_mine,
        "form": form,
        "is_filtered": only_mine or any(form.wanted().values()),
        "has_branches": any(grant.kind != "branch" for grant in request.scope.grants),
    }
    return render(request, "imports/list.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def upload(request: Request) -> HttpResponse:
    kind, unit = _place(request)
    form = forms.UploadForm()
    if request.method == "POST":
        form = forms.UploadForm(request.POST, request.FILES, was_too_large=was_too_large(request))
        if form.is_valid():
            with form.refusals():
                return _uploaded(request, kind, unit, form)
    context = {
        "form": form,
        "place": forms.PlaceForm(request.scope, kind, unit),
        "kinds": queries.kinds(request.scope),
        "kind": kind,
        "unit": unit,
        "limits": review.limits(kind),
        "for_branches": kind.key == "members" and not unit.is_branch,
    }
    return render(request, "imports/upload.html", context)


def _uploaded(request: Request, kind: WorkbookKind, unit: OrgUnit, form: forms.UploadForm) -> HttpResponse:
    file = form.cleaned_data["file"]
    batch = actions.upload(
        request.actor,
        kind=kind.key,
        unit=unit,
        file_name=file.name,
        data=file.read(),
        form_key=form.cleaned_data["form_key"],
    )
    tasks.start_check(batch)
    return redirect("import_batch", batch.pk)


@signed_in
@require_GET
def blank_workbook(request: Request, kind: str, unit_pk: int) -> HttpResponse:
    """The workbook to fill in; `?known`: with who is known there already."""
    unit = get_object_or_404(queries.visible_units(request.scope), pk=unit_pk)
    found = _kind(kind)
    queries.require(request.scope, found, unit)
    if "known" in request.GET and found.known and unit.is_branch:
        data = workbooks.prefilled(request.scope, found, unit)
        return workbook(data, f"{found.title}核对表-{unit.short_name}.xlsx")
    return workbook(workbooks.blank(found, unit), f"{found.title}导入表-{unit.short_name}.xlsx")


def _place(request: Request) -> tuple[WorkbookKind, OrgUnit]:
    """Kind and unit of the address; by default the first kind and the unit acted for."""
    known = {kind.key: kind for kind in any_kind(request)}
    kind = known.get(request.GET.get("kind", "")) or next(iter(known.values()))
    offered = queries.importing_units(request.scope, kind)
    asked = request.GET.get("unit", "")
    if asked:
        unit_pk = int(asked) if asked.isascii() and asked.isdigit() else 0
        return kind, get_object_or_404(offered, pk=unit_pk)
    unit = offered.filter(pk=request.scope.unit_id).first() or offered.first()
    if unit is None:
        raise PermissionDenied("您的管理范围内没有可以导入的组织，请联系上级团组织管理员。")
    return kind, unit


def _kind(key: str) -> WorkbookKind:
    if key not in registry.KINDS:
        raise Http404
    return registry.KINDS[key]
