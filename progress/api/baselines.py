"""团统数: the figures in force, and stating one."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.lib.api_fields import Cell
from zhtj.lib.workbook import Context, Outcome

import orgs.queries
from orgs.scopes import NOTHING
from progress import queries
from progress.actions import withdraw_baseline
from progress.imports import state_figure
from progress.models import COUNTS, Baseline


class BaselineSerializer(serializers.ModelSerializer):
    unit = serializers.CharField(source="unit.code", read_only=True)
    name = serializers.CharField(source="unit.short_name", read_only=True)

    class Meta:
        model = Baseline
        fields = ("id", "unit", "name", "domain", *COUNTS, "from_at")
        read_only_fields = fields


class FigureSerializer(serializers.Serializer):
    """One row of the baselines workbook by field name; the rules say what is wrong with it."""

    unit = Cell(help_text="组织编码或简称")
    domain = Cell(help_text="领域名称，例如“学校”")

    def get_fields(self) -> dict[str, serializers.Field]:
        return super().get_fields() | {name: Cell() for name in COUNTS}


class Figures(viewsets.GenericViewSet):
    """The figures in force in the reader's scope."""

    serializer_class = BaselineSerializer

    def get_queryset(self) -> QuerySet[Baseline]:
        scope = NOTHING if getattr(self, "swagger_fake_view", False) else self.request.scope
        return queries.baselines(scope)


class BaselineWithdrawal(Figures):
    """撤回一个现行的团统数。"""

    door = {"DELETE": "baselines.enter"}

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """撤回填错领域或不该单独填报的数字，此后按下级合计；已出的通报不变。"""
        withdraw_baseline(request.actor, baseline=get_object_or_404(self.get_queryset(), pk=pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class BaselineViewSet(mixins.ListModelMixin, Figures):
    """团统数：管理范围内现行的应录入数；上级填报下级的一个数字。"""

    door = {"GET": "progress.see", "POST": "baselines.enter"}

    @extend_schema(request=FigureSerializer, responses={201: BaselineSerializer, 200: BaselineSerializer})
    def create(self, request: Request) -> Response:
        """State one figure: the cells of one row of the workbook. Known and equal: 200, unchanged."""
        given = FigureSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        above = get_object_or_404(orgs.queries.units(request.scope), pk=request.scope.unit_id)
        judged = state_figure(Context(request.actor, above, days.today()), given.validated_data)
        if judged.outcome is Outcome.UNCHANGED:
            return Response({"changed": False})
        figures = (judged.entry or {})["figures"]
        stated = self.get_queryset().get(unit=figures["unit_id"], domain=figures["domain"])
        code = status.HTTP_201_CREATED if judged.outcome is Outcome.OK else status.HTTP_200_OK
        return Response({**BaselineSerializer(stated).data, "changed": True}, status=code)
