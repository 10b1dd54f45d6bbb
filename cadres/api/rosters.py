"""Rosters taken along, and who is missing, over the API: the same scope, codes and trail as the pages."""

from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days, sheets
from zhtj.lib.api_fields import Cell, Words
from zhtj.lib.api_pages import Page, page

from cadres import actions, exports, queries
from cadres.api.posts import filters_in, unit_named
from cadres.columns import COLUMNS
from cadres.forms import FilterForm
from orgs import paging
from orgs.models import OrgUnit

FILTERS = [name for name in FilterForm.base_fields if name != "column"]


class CadreExportSerializer(serializers.Serializer):
    """An export: the unit, the filters of the roster page, the columns, and for whole ids the purpose."""

    unit = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="组织编码，不填为当前组织"
    )
    columns = serializers.ListField(
        child=serializers.ChoiceField(choices=[(column.key, column.label) for column in COLUMNS]),
        required=False,
        default=list,
    )
    full = serializers.BooleanField(required=False, default=False, help_text="包含完整号码")
    purpose = Words()

    def get_fields(self) -> dict[str, serializers.Field]:
        asked: dict[str, serializers.Field] = {
            name: Cell(help_text=FilterForm.base_fields[name].label) for name in FILTERS
        }
        return super().get_fields() | asked


class MissingQuery(serializers.Serializer):
    """Where somebody is missing: whose sub-tree, what is missing; `after` as `next` gives it."""

    unit = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="组织编码，不填为当前组织"
    )
    show = serializers.ChoiceField(
        required=False,
        choices=[(key, label) for key, (label, _) in queries.MISSING.items()],
        default="none",
        error_messages={"invalid_choice": f"请从{'、'.join(queries.MISSING)}中选择一项。"},
    )
    after = serializers.CharField(required=False, allow_blank=True, default="", max_length=20)


class MissingUnitSerializer(serializers.ModelSerializer):
    """A unit in which somebody is missing, and whom to call there."""

    parent_name = serializers.CharField(source="parent.short_name", default="")

    class Meta:
        model = OrgUnit
        fields = (
            "id",
            "code",
            "short_name",
            "kind",
            "parent",
            "parent_name",
            "secretary_name",
            "secretary_mobile",
            "phone",
        )
        read_only_fields = fields


class MissingPageSerializer(Page):
    results = MissingUnitSerializer(many=True)


class MissingCountsSerializer(serializers.Serializer):
    """How many units each list holds."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {key: serializers.IntegerField(help_text=label) for key, (label, _) in queries.MISSING.items()}


class CadreExportViewSet(viewsets.GenericViewSet):
    """团干部名册导出为表格。"""

    door = "roster.print"
    serializer_class = CadreExportSerializer

    @extend_schema(request=CadreExportSerializer, responses={(200, sheets.MEDIA_TYPE): OpenApiTypes.BINARY})
    def export(self, request: Request) -> FileResponse:
        """The roster as a workbook, ids masked unless `full` with the capability and a purpose; audited."""
        given = CadreExportSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said: dict[str, Any] = given.validated_data
        unit = unit_named(request.scope, said["unit"])
        asked = {name: said[name] for name in FILTERS if said.get(name) is not None}
        form = filters_in({**asked, "column": said["columns"]})
        found = queries.roster(request.scope, unit=unit, filters=form.asked)
        full = said["full"]
        actions.allow_export(
            request.actor,
            unit=unit,
            found=found,
            narrowed=urlencode(form.query()),
            full=full,
            purpose=said["purpose"],
        )
        posts = found.iterator(chunk_size=2000)
        title = f"{unit.short_name}团干部名册"
        file = exports.workbook(title, posts, form.columns, days.today(), full=full)
        return FileResponse(
            file, as_attachment=True, filename=f"{unit.code}-cadres.xlsx", content_type=sheets.MEDIA_TYPE
        )


class MissingViewSet(viewsets.GenericViewSet):
    """谁还没有录：缺团干部、缺书记、必填信息不全的组织。"""

    door = "cadres.see"
    serializer_class = MissingUnitSerializer
    pagination_class = None

    @extend_schema(parameters=[MissingQuery], responses=MissingPageSerializer)
    def list(self, request: Request) -> Response:
        """The units of a sub-tree in which somebody is missing, in the order of the tree."""
        said = _asked(request)
        unit = unit_named(request.scope, said["unit"])
        _, missing_in = queries.MISSING[said["show"]]
        units = missing_in(request.scope, unit).select_related("parent")
        shown, after = paging.units_after(units, said["after"], queries.PAGE_SIZE)
        return page(request, MissingUnitSerializer(shown, many=True).data, after)

    @extend_schema(parameters=[MissingQuery], responses=MissingCountsSerializer)
    def counts(self, request: Request) -> Response:
        """How many units of a sub-tree each of the lists holds."""
        unit = unit_named(request.scope, _asked(request)["unit"])
        return Response(queries.missing_counts(request.scope, unit))


def _asked(request: Request) -> dict[str, Any]:
    given = MissingQuery(data=request.query_params)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


urls = [
    path("cadres/export/", CadreExportViewSet.as_view({"post": "export"}), name="api_cadre_export"),
    path("cadres/missing/", MissingViewSet.as_view({"get": "list"}), name="api_cadre_missing"),
    path(
        "cadres/missing/counts/", MissingViewSet.as_view({"get": "counts"}), name="api_cadre_missing_counts"
    ),
]
