"""Reshaping units over the API: the same scope, rules and codes as the pages."""

from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.desk import health as checks
from zhtj.desk import origin, preview, reshape, sizes
from zhtj.lib import words
from zhtj.lib.api_fields import Words
from zhtj.lib.doors import door

from orgs import paging, queries
from orgs.api import UnitSerializer
from orgs.api.audit import plain
from orgs.kinds import Industry
from orgs.models import OrgUnit

SMALL_A_PAGE = 50


class OtherUnit(serializers.Serializer):
    unit = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="另一个组织的 id")


class NewIndustry(serializers.Serializer):
    industry = serializers.ChoiceField(choices=Industry.choices, allow_blank=True)


class NewName(serializers.Serializer):
    short_name = serializers.CharField(max_length=60)


@extend_schema(methods=["GET"], parameters=[OtherUnit], responses=OpenApiTypes.OBJECT)
@extend_schema(methods=["POST"], request=OtherUnit, responses=OpenApiTypes.OBJECT)
@api_view(["GET", "POST"])
def merge(request: Request, pk: int) -> Response:
    """合并：把这个组织并入 `unit`，团员、团干部和未完成的批次一并转入。GET 只预览，不写入。"""
    source = _unit(request, pk)
    if request.method == "GET":
        return _merge_preview(request, source)
    target = _unit(request, _sent(OtherUnit, request)["unit"])
    return Response(asdict(reshape.merge_units(request.actor, source=source, target=target)))


def _merge_preview(request: Request, source: OrgUnit) -> Response:
    request.scope.require("units.manage", source)
    asked = OtherUnit(data=request.query_params)
    asked.is_valid(raise_exception=True)
    seen = preview.of_merge(request.scope, source, _unit(request, asked.validated_data["unit"]))
    problems = [{"field": p.field, "code": p.code, "message": p.message} for p in seen.problems]
    counts = {"result": seen.result, "posts": seen.posts, "batches": seen.batches}
    return Response({**counts, "remarks": seen.remarks, "problems": problems})


@extend_schema(request=OtherUnit, responses=UnitSerializer)
@api_view(["POST"])
def move(request: Request, pk: int) -> Response:
    """调整隶属：连同下级一起改由 `unit` 领导。"""
    unit, parent = _unit(request, pk), _unit(request, _sent(OtherUnit, request)["unit"])
    return Response(UnitSerializer(reshape.move_unit(request.actor, unit=unit, new_parent=parent)).data)


@extend_schema(request=None, responses=UnitSerializer)
@api_view(["POST"])
def close(request: Request, pk: int) -> Response:
    """撤销：没有团员和下级的组织。"""
    return Response(UnitSerializer(reshape.close_unit(request.actor, unit=_unit(request, pk))).data)


@extend_schema(request=None, responses=UnitSerializer)
@api_view(["POST"])
def reopen(request: Request, pk: int) -> Response:
    """恢复已撤销的组织。"""
    return Response(UnitSerializer(reshape.reopen_unit(request.actor, unit=_unit(request, pk))).data)


@extend_schema(request=NewName, responses=UnitSerializer)
@api_view(["POST"])
def rename(request: Request, pk: int) -> Response:
    """改名：修改组织简称，原名保留在沿革中。"""
    unit, name = _unit(request, pk), _sent(NewName, request)["short_name"]
    return Response(UnitSerializer(reshape.rename_unit(request.actor, unit=unit, short_name=name)).data)


@extend_schema(request=NewIndustry, responses=UnitSerializer)
@api_view(["POST"])
def industry(request: Request, pk: int) -> Response:
    """修改行业类别：领域随之变化，没有自己行业类别的下级一并变化。空字符串表示与上级相同。"""
    unit, stated = _unit(request, pk), _sent(NewIndustry, request)["industry"]
    return Response(UnitSerializer(reshape.change_industry(request.actor, unit=unit, industry=stated)).data)


class HealthQuery(serializers.Serializer):
    """What a health list is asked for. `after` is the cursor `next` of the page before."""

    unit = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    code = serializers.ChoiceField(required=False, choices=sorted(checks.BY_CODE), default="")
    near = serializers.BooleanField(required=False, default=False)
    after = serializers.CharField(required=False, default="", max_length=20)


