"""Rosters over the API: people, ids looked for, exports, lists compared, a whole id shown."""

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days, sheets
from zhtj.lib.api_fields import Words
from zhtj.lib.api_pages import Page

from members import actions, queries
from members.api.asking import (
    ASKED,
    AskedSerializer,
    ListView,
    MemberPageSerializer,
    fields_of,
    filters_in,
    is_drawn,
    unit_named,
)
from members.api.shapes import MemberSerializer
from members.models import Member
from members.queries.columns import COLUMNS
from orgs.api.shapes import OfPerson
from orgs.scopes import NOTHING


class PersonSerializer(OfPerson, serializers.ModelSerializer):
    """A person as shown: national id and mobile masked; where they are a member."""

    id = serializers.IntegerField(source="person_id")
    member = serializers.IntegerField(source="pk")
    branch = serializers.CharField(source="branch.code")

    class Meta:
        model = Member
        fields = (
            "id",
            "full_name",
            "national_id",
            "mobile",
            "sex",
            "birth_on",
            "ethnicity",
            "political_status",
            "education",
            "member",
            "branch",
        )
        read_only_fields = fields


class PersonPageSerializer(Page):
    results = PersonSerializer(many=True)


class ExportSerializer(AskedSerializer):
    """An export: the filters, the columns, and for whole ids the purpose."""

    columns = serializers.ListField(
        child=serializers.ChoiceField(choices=[(key, column.header) for key, column in COLUMNS.items()]),
        required=False,
        default=list,
    )
    full = serializers.BooleanField(required=False, default=False, help_text="包含完整号码")
    purpose = Words()


class PurposeSerializer(serializers.Serializer):
    """What somebody's whole id is needed for; it stands in the audit trail."""

    purpose = Words()


class WholeIdSerializer(serializers.Serializer):
    """A whole national id."""

    national_id = serializers.CharField()


class CompareSerializer(serializers.Serializer):
    """A list of names or ids to be compared with the roster."""

    unit = serializers.CharField(required=False, allow_blank=True, default="")
    list = serializers.ListField(
        child=serializers.CharField(max_length=60, allow_blank=True), max_length=queries.MOST_PASTED
    )


class ComparedSerializer(serializers.Serializer):
    """Who is in, who is not, and which names too many bear."""

    found = serializers.ListField(child=serializers.DictField())
    missing = serializers.ListField(child=serializers.CharField())
    common = serializers.ListField(child=serializers.DictField())


@extend_schema_view(list=extend_schema(parameters=ASKED, responses={200: PersonPageSerializer}))
class PersonViewSet(ListView):
    """人员：管理范围内现有团员的个人信息，身份证号码和手机号码遮盖显示。"""

    door = "members.see"
    serializer_class = PersonSerializer

    def get_queryset(self) -> QuerySet[Member]:
        return queries.members(NOTHING if is_drawn(self) else self.request.scope)


class RosterViewSet(ListView):
    """名册：用 POST 查询身份证号码或手机号码、导出、比对名单。"""

    door = "members.see"
    serializer_class = MemberSerializer

    def get_queryset(self) -> QuerySet[Member]:
        return queries.members(NOTHING if is_drawn(self) else self.request.scope)

    @extend_schema(request=AskedSerializer, responses={200: MemberPageSerializer})
    def search(self, request: Request) -> Response:
        """The roster as `list` gives it; what is asked stands in the body, so ids may be looked for."""
        return self._page(request, fields_of(request))

    @extend_schema(request=ExportSerializer, responses={(200, sheets.MEDIA_TYPE): OpenApiTypes.BINARY})
    def export(self, request: Request) -> FileResponse:
        """The roster as a workbook, ids masked unless `full` with the capability and a purpose; audited."""
        given = ExportSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        unit = unit_named(request.scope, given.validated_data["unit"])
        request.scope.require("roster.print", unit)
        full = given.validated_data["full"]
        filters = filters_in(fields_of(request))
        found = queries.narrowed(request.scope, unit, filters, today=days.today(), capability="roster.print")
        columns = actions.allow_export(
            request.actor,
            unit=unit,
            found=found,
            filters=filters,
            columns=given.validated_data["columns"],
            full=full,
            purpose=given.validated_data["purpose"],
        )
        file = queries.export_file(found, columns, title=f"{unit.short_name}团员名册", full=full)
        return FileResponse(
            file, as_attachment=True, filename=f"{unit.code}-members.xlsx", content_type=sheets.MEDIA_TYPE
        )

    @extend_schema(request=CompareSerializer, responses={200: ComparedSerializer})
    def compare(self, request: Request) -> Response:
        """Names or ids: `found` (as given, ids masked, with the member), `missing`, `common` (names too many
        bear)."""
        given = CompareSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        unit = unit_named(request.scope, given.validated_data["unit"])
        pasted = queries.compare_pasted(request.scope, unit, given.validated_data["list"])
        found = [{"typed": typed, "member": MemberSerializer(member).data} for typed, member in pasted.found]
        common = [{"typed": typed, "count": count} for typed, count in pasted.common]
        return Response({"found": found, "missing": pasted.missing, "common": common})


class RevealViewSet(viewsets.GenericViewSet):
    """查看一名团员完整的身份证号码：须有这项权限并写明用途，记入审计。"""

    door = "ids.reveal"
    serializer_class = WholeIdSerializer

    @extend_schema(request=PurposeSerializer, responses=WholeIdSerializer)
    def reveal(self, request: Request, pk: int) -> Response:
        """The whole id; not to be kept by anything on the way."""
        member = get_object_or_404(queries.members(request.scope, "ids.reveal"), pk=pk)
        given = PurposeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        whole = actions.reveal_id(request.actor, member=member, purpose=given.validated_data["purpose"])
        return Response({"national_id": whole}, headers={"Cache-Control": "no-store"})


urls = [
    path("people/", PersonViewSet.as_view({"get": "list"}), name="api_people"),
    path("members/search/", RosterViewSet.as_view({"post": "search"}), name="api_member_search"),
    path("members/export/", RosterViewSet.as_view({"post": "export"}), name="api_member_export"),
    path("members/compare/", RosterViewSet.as_view({"post": "compare"}), name="api_member_compare"),
    path("members/<int:pk>/reveal/", RevealViewSet.as_view({"post": "reveal"}), name="api_member_reveal"),
]
