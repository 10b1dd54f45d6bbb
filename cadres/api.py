"""Cadres over the API: the posts held now inside the scope."""

from django.db.models import QuerySet
from django.urls import path
from rest_framework import mixins, serializers, viewsets

from cadres import queries
from cadres.models import Cadre
from orgs.scopes import NOTHING


class CadreSerializer(serializers.ModelSerializer):
    """A post and who holds it: the national id masked."""

    unit = serializers.CharField(source="unit.code")
    full_name = serializers.CharField(source="person.full_name")
    national_id = serializers.CharField(source="person.masked_id")
    ethnicity = serializers.CharField(source="person.ethnicity")
    political_status = serializers.CharField(source="person.political_status")

    class Meta:
        model = Cadre
        fields = (
            "id",
            "unit",
            "full_name",
            "national_id",
            "ethnicity",
            "political_status",
            "post",
            "engagement",
            "appointed_on",
            "state",
            "is_preloaded",
            "from_at",
        )
        read_only_fields = fields


class CadreViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """团干部：查询管理范围内现任的团干部。"""

    door = {"GET": "cadres.see"}
    serializer_class = CadreSerializer

    def get_queryset(self) -> QuerySet[Cadre]:
        if getattr(self, "swagger_fake_view", False):
            return queries.cadres(NOTHING)
        return queries.cadres(self.request.scope)


api_urls = [
    path("cadres/", CadreViewSet.as_view({"get": "list"}), name="api_cadres"),
    path("cadres/<int:pk>/", CadreViewSet.as_view({"get": "retrieve"}), name="api_cadre"),
]
