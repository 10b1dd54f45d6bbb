"""One batch: progress, review, commit, what is left."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from zhtj.imports import actions, listing, review, tasks, workbooks
from zhtj.imports.models import BatchState
from zhtj.imports.views.common import UNDER_WAY, batch_of, refused, workbook
from zhtj.lib import days
from zhtj.lib.doors import signed_in
from zhtj.lib.problems import Refused

from orgs.requests import Request

ROWS_PER_PAGE = 50
WITH_ROWS = (BatchState.CHECKED, BatchState.FAILED, BatchState.COMMITTED, BatchState.UNDONE)


@signed_in
@require_GET
def batch(request: Request, pk: int) -> HttpResponse:
    """Progress, review, result or refusal: what the batch's state calls for."""
    found = batch_of(request, pk)
    if found.state == BatchState.CONTINUED and found.continues_id:
        return redirect("import_batch", found.continues_id)
    context: dict[str, Any] = review.summary(found)
    if found.state in UNDER_WAY:
        return render(request, "imports/progress.html", context | review.waiting(found, days.now()))
    if found.state in WITH_ROWS:
        code, show = request.GET.get("code", ""), request.GET.get("show", "")
        page = Paginator(review.rows_shown(found, code, show), ROWS_PER_PAGE).get_page(
            request.GET.get("page")
        )
        context |= {"page": page, "rows": review.lines(found, page), "code": code, "show": show}
    if found.state == BatchState.FAILED:
        context |= review.kept(found) | {"may_take_over": actions.may_take_over(request.actor, found)}
    return render(request, "imports/batch.html", context)


@signed_in
@require_GET
def progress(request: Request, pk: int) -> HttpResponse:
    """The polled fragment; it asks for itself again only once it has come, so that requests never pile up.
    When there is something to see, the whole page is asked for."""
    found = batch_of(request, pk)
    context = review.summary(found) | review.waiting(found, days.now())
    response = render(request, "imports/parts/progress.html", context)
    if found.state not in UNDER_WAY:
        response["HX-Refresh"] = "true"
    return response


@signed_in
@require_POST
def commit(request: Request, pk: int) -> HttpResponse:
    found = batch_of(request, pk)
    revision = request.POST.get("revision", "")
    try:
        asked = actions.ask_commit(
            request.actor,
            batch=found,
            acknowledge=request.POST.getlist("acknowledge"),
            revision=int(revision) if revision.isascii() and revision.isdigit() else 0,
        )
    except Refused as refusal:
        return refused(request, found, refusal)
    if asked:
        tasks.start_commit(found)
    return redirect("import_batch", pk)


@signed_in
@require_POST
def check_again(request: Request, pk: int) -> HttpResponse:
    """Judged anew as it is: the system is otherwise by now, or the last check failed."""
    return _changed(request, pk, actions.check_again)


@signed_in
@require_POST
def take_over(request: Request, pk: int) -> HttpResponse:
    """Answered for from now on by whoever asks, and judged anew."""
    return _changed(request, pk, actions.take_over)


@signed_in
@require_POST
def discard(request: Request, pk: int) -> HttpResponse:
    found = batch_of(request, pk)
    try:
        actions.discard(request.actor, batch=found)
    except Refused as refusal:
        return refused(request, found, refusal)
    messages.success(request, f"已放弃《{found.file_name}》，上传的内容已经删除，没有写入任何内容。")
    return redirect("import_list")


@signed_in
@require_POST
def attest(request: Request, pk: int) -> HttpResponse:
    found = batch_of(request, pk)
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
@require_POST
def put_on_list(request: Request, pk: int) -> HttpResponse:
    """One row (`number`) or all rows to rectify onto the rectification list."""
    found = batch_of(request, pk)
    number = request.POST.get("number", "")
    numbers = None
    if number:
        numbers = [int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0]
    try:
        count = listing.put_on_list(request.actor, batch=found, numbers=numbers)
    except Refused as refusal:
        return refused(request, found, refusal)
    messages.success(request, f"已有 {count} 行列入整改清单，这些行不再需要在这里处理。")
    return redirect("import_batch", pk)


@signed_in
@require_GET
def open_rows(request: Request, pk: int) -> HttpResponse:
    found = batch_of(request, pk)
    return workbook(workbooks.open_rows(request.actor, found), review.open_rows_name(found))


@signed_in
@require_POST
def carry_on(request: Request, pk: int) -> HttpResponse:
    """The rows left over by a commit as a new batch, to be mended in the browser."""
    found = batch_of(request, pk)
    new = actions.upload(
        request.actor,
        kind=found.kind,
        unit=found.unit,
        file_name=review.open_rows_name(found),
        data=workbooks.open_rows(request.actor, found),
    )
    tasks.start_check(new)
    return redirect("import_batch", new.pk)


def _changed(request: Request, pk: int, action: Any, **what: Any) -> HttpResponse:
    """Carry out what sends a batch back to its check, and show it."""
    found = batch_of(request, pk)
    try:
        action(request.actor, batch=found, **what)
    except Refused as refusal:
        return refused(request, found, refusal)
    tasks.check_again(found)
    return redirect("import_batch", pk)
