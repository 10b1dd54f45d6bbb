"""抽查: what is proposed for a look, and the answer."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.lib.api_fields import Words

from orgs.scopes import NOTHING
from progress import actions, queries
from progress.actions.asking import LONGEST
from progress.models import SpotCheck


class SpotCheckSerializer(serializers.ModelSerializer):
    branch = serializers.CharField(source="branch.code", read_only=True)

    class Meta:
        model = SpotCheck
        fields = ("id", "branch", "pattern", "count", "detail", "state", "found_at", "answered_at", "remark")
        read_only_fields = fields


class LookedSerializer(serializers.Serializer):
    state = serializers.ChoiceField([(answer.value, answer.label) for answer in actions.ANSWERS])
    remark = Words(most=LONGEST)


class SpotCheckViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """抽查提示：下级团支部里值得看一眼的情况；记录查看结果。"""

    door = "approvals.decide"
    serializer_class = SpotCheckSerializer

    def get_queryset(self) -> QuerySet[SpotCheck]:
        scope = NOTHING if getattr(self, "swagger_fake_view", False) else self.request.scope
        return queries.spot_checks(scope)

    def paginate_queryset(self, queryset: QuerySet[SpotCheck]) -> Any:
        self.paginator.ordering = ("-found_at", "-pk")
        return super().paginate_queryset(queryset)

    @extend_schema(request=LookedSerializer, responses=SpotCheckSerializer)
    def answer(self, request: Request, pk: int) -> Response:
        """Write down what was seen."""
        check = get_object_or_404(self.get_queryset(), pk=pk)
        given = LookedSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        actions.answer_spot_check(request.actor, check=check, at=days.now(), **given.validated_data)
        check.refresh_from_db()
        return Response(self.get_serializer(check).data)
