"""What leads on from a bulletin over the API: lines, curves, two days, lists behind figures, files.

The same scope and figures as the pages; the lines have the keys of `report_bulletin`.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from progress import queries
from progress.views.figures import opened
from progress.views.form2017 import form_asked
from progress.views.outputs import download

UNIT = OpenApiParameter("unit", OpenApiTypes.STR, description="组织编码；缺省为当前组织")
THEN = OpenApiParameter("then", OpenApiTypes.DATE, description="与哪天比；缺省为前一期")
STAGE = OpenApiParameter("stage", OpenApiTypes.STR, description="阶段或领域的标识")


@extend_schema(parameters=[UNIT], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def bulletin_lines(request: Request, day: dt.date) -> Response:
    """一期通报的各行，与页面所示一致：本级在前，直属下级按分类排名。"""
    bulletin, unit = opened(request.scope, request.query_params, day)
    lines = queries.report(request.scope, bulletin, unit)
    if not lines:
        raise Http404
    return Response(lines)


@extend_schema(parameters=[UNIT], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def bulletin_trend(request: Request, day: dt.date) -> Response:
    """走势：截至这一期，本组织各阶段逐日的应录入、已录入、录入率和计划。"""
    curves = queries.trend(request.scope, *opened(request.scope, request.query_params, day))
    if not curves:
        raise Http404
    return Response(
        [
            {
                "stage": curve.column.stage,
                "name": curve.column.label,
                "opens_on": curve.column.opens,
                "deadline": curve.column.deadline,
                "pace": curve.pace,
                "forecast": curve.forecast,
                "days": [asdict(point) for point in curve.points],
            }
            for curve in curves
        ]
    )


@extend_schema(
    parameters=[
        UNIT,
        STAGE,
        OpenApiParameter("then", OpenApiTypes.DATE, description="与哪天比；缺省为前一期"),
    ],
    responses=OpenApiTypes.OBJECT,
)
@api_view(["GET"])
def bulletin_compare(request: Request, day: dt.date) -> Response:
    """两期对比：本组织和直属下级在两天的已录入、录入率、名次及其变化。"""
    bulletin, unit = opened(request.scope, request.query_params, day)
    column = queries.column_of(bulletin, request.query_params.get("stage", ""), unit)
    before = queries.other_day(request.scope, bulletin, request.query_params.get("then", ""))
    own, pairs = queries.compare(request.scope, before, bulletin, unit, column) if before else (None, [])
    if before is None or (own is None and not pairs):
        raise Http404
    lines = [_pair(pair) for pair in [own, *pairs] if pair]
    return Response({"then": before.day, "now": bulletin.day, "stage": column.key, "lines": lines})


@extend_schema(
    parameters=[UNIT, STAGE, OpenApiParameter("after", OpenApiTypes.STR, description="上一页给出的游标")],
    responses=OpenApiTypes.OBJECT,
)
@api_view(["GET"])
def bulletin_figure(request: Request, day: dt.date, figure: str) -> Response:
    """数字背后的名单：以截数时的情况为准，身份证号码遮盖，每页 50 条。"""
    bulletin, unit = opened(request.scope, request.query_params, day)
    if not request.scope.may("progress.see", unit):
        raise Http404
    key, after = request.query_params.get("stage", ""), request.query_params.get("after", "")
    column = next((column for column in queries.columns(bulletin) if column.key == key), None)
    asked = queries.figure_for(column, figure)
    if asked is None:
        raise Http404
    if not request.scope.has(asked.capability):
        raise PermissionDenied("您可以查看数字，但没有查看名单的权限。")
    found = queries.behind(request.scope, bulletin, unit, asked, column, after)
    if found is None:
        raise Http404
    rows = [_LISTED[asked.kind](found, row) for row in found.rows]
    return Response({"figure": asked.key, "total": found.total, "after": found.after, "results": rows})


@extend_schema(parameters=[UNIT], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def bulletin_live(request: Request, day: dt.date) -> Response:
    """实时数字：本组织团员各阶段截数时与此刻的已录入数，一分钟内不重新统计。"""
    found = queries.live(request.scope, *opened(request.scope, request.query_params, day))
    if found is None:
        raise Http404
    return Response({"at": found.at, "stages": [asdict(line) for line in found.lines]})


@extend_schema(parameters=[UNIT], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def form_2017(request: Request) -> Response:
    """团统表：各领域的团组织、团员、团干部数，团统（`stated`）与已录入（`entered`）。

    `members_as_of`：团员数截至何时；`as_of`：其余数字截至何时；null 为此刻。
    """
    form = form_asked(request)
    lines = [
        {"name": line.label, **dict(zip(queries.COLUMNS, map(asdict, line.cells), strict=True))}
        for line in form.lines
    ]
    cutoff_at = form.bulletin.cutoff_at if form.bulletin else None
    times = {"as_of": cutoff_at if form.is_frozen else None, "members_as_of": cutoff_at}
    return Response({"unit": form.unit.code, **times, "lines": lines})


@extend_schema(operation_id="bulletin_files_list", parameters=[UNIT], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def bulletin_files(request: Request, day: dt.date) -> Response:
    """已提供的文件：格式、分类、文件名、校验值和下载地址。"""
    bulletin, unit = opened(request.scope, request.query_params, day)
    if not request.scope.may("progress.see", unit):
        raise Http404
    given = queries.given_out(bulletin, unit)
    return Response(
        [
            {
                "format": file.format,
                "class": file.unit_class,
                "number": file.number,
                "name": file.name,
                "sha256": file.sha256,
                "created_at": file.created_at,
                "url": reverse("api_bulletin_file", args=[bulletin.day, file.sha256]),
            }
            for file in given
        ]
    )


@extend_schema(responses=OpenApiTypes.BINARY)
@api_view(["GET"])
def bulletin_file(request: Request, day: dt.date, sha256: str) -> HttpResponse:
    """一份已提供的文件，按校验值下载，内容永不改变。"""
    file = queries.given_file(request.scope, day, sha256)
    if file is None:
        raise Http404
    return download(file.format, file.name, bytes(file.content), file.sha256)


def _pair(pair: queries.Pair) -> dict[str, Any]:
    was = pair.was
    return {
        "unit": pair.now.shown.code,
        "name": pair.now.shown.name,
        "class": pair.now.shown.unit_class,
        "entered_then": was.entered if was else None,
        "entered_now": pair.now.entered,
        "change": pair.change,
        "rate_then": was.figures.rate if was else None,
        "rate_now": pair.now.figures.rate,
        "rank_then": was.rank if was else None,
        "rank_now": pair.now.rank,
        "rank_change": pair.rank_change,
    }


def _member(found: queries.Behind, member: Any) -> dict[str, Any]:
    return {
        "full_name": member.person.full_name,
        "national_id": member.person.masked_id,
        "branch": found.names.get(member.branch_id, ""),
        "joined_on": member.joined_on,
        "entered_at": member.from_at,
    }


def _cadre(found: queries.Behind, cadre: Any) -> dict[str, Any]:
    person = cadre.person
    return {
        "full_name": person.full_name,
        "national_id": person.masked_id,
        "unit": cadre.unit.short_name,
        "post": cadre.post,
    }


def _youth(found: queries.Behind, youth: Any) -> dict[str, Any]:
    return {
        "full_name": youth.full_name,
        "national_id": youth.masked_id,
        "branch": youth.branch.short_name,
        "due_on": youth.due_on,
    }


def _claim(found: queries.Behind, claim: Any) -> dict[str, Any]:
    person = claim.member.person
    return {
        "full_name": person.full_name,
        "national_id": person.masked_id,
        "branch": claim.branch.short_name,
        "to_branch": claim.to_branch.short_name,
        "asked_at": claim.asked_at,
    }


def _branch(found: queries.Behind, row: Any) -> dict[str, Any]:
    above = found.names.get(row.parent_id, "")
    return {
        "unit": row.code,
        "name": row.short_name,
        "parent": above,
        "domain": row.domain,
        "members": row.members,
    }


def _unit(found: queries.Behind, row: Any) -> dict[str, Any]:
    above = found.names.get(row.parent_id, "")
    return {"unit": row.code, "name": row.short_name, "parent": above, "kind": row.kind}


_LISTED: dict[str, Callable[[queries.Behind, Any], dict[str, Any]]] = {
    "members": _member,
    "cadres": _cadre,
    "youths": _youth,
    "claims": _claim,
    "branches": _branch,
    "units": _unit,
}
