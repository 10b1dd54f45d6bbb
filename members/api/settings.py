"""The admission settings over the API: the same rules as the page; effective at once, audited."""

from dataclasses import asdict
from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.lib.api_fields import Day
from zhtj.lib.problems import Refused

from members import actions, queries
from members.models import AdmissionSettings


class AdmissionSerializer(serializers.Serializer):
    """All of them; the rules say what is out of range."""

    strict_admission_from = Day()
    minimum_age_before = serializers.IntegerField()
    minimum_age_from = serializers.IntegerField()
    overage_from = serializers.IntegerField()
    interchanges_years = serializers.BooleanField()
    accepts_long_numbers = serializers.BooleanField()
    under_three = serializers.ChoiceField(AdmissionSettings.UnderThree.choices)
    allows_release = serializers.BooleanField()
    rectify_days = serializers.IntegerField()
    updated_at = serializers.DateTimeField(read_only=True)


class AdmissionViewSet(viewsets.GenericViewSet):
    """认定设置：从严认定起始日、年龄、编号、整改期限等。"""

    door = "admission.settings"
    serializer_class = AdmissionSerializer

    def retrieve(self, request: Request) -> Response:
        """现行的认定设置。"""
        return Response(AdmissionSerializer(queries.admission_settings()).data)

    def update(self, request: Request) -> Response:
        """整体保存，立即生效。"""
        actions.change_settings(request.actor, values=self._values(request), today=days.today())
        return self.retrieve(request)

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def preview(self, request: Request) -> Response:
        """不保存：按现行设置（`now`）和所填设置（`new`），现有团员中各有多少人不符合。"""
        values = self._values(request)
        if problems := actions.check_settings(values, days.today()):
            raise Refused(problems)
        new = queries.policy_of(actions.preview(values))
        figures = queries.impacts(request.scope, [queries.admission_policy(), new])
        return Response(dict(zip(("now", "new"), map(asdict, figures), strict=True)))

    def _values(self, request: Request) -> dict[str, Any]:
        given = AdmissionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


urls = [
    path(
        "settings/admission/",
        AdmissionViewSet.as_view({"get": "retrieve", "put": "update"}),
        name="api_admission_settings",
    ),
    path(
        "settings/admission/preview/",
        AdmissionViewSet.as_view({"post": "preview"}),
        name="api_admission_preview",
    ),
]
