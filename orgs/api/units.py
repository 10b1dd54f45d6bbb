"""Units and oneself over the API: the same scope, rules and codes as the pages."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib.doors import signed_in
from zhtj.lib.problems import Refused

from orgs import actions, queries
from orgs.forms import UnitSearchForm
from orgs.kinds import Industry, UnitClass, UnitKind
from orgs.models import OrgUnit
from orgs.rules import CARD_FIELDS, CODES, POST_COUNTS
from orgs.tree import NewUnit


class UnitSerializer(serializers.ModelSerializer):
    is_open = serializers.BooleanField(read_only=True)

    class Meta:
        model = OrgUnit
        fields = (
            "id",
            "code",
            "short_name",
            "full_name",
            "kind",
            "unit_class",
            "industry",
            "domain",
            "is_private_school",
            "parent",
            "is_open",
            "phone",
            "email",
            "admin_posts_planned_count",
            "admin_posts_filled_count",
            "public_posts_planned_count",
            "public_posts_filled_count",
            "secretary_name",
        )
        read_only_fields = fields


class NewUnitSerializer(serializers.Serializer):
    """Shape only; the rules of `orgs.rules` are asked by the action."""

    parent = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="上级组织的 id")
    short_name = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(choices=UnitKind.choices)
    code = serializers.CharField(max_length=32, required=False, allow_blank=True)
    full_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    industry = serializers.ChoiceField(choices=Industry.choices, required=False, allow_blank=True)
    unit_class = serializers.ChoiceField(choices=UnitClass.choices, required=False, allow_blank=True)
    is_private_school = serializers.BooleanField(required=False)


class CardSerializer(serializers.Serializer):
    """Fields of a unit's card to change; what is not sent stays, "" (null for a count) empties."""

    def get_fields(self) -> dict[str, serializers.Field]:
        texts: dict[str, serializers.Field] = {
            name: serializers.CharField(required=False, allow_blank=True, max_length=200)
            for name in CARD_FIELDS
        }
        counts = {name: serializers.IntegerField(required=False, allow_null=True) for name in POST_COUNTS}
        texts["secretary_id"] = serializers.CharField(
            required=False, allow_blank=True, max_length=40, write_only=True, help_text="加密保存，不再显示"
        )
        return texts | counts | {"is_private_school": serializers.BooleanField(required=False)}


class UnitViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """团组织：查询管理范围内的组织，在有权管理的组织下创建。"""

    door = {"GET": "units.see", "POST": "units.create", "PATCH": "units.edit_card"}
    serializer_class = UnitSerializer

    def get_queryset(self) -> QuerySet[OrgUnit]:
        if getattr(self, "swagger_fake_view", False):
            return queries.units(queries.NOTHING)
        scope = self.request.scope
        text, _ = UnitSearchForm(self.request.query_params).asked()
        found = queries.find(scope, text) if text else queries.units(scope)
        parent = self.request.query_params.get("parent", "")
        return found.filter(parent=int(parent)) if _is_id(parent) else found

    @extend_schema(
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, description="简称、全称或编码"),
            OpenApiParameter("parent", OpenApiTypes.INT, description="只列这个组织的直属下级"),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewUnitSerializer, responses={201: UnitSerializer})
    def create(self, request: Request) -> Response:
        entry = NewUnitSerializer(data=request.data)
        entry.is_valid(raise_exception=True)
        values = dict(entry.validated_data)
        parent = get_object_or_404(queries.units(request.scope), pk=values.pop("parent"))
        unit = actions.create_unit(request.actor, parent=parent, new=NewUnit(**values))
        return Response(UnitSerializer(unit).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CardSerializer, responses=UnitSerializer)
    def edit(self, request: Request, pk: int) -> Response:
        """完善组织信息：只修改提交的字段。"""
        unit = get_object_or_404(self.get_queryset(), pk=pk)
        request.scope.require("units.edit_card", unit)
        entry = CardSerializer(data=request.data)
        entry.is_valid(raise_exception=True)
        values = dict(entry.validated_data)
        if unit.kind not in actions.KINDS_WITH_POSTS and (strange := values.keys() & set(POST_COUNTS)):
            raise Refused([CODES.problem("post_count.not_at_this_kind", at=name) for name in sorted(strange)])
        return Response(self.get_serializer(actions.edit_card(request.actor, unit=unit, **values)).data)


@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def me(request: Request) -> Response:
    """本人：账号、当前组织、授权。"""
    scope = request.scope
    held = {unit.pk: unit for unit in queries.units(scope).filter(pk__in=[g.unit_id for g in scope.grants])}
    acting = held.get(scope.unit_id)
    return Response(
        {
            "username": request.user.username,
            "display_name": str(request.user),
            "unit": acting.code if acting else None,
            "grants": [
                {"unit": held[grant.unit_id].code, "role": grant.role}
                for grant in scope.grants
                if grant.unit_id in held
            ],
        }
    )


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


urls = [
    path("me/", signed_in(me), name="api_me"),
    path("units/", UnitViewSet.as_view({"get": "list", "post": "create"}), name="api_units"),
    path("units/<int:pk>/", UnitViewSet.as_view({"get": "retrieve", "patch": "edit"}), name="api_unit"),
]
