"""Applications over the API: claims and disputes asked, what waits, answers and decisions."""

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
from members import actions, queries
from members.api.asking import is_drawn
from members.api.shapes import OF_CASE, ActSerializer, CaseSerializer, IdentitySerializer, of_case
from members.models import MemberCase
from members.rules import Entry
from orgs.models import OrgUnit
from orgs.scopes import NOTHING, Scope


class ClaimSerializer(IdentitySerializer):
    """Whom a branch claims."""

    branch = serializers.CharField(max_length=40, help_text="认领团支部的组织编码")
    case = serializers.IntegerField(required=False, min_value=1, help_text=OF_CASE)

    def entry_in(self, scope: Scope) -> Entry:
        """As `entry`; what is left blank beside a `case` of the scope is what is known of its person."""
        return self.read(of_case(scope, dict(self.validated_data)))


class DisputeSerializer(ClaimSerializer):
    """For whom a branch disputes a number."""

    development_number = Cell()


class CaseViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """申请：更正姓名或身份证号码、转接、认领、编号争议。`show` = waiting（默认）、asked、all。"""

    door = {"GET": "members.see", "POST": "members.see"}
    serializer_class = CaseSerializer

    def get_queryset(self) -> QuerySet[MemberCase]:
        if is_drawn(self):
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
        case = actions.ask_claim(
            request.actor,
            branch=self._branch(given),
            entry=given.entry_in(request.scope),
            reason=given.validated_data["reason"],
        )
        return _created(case)

    @extend_schema(request=DisputeSerializer, responses={201: CaseSerializer})
    def dispute(self, request: Request) -> Response:
        """Dispute a number that another branch's member carries."""
        given = DisputeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        case = actions.ask_number(
            request.actor,
            branch=self._branch(given),
            entry=given.entry_in(request.scope),
            reason=given.validated_data["reason"],
            today=days.today(),
        )
        return _created(case)

    def _branch(self, given: ClaimSerializer) -> OrgUnit:
        code = given.validated_data["branch"]
        return get_object_or_404(orgs.queries.units(self.request.scope), code=code)


def _created(case: MemberCase) -> Response:
    return Response(CaseSerializer(case).data, status=status.HTTP_201_CREATED)


urls = [
    path("members/claim/", AskViewSet.as_view({"post": "claim"}), name="api_member_claim"),
    path("members/dispute/", AskViewSet.as_view({"post": "dispute"}), name="api_member_dispute"),
    path("cases/", CaseViewSet.as_view({"get": "list"}), name="api_cases"),
    path("cases/<int:pk>/", CaseViewSet.as_view({"get": "retrieve"}, detail=True), name="api_case"),
    path("cases/<int:pk>/act/", CaseViewSet.as_view({"post": "act"}, detail=True), name="api_case_act"),
]
