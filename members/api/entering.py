"""Members over the API: listed, entered, transferred, taken out."""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.lib.api_fields import Cell, Words
from zhtj.lib.problems import Refused

import orgs.queries
from members import actions, queries
from members.api.asking import ASKED, ListView, MemberPageSerializer, is_drawn
from members.api.shapes import OF_CASE, MemberSerializer, of_case
from members.models import Member
from members.rules import FIELDS, EntryReader
from members.rules.procedures import PROCEDURES
from orgs import finding
from orgs.scopes import NOTHING


class EntrySerializer(serializers.Serializer):
    """One member as entered: the fields of the workbook by name."""

    attest_evidence = serializers.BooleanField(
        required=False, default=False, help_text="没有填写“有”“无”的材料，我确认确实在档"
    )
    case = serializers.IntegerField(required=False, min_value=1, help_text=OF_CASE)

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
        values = of_case(request.scope, dict(given.validated_data))
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


urls = [
    path("members/transfer/", MemberViewSet.as_view({"post": "transfer"}), name="api_member_transfer"),
    path("members/withdraw/", MemberViewSet.as_view({"post": "withdraw"}), name="api_member_withdraw"),
    path("members/", MemberViewSet.as_view({"get": "list", "post": "create"}), name="api_members"),
]
