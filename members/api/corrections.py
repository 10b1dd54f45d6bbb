"""Correction requests over the API: the keeper of a person is asked for other basic data, and answers."""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.lib.api_fields import Cell, Words

import orgs.queries
from members import actions, queries
from members.api.asking import is_drawn
from members.api.shapes import ActSerializer
from orgs import corrections
from orgs.models import CorrectionRequest, Person
from orgs.scopes import NOTHING


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


class CorrectionViewSet(mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """更正请求：请维护组织更正人员的基本信息。`show` = waiting（默认）、asked、all。"""

    door = {"GET": "members.see", "POST": "cadres.enter"}
    serializer_class = CorrectionSerializer

    def get_queryset(self) -> QuerySet[CorrectionRequest]:
        if is_drawn(self):
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


urls = [
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
