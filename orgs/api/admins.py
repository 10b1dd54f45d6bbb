"""Administrators, roles and codes over the API."""

from typing import Any

from django.conf import settings
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.cache import add_never_cache_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days, sheets
from zhtj.lib.doors import door

from orgs import actions, admins, queries
from orgs.models import AccessCode, OrgUnit, User
from orgs.scopes import ROLES


class AdminName(serializers.Serializer):
    username = serializers.CharField(max_length=150)


class RoleName(AdminName):
    role = serializers.ChoiceField(choices=sorted(ROLES.keys() - {"unit_admin"}))


@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def unit_admins(request: Request, pk: int) -> Response:
    """管理员、其他角色和未使用的注册码（不含码本身）。"""
    unit = _unit(request, pk, "admins.manage", "roles.apart")
    codes = admins.open_codes(request.scope, [unit], now=days.now())
    return Response(
        {
            "admins": [_account(user) for user in admins.admins_of([unit])[unit.pk]],
            "roles": [{**_account(user), "role": role} for user, role in admins.roles_on(unit)],
            "codes": [{"purpose": code.purpose, "expires_at": _local(code)} for code in codes],
        }
    )


@extend_schema(request=None, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
def issue_code(request: Request, pk: int) -> Response:
    """发放注册码：20 天内有效，旧的未用注册码作废。"""
    (code,) = admins.issue_codes(request.actor, units=[_unit(request, pk)])
    return Response(_plain(code))


@extend_schema(request=AdminName, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
def reset_admin(request: Request, pk: int) -> Response:
    """发放重置码给管理员或有其他角色的账号：2 天内有效。"""
    unit = _unit(request, pk, "admins.manage", "roles.apart")
    user = get_object_or_404(admins.holders(unit), username=_sent(AdminName, request)["username"])
    return Response(_plain(admins.issue_reset_code(request.actor, user=user, unit=unit)))


@extend_schema(request=AdminName, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
def hand_over(request: Request, pk: int) -> Response:
    """发放移交码：用它注册的人接替 `username`。"""
    unit = _unit(request, pk)
    return Response(_plain(admins.issue_handover_code(request.actor, user=_admin(request, unit), unit=unit)))


@extend_schema(request=AdminName, responses={204: None})
@api_view(["POST"])
def dismiss_admin(request: Request, pk: int) -> Response:
    """解除管理员。"""
    unit = _unit(request, pk)
    admins.dismiss_admin(request.actor, user=_admin(request, unit), unit=unit)
    return Response(status=204)


@extend_schema(request=RoleName, responses={204: None})
@api_view(["POST"])
def grant_role(request: Request, pk: int) -> Response:
    """授予角色。"""
    unit = _unit(request, pk, "admins.manage", "roles.apart")
    given = _sent(RoleName, request)
    user = admins.find_user(given["username"])
    actions.grant(request.actor, user=user, unit=unit, role=given["role"])
    return Response(status=204)


@extend_schema(request=RoleName, responses={204: None})
@api_view(["POST"])
def revoke_role(request: Request, pk: int) -> Response:
    """取消角色。"""
    unit = _unit(request, pk, "admins.manage", "roles.apart")
    given = _sent(RoleName, request)
    user = admins.find_user(given["username"])
    actions.revoke(request.actor, user=user, unit=unit, role=given["role"])
    return Response(status=204)


@extend_schema(methods=["GET"], responses=OpenApiTypes.OBJECT)
@extend_schema(methods=["POST"], request=None, responses=OpenApiTypes.OBJECT)
@api_view(["GET", "POST"])
def unit_codes(request: Request, pk: int) -> Response:
    """直属下级的注册码。GET 列出未用的，记入审计；POST 为所有没有管理员、也没有未用注册码的直属下级发放。"""
    unit = get_object_or_404(queries.units(request.scope), pk=pk)
    if request.method == "GET":
        taken = admins.take_codes(request.actor, unit=unit, as_sheet=False, now=days.now())
        codes = [code for code, _ in taken]
    else:
        waiting = admins.waiting_children(request.scope, unit, now=days.now())
        codes = admins.issue_codes(request.actor, units=waiting)
    told = [{"unit": code.unit.code, "name": code.unit.short_name, **_plain(code)} for code in codes]
    return Response({"codes": told}, headers={"Cache-Control": "no-store"})


@extend_schema(request=None, responses={(200, sheets.MEDIA_TYPE): OpenApiTypes.BINARY})
@api_view(["POST"])
def code_workbook(request: Request, pk: int) -> FileResponse:
    """直属下级未用的注册码，导出为表格，记入审计。"""
    unit = get_object_or_404(queries.units(request.scope), pk=pk)
    codes = admins.take_codes(request.actor, unit=unit, as_sheet=False, now=days.now())
    file = admins.codes_file(codes, settings.ZHTJ_BASE_URL)
    answer = FileResponse(
        file, as_attachment=True, filename=f"{unit.code}-codes.xlsx", content_type=sheets.MEDIA_TYPE
    )
    add_never_cache_headers(answer)
    return answer


def _unit(request: Request, pk: int, *capabilities: str) -> OrgUnit:
    """The unit if it is in scope (404) and one of the capabilities holds on it (403)."""
    unit = get_object_or_404(queries.units(request.scope), pk=pk)
    wanted = capabilities or ("admins.manage",)
    if not any(request.scope.may(capability, unit) for capability in wanted):
        request.scope.require(wanted[0], unit)
    return unit


def _admin(request: Request, unit: OrgUnit) -> User:
    return get_object_or_404(admins.admins(unit), username=_sent(AdminName, request)["username"])


def _account(user: User) -> dict[str, Any]:
    return {"username": user.username, "display_name": str(user), "last_login": user.last_login}


def _plain(code: AccessCode) -> dict[str, Any]:
    return {"code": admins.plain_code(code), "expires_at": _local(code)}


def _local(code: AccessCode) -> Any:
    return code.expires_at.astimezone(days.SHANGHAI)


def _sent(shape: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    entry = shape(data=request.data)
    entry.is_valid(raise_exception=True)
    return dict(entry.validated_data)


_staff = door("admins.manage")

urls = [
    path("units/<int:pk>/admins/", _staff(unit_admins), name="api_unit_admins"),
    path("units/<int:pk>/admins/code/", _staff(issue_code), name="api_code_issue"),
    path("units/<int:pk>/admins/reset/", _staff(reset_admin), name="api_admin_reset"),
    path("units/<int:pk>/admins/hand-over/", _staff(hand_over), name="api_admin_hand_over"),
    path("units/<int:pk>/admins/dismiss/", _staff(dismiss_admin), name="api_admin_dismiss"),
    path("units/<int:pk>/roles/grant/", _staff(grant_role), name="api_role_grant"),
    path("units/<int:pk>/roles/revoke/", _staff(revoke_role), name="api_role_revoke"),
    path("units/<int:pk>/codes/", _staff(unit_codes), name="api_unit_codes"),
    path("units/<int:pk>/codes/workbook/", _staff(code_workbook), name="api_code_workbook"),
]
