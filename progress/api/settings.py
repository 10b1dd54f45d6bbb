"""Setting campaigns up: what the province's settings pages do, by the same actions, with the same codes."""

from dataclasses import asdict, replace
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.lib.api_fields import Day, Words
from zhtj.lib.problems import Refused

from orgs.kinds import Domain
from orgs.scopes import NOTHING
from progress import actions, queries, tasks
from progress.models import Campaign, Measure
from progress.plans import CODES, LONGEST, LONGEST_STAGE_NAME, Plan, StagePlan, fingerprint, keyed
from progress.presets import PRESETS

PRESET = "preset:"


class CampaignRowSerializer(serializers.ModelSerializer):
    """A campaign in the list of those that may be set."""

    is_rehearsal = serializers.BooleanField(read_only=True)

    class Meta:
        model = Campaign
        fields = ("key", "name", "starts_on", "ends_on", "is_active", "is_rehearsal")
        read_only_fields = fields


class StagePlanSerializer(serializers.Serializer):
    """One stage: `gate` names the stage that must reach `gate_rate` (0 to 1) first."""

    key = serializers.SlugField(
        max_length=50, required=False, allow_blank=True, default="", help_text="读到的标识；新的阶段留空"
    )
    name = Words(most=LONGEST_STAGE_NAME)
    measure = serializers.ChoiceField(Measure.choices)
    opens_on = Day()
    deadline = Day()
    domains = serializers.ListField(
        child=serializers.ChoiceField(Domain.choices), max_length=len(Domain), required=False, default=list
    )
    gate = serializers.SlugField(max_length=50, required=False, allow_blank=True, default="")
    gate_rate = serializers.DecimalField(
        max_digits=4, decimal_places=3, required=False, allow_null=True, default=None
    )


class PlanSerializer(serializers.Serializer):
    """Everything a province may set of a campaign; stored as a whole or not at all."""

    name = Words(most=LONGEST["name"])
    starts_on = Day()
    ends_on = Day()
    plans_due_on = Day(required=False, allow_null=True, default=None)
    cutoff_time = serializers.TimeField()
    lag_points = serializers.IntegerField()
    gate_mode = serializers.ChoiceField(Campaign.GateMode.choices)
    direct_counties_rank_apart = serializers.BooleanField()
    help_line = Words(most=LONGEST["help_line"])
    system_address = Words(most=LONGEST["system_address"])
    stages = StagePlanSerializer(many=True)
    version = serializers.CharField(
        max_length=64, help_text="读到的版本：其间被他人修改过的，不保存（campaign.changed_meanwhile）"
    )

    def plan(self, known: Plan) -> Plan:
        """What was sent. Raises Refused for the key of a stage that is none of the campaign's."""
        given = dict(self.validated_data)
        given.pop("version")
        stages = [StagePlan(**{**one, "domains": tuple(one["domains"])}) for one in given.pop("stages")]
        return Plan(**given, stages=tuple(keyed(stages, [stage.key for stage in known.stages])))


class CampaignPlanSerializer(PlanSerializer):
    """A campaign as it stands: its state and its plan, with the version to send back."""

    key = serializers.SlugField(read_only=True)
    is_active = serializers.BooleanField(read_only=True)
    is_rehearsal = serializers.BooleanField(read_only=True)


class NewCampaignSerializer(serializers.Serializer):
    """From what, under which name, from when; as a rehearsal or for real."""

    source = serializers.CharField(max_length=60, help_text="行动的标识，或 preset: 加方案的标识")
    name = Words(most=LONGEST["name"])
    starts_on = Day()
    with_baselines = serializers.BooleanField(required=False, default=False)
    rehearsal = serializers.BooleanField(required=False, default=False)


class RehearseSerializer(serializers.Serializer):
    """The days to be computed."""

    first = Day()
    last = Day()


class CampaignPlanViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """行动设置：新建、修改、启用、结束、演练。只有省级有这项权限。"""

    door = "campaign.settings"
    serializer_class = CampaignRowSerializer
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[Campaign]:
        scope = NOTHING if getattr(self, "swagger_fake_view", False) else self.request.scope
        return queries.campaigns_to_set(scope)

    def paginate_queryset(self, queryset: QuerySet[Campaign]) -> Any:
        self.paginator.ordering = ("-starts_on", "-pk")
        return super().paginate_queryset(queryset)

    @extend_schema(request=NewCampaignSerializer, responses={201: CampaignPlanSerializer})
    def create(self, request: Request) -> Response:
        """按方案或以前的行动新建一项，日期顺延；新建后还没有启用。"""
        given = NewCampaignSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        province = queries.provinces_to_set(request.scope).first()
        if province is None:
            raise Http404
        values = dict(given.validated_data)
        source = self._source(values.pop("source"))
        made = actions.create_campaign(request.actor, source=source, province=province, **values)
        return Response(_told(made), status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: CampaignPlanSerializer})
    def retrieve(self, request: Request, key: str) -> Response:
        """一项行动的全部设置和版本。"""
        return Response(_told(self._campaign(key)))

    @extend_schema(request=PlanSerializer, responses={200: CampaignPlanSerializer})
    def update(self, request: Request, key: str) -> Response:
        """整体保存全部设置；其中一处不符合要求，就都不保存。"""
        found = self._campaign(key)
        given = PlanSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        plan = given.plan(actions.plan_of(found))
        seen = given.validated_data["version"]
        actions.change_campaign(request.actor, campaign=found, plan=plan, seen=seen)
        return Response(_told(self._campaign(key)))

    @extend_schema(request=None, responses={200: CampaignPlanSerializer})
    def activate(self, request: Request, key: str) -> Response:
        """启用：领域开放控制和每日通报即刻生效。"""
        found = self._campaign(key)
        actions.activate_campaign(request.actor, campaign=found)
        return Response(_told(found))

    @extend_schema(request=None, responses={200: CampaignPlanSerializer})
    def end(self, request: Request, key: str) -> Response:
        """结束：不再控制领域开放，不再出通报，各项内容仍可查看。"""
        found = self._campaign(key)
        actions.end_campaign(request.actor, campaign=found)
        return Response(_told(found))

    @extend_schema(request=RehearseSerializer, responses={202: {"type": "object"}})
    def rehearse(self, request: Request, key: str) -> Response:
        """在后台试算演练的若干天：`days` 是将要试算的日期。"""
        found = self._campaign(key)
        given = RehearseSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked = actions.ask_rehearsal(request.actor, campaign=found, now=days.now(), **given.validated_data)
        tasks.rehearse_soon(found.pk, asked)
        return Response({"days": asked}, status=status.HTTP_202_ACCEPTED)

    def _campaign(self, key: str) -> Campaign:
        return get_object_or_404(self.get_queryset(), key=key)

    def _source(self, named: str) -> Campaign | Plan:
        """What a new campaign is made from. Raises Refused where it is neither a preset nor a campaign."""
        is_preset = named.startswith(PRESET)
        earlier = self.get_queryset().filter(rehearses=None, key=named)
        found = PRESETS.get(named.removeprefix(PRESET)) if is_preset else earlier.first()
        if found is None:
            raise Refused([CODES.problem("campaign.source")])
        return found


def _told(campaign: Campaign) -> dict[str, Any]:
    """A campaign as the schema says it. One query."""
    plan = actions.plan_of(campaign)
    stages = [StagePlanSerializer(asdict(stage)).data for stage in plan.stages]
    told: dict[str, Any] = PlanSerializer(
        {**asdict(replace(plan, stages=())), "version": fingerprint(plan)}
    ).data
    state = {"key": campaign.key, "is_active": campaign.is_active, "is_rehearsal": campaign.is_rehearsal}
    return state | told | {"stages": stages}
