"""The pages of the import desk: door → query or form → action → answer."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhtj.imports import actions, forms, queries, registry, review, tasks, workbooks
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.imports.uploads import was_too_large
from zhtj.lib.doors import signed_in
from zhtj.lib.problems import Refused
from zhtj.lib.workbook import WorkbookKind

from orgs.models import OrgUnit
from orgs.requests import Request

BATCHES_PER_PAGE = 30
ROWS_PER_PAGE = 50
UNDER_WAY = (BatchState.UPLOADED, BatchState.CHECKING, BatchState.COMMITTING)


@signed_in
@require_GET
def batch_list(request: Request) -> HttpResponse:
    _any_kind(request)
    found = queries.batches(request.scope)
    only_mine = "mine" in request.GET
    if only_mine:
        found = queries.uploaded_by(found, request.user)
    page = Paginator(found, BATCHES_PER_PAGE).get_page(request.GET.get("page"))
    lines = [review.line(batch) for batch in page]
    return render(request, "imports/list.html", {"page": page, "lines": lines, "only_mine": only_mine})


@signed_in
@require_http_methods(["GET", "POST"])
def upload(request: Request) -> HttpResponse:
    kind, unit = _place(request)
    form = forms.UploadForm()
    if request.method == "POST":
        form = forms.UploadForm(request.POST, request.FILES, was_too_large=was_too_large(request))
        if form.is_valid():
            try:
                return _uploaded(request, kind, unit, form)
            except Refused as refusal:
                form.add_problems(refusal.problems)
    context = {
        "form": form,
        "place": forms.PlaceForm(request.scope, kind, unit),
        "kinds": queries.kinds(request.scope),
        "kind": kind,
        "unit": unit,
        "limits": review.limits(kind),
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
    unit = get_object_or_404(queries.visible_units(request.scope), pk=unit_pk)
    workbook = _kind(kind)
    queries.require(request.scope, workbook, unit)
    return _workbook(workbooks.blank(workbook, unit), f"{workbook.title}导入表-{unit.short_name}.xlsx")


@signed_in
@require_GET
def batch(request: Request, pk: int) -> HttpResponse:
    """Progress, review, result or refusal: what the batch's state calls for."""
    found = _batch(request, pk)
    context: dict[str, Any] = review.summary(found)
    if found.state in UNDER_WAY:
        return render(request, "imports/progress.html", context)
    if found.state in (BatchState.CHECKED, BatchState.COMMITTED):
        code, show = request.GET.get("code", ""), request.GET.get("show", "")
        page = Paginator(review.rows_shown(found, code, show), ROWS_PER_PAGE).get_page(
            request.GET.get("page")
        )
        context |= {"page": page, "rows": review.lines(found, page), "code": code, "show": show}
    return render(request, "imports/batch.html", context)


@signed_in
@require_GET
def progress(request: Request, pk: int) -> HttpResponse:
    """The polled fragment; once there is something to see, the whole page is asked for."""
    found = _batch(request, pk)
    response = render(request, "imports/parts/progress.html", review.summary(found))
    if found.state not in UNDER_WAY:
        response["HX-Refresh"] = "true"
    return response


@signed_in
@require_POST
def commit(request: Request, pk: int) -> HttpResponse:
    found = _batch(request, pk)
    revision = request.POST.get("revision", "")
    try:
        asked = actions.ask_commit(
            request.actor,
            batch=found,
            acknowledge=request.POST.getlist("acknowledge"),
            revision=int(revision) if revision.isascii() and revision.isdigit() else 0,
        )
    except Refused as refusal:
        return _refused(request, found, refusal)
    if asked:
        tasks.start_commit(found)
    return redirect("import_batch", pk)


@signed_in
@require_POST
def check_again(request: Request, pk: int) -> HttpResponse:
    return _changed(request, pk, actions.check_again)


@signed_in
@require_POST
def attest(request: Request, pk: int) -> HttpResponse:
    found = _batch(request, pk)
    if "attest_evidence" not in request.POST:
        messages.error(request, "请先勾选确认，再点按钮。")
        return redirect("import_batch", found.pk)
    return _changed(request, pk, actions.attest)


@signed_in
@require_POST
def skip_row(request: Request, pk: int, number: int) -> HttpResponse:
    skip = request.POST.get("skip") != "0"
    return _changed(request, pk, actions.skip_row, number=number, skip=skip)


@signed_in
@require_http_methods(["GET", "POST"])
def row(request: Request, pk: int, number: int) -> HttpResponse:
    """One row to mend, with the rules' answers beside the cells."""
    found = _batch(request, pk)
    typed, problems = review.row_to_mend(found, number)
    kind = registry.kind_of(found.kind)
    if request.method == "POST":
        form = forms.RowForm(kind, found.unit, typed, data=request.POST)
        if form.is_valid():
            return _mended(request, found, number, form)
    else:
        form = forms.RowForm(kind, found.unit, typed, problems)
    context = review.summary(found) | {"form": form, "number": number, "problems": problems}
    return render(request, "imports/row.html", context)


def _mended(request: Request, batch: ImportBatch, number: int, form: forms.RowForm) -> HttpResponse:
    try:
        actions.mend_row(request.actor, batch=batch, number=number, typed=form.cleaned_data)
    except Refused as refusal:
        return _refused(request, batch, refusal)
    tasks.check_again(batch)
    if review.still_faulty(batch, number):
        messages.warning(request, f"第 {number} 行已重新检查，还有要改的地方。")
        return redirect("import_row", batch.pk, number)
    messages.success(request, f"第 {number} 行已保存，整份名单已重新检查。")
    return redirect("import_batch", batch.pk)


@signed_in
@require_GET
def open_rows(request: Request, pk: int) -> HttpResponse:
    found = _batch(request, pk)
    return _workbook(workbooks.open_rows(request.actor, found), review.open_rows_name(found))


@signed_in
@require_POST
def carry_on(request: Request, pk: int) -> HttpResponse:
    """The rows left over by a commit as a new batch, to be mended in the browser."""
    found = _batch(request, pk)
    new = actions.upload(
        request.actor,
        kind=found.kind,
        unit=found.unit,
        file_name=review.open_rows_name(found),
        data=workbooks.open_rows(request.actor, found),
    )
    tasks.start_check(new)
    return redirect("import_batch", new.pk)


def _batch(request: Request, pk: int) -> ImportBatch:
    return get_object_or_404(queries.batches(request.scope), pk=pk)


def _any_kind(request: Request) -> list[WorkbookKind]:
    found = queries.kinds(request.scope)
    if not found:
        raise PermissionDenied("您的账号没有导入的权限，请联系上级团组织管理员。")
    return found


def _place(request: Request) -> tuple[WorkbookKind, OrgUnit]:
    """Kind and unit of the address; by default the first kind and the unit acted for."""
    known = {kind.key: kind for kind in _any_kind(request)}
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


def _changed(request: Request, pk: int, action: Any, **what: Any) -> HttpResponse:
    """Carry out what sends a batch back to its check, and show it."""
    found = _batch(request, pk)
    try:
        action(request.actor, batch=found, **what)
    except Refused as refusal:
        return _refused(request, found, refusal)
    tasks.check_again(found)
    return redirect("import_batch", pk)


def _refused(request: Request, batch: ImportBatch, refusal: Refused) -> HttpResponse:
    for problem in refusal.problems:
        messages.error(request, problem.message + problem.mend)
    return redirect("import_batch", batch.pk)


def _workbook(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=workbooks.CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
