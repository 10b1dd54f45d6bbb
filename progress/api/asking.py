"""Requests to a superior: listing, asking, answering. Adjustments, completions, early openings."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib.api_fields import Words

from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.scopes import NOTHING, Actor, Scope
from progress import actions, queries
from progress.actions.asking import LONGEST
from progress.models import Asked, BaselineAdjustment, Campaign, Completion, EarlyOpening

Ask = Callable[[Actor, Campaign, OrgUnit, dict[str, Any]], Asked]
ASKED = ("id", "state", "reason", "asked_at", "decided_at", "remark")
COUNT = {"min_value": 0, "max_value": 10_000_000, "required": False, "default": 0}


class ReasonSerializer(serializers.Serializer):
    reason = Words(most=LONGEST)


class AskAdjustmentSerializer(ReasonSerializer):
    domain = serializers.ChoiceField(Domain.choices)
    change = serializers.IntegerField(min_value=-10_000_000, max_value=10_000_000)


class DeclareSerializer(ReasonSerializer):
    domain = serializers.ChoiceField(Domain.choices)
    graduated_count = serializers.IntegerField(**COUNT)
    moved_count = serializers.IntegerField(**COUNT)
    double_count = serializers.IntegerField(**COUNT)
    never_existed_count = serializers.IntegerField(**COUNT)


class AskOpeningSerializer(ReasonSerializer):
    stage = serializers.SlugField(max_length=50)


class AnswerSerializer(serializers.Serializer):
    """agree, or decline with a remark."""

    agree = serializers.BooleanField()
    remark = Words(most=LONGEST)


class AdjustmentSerializer(serializers.ModelSerializer):
    unit = serializers.CharField(source="unit.code", read_only=True)

    class Meta:
        model = BaselineAdjustment
        fields = (*ASKED, "unit", "domain", "change")
        read_only_fields = fields


class CompletionSerializer(serializers.ModelSerializer):
    unit = serializers.CharField(source="unit.code", read_only=True)

    class Meta:
        model = Completion
        fields = (*ASKED, "unit", "domain", "expected_count", "entered_count", *actions.REASONS, "until_at")
        read_only_fields = fields


class EarlyOpeningSerializer(serializers.ModelSerializer):
    stage = serializers.CharField(source="stage.key", read_only=True)
    region = serializers.CharField(source="region.code", read_only=True)

    class Meta:
        model = EarlyOpening
        fields = (*ASKED, "stage", "region")
        read_only_fields = fields


class Requests(mixins.ListModelMixin, viewsets.GenericViewSet):
    """The requests of the own part of the tree; POST asks for the unit acted for."""

    door = {"GET": "progress.see", "POST": "superior.ask"}
    ask_serializer: ClassVar[type[serializers.Serializer]]

    def paginate_queryset(self, queryset: QuerySet[Any]) -> Any:
        self.paginator.ordering = ("-asked_at", "-pk")
        return super().paginate_queryset(queryset)

    def asked(self, ask: Ask) -> Response:
        """Ask on behalf of the unit acted for."""
        request = self.request
        given = self.ask_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        campaign, unit = queries.campaign_for(request.scope), queries.own_unit(request.scope)
        if campaign is None or unit is None:
            raise Http404
        made = ask(request.actor, campaign, unit, dict(given.validated_data))
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class AdjustmentViewSet(Requests):
    """基数调整：管理范围内的申请；为当前组织提出申请。"""

    serializer_class = AdjustmentSerializer
    ask_serializer = AskAdjustmentSerializer

    def get_queryset(self) -> QuerySet[BaselineAdjustment]:
        return queries.adjustments(_scope(self))

    @extend_schema(request=AskAdjustmentSerializer, responses={201: AdjustmentSerializer})
    def create(self, request: Request) -> Response:
        """为当前组织申请调整一个领域的基数。"""
        return self.asked(_ask_adjustment)


class CompletionViewSet(Requests):
    """本级录完：管理范围内的说明；为当前组织说明差额。"""

    serializer_class = CompletionSerializer
    ask_serializer = DeclareSerializer

    def get_queryset(self) -> QuerySet[Completion]:
        return queries.completions(_scope(self))

    @extend_schema(request=DeclareSerializer, responses={201: CompletionSerializer})
    def create(self, request: Request) -> Response:
        """为当前组织说明一个领域的差额。"""
        return self.asked(_declare)


class EarlyOpeningViewSet(Requests):
    """同步推进：管理范围内的申请；为当前地区提出申请。"""

    serializer_class = EarlyOpeningSerializer
    ask_serializer = AskOpeningSerializer

    def get_queryset(self) -> QuerySet[EarlyOpening]:
        return queries.early_openings(_scope(self))

    @extend_schema(request=AskOpeningSerializer, responses={201: EarlyOpeningSerializer})
    def create(self, request: Request) -> Response:
        """为当前地区申请提前开放一个阶段。"""
        return self.asked(_ask_opening)


class Answers(viewsets.GenericViewSet):
    """Answering one request."""

    decide: ClassVar[Any]

    def answer(self, request: Request, pk: int) -> Response:
        """Agree, or decline with a remark; whoever comes second is refused."""
        asked = get_object_or_404(self.get_queryset(), pk=pk)
        given = AnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        answered = type(self).decide(request.actor, asked=asked, **given.validated_data)
        return Response(self.get_serializer(answered).data)


class AdjustmentAnswer(Answers):
    door = {"POST": "baselines.enter"}
    serializer_class = AdjustmentSerializer
    decide = staticmethod(actions.decide_adjustment)

    def get_queryset(self) -> QuerySet[BaselineAdjustment]:
        return queries.adjustments(_scope(self))

    @extend_schema(request=AnswerSerializer, responses=AdjustmentSerializer)
    def answer(self, request: Request, pk: int) -> Response:
        """同意或不同意一份基数调整申请。"""
        return super().answer(request, pk)


class CompletionAnswer(Answers):
    door = {"POST": "approvals.decide"}
    serializer_class = CompletionSerializer
    decide = staticmethod(actions.decide_completion)

    def get_queryset(self) -> QuerySet[Completion]:
        return queries.completions(_scope(self))

    @extend_schema(request=AnswerSerializer, responses=CompletionSerializer)
    def answer(self, request: Request, pk: int) -> Response:
        """接受或退回一份录完说明。"""
        return super().answer(request, pk)


class CompletionWithdrawal(viewsets.GenericViewSet):
    """撤回录完说明。"""

    door = {"POST": "superior.ask"}
    serializer_class = CompletionSerializer

    def get_queryset(self) -> QuerySet[Completion]:
        return queries.completions(_scope(self))

    @extend_schema(request=None, responses=CompletionSerializer)
    def withdraw(self, request: Request, pk: int) -> Response:
        """撤回本组织的一份说明，下一次截数起通报不再标注“已说明”。"""
        declared = get_object_or_404(self.get_queryset(), pk=pk)
        actions.withdraw_completion(request.actor, declared=declared)
        return Response(self.get_serializer(get_object_or_404(self.get_queryset(), pk=pk)).data)


class EarlyOpeningAnswer(Answers):
    door = {"POST": "openings.decide"}
    serializer_class = EarlyOpeningSerializer
    decide = staticmethod(actions.decide_early_opening)

    def get_queryset(self) -> QuerySet[EarlyOpening]:
        return queries.early_openings(_scope(self))

    @extend_schema(request=AnswerSerializer, responses=EarlyOpeningSerializer)
    def answer(self, request: Request, pk: int) -> Response:
        """同意或不同意一份同步推进申请。"""
        return super().answer(request, pk)


def _scope(view: Any) -> Scope:
    """Of the caller; the schema is drawn without one."""
    scope: Scope = NOTHING if getattr(view, "swagger_fake_view", False) else view.request.scope
    return scope


def _ask_adjustment(actor: Actor, campaign: Campaign, unit: OrgUnit, given: dict[str, Any]) -> Asked:
    return actions.ask_adjustment(actor, campaign=campaign, unit=unit, **given)


def _declare(actor: Actor, campaign: Campaign, unit: OrgUnit, given: dict[str, Any]) -> Asked:
    domain, reason = given.pop("domain"), given.pop("reason")
    return actions.declare_complete(
        actor, campaign=campaign, unit=unit, domain=domain, counts=given, reason=reason
    )


def _ask_opening(actor: Actor, campaign: Campaign, unit: OrgUnit, given: dict[str, Any]) -> Asked:
    stage = get_object_or_404(campaign.stages.select_related("campaign"), key=given["stage"])
    return actions.ask_early_opening(actor, stage=stage, region=unit, reason=given["reason"])
