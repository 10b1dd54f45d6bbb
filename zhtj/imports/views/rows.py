"""One row to mend: on a page of its own, or in place where the browser has script."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zhtj.imports import actions, forms, registry, review, tasks
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.imports.views.common import UNDER_WAY, batch_of, refused
from zhtj.lib.doors import signed_in
from zhtj.lib.problems import Refused

from orgs.requests import Request


@signed_in
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def row(request: Request, pk: int, number: int) -> HttpResponse:
    """One row to mend, with the rules' answers beside the cells."""
    found = batch_of(request, pk)
    typed, problems = review.row_to_mend(found, number)
    kind = registry.kind_of(found.kind)
    if request.method == "POST":
        form = forms.RowForm(kind, found.unit, typed, data=request.POST)
        if form.is_valid():
            return _mended(request, found, number, form)
    else:
        form = forms.RowForm(kind, found.unit, typed, problems)
    context = review.summary(found) | {"form": form, "number": number, "problems": problems}
    page = "imports/parts/row_form.html" if _in_place(request) else "imports/row.html"
    return render(request, page, context)


@signed_in
@never_cache
@sensitive_post_parameters()
@require_POST
def row_check(request: Request, pk: int, number: int) -> HttpResponse:
    """A fragment while the row is typed: what the rules say of it now. Nothing is kept.

    A question that comes after the row was saved has no answer, which is no error.
    """
    found = batch_of(request, pk)
    try:
        typed, _ = review.row_to_mend(found, number)
    except Http404:
        return HttpResponse(status=204)
    form = forms.RowForm(registry.kind_of(found.kind), found.unit, typed, data=request.POST)
    answers = review.judged_alone(request.actor, found, number, form.cells()) if form.is_valid() else None
    return render(request, "imports/parts/answers.html", {"form": form, "answers": answers})


def _mended(request: Request, batch: ImportBatch, number: int, form: forms.RowForm) -> HttpResponse:
    try:
        actions.mend_row(request.actor, batch=batch, number=number, typed=form.cleaned_data)
    except Refused as refusal:
        return _go(request, refused(request, batch, refusal))
    tasks.check_again(batch)
    if not review.still_faulty(batch, number):
        _say_saved(request, batch, number)
        return _go(request, redirect("import_batch", batch.pk))
    if _in_place(request):
        batch = batch_of(request, batch.pk)
        typed, problems = review.row_to_mend(batch, number)
        form = forms.RowForm(registry.kind_of(batch.kind), batch.unit, typed, problems)
        context = review.summary(batch) | {"form": form, "number": number, "was_saved": True}
        return render(request, "imports/parts/row_form.html", context)
    messages.warning(request, f"第 {number} 行已重新检查，还有要改的地方。")
    return redirect("import_row", batch.pk, number)


def _say_saved(request: Request, batch: ImportBatch, number: int) -> None:
    """The row is kept; how far the check of the whole has come."""
    if batch.state == BatchState.FAILED:
        messages.warning(request, f"第 {number} 行已保存，但整份名单没有检查完。")
    elif batch.state in UNDER_WAY:
        messages.success(request, f"第 {number} 行已保存，整份名单正在重新检查。")
    else:
        messages.success(request, f"第 {number} 行已保存，整份名单已重新检查。")


def _in_place(request: Request) -> bool:
    return request.headers.get("HX-Request") == "true"


def _go(request: Request, answer: HttpResponse) -> HttpResponse:
    """The answer, or for a fragment the sign to load the page anew, where it stands."""
    return HttpResponse(headers={"HX-Refresh": "true"}) if _in_place(request) else answer
