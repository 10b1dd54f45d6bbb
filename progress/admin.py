"""Django's admin over this room: to look at, never to change (see orgs.admin)."""

from django.contrib import admin

from orgs.admin import ReadOnly
from progress.models import Baseline, BaselineAdjustment, Bulletin, Campaign, EarlyOpening, GateOpening, Stage


@admin.register(Campaign)
class CampaignAdmin(ReadOnly):
    list_display = ["key", "name", "starts_on", "ends_on", "is_active"]
    raw_id_fields = ["province"]


@admin.register(Stage)
class StageAdmin(ReadOnly):
    list_display = ["campaign", "key", "name", "opens_on", "deadline", "gate_stage", "gate_rate"]
    list_select_related = ["campaign", "gate_stage"]


@admin.register(GateOpening)
class GateOpeningAdmin(ReadOnly):
    list_display = ["stage", "region", "opened_on", "reason", "rate"]
    list_select_related = ["stage", "region"]
    raw_id_fields = ["region", "bulletin"]


@admin.register(EarlyOpening)
class EarlyOpeningAdmin(ReadOnly):
    list_display = ["stage", "region", "state", "asked_by", "asked_at", "decided_by", "decided_at"]
    list_select_related = ["stage", "region", "asked_by", "decided_by"]
    raw_id_fields = ["region", "asked_by", "decided_by"]


@admin.register(Baseline)
class BaselineAdmin(ReadOnly):
    list_display = ["unit", "domain", "member_count", "from_at", "until_at", "entered_by"]
    list_select_related = ["unit", "entered_by"]
    raw_id_fields = ["unit", "entered_by"]


@admin.register(BaselineAdjustment)
class BaselineAdjustmentAdmin(ReadOnly):
    list_display = ["unit", "domain", "change", "state", "asked_by", "asked_at", "decided_by"]
    list_select_related = ["unit", "asked_by", "decided_by"]
    raw_id_fields = ["unit", "asked_by", "decided_by"]


@admin.register(Bulletin)
class BulletinAdmin(ReadOnly):
    list_display = [
        "day",
        "revision",
        "state",
        "cutoff_at",
        "computed_at",
        "published_at",
        "reason",
    ]
    raw_id_fields = ["published_by"]
