"""Bulletins and baselines over the API: the same scope and figures as the pages."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib.doors import door

from orgs.scopes import NOTHING
from progress import converters, queries  # noqa: F401 - `converters` knows <day:…>
from progress.models import Baseline, Bulletin


class BulletinSerializer(serializers.ModelSerializer):
    number = serializers.SerializerMethodField()

    class Meta:
        model = Bulletin
        fields = (
            "id",
            "day",
            "revision",
            "number",
            "state",
            "cutoff_at",
            "computed_at",
            "published_at",
            "reason",
        )
        read_only_fields = fields

    def get_number(self, bulletin: Bulletin) -> str:
        return queries.number(bulletin)


class BaselineSerializer(serializers.ModelSerializer):
    unit = serializers.CharField(source="unit.code", read_only=True)
    name = serializers.CharField(source="unit.short_name", read_only=True)

    class Meta:
        model = Baseline
        fields = ("id", "unit", "name", "domain", "member_count", "branch_count", "cadre_count", "from_at")
        read_only_fields = fields


class BulletinViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """日通报：可以查看的各期，最新的在前。"""

    door = {"GET": "progress.see"}
    serializer_class = BulletinSerializer

    def get_queryset(self) -> QuerySet[Bulletin]:
        scope = NOTHING if getattr(self, "swagger_fake_view", False) else self.request.scope
        return queries.bulletins(scope, queries.campaign_for(scope))

    def paginate_queryset(self, queryset: QuerySet[Bulletin]) -> Any:
        self.paginator.ordering = ("-day", "-revision")
        return super().paginate_queryset(queryset)


class BaselineViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """团统数：管理范围内现行的应录入数。"""

    door = {"GET": "progress.see"}
    serializer_class = BaselineSerializer

    def get_queryset(self) -> QuerySet[Baseline]:
        scope = NOTHING if getattr(self, "swagger_fake_view", False) else self.request.scope
        return queries.baselines(scope)


@extend_schema(
    parameters=[OpenApiParameter("unit", OpenApiTypes.STR, description="组织编码；缺省为当前组织")],
    responses=OpenApiTypes.OBJECT,
)
@api_view(["GET"])
def bulletin_lines(request: Request, day: dt.date) -> Response:
    """一期通报的各行，与页面所示一致：本级在前，直属下级按分类排名。"""
    scope = request.scope
    campaign = queries.campaign_for(scope)
    if campaign is None:
        raise Http404
    found = queries.on_day(scope, campaign, day)
    code = request.query_params.get("unit", "")
    unit = queries.find_unit(campaign, code) if code else queries.own_unit(scope)
    lines = queries.report(scope, found, unit) if found and unit else []
    if not lines:
        raise Http404
    return Response(lines)


api_urls = [
    path("bulletins/", BulletinViewSet.as_view({"get": "list"}), name="api_bulletins"),
    path("bulletins/<day:day>/", door("progress.see")(bulletin_lines), name="api_bulletin"),
    path("baselines/", BaselineViewSet.as_view({"get": "list"}), name="api_baselines"),
]
