"""The roster taken along: print, export, a pasted list compared, one id shown in full."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door

import orgs.queries
from members import actions, queries
from members.forms import PurposeForm
from members.queries.columns import IN_WORKBOOK
from members.roster_forms import ExportForm, PasteForm, RosterForm
from members.views.common import path_to, unit_asked
from orgs import paging, taking
from orgs.models import OrgUnit
from orgs.requests import Request

SHEET = 400  # rows of one page to print; of a longer list the next are a page of their own


@door("roster.print")
@never_cache
def member_export(request: Request) -> HttpResponse | FileResponse:
    """Ask how, then hand out the workbook of the list as it was narrowed, written to disk and streamed."""
    unit = unit_asked(request)
    request.scope.require("roster.print", unit)
    narrowing = RosterForm(request.GET)
    form = ExportForm(request.POST or None, initial={"columns": list(IN_WORKBOOK)})
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            return _workbook(request, unit, narrowing.filters(), form)
    context = {
        "form": form,
        "unit": unit,
        "asked": narrowing.asked(),
        "most": taking.MOST_ROWS,
        "path": path_to(request, unit),
    }
    return render(request, "members/export.html", context)


def _workbook(request: Request, unit: OrgUnit, filters: queries.Filters, form: ExportForm) -> FileResponse:
    """The file, after the trail of it. Raises Refused for too many rows or no purpose."""
    full = form.cleaned_data["full"]
    found = queries.narrowed(request.scope, unit, filters, today=days.today(), capability="roster.print")
    columns = actions.allow_export(
        request.actor,
        unit=unit,
        found=found,
        filters=filters,
        columns=form.cleaned_data["columns"],
        full=full,
        purpose=form.cleaned_data["purpose"],
    )
    title = f"{unit.short_name}团员名册"
    file = queries.export_file(found, columns, title=title, full=full)
    return FileResponse(file, as_attachment=True, filename=f"{title}-{days.today():%Y%m%d}.xlsx")


@door("roster.print")
@never_cache
def member_print(request: Request) -> HttpResponse:
    """The roster of a sub-tree to print, sign and seal, narrowed as it was, a sheet at a time; ids masked.

    Audited each time: whoever reloads the page has it once more.
    """
    unit = unit_asked(request)
    request.scope.require("roster.print", unit)
    filters = RosterForm(request.GET).filters()
    roster = queries.roster(
        request.scope,
        unit=unit,
        today=days.today(),
        filters=filters,
        after=request.GET.get("after", ""),
        size=SHEET,
        capability="roster.print",
    )
    actions.note_print(request.actor, unit=unit, count=len(roster.members), filters=filters)
    before = paging.shown_before(request.GET.get("before", ""))
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "roster": roster,
        "before": before,
        "until": before + len(roster.members),
        "looked_to": orgs.queries.paths([roster.looked_to]) if roster.looked_to else {},
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
        pasted = queries.compare_pasted(request.scope, unit, form.lines())
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
        with form.refusals():
            whole = actions.reveal_id(request.actor, member=member, purpose=form.cleaned_data["purpose"])
    context = {"member": member, "form": form, "whole": whole, "path": path_to(request, member.branch)}
    return render(request, "members/reveal.html", context)
