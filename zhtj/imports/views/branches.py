"""One file per branch: the archive out, the returned files in, the tick list."""

import re
import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhtj.imports import branches as collecting
from zhtj.imports import queries, review, rules, tasks
from zhtj.imports.uploads import was_too_large
from zhtj.imports.views.common import UNDER_WAY, any_kind
from zhtj.lib.doors import signed_in
from zhtj.lib.problems import Refused
from zhtj.lib.refusals import refusals_said, say

from orgs.models import OrgUnit
from orgs.requests import Request

_SEEN = re.compile(r"([0-9]{1,15})-([0-9]{1,9})", re.ASCII)


@signed_in
@require_http_methods(["GET", "POST"])
def branches(request: Request) -> HttpResponse:
    unit = _unit(request)
    if request.method == "POST":
        return _received(request, unit)
    ticks = collecting.ticks(request.scope, unit)
    dropped = collecting.unplaced(request.scope, unit)
    looked_at = [batch for batch in dropped if batch.state in UNDER_WAY]
    context = {
        "unit": unit,
        "lines": [review.tick(tick) for tick in ticks],
        "counts": review.tick_counts(ticks),
        "looked_at": [review.line(batch) for batch in looked_at],
        "unplaced": [review.line(batch) for batch in dropped if batch not in looked_at],
        "is_moving": looked_at or any(tick.batch and tick.batch.state in UNDER_WAY for tick in ticks),
        "ready": (ready := collecting.ready(ticks)),
        "ready_rows": sum(batch.ok_count + batch.updated_count for batch in ready),
        "limits": review.limits(collecting.kind()),
        "form_key": uuid.uuid4(),
    }
    return render(request, "imports/branches.html", context)


@signed_in
@require_POST
def branch_commit(request: Request) -> HttpResponse:
    """Every file without a fault at once, as its reader saw it: `batch` is key-revision."""
    unit = _unit(request)
    pairs = [_SEEN.fullmatch(text) for text in request.POST.getlist("batch")]
    seen = {int(pair[1]): int(pair[2]) for pair in pairs if pair}
    asked = collecting.ask_commits(request.actor, unit=unit, seen=seen)
    tasks.start_commit(*asked)
    if asked:
        messages.success(request, f"正在导入 {len(asked)} 个支部的表格，下面会自己更新。")
    else:
        messages.error(request, "这些表格的情况已有变化，没有导入。请看过最新的结果后再点。")
    return redirect(_address(unit))


@signed_in
@require_GET
def branch_files(request: Request) -> HttpResponseBase:
    """The archive, written as it is sent."""
    unit = _unit(request)
    with refusals_said(request):
        pieces = collecting.archive(request.actor, unit)
        response = StreamingHttpResponse(pieces, content_type="application/zip")
        name = f"{unit.short_name}-各支部团员表.zip"
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response
    return redirect(_address(unit))


def _received(request: Request, unit: OrgUnit) -> HttpResponse:
    try:
        if was_too_large(request):
            raise Refused([rules.too_large_together()])
        came = collecting.receive(
            request.actor,
            unit=unit,
            files=request.FILES.getlist("files"),
            form_key=_key(request.POST.get("form_key", "")),
        )
    except Refused as refusal:
        say(request, refusal.problems)
        return redirect(_address(unit))
    tasks.start_check(*came.batches)
    for name, problems in came.refused:
        messages.error(request, f"《{name}》没有接收：" + "".join(p.message + p.mend for p in problems))
    if came.batches:
        messages.success(request, f"已收到 {len(came.batches)} 个文件，正在逐个检查，下面会自己更新。")
    return redirect(_address(unit))


def _unit(request: Request) -> OrgUnit:
    """The superior asked for, by default the unit acted for; 404 outside, 403 without the right."""
    any_kind(request)
    asked = request.GET.get("unit", "")
    unit_pk = int(asked) if asked.isascii() and asked.isdigit() else (0 if asked else request.scope.unit_id)
    unit = get_object_or_404(queries.visible_units(request.scope), pk=unit_pk or 0)
    collecting.require(request.scope, unit)
    return unit


def _address(unit: OrgUnit) -> str:
    return f"{reverse('import_branches')}?unit={unit.pk}"


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
