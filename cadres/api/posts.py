"""Cadres over the API: the same scope, rules and codes as the pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days, words
from zhtj.lib.api_fields import Cell
from zhtj.lib.api_pages import page
from zhtj.lib.problems import Problem

import orgs.queries
from cadres import actions, queries
from cadres.forms import FilterForm
from cadres.models import Cadre
from cadres.rules import FIELDS, EntryReader
from orgs.api.shapes import OfPerson
from orgs.models import OrgUnit
from orgs.scopes import NOTHING, Scope

FILTERS = {
    "unit": "组织编码；不填为本组织",
    "q": "姓名开头",
    "kind": "组织类别",
    "post": "团内职务",
    "engagement": "full_time、seconded、part_time",
    "state": "pending、verified",
    "level": "own：只看本级",
    "appointed_from": "任职年月从，例如 2016-01",
    "appointed_to": "任职年月到",
    "incomplete": "1：只看必填信息不全的",
    "after": "上一页给出的位置",
}


class CadreSerializer(OfPerson, serializers.ModelSerializer):
    """A post and who holds it: the national id masked."""

    unit = serializers.CharField(source="unit.code")
    sign = serializers.SerializerMethodField(help_text="内容的标记：核对、修改时带上，内容已变则拒绝")

    def get_sign(self, cadre: Cadre) -> str:
        return queries.fingerprint(cadre)

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
            "verified_at",
            "changed_at",
            "sign",
        )
        read_only_fields = fields


class PostSerializer(serializers.ModelSerializer):
    """One post of somebody, held or ended."""

    unit = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.short_name")

    class Meta:
        model = Cadre
        fields = (
            "id",
            "unit",
            "unit_name",
            "post",
            "engagement",
            "appointed_on",
            "from_at",
            "until_at",
            "departed_on",
            "end_reason",
            "end_remark",
        )
        read_only_fields = fields


class OrganSerializer(serializers.Serializer):
    """How far a leading organ is with its own cadres."""

    unit = serializers.CharField(source="unit.code")
    name = serializers.CharField(source="unit.short_name")
    preloaded = serializers.IntegerField(source="standing.preloaded")
    departed = serializers.IntegerField(source="standing.departed")
    added = serializers.IntegerField(source="standing.added")
    verified = serializers.IntegerField(source="standing.verified")
    due = serializers.IntegerField(source="standing.due")
    declared_at = serializers.DateTimeField(source="standing.declaration.declared_at", default=None)
    is_late = serializers.BooleanField(source="standing.is_late")
    days_late = serializers.IntegerField(source="standing.days_late")


class CadreEntrySerializer(serializers.Serializer):
    """One cadre as entered: the fields of the workbook by name; a blank `unit` is the own one."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: Cell() for name in FIELDS}


class KeepSerializer(serializers.Serializer):
    """The whole truth about a post and its holder: what is left out is cleared."""

    def get_fields(self) -> dict[str, serializers.Field]:
        cells = {name: Cell() for name in FIELDS if name not in ("full_name", "national_id", "unit")}
        return cells | {"sign": serializers.CharField(required=False, allow_blank=True, max_length=64)}


class TickSerializer(serializers.Serializer):
    """Which pre-loaded cadres of the own unit are right as they are, with the `sign` each was read with."""

    cadres = serializers.DictField(
        child=serializers.CharField(max_length=64), help_text="团干部编号 → 读到的 sign"
    )


class DepartSerializer(serializers.Serializer):
    departed_on = serializers.DateField(help_text="离任日期")
    departure = serializers.CharField(help_text="离任原因，例如“工作调动”")


class CadreViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """团干部：查询管理范围内现任的团干部，录入、核对本级团干部，登记离任。"""

    door = {"GET": "cadres.see", "POST": "cadres.enter"}
    serializer_class = CadreSerializer

    def get_queryset(self) -> QuerySet[Cadre]:
        if getattr(self, "swagger_fake_view", False):
            return queries.cadres(NOTHING)
        return queries.cadres(self.request.scope)

    @extend_schema(parameters=[OpenApiParameter(name, str, description=say) for name, say in FILTERS.items()])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The roster of a unit's sub-tree by place in the tree, narrowed; `after` leads to the next page."""
        unit = unit_named(request.scope, request.query_params.get("unit", ""))
        form = filters_in(request.query_params)
        if form.asked.is_private:
            raise ValidationError({"q": "身份证号码和手机号码不能写在网址中，请在团干部名册页面查找。"})
        found = queries.roster(request.scope, unit=unit, filters=form.asked)
        shown, after = queries.page(found, request.query_params.get("after", ""))
        return page(request, CadreSerializer(shown, many=True).data, after)

    @extend_schema(request=CadreEntrySerializer, responses={201: CadreSerializer, 200: CadreSerializer})
    def create(self, request: Request) -> Response:
        """Enter one cadre; the post held already: 200, updated."""
        entered = actions.enter_cadres(
            request.actor,
            unit=self._own_unit(request),
            entries=[EntryReader(days.today()).read(_valid(CadreEntrySerializer, request))],
            today=days.today(),
        )
        code = status.HTTP_201_CREATED if entered.created else status.HTTP_200_OK
        cadre = get_object_or_404(self.get_queryset(), pk=entered.only)
        return Response({**CadreSerializer(cadre).data, "warnings": _plain(entered.problems)}, status=code)

    @extend_schema(request=KeepSerializer, responses=CadreSerializer)
    def keep(self, request: Request, pk: int) -> Response:
        """Verify a pre-loaded cadre, or correct one on record."""
        cadre = get_object_or_404(self.get_queryset(), pk=pk)
        said = _valid(KeepSerializer, request)
        seen = said.pop("sign", "")
        entry = EntryReader(days.today()).read(said)
        actions.keep_cadre(request.actor, cadre=cadre, entry=entry, today=days.today(), seen=seen)
        held = queries.history_of(request.scope, cadre.person).filter(unit=cadre.unit, until_at=None)
        kept = held.filter(post=entry.post).select_related("person").get()
        return Response(CadreSerializer(kept).data)

    @extend_schema(request=TickSerializer, responses={200: {"type": "object"}})
    def verify(self, request: Request) -> Response:
        """Verify several pre-loaded cadres of the own unit as they are; who could not be is told why."""
        ticked = _valid(TickSerializer, request)["cadres"]
        seen = {
            int(pk): sign for pk, sign in ticked.items() if pk.isascii() and pk.isdigit() and len(pk) < 19
        }
        verified = actions.verify_unchanged(
            request.actor, unit=self._own_unit(request), seen=seen, today=days.today()
        )
        left = [{"id": cadre.pk, "problems": _plain(why)} for cadre, why in verified.left]
        return Response({"verified": [cadre.pk for cadre in verified.done], "left": left})

    @extend_schema(responses=PostSerializer(many=True))
    def history(self, request: Request, pk: int) -> Response:
        """Every post this cadre's holder has or had inside the scope, the latest first."""
        cadre = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(PostSerializer(queries.history_of(request.scope, cadre.person), many=True).data)

    @extend_schema(responses=OrganSerializer(many=True))
    def organs(self, request: Request) -> Response:
        """The leading organs of the sub-tree: how far each is, who has declared, who is late."""
        unit = unit_named(request.scope, request.query_params.get("unit", ""))
        found = queries.organs(request.scope, unit, days.today())
        return Response(OrganSerializer(found, many=True).data)

    @extend_schema(request=DepartSerializer, responses={204: None})
    def depart(self, request: Request, pk: int) -> Response:
        """Mark a cadre as departed from this post."""
        cadre = get_object_or_404(self.get_queryset(), pk=pk)
        said = _valid(DepartSerializer, request)
        actions.depart_cadre(
            request.actor,
            cadre=cadre,
            departed_on=said["departed_on"],
            why=said["departure"],
            today=days.today(),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=CadreSerializer)
    def take_back(self, request: Request, pk: int) -> Response:
        """Take back a departure registered today by mistake: the post goes on, under a new id."""
        gone = get_object_or_404(queries.ended(request.scope), pk=pk)
        held = actions.take_back_departure(request.actor, cadre=gone, today=days.today())
        return Response(CadreSerializer(get_object_or_404(self.get_queryset(), pk=held.pk)).data)

    @extend_schema(request=None, responses={200: {"type": "object"}})
    def declare(self, request: Request) -> Response:
        """核对完成 of the own leading organ."""
        declaration = actions.declare_verified(request.actor, unit=self._own_unit(request))
        return Response(
            {
                "unit": declaration.unit.code,
                "declared_at": declaration.declared_at,
                "cadre_count": declaration.cadre_count,
            }
        )

    def _own_unit(self, request: Request) -> OrgUnit:
        units = orgs.queries.units(request.scope)
        return get_object_or_404(units, pk=request.scope.unit_id)


def unit_named(scope: Scope, text: str) -> OrgUnit:
    """The unit of this code if its cadres may be seen, "" the one acted for; 404 for any other."""
    code = words.code(text)
    seen = orgs.queries.units(scope, "cadres.see")
    if not code:
        return get_object_or_404(seen, pk=scope.unit_id)
    return get_object_or_404(seen, code=code)


def filters_in(asked: Mapping[str, Any]) -> FilterForm:
    """What a roster is narrowed to, by the names of the page. Raises ValidationError for what cannot be
    read."""
    form = FilterForm(asked)
    wrong = form.errors | {problem.field: [problem.mend] for problem in form.problems}
    if wrong:
        raise ValidationError(wrong)
    return form


def _plain(problems: Sequence[Problem]) -> list[dict[str, str]]:
    return [{"field": each.field, "code": each.code, "message": each.message} for each in problems]


def _valid(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


urls = [
    path("cadres/", CadreViewSet.as_view({"get": "list", "post": "create"}), name="api_cadres"),
    path("cadres/declare/", CadreViewSet.as_view({"post": "declare"}), name="api_cadre_declare"),
    path("cadres/verify/", CadreViewSet.as_view({"post": "verify"}), name="api_cadre_verify"),
    path("cadres/organs/", CadreViewSet.as_view({"get": "organs"}), name="api_cadre_organs"),
    path("cadres/<int:pk>/history/", CadreViewSet.as_view({"get": "history"}), name="api_cadre_history"),
    path("cadres/<int:pk>/", CadreViewSet.as_view({"get": "retrieve"}), name="api_cadre"),
    path("cadres/<int:pk>/keep/", CadreViewSet.as_view({"post": "keep"}), name="api_cadre_keep"),
    path("cadres/<int:pk>/depart/", CadreViewSet.as_view({"post": "depart"}), name="api_cadre_depart"),
    path("cadres/<int:pk>/return/", CadreViewSet.as_view({"post": "take_back"}), name="api_cadre_return"),
]
