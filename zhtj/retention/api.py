"""The retention days over the API: the same limits as the page."""

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.retention.engine import apply, kept, set_rules
from zhtj.retention.items import ITEMS


class RetentionSerializer(serializers.Serializer):
    """Days by item; what is left out stays."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {
            item.key: serializers.IntegerField(
                required=False, help_text=f"{item.what}：{item.since}，{item.least}至{item.most}天"
            )
            for item in ITEMS
        }


class DueSerializer(serializers.Serializer):
    """What would be deleted of one item now; `waits_until` where the campaign is not over."""

    key = serializers.CharField()
    what = serializers.CharField()
    days = serializers.IntegerField()
    count = serializers.IntegerField()
    waits_until = serializers.DateField(allow_null=True)


class RetentionViewSet(viewsets.GenericViewSet):
    """保存期限设置。"""

    door = "campaign.settings"
    serializer_class = RetentionSerializer

    def retrieve(self, request: Request) -> Response:
        """各类数据现行的保存天数。"""
        return Response({line.item.key: line.days for line in kept()})

    def partial_update(self, request: Request) -> Response:
        """修改若干类数据的保存天数，今晚起生效。"""
        given = RetentionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        set_rules(request.actor, values=given.validated_data)
        return self.retrieve(request)

    @extend_schema(responses=DueSerializer(many=True))
    def due(self, request: Request) -> Response:
        """按现行期限，现在会删除的数量；不删除。"""
        return Response(DueSerializer(apply(days.now(), dry_run=True), many=True).data)


api_urls = [
    path(
        "settings/retention/",
        RetentionViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api_retention_settings",
    ),
    path("settings/retention/due/", RetentionViewSet.as_view({"get": "due"}), name="api_retention_due"),
]
