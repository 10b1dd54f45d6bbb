"""Campaigns, their stages and where a gate has opened."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets

from orgs.scopes import NOTHING
from progress import queries
from progress.models import Campaign, GateOpening, Stage


class OpeningSerializer(serializers.ModelSerializer):
    region = serializers.CharField(source="region.code", read_only=True)

    class Meta:
        model = GateOpening
        fields = ("region", "opened_on", "reason", "rate")
        read_only_fields = fields


class StageSerializer(serializers.ModelSerializer):
    gate = serializers.CharField(source="gate_stage.key", default="", read_only=True)
    openings = OpeningSerializer(many=True, read_only=True)

    class Meta:
        model = Stage
        fields = (
            "key",
            "name",
            "measure",
            "domains",
            "opens_on",
            "deadline",
            "gate",
            "gate_rate",
            "openings",
        )
        read_only_fields = fields


class CampaignSerializer(serializers.ModelSerializer):
    province = serializers.CharField(source="province.code", read_only=True)
    stages = StageSerializer(many=True, read_only=True)
    is_rehearsal = serializers.BooleanField(read_only=True)

    class Meta:
        model = Campaign
        fields = (
            "key",
            "name",
            "province",
            "starts_on",
            "ends_on",
            "plans_due_on",
            "is_active",
            "is_rehearsal",
            "cutoff_time",
            "lag_points",
            "gate_mode",
            "direct_counties_rank_apart",
            "help_line",
            "system_address",
            "stages",
        )
        read_only_fields = fields


class CampaignViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """行动：本省的各项行动及其阶段、设置和领域开放情况。"""

    door = {"GET": "progress.see"}
    serializer_class = CampaignSerializer
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[Campaign]:
        scope = NOTHING if getattr(self, "swagger_fake_view", False) else self.request.scope
        return queries.with_openings(queries.campaigns(scope))

    def paginate_queryset(self, queryset: QuerySet[Campaign]) -> Any:
        self.paginator.ordering = ("-starts_on", "-pk")
        return super().paginate_queryset(queryset)
