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

from zhtj.desk import reshape
from zhtj.lib import days
from zhtj.lib.doors import door

from orgs import admins, queries
from orgs.api import UnitSerializer
from orgs.models import OrgUnit


class OtherUnit(serializers.Serializer):
    unit = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="另一个组织的 id")


class NewName(serializers.Serializer):
    short_name = serializers.CharField(max_length=60)


class AdminName(serializers.Serializer):
    username = serializers.CharField(max_length=150)


@extend_schema(request=OtherUnit, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
def merge(request: Request, pk: int) -> Response:
    """合并：把这个组织并入 `unit`，团员、团干部和未完成的批次一并转入。"""
    source, target = _unit(request, pk), _unit(request, _sent(OtherUnit, request)["unit"])
    return Response(asdict(reshape.merge_units(request.actor, source=source, target=target)))


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


@extend_schema(request=None, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
def issue_code(request: Request, pk: int) -> Response:
    """发放注册码：20 天内有效，旧的未用注册码作废。"""
    (code,) = admins.issue_codes(request.actor, units=[_unit(request, pk)])
    return Response(
        {"code": admins.plain_code(code), "expires_at": code.expires_at.astimezone(days.SHANGHAI)}
    )


@extend_schema(request=AdminName, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
def reset_admin(request: Request, pk: int) -> Response:
    """发放重置码：2 天内有效。"""
    unit = _unit(request, pk)
    request.scope.require("admins.manage", unit)
    user = get_object_or_404(admins.admins(unit), username=_sent(AdminName, request)["username"])
    code = admins.issue_reset_code(request.actor, user=user, unit=unit)
    return Response(
        {"code": admins.plain_code(code), "expires_at": code.expires_at.astimezone(days.SHANGHAI)}
    )


@extend_schema(request=AdminName, responses={204: None})
@api_view(["POST"])
def dismiss_admin(request: Request, pk: int) -> Response:
    """解除管理员。"""
    unit = _unit(request, pk)
    request.scope.require("admins.manage", unit)
    user = get_object_or_404(admins.admins(unit), username=_sent(AdminName, request)["username"])
    admins.dismiss_admin(request.actor, user=user, unit=unit)
    return Response(status=204)


def _unit(request: Request, pk: int) -> OrgUnit:
    return get_object_or_404(queries.units(request.scope), pk=pk)


def _sent(shape: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    entry = shape(data=request.data)
    entry.is_valid(raise_exception=True)
    return dict(entry.validated_data)


_manage, _staff = door("units.manage"), door("admins.manage")

api_urls = [
    path("units/<int:pk>/merge/", _manage(merge), name="api_unit_merge"),
    path("units/<int:pk>/move/", _manage(move), name="api_unit_move"),
    path("units/<int:pk>/close/", _manage(close), name="api_unit_close"),
    path("units/<int:pk>/reopen/", _manage(reopen), name="api_unit_reopen"),
    path("units/<int:pk>/rename/", _manage(rename), name="api_unit_rename"),
    path("units/<int:pk>/admins/code/", _staff(issue_code), name="api_code_issue"),
    path("units/<int:pk>/admins/reset/", _staff(reset_admin), name="api_admin_reset"),
    path("units/<int:pk>/admins/dismiss/", _staff(dismiss_admin), name="api_admin_dismiss"),
]
