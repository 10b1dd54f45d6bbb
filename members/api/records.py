"""One record over the API: seen, corrected, asked another name or id for.

A record is changed against the version it was read in: `ETag` with the answer, `If-Match` with the change.
"""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.lib.api_fields import Cell
from zhtj.lib.problems import Refused

from members import actions, queries
from members.api.asking import is_drawn
from members.api.shapes import CaseSerializer, IdentitySerializer, MemberSerializer
from members.models import Member
from members.queries.known import record_of
from members.rules import FIELDS, EntryReader, changes, shown_entry
from members.rules.procedures import PROCEDURES
from orgs.scopes import NOTHING

CORRECTABLE = tuple(name for name in FIELDS if name not in ("full_name", "national_id", "branch"))

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="读取时的 ETag"
)

STALE = "record.changed"


class ChangeSerializer(serializers.Serializer):
    """What is to be corrected; what is left out stays, a blank clears."""

    attest_evidence = serializers.BooleanField(required=False, default=False)

    def get_fields(self) -> dict[str, serializers.Field]:
        cells: dict[str, serializers.Field] = {name: Cell() for name in CORRECTABLE}
        return cells | super().get_fields()


class RecordViewSet(viewsets.GenericViewSet):
    """一名团员：查看、按版本更正、更正身份。"""

    door = {"GET": "members.see", "PATCH": "members.enter", "POST": "members.enter"}
    serializer_class = MemberSerializer

    def get_queryset(self) -> QuerySet[Member]:
        return queries.members(NOTHING if is_drawn(self) else self.request.scope)

    def retrieve(self, request: Request, pk: int) -> Response:
        """The member as shown, and the version of the record as `ETag`."""
        return self._answer(self._member(pk))

    @extend_schema(
        request=ChangeSerializer,
        responses={200: MemberSerializer, 412: OpenApiTypes.OBJECT, 428: OpenApiTypes.OBJECT},
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        """Correct what is given. 412 with `difference` (field → [stored, sent]) if the record has changed."""
        member = self._member(pk)
        request.scope.require("members.enter", member.branch)
        given = ChangeSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        cells = dict(given.validated_data)
        attests = bool(cells.pop("attest_evidence", False))
        seen = request.headers.get("If-Match", "").removeprefix("W/").strip('" ')
        if not seen:
            return _refusal("version.missing", status.HTTP_428_PRECONDITION_REQUIRED)
        stored = record_of(member).holding("")
        entry = EntryReader(days.today()).read(shown_entry(stored) | cells)
        try:
            actions.correct_member(
                request.actor,
                member=member,
                entry=entry,
                today=days.today(),
                attest_evidence=attests,
                seen=seen,
            )
        except Refused as refused:
            if all(problem.code != STALE for problem in refused.problems):
                raise
            answer = _refusal(STALE, status.HTTP_412_PRECONDITION_FAILED)
            answer.data["difference"] = changes(entry, stored)
            return answer
        return self._answer(self._member(pk))

    @extend_schema(request=IdentitySerializer, responses={201: CaseSerializer})
    def identity(self, request: Request, pk: int) -> Response:
        """Ask for another name or id; granted at once to the superior."""
        given = IdentitySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        case = actions.ask_correction(
            request.actor,
            member=self._member(pk),
            entry=given.entry(),
            reason=given.validated_data["reason"],
            today=days.today(),
        )
        return Response(CaseSerializer(case).data, status=status.HTTP_201_CREATED)

    def _member(self, pk: int) -> Member:
        return get_object_or_404(self.get_queryset(), pk=pk)

    def _answer(self, member: Member) -> Response:
        version = actions.fingerprint(record_of(member))
        data = {**MemberSerializer(member).data, "version": version}
        return Response(data, headers={"ETag": f'"{version}"'})


def _refusal(code: str, answer: int) -> Response:
    problem = PROCEDURES.problem(code)
    told = {"field": problem.field, "code": problem.code, "message": problem.message}
    return Response(
        {"code": code, "message": problem.message + problem.mend, "problems": [told]}, status=answer
    )


urls = [
    path(
        "members/<int:pk>/",
        RecordViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api_member",
    ),
    path(
        "members/<int:pk>/identity/",
        RecordViewSet.as_view({"post": "identity"}),
        name="api_member_identity",
    ),
]
