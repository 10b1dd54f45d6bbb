"""Members over the API: the same scope, rules and codes as the pages."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days, sheets, words
from zhtj.lib.api_fields import Cell, Words
from zhtj.lib.api_pages import Page, page
from zhtj.lib.problems import Refused

import orgs.queries
from members import actions, queries
from members.api.shapes import MemberSerializer
from members.models import Member
from members.queries.columns import COLUMNS
from members.roster_forms import RosterForm
from members.rules import FIELDS, EntryReader
from members.rules.procedures import PROCEDURES
from orgs import finding
from orgs.api.shapes import OfPerson
from orgs.models import OrgUnit
from orgs.scopes import NOTHING, Scope

MOST_A_PAGE = 500


class EntrySerializer(serializers.Serializer):
    """One member as entered: the fields of the workbook by name."""

    attest_evidence = serializers.BooleanField(
        required=False, default=False, help_text="没有填写“有”“无”的材料，我确认确实在档"
    )
    case = serializers.IntegerField(
        required=False,
        min_value=1,
        help_text="已归我方的编号争议：身份证号码留空或照答复中遮盖的写，即争议中填写的号码；姓名、编号、团支部也可留空",
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        cells: dict[str, serializers.Field] = {name: Cell() for name in FIELDS}
        return cells | super().get_fields()


class TransferSerializer(serializers.Serializer):
    """Whom to transfer, where, and why (needed where others have to agree)."""

    members = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=500)
    to_branch = serializers.CharField(max_length=40, help_text="转入团支部的组织编码")
    reason = Words()


class WithdrawSerializer(serializers.Serializer):
    """Whom to take out of the roster, and why."""

    members = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=500)
    reason = serializers.ChoiceField(choices=[(reason.value, reason.label) for reason in actions.WITHDRAWALS])
    remark = Words()


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


class MemberPageSerializer(Page):
    results = MemberSerializer(many=True)


class PersonPageSerializer(Page):
    results = PersonSerializer(many=True)


class AskedSerializer(serializers.Serializer):
    """What a roster is narrowed by: the names and values of the roster page."""

    unit = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="组织编码，不填为当前组织"
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        asked: dict[str, serializers.Field] = {
            name: Cell(help_text=field.label) for name, field in RosterForm.base_fields.items()
        }
        return super().get_fields() | asked


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


ASKED = [
    OpenApiParameter("unit", OpenApiTypes.STR, description="组织编码，不填为当前组织"),
    OpenApiParameter("after", OpenApiTypes.STR, description="上一页 next 中的位置"),
    OpenApiParameter("page_size", OpenApiTypes.INT, description=f"每页行数，最多 {MOST_A_PAGE}"),
    *(
        OpenApiParameter(name, OpenApiTypes.STR, description=str(field.label))
        for name, field in RosterForm.base_fields.items()
    ),
]


class ListView(viewsets.GenericViewSet):
    """A roster over the API: unit, filters, pages. A whole id or mobile is asked for by POST to `search`."""

    def list(self, request: Request) -> Response:
        """A page by place in the tree. `next` leads on, also where a rare filter found few rows so far."""
        if queries.is_private(request.query_params.get("q", "")):
            raise ValidationError({"q": "身份证号码和手机号码请用 POST 查询：/api/members/search/。"})
        return self._page(request, request.query_params)

    def _page(self, request: Request, asked: Mapping[str, Any]) -> Response:
        after = request.query_params.get("after", "")
        roster = queries.roster(
            request.scope,
            unit=unit_named(request.scope, asked.get("unit", "")),
            today=days.today(),
            filters=filters_in(asked),
            after=after,
            size=_page_size(request.query_params.get("page_size", "")),
        )
        return page(request, self.get_serializer(roster.members, many=True).data, roster.after)


def _of_case(request: Request, values: dict[str, Any]) -> dict[str, Any]:
    """What was sent, filled with what is known of who a number was won for. 404 for a `case` that is none."""
    key = values.pop("case", None)
    if key is None:
        return values
    won = queries.won_number(request.scope, key)
    if won is None or won.to_branch is None:
        raise Http404
    known = {"full_name": won.new_name, "national_id": won.masked_new_id, "development_number": won.number}
    filled = known | {"branch": won.to_branch.code} | {name: cell for name, cell in values.items() if cell}
    return values | filled | {"national_id": queries.id_meant(won, str(filled["national_id"]))}


@extend_schema_view(list=extend_schema(parameters=ASKED, responses={200: MemberPageSerializer}))
class MemberViewSet(ListView):
    """团员：查询管理范围内的团员，录入本级或直属下级团支部的团员。"""

    door = {"GET": "members.see", "POST": "members.enter"}
    serializer_class = MemberSerializer

    def get_queryset(self) -> QuerySet[Member]:
        return queries.members(NOTHING if is_drawn(self) else self.request.scope)

    @extend_schema(request=EntrySerializer, responses={201: MemberSerializer, 200: MemberSerializer})
    def create(self, request: Request) -> Response:
        """Enter one member; the branch by code, full or short name. Known there already: 200, updated."""
        given = EntrySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = _of_case(request, dict(given.validated_data))
        attests = values.pop("attest_evidence")
        unit = get_object_or_404(orgs.queries.units(request.scope), pk=request.scope.unit_id)
        entered = actions.enter_members(
            request.actor,
            unit=unit,
            entries=[EntryReader(days.today()).read(values)],
            today=days.today(),
            attest_evidence=attests,
        )
        (pk,) = [*entered.created, *entered.updated, *entered.unchanged]
        member = get_object_or_404(self.get_queryset(), pk=pk)
        code = status.HTTP_201_CREATED if entered.created else status.HTTP_200_OK
        warnings = [{"field": p.field, "code": p.code, "message": p.message} for p in entered.problems]
        return Response({**MemberSerializer(member).data, "warnings": warnings}, status=code)

    @extend_schema(request=TransferSerializer, responses={200: OpenApiTypes.OBJECT})
    def transfer(self, request: Request) -> Response:
        """Transfer members at once, or apply where the receiving side has to agree: `done`, `asked`."""
        given = TransferSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        code = given.validated_data["to_branch"]
        to_branch = finding.branch_by_code(code)
        ids = self._seen(given.validated_data["members"])
        if to_branch is None:
            raise Refused([PROCEDURES.problem("to_branch.unknown", value=code)])
        reason = given.validated_data["reason"]
        moved = actions.transfer_members(request.actor, member_ids=ids, to_branch=to_branch, reason=reason)
        return Response({"done": moved.done, "asked": moved.asked})

    @extend_schema(request=WithdrawSerializer, responses={200: OpenApiTypes.OBJECT})
    def withdraw(self, request: Request) -> Response:
        """Take members out of the roster from now on; the history stays: `withdrawn`."""
        given = WithdrawSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        ids = self._seen(given.validated_data["members"])
        count = actions.withdraw_members(
            request.actor,
            member_ids=ids,
            reason=given.validated_data["reason"],
            remark=given.validated_data["remark"],
        )
        return Response({"withdrawn": count})

    def _seen(self, ids: list[int]) -> set[int]:
        """The ids, if all are members to be seen; else 404."""
        wanted = {pk for pk in ids if pk < 1 << 62}
        if len(wanted) != len(set(ids)) or self.get_queryset().filter(pk__in=wanted).count() != len(wanted):
            raise Http404
        return wanted


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


def fields_of(request: Request) -> Mapping[str, Any]:
    """The body, if it is an object."""
    if not isinstance(request.data, Mapping):
        raise ValidationError("请求内容应当是一个对象。")
    return request.data


def unit_named(scope: Scope, code: Any) -> OrgUnit:
    """The unit of this code that the scope sees, "" the one acted for; 404 for any other."""
    seen = orgs.queries.units(scope, "members.see")
    if code in ("", None):
        return get_object_or_404(seen, pk=scope.unit_id)
    if not isinstance(code, str):
        raise Http404
    return get_object_or_404(seen, code=words.code(code))


def filters_in(asked: Mapping[str, Any]) -> queries.Filters:
    """The filters of the roster page, by the same names. Raises ValidationError for what cannot be read."""
    form = RosterForm({name: asked[name] for name in RosterForm.base_fields if name in asked})
    if not form.is_valid():
        raise ValidationError({name: [str(text) for text in texts] for name, texts in form.errors.items()})
    return form.filters()


def is_drawn(view: Any) -> bool:
    """Is the schema being drawn, without a request?"""
    return bool(getattr(view, "swagger_fake_view", False))


def _page_size(text: str) -> int:
    """The size asked for, up to MOST_A_PAGE; what is no number is the usual one."""
    is_number = text.isascii() and text.isdigit() and len(text) < 9
    return min(int(text), MOST_A_PAGE) if is_number and int(text) else queries.PAGE_SIZE


urls = [
    path("people/", PersonViewSet.as_view({"get": "list"}), name="api_people"),
    path("members/transfer/", MemberViewSet.as_view({"post": "transfer"}), name="api_member_transfer"),
    path("members/search/", RosterViewSet.as_view({"post": "search"}), name="api_member_search"),
    path("members/export/", RosterViewSet.as_view({"post": "export"}), name="api_member_export"),
    path("members/compare/", RosterViewSet.as_view({"post": "compare"}), name="api_member_compare"),
    path("members/withdraw/", MemberViewSet.as_view({"post": "withdraw"}), name="api_member_withdraw"),
    path("members/", MemberViewSet.as_view({"get": "list", "post": "create"}), name="api_members"),
    path("members/<int:pk>/reveal/", RevealViewSet.as_view({"post": "reveal"}), name="api_member_reveal"),
]