@extend_schema(parameters=[HealthQuery], responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def health(request: Request) -> Response:
    """需完善的组织：本级和下级中有问题的组织，逐项列出问题、办法和办理地址。"""
    asked = HealthQuery(data=request.query_params)
    asked.is_valid(raise_exception=True)
    given = asked.validated_data
    unit = _unit(request, given.get("unit") or request.scope.unit_id or 0)
    found = checks.faulty(request.scope, unit=unit, code=given["code"], near=given["near"])
    page = checks.listing(request.scope, found, after=given["after"])
    rows = [
        {
            **_named(each),
            "problems": [
                {"code": f.check.code, "message": f.check.word, "mend": f.link, "url": f.url} for f in faults
            ],
        }
        for each, faults in page.rows
    ]
    return Response({"unit": unit.code, "next": page.after or None, "results": rows})


@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def small_units(request: Request) -> Response:
    """待合并或撤销的组织：不足 3 人的团支部和空心组织，及同一上级下可并入的组织。"""
    units, after = paging.units_after(
        sizes.small_units(request.scope), request.query_params.get("after", ""), SMALL_A_PAGE
    )
    partners = sizes.partners(request.scope, units)
    rows = [
        {
            **_named(unit),
            "size": unit.size,
            "partners": [{**_named(p.unit), "result": p.result} for p in partners[unit.pk]],
        }
        for unit in units
    ]
    return Response({"next": after or None, "results": rows})


class PersonName(serializers.Serializer):
    name = Words(most=words.MOST_SOUGHT, help_text="完整姓名")


@extend_schema(operation_id="audit_people", request=PersonName, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
def person_origin(request: Request) -> Response:
    """人员来历：叫这个名字的人在审计范围内的各段身份、录入来源（文件、工作表、行）和相关记录。"""
    found = origin.trace(request.scope, words.sought(_sent(PersonName, request)["name"]))
    return Response({"results": [_traced(traced) for traced in found]})


def _traced(traced: origin.Traced) -> dict[str, Any]:
    person = traced.person
    return {
        "person": person.pk,
        "full_name": person.full_name,
        "national_id": person.masked_id,
        "periods": [_period(period) for period in traced.periods],
        "entries": [plain(line) for line in traced.lines],
    }


def _period(period: origin.Period) -> dict[str, Any]:
    batch = period.batch
    return {
        "unit": period.unit.code,
        "what": period.what,
        "from_at": period.from_at,
        "until_at": period.until_at,
        "batch": period.batch_id,
        "row": period.row,
        "file_name": batch.file_name if batch else None,
        "sheet": batch.sheet if batch else None,
        "uploaded_by": batch.uploaded_by.username if batch and batch.uploaded_by else None,
    }


def _named(unit: OrgUnit) -> dict[str, Any]:
    return {"id": unit.pk, "code": unit.code, "short_name": unit.short_name, "kind": unit.kind}


def _unit(request: Request, pk: int) -> OrgUnit:
    return get_object_or_404(queries.units(request.scope), pk=pk)


def _sent(shape: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    entry = shape(data=request.data)
    entry.is_valid(raise_exception=True)
    return dict(entry.validated_data)


_manage = door("units.manage")

api_urls = [
    path("units/<int:pk>/merge/", _manage(merge), name="api_unit_merge"),
    path("units/<int:pk>/move/", _manage(move), name="api_unit_move"),
    path("units/<int:pk>/close/", _manage(close), name="api_unit_close"),
    path("units/<int:pk>/reopen/", _manage(reopen), name="api_unit_reopen"),
    path("units/<int:pk>/rename/", _manage(rename), name="api_unit_rename"),
    path("units/<int:pk>/industry/", _manage(industry), name="api_unit_industry"),
    path("health/", door("units.see")(health), name="api_health"),
    path("audit/people/", door("audit.see")(person_origin), name="api_person_origin"),
    path("units/small/", _manage(small_units), name="api_small_units"),
]
