"""One record over the API, and what is asked about people: corrections, claims, disputes, decisions.

A record is changed against the version it was read in: `ETag` with the answer, `If-Match` with the change.
"""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.lib.api_fields import Cell, Words
from zhtj.lib.problems import Refused

import orgs.queries
from members import actions, queries
from members.api.shapes import MemberSerializer
from members.models import Member, MemberCase
from members.queries.known import record_of
from members.rules import EVERY_CODE, FIELDS, Entry, EntryReader, changes, shown_entry
from members.rules.procedures import PROCEDURES
from orgs import corrections
from orgs.models import CorrectionRequest, OrgUnit, Person
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


class IdentitySerializer(serializers.Serializer):
    """Who it is, and why."""

    full_name = Cell()
    national_id = Cell()
    reason = Words()

    def entry(self) -> Entry:
        """What was said, read; a blank is a problem of the entry."""
        cells = {name: text for name, text in self.validated_data.items() if name in FIELDS}
        entry = EntryReader(days.today()).read(cells)
        for name in ("full_name", "national_id"):
            if not getattr(entry, name) and name not in entry.unread:
                entry.unread[name] = EVERY_CODE.problem(f"{name}.missing")
        return entry


class ClaimSerializer(IdentitySerializer):
    """Whom a branch claims."""

    branch = serializers.CharField(max_length=40, help_text="认领团支部的组织编码")


class DisputeSerializer(ClaimSerializer):
    """For whom a branch disputes a number."""

    development_number = Cell()


class ActSerializer(serializers.Serializer):
    """A word on an application: `grant`, `refuse`, `release`, `keep`, `cancel`."""

    act = serializers.ChoiceField(choices=["grant", "refuse", "release", "keep", "cancel"])
    decision = Words()


class CaseSerializer(serializers.ModelSerializer):
    """An application as shown: ids masked."""

    full_name = serializers.CharField(source="member.person.full_name")
    national_id = serializers.CharField(source="member.person.masked_id")
    branch = serializers.CharField(source="branch.code")
    to_branch = serializers.CharField(source="to_branch.code", allow_null=True)
    decider = serializers.CharField(source="decider.code", allow_null=True)
    new_id = serializers.CharField(source="masked_new_id")

    class Meta:
        model = MemberCase
        fields = (
            "id",
            "kind",
            "state",
            "member",
            "full_name",
            "national_id",
            "branch",
            "to_branch",
            "decider",
            "number",
            "new_name",
            "new_id",
            "reason",
            "asked_at",
            "due_at",
            "answer",
            "answered_at",
            "decision",
            "decided_at",
        )
        read_only_fields = fields


class PersonAskSerializer(serializers.Serializer):
    """Other values for somebody's basic data; what is left out stays."""

    reason = Words()

    def get_fields(self) -> dict[str, serializers.Field]:
        cells: dict[str, serializers.Field] = {name: Cell() for name in corrections.FIELDS}
        return cells | super().get_fields()


class CorrectionSerializer(serializers.ModelSerializer):
    """A correction request as shown: what is asked beside what is stored, ids masked."""

    full_name = serializers.CharField(source="person.full_name")
    unit = serializers.CharField(source="unit.code")
    keeper = serializers.CharField(source="keeper.code")
    changes = serializers.SerializerMethodField()

    class Meta:
        model = CorrectionRequest
        fields = (
            "id",
            "state",
            "person",
            "full_name",
            "unit",
            "keeper",
            "changes",
            "reason",
            "asked_at",
            "answered_at",
            "decision",
            "decided_at",
        )
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_changes(self, asked: CorrectionRequest) -> list[dict[str, str]]:
        lines = corrections.compared(asked, days.today()) if asked.is_open else []
        return [{"field": label, "stored": now, "asked": wanted} for label, now, wanted in lines]


class RecordViewSet(viewsets.GenericViewSet):
    """一名团员：查看、按版本更正、更正身份。"""

    door = {"GET": "members.see", "PATCH": "members.enter", "POST": "members.enter"}
    serializer_class = MemberSerializer

    def get_queryset(self) -> QuerySet[Member]:
        is_schema = getattr(self, "swagger_fake_view", False)
        return queries.members(NOTHING if is_schema else self.request.scope)

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
        return _created(case)

    def _member(self, pk: int) -> Member:
        return get_object_or_404(self.get_queryset(), pk=pk)

    def _answer(self, member: Member) -> Response:
        version = actions.fingerprint(record_of(member))
        data = {**MemberSerializer(member).data, "version": version}
        return Response(data, headers={"ETag": f'"{version}"'})


class CaseViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """申请：更正姓名或身份证号码、转接、认领、编号争议。`show` = waiting（默认）、asked、all。"""

    door = {"GET": "members.see", "POST": "members.see"}
    serializer_class = CaseSerializer

    def get_queryset(self) -> QuerySet[MemberCase]:
        if getattr(self, "swagger_fake_view", False):
            return queries.cases(NOTHING)
        scope, show = self.request.scope, self.request.query_params.get("show", "")
        if self.detail or show == "all":
            return queries.cases(scope)
        return queries.asked_cases(scope) if show == "asked" else queries.waiting_cases(scope, days.now())

    def retrieve(self, request: Request, pk: int) -> Response:
        """One application; `acts`: what this account may do about it now."""
        case = get_object_or_404(self.get_queryset(), pk=pk)
        acts = actions.acts_open_to(request.actor, case, days.now())
        return Response({**CaseSerializer(case).data, "acts": acts})

    @extend_schema(request=ActSerializer, responses={200: CaseSerializer})
    def act(self, request: Request, pk: int) -> Response:
        """Answer, decide or take back."""
        case = get_object_or_404(self.get_queryset(), pk=pk)
        given = ActSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        act, words = given.validated_data["act"], given.validated_data["decision"]
        if act in ("release", "keep"):
            case = actions.answer_claim(
                request.actor, case=case, release=act == "release", answer=words, today=days.today()
            )
        elif act == "cancel":
            case = actions.cancel_case(request.actor, case=case)
        else:
            case = actions.decide_case(
                request.actor, case=case, grant=act == "grant", decision=words, today=days.today()
            )
        return Response(CaseSerializer(case).data)


