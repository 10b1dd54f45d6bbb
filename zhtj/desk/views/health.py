"""The health list: on screen, each line with the link that mends it, and as a workbook."""

import tempfile

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from zhtj.desk import health as checks
from zhtj.desk.forms import HealthForm
from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.sheets import HeaderCell, SheetOut, write_workbook

from orgs import audit, queries
from orgs.models import OrgUnit
from orgs.requests import Request


@door("units.see")
def health(request: Request) -> HttpResponse:
    """What is not in order in the sub-tree of a unit (default: the own one)."""
    unit, code, near = _asked(request, HealthForm(request.GET))
    found = checks.faulty(request.scope, unit=unit, code=code, near=near)
    page = checks.listing(request.scope, found, after=request.GET.get("after", ""))
    context = {
        "unit": unit,
        "path": queries.visible_path(request.scope, unit),
        "checks": checks.CHECKS,
        "code": code,
        "near": near,
        "page": page,
        "paths": queries.paths([unit for unit, _ in page.rows]),
        "is_first": not request.GET.get("after"),
        "may_manage": request.scope.has("units.manage"),
    }
    return render(request, "desk/health.html", context)


@door("units.see")
@require_POST
def health_export(request: Request) -> FileResponse:
    """All lines as a workbook; the download is audited."""
    unit, code, near = _asked(request, HealthForm(request.POST))
    found = checks.faulty(request.scope, unit=unit, code=code, near=near)
    header = [
        HeaderCell("组织", width=28),
        HeaderCell("组织编码", width=18, is_text=True),
        HeaderCell("组织类别", width=12),
        HeaderCell("问题", width=14),
        HeaderCell("办法", width=60, wraps=True),
    ]
    title = f"需完善的组织（{unit.short_name}，{days.today():%Y-%m-%d}）"
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write_workbook(target, [SheetOut("需完善的组织", header, checks.export_rows(found), title=title)])
    audit.record(request.actor, "desk.export_health", unit=unit, after={"code": code})
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{unit.short_name}需完善的组织.xlsx")


def _asked(request: Request, form: HealthForm) -> tuple[OrgUnit, str, bool]:
    """The unit, the check ("" for all) and whether only the unit and its children are meant."""
    unit_id, code, near = form.asked()
    wanted = request.scope.unit_id if unit_id is None else unit_id
    return get_object_or_404(queries.units(request.scope), pk=wanted or 0), code, near
