"""Giving a day's bulletin out, and computing it again: what the province's two buttons do."""

import datetime as dt

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.lib.api_fields import Words

from progress import actions, queries, tasks
from progress.actions.bulletins import REASON_LENGTH
from progress.api.lists import BulletinSerializer


class PublishSerializer(serializers.Serializer):
    """Which revision was looked at, and (better) which computation of it: its `computed_at` as listed."""

    revision = serializers.IntegerField(min_value=1, max_value=9999)
    computed_at = serializers.DateTimeField(required=False)


class RecomputeSerializer(serializers.Serializer):
    """Why; needed for a day that has been published."""

    reason = Words(most=REASON_LENGTH)


@extend_schema(operation_id="bulletin_publish", request=PublishSerializer, responses=BulletinSerializer)
@api_view(["POST"])
def bulletin_publish(request: Request, day: dt.date) -> Response:
    """发布已经算好的一期通报；发布以后不再改动。"""
    given = PublishSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    found = queries.finished(request.scope, day, given.validated_data["revision"])
    if found is None:
        raise Http404
    published = actions.publish_bulletin(
        request.actor, bulletin=found, seen=given.validated_data.get("computed_at")
    )
    tasks.give_out_soon()
    return Response(BulletinSerializer(published).data)


@extend_schema(operation_id="bulletin_recompute", request=RecomputeSerializer, responses=BulletinSerializer)
@api_view(["POST"])
def bulletin_recompute(request: Request, day: dt.date) -> Response:
    """重新计算一期；已经发布的须写明原因，成为新的一版，核对后再发布。"""
    given = RecomputeSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    campaign = queries.campaign_for(request.scope)
    if campaign is None or queries.on_day(request.scope, campaign, day) is None:
        raise Http404
    done = actions.recompute_bulletin(
        request.actor, campaign=campaign, day=day, now=days.now(), reason=given.validated_data["reason"]
    )
    return Response(BulletinSerializer(done).data)
