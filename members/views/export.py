"""The roster taken along: print, export, a pasted list compared, one id shown in full."""

import tempfile

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.problems import Refused
from zhtj.lib.sheets import HeaderCell, SheetOut, write_workbook

from members import actions, queries
from members.forms import ExportForm, PasteForm, PurposeForm
from members.views.common import path_to, unit_asked
from orgs.requests import Request

MOST_PRINTED = 2_000


@door("roster.print")
@never_cache
def member_export(request: Request) -> HttpResponse | FileResponse:
    """Ask how, then hand out the workbook, written to disk and streamed."""
    unit = unit_asked(request)
    request.scope.require("roster.print", unit)
    form = ExportForm(request.POST or None)
    count = queries.export_count(request.scope, unit)
    if request.method == "POST" and form.is_valid():
        full = form.cleaned_data["full"]
        try:
            if count > queries.MOST_EXPORTED:
                raise Refused([form.too_many(count, queries.MOST_EXPORTED)])
            actions.allow_export(
                request.actor, unit=unit, full=full, purpose=form.cleaned_data["purpose"], count=count
            )
        except Refused as refused:
            form.add_problems(refused.problems)
        else:
            rows = queries.export_rows(request.scope, unit, full=full)
            header = [HeaderCell(text, is_text=True) for text in queries.EXPORT_HEADERS]
            target = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - the answer closes it
            write_workbook(target, [SheetOut("团员名册", header, rows)])
            target.seek(0)
            name = f"{unit.short_name}团员名册-{days.today():%Y%m%d}.xlsx"
            return FileResponse(target, as_attachment=True, filename=name)
    context = {
        "form": form,
        "title": "导出团员名册",
        "note": f"{unit.short_name}及以下共{count}名团员。身份证号码和手机号码默认遮盖；导出记入审计。",
        "submit": "导出",
        "path": path_to(request, unit),
    }
    return render(request, "members/form.html", context)


@door("roster.print")
@never_cache
def member_print(request: Request) -> HttpResponse:
    """The roster of a branch as one page to print, sign and seal; ids masked."""
    unit = unit_asked(request)
    request.scope.require("roster.print", unit)
    rows = list(
        queries.members(request.scope, "roster.print").filter(queries.below(unit))[: MOST_PRINTED + 1]
    )
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "members": rows[:MOST_PRINTED],
        "is_cut": len(rows) > MOST_PRINTED,
        "posts": queries.posts_of_members(rows),
        "today": days.today(),
    }
    return render(request, "members/print.html", context)


@door("members.see")
@never_cache
@sensitive_post_parameters()
def member_paste(request: Request) -> HttpResponse:
    """A pasted list of names or ids: who is in the roster, who is not."""
    unit = unit_asked(request)
    form = PasteForm(request.POST or None)
    pasted = None
    if request.method == "POST" and form.is_valid():
        pasted = queries.compare_pasted(request.scope, unit, form.cleaned_data["list"])
    context = {"unit": unit, "path": path_to(request, unit), "form": form, "pasted": pasted}
    return render(request, "members/paste.html", context)


@door("ids.reveal")
@never_cache
@require_POST
def member_reveal(request: Request, pk: int) -> HttpResponse:
    """The whole id of one member, after a purpose."""
    member = get_object_or_404(queries.members(request.scope, "ids.reveal"), pk=pk)
    form = PurposeForm(request.POST)
    whole = ""
    if form.is_valid():
        try:
            whole = actions.reveal_id(request.actor, member=member, purpose=form.cleaned_data["purpose"])
        except Refused as refused:
            form.add_problems(refused.problems)
    context = {"member": member, "form": form, "whole": whole, "path": path_to(request, member.branch)}
    return render(request, "members/reveal.html", context)
