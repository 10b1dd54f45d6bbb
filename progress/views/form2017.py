"""The 2017 form of one unit: on the page, and to take along."""

import tempfile

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.sheets import HeaderCell, SheetOut, write_workbook

from orgs.queries import open_children, visible_path
from orgs.requests import Request
from progress import queries
from progress.views.common import unit_asked


@require_safe
@door("progress.see")
def form2017(request: Request) -> HttpResponse:
    """The table of the unit asked for, stated beside entered."""
    form = form_asked(request)
    context = {
        "form": form,
        "unit": form.unit,
        "path": visible_path(request.scope, form.unit),
        "columns": queries.COLUMNS.values(),
        "children": [child for child in open_children(form.unit) if not child.is_branch],
    }
    return render(request, "progress/form2017.html", context)


@require_safe
@door("progress.see")
def form2017_file(request: Request) -> FileResponse:
    """The same table as a workbook: a row a domain, two columns a figure."""
    form = form_asked(request)
    header = [HeaderCell("领域", width=16)]
    for label in queries.COLUMNS.values():
        header.append(HeaderCell(f"{label}（团统）", width=14, number_format="#,##0"))
        header.append(HeaderCell(f"{label}（已录入）", width=16, number_format="#,##0"))
    rows = [
        [line.label, *(figure for cell in line.cells for figure in (cell.stated, cell.entered))]
        for line in form.lines
    ]
    said = "截至 {:%Y-%m-%d %H:%M} 通报" if form.is_frozen else "{:%Y-%m-%d}"
    moment = form.bulletin.cutoff_at if form.is_frozen and form.bulletin else days.now()
    title = f"{form.unit.short_name} 2017年度团统与已录入对照表（{said.format(localtime(moment))}）"
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write_workbook(target, [SheetOut("团统表", header, rows, [_as_of(form)], title, kept=1)])
    target.seek(0)
    name = f"{form.unit.short_name}团统表-{days.today():%Y%m%d}.xlsx"
    return FileResponse(target, as_attachment=True, filename=name)


def _as_of(form: queries.Form) -> str:
    """Of when the figures entered are: members stand in a bulletin, the others are of this moment."""
    moment = f"{days.now().astimezone(days.SHANGHAI):%Y-%m-%d %H:%M}"
    of_members = f"截至 {form.bulletin.day} 通报" if form.bulletin else f"为 {moment}"
    return f"已录入：组织和团干部为 {moment}，团员{of_members}。团统空白为没有填报。"


def form_asked(request: Request) -> queries.Form:
    """Of the unit asked for; a branch has none."""
    unit = unit_asked(request)
    if unit.is_branch:
        raise Http404
    campaign = queries.campaign_for(request.scope)
    bulletin = queries.on_day(request.scope, campaign, None) if campaign else None
    return queries.form2017(campaign, bulletin, unit)