class AskViewSet(viewsets.GenericViewSet):
    """认领与编号争议的提出。"""

    door = {"POST": "members.enter"}
    serializer_class = CaseSerializer

    @extend_schema(request=ClaimSerializer, responses={201: CaseSerializer})
    def claim(self, request: Request) -> Response:
        """Claim somebody entered elsewhere; moved at once by who answers for both."""
        given = ClaimSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        branch, reason = self._branch(given), given.validated_data["reason"]
        return _created(actions.ask_claim(request.actor, branch=branch, entry=given.entry(), reason=reason))

    @extend_schema(request=DisputeSerializer, responses={201: CaseSerializer})
    def dispute(self, request: Request) -> Response:
        """Dispute a number that another branch's member carries."""
        given = DisputeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        case = actions.ask_number(
            request.actor,
            branch=self._branch(given),
            entry=given.entry(),
            reason=given.validated_data["reason"],
            today=days.today(),
        )
        return _created(case)

    def _branch(self, given: ClaimSerializer) -> OrgUnit:
        code = given.validated_data["branch"]
        return get_object_or_404(orgs.queries.units(self.request.scope), code=code)


class CorrectionViewSet(mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """更正请求：请维护组织更正人员的基本信息。`show` = waiting（默认）、asked、all。"""

    door = {"GET": "members.see", "POST": "cadres.enter"}
    serializer_class = CorrectionSerializer

    def get_queryset(self) -> QuerySet[CorrectionRequest]:
        if getattr(self, "swagger_fake_view", False):
            return corrections.corrections(NOTHING)
        scope, show = self.request.scope, self.request.query_params.get("show", "")
        if self.detail or show == "all":
            return corrections.corrections(scope)
        asked = corrections.asked_corrections if show == "asked" else corrections.waiting_corrections
        return asked(scope)

    @extend_schema(request=PersonAskSerializer, responses={201: CorrectionSerializer})
    def ask(self, request: Request, pk: int) -> Response:
        """Ask the keeper of this person (an id of `people`) for a correction."""
        person: Person | None = queries.person_seen(request.scope, pk)
        unit = orgs.queries.units(request.scope).filter(pk=request.scope.unit_id).first()
        if person is None or unit is None:
            raise Http404
        given = PersonAskSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        typed = dict(given.validated_data)
        reason = typed.pop("reason", "")
        asked = actions.ask_person_correction(
            request.actor, person=person, unit=unit, typed=typed, reason=reason, today=days.today()
        )
        return Response(CorrectionSerializer(asked).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ActSerializer, responses={200: CorrectionSerializer})
    def act(self, request: Request, pk: int) -> Response:
        """Answer as the keeper, approve as its superior, or take back: `grant`, `refuse`, `cancel`."""
        asked = get_object_or_404(self.get_queryset(), pk=pk)
        given = ActSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        act, words = given.validated_data["act"], given.validated_data["decision"]
        if act == "cancel":
            asked = corrections.cancel_person_correction(request.actor, request=asked)
        else:
            asked = actions.answer_person_correction(
                request.actor, request=asked, agrees=act == "grant", decision=words, today=days.today()
            )
        return Response(CorrectionSerializer(asked).data)


def _created(case: MemberCase) -> Response:
    return Response(CaseSerializer(case).data, status=status.HTTP_201_CREATED)


def _refusal(code: str, answer: int) -> Response:
    problem = PROCEDURES.problem(code)
    told = {"field": problem.field, "code": problem.code, "message": problem.message}
    return Response(
        {"code": code, "message": problem.message + problem.mend, "problems": [told]}, status=answer
    )


urls = [
    path("members/claim/", AskViewSet.as_view({"post": "claim"}), name="api_member_claim"),
    path("members/dispute/", AskViewSet.as_view({"post": "dispute"}), name="api_member_dispute"),
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
    path("cases/", CaseViewSet.as_view({"get": "list"}), name="api_cases"),
    path("cases/<int:pk>/", CaseViewSet.as_view({"get": "retrieve"}, detail=True), name="api_case"),
    path("cases/<int:pk>/act/", CaseViewSet.as_view({"post": "act"}, detail=True), name="api_case_act"),
    path(
        "people/<int:pk>/corrections/",
        CorrectionViewSet.as_view({"post": "ask"}, detail=True),
        name="api_person_correct",
    ),
    path("corrections/", CorrectionViewSet.as_view({"get": "list"}), name="api_corrections"),
    path(
        "corrections/<int:pk>/",
        CorrectionViewSet.as_view({"get": "retrieve"}, detail=True),
        name="api_correction",
    ),
    path(
        "corrections/<int:pk>/act/",
        CorrectionViewSet.as_view({"post": "act"}, detail=True),
        name="api_correction_act",
    ),
]
