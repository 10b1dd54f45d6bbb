"""Cadres over the API: the same scope, rules and codes as the pages."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.lib.api_fields import Cell

import orgs.queries
from cadres import actions, queries
from cadres.models import Cadre
from cadres.rules import FIELDS, EntryReader
from orgs.models import OrgUnit
from orgs.scopes import NOTHING


class CadreSerializer(serializers.ModelSerializer):
    """A post and who holds it: the national id masked."""

    unit = serializers.CharField(source="unit.code")
    full_name = serializers.CharField(source="person.full_name")
    national_id = serializers.CharField(source="person.masked_id")
    ethnicity = serializers.CharField(source="person.ethnicity")
    political_status = serializers.CharField(source="person.political_status")

    class Meta:
        model = Cadre
        fields = (
            "id",
            "unit",
            "full_name",
            "national_id",
            "ethnicity",
            "political_status",
            "post",
            "engagement",
            "appointed_on",
            "state",
            "is_preloaded",
            "from_at",
        )
        read_only_fields = fields


class CadreEntrySerializer(serializers.Serializer):
    """One cadre as entered: the fields of the workbook by name; a blank `unit` is the own one."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: Cell() for name in FIELDS}


class KeepSerializer(serializers.Serializer):
    """The whole truth about a post and its holder: what is left out is cleared."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: Cell() for name in FIELDS if name not in ("full_name", "national_id", "unit")}


class DepartSerializer(serializers.Serializer):
    departed_on = serializers.DateField(help_text="离任日期")
    departure = serializers.CharField(help_text="离任原因，例如“工作调动”")


class CadreViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """团干部：查询管理范围内现任的团干部，录入、核对本级团干部，登记离任。"""

    door = {"GET": "cadres.see", "POST": "cadres.enter"}
    serializer_class = CadreSerializer

    def get_queryset(self) -> QuerySet[Cadre]:
        if getattr(self, "swagger_fake_view", False):
            return queries.cadres(NOTHING)
        return queries.cadres(self.request.scope)

    @extend_schema(request=CadreEntrySerializer, responses={201: CadreSerializer, 200: CadreSerializer})
    def create(self, request: Request) -> Response:
        """Enter one cadre; the post held already: 200, updated."""
        entered = actions.enter_cadres(
            request.actor,
            unit=self._own_unit(request),
            entries=[EntryReader(days.today()).read(_valid(CadreEntrySerializer, request))],
            today=days.today(),
        )
        code = status.HTTP_201_CREATED if entered.created else status.HTTP_200_OK
        warnings = [{"field": p.field, "code": p.code, "message": p.message} for p in entered.problems]
        cadre = get_object_or_404(self.get_queryset(), pk=entered.only)
        return Response({**CadreSerializer(cadre).data, "warnings": warnings}, status=code)

    @extend_schema(request=KeepSerializer, responses=CadreSerializer)
    def keep(self, request: Request, pk: int) -> Response:
        """Verify a pre-loaded cadre, or correct one on record."""
        cadre = get_object_or_404(self.get_queryset(), pk=pk)
        entry = EntryReader(days.today()).read(_valid(KeepSerializer, request))
        actions.keep_cadre(request.actor, cadre=cadre, entry=entry, today=days.today())
        held = queries.history_of(request.scope, cadre.person).filter(unit=cadre.unit, until_at=None)
        kept = held.filter(post=entry.post).select_related("person").get()
        return Response(CadreSerializer(kept).data)

    @extend_schema(request=DepartSerializer, responses={204: None})
    def depart(self, request: Request, pk: int) -> Response:
        """Mark a cadre as departed from this post."""
        cadre = get_object_or_404(self.get_queryset(), pk=pk)
        said = _valid(DepartSerializer, request)
        actions.depart_cadre(
            request.actor,
            cadre=cadre,
            departed_on=said["departed_on"],
            why=said["departure"],
            today=days.today(),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={200: {"type": "object"}})
    def declare(self, request: Request) -> Response:
        """核对完成 of the own leading organ."""
        declaration = actions.declare_verified(request.actor, unit=self._own_unit(request))
        return Response(
            {
                "unit": declaration.unit.code,
                "declared_at": declaration.declared_at,
                "cadre_count": declaration.cadre_count,
            }
        )

    def _own_unit(self, request: Request) -> OrgUnit:
        units = orgs.queries.units(request.scope)
        return get_object_or_404(units, pk=request.scope.unit_id)


def _valid(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


api_urls = [
    path("cadres/", CadreViewSet.as_view({"get": "list", "post": "create"}), name="api_cadres"),
    path("cadres/declare/", CadreViewSet.as_view({"post": "declare"}), name="api_cadre_declare"),
    path("cadres/<int:pk>/", CadreViewSet.as_view({"get": "retrieve"}), name="api_cadre"),
    path("cadres/<int:pk>/keep/", CadreViewSet.as_view({"post": "keep"}), name="api_cadre_keep"),
    path("cadres/<int:pk>/depart/", CadreViewSet.as_view({"post": "depart"}), name="api_cadre_depart"),
]
