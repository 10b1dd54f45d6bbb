"""Django's admin over this room: to look at, never to change (see orgs.admin)."""

from typing import ClassVar

from django.contrib import admin

from orgs.admin import ReadOnly
from progress.models import Baseline, Bulletin, Campaign, EarlyOpening, GateOpening, Stage


@admin.register(Campaign)
class CampaignAdmin(ReadOnly):
    list_display: ClassVar = ["key", "name", "starts_on", "ends_on", "is_active"]
    raw_id_fields: ClassVar = ["province"]


@admin.register(Stage)
class StageAdmin(ReadOnly):
    list_display: ClassVar = ["campaign", "key", "name", "opens_on", "deadline", "gate_stage", "gate_rate"]
    list_select_related: ClassVar = ["campaign", "gate_stage"]


@admin.register(GateOpening)
class GateOpeningAdmin(ReadOnly):
    list_display: ClassVar = ["stage", "region", "opened_on", "reason", "rate"]
    list_select_related: ClassVar = ["stage", "region"]
    raw_id_fields: ClassVar = ["region", "bulletin"]


@admin.register(EarlyOpening)
class EarlyOpeningAdmin(ReadOnly):
    list_display: ClassVar = ["stage", "region", "state", "asked_by", "asked_at", "decided_by", "decided_at"]
    list_select_related: ClassVar = ["stage", "region", "asked_by", "decided_by"]
    raw_id_fields: ClassVar = ["region", "asked_by", "decided_by"]


@admin.register(Baseline)
class BaselineAdmin(ReadOnly):
    list_display: ClassVar = ["unit", "domain", "member_count", "from_at", "until_at", "entered_by"]
    list_select_related: ClassVar = ["unit", "entered_by"]
    raw_id_fields: ClassVar = ["unit", "entered_by"]


@admin.register(Bulletin)
class BulletinAdmin(ReadOnly):
    list_display: ClassVar = [
        "day",
        "revision",
        "state",
        "cutoff_at",
        "computed_at",
        "published_at",
        "reason",
    ]
    raw_id_fields: ClassVar = ["published_by"]
