"""Bulletins over the API: those a reader may see."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets

from orgs.scopes import NOTHING
from progress import queries
from progress.models import Bulletin


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
