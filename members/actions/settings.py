"""Changing the admission settings: effective at once, audited with old and new values."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from zhtj.lib import locks
from zhtj.lib.problems import Refused

import orgs.queries
from members.models import AdmissionSettings
from members.queries.settings import admission_settings
from members.rules.procedures import PROCEDURES
from orgs import audit
from orgs.scopes import Actor

FIELDS = (
    "strict_admission_from",
    "minimum_age_before",
    "minimum_age_from",
    "overage_from",
    "interchanges_years",
    "accepts_long_numbers",
    "under_three",
    "allows_release",
    "rectify_days",
)
EARLIEST = dt.date(2010, 1, 1)
RANGES = {
    "minimum_age_before": ("settings.age", 10, 28),
    "minimum_age_from": ("settings.age", 10, 28),
    "overage_from": ("settings.overage", 18, 99),
    "rectify_days": ("settings.days", 1, 365),
}
_SETTINGS_LOCK = "admission-settings"


def change_settings(actor: Actor, *, values: dict[str, Any], today: dt.date) -> dict[str, list[str]]:
    """Store the FIELDS; returns field → [old, new], empty if nothing differs. Effective at once.

    Raises Refused for a date that is not the first of a month or a number out of range, PermissionDenied
    without `admission.settings`. Notice, annex 4.2.
    """
    province = orgs.queries.units(actor.scope, "admission.settings").first()
    if province is None:
        raise PermissionDenied("您没有认定设置的权限，请联系省级团委管理员。")
    problems = check_settings(values, today)
    if problems:
        raise Refused(problems)
    with transaction.atomic():
        locks.exclusive(_SETTINGS_LOCK)
        row = admission_settings()
        change = {
            name: [str(getattr(row, name)), str(values[name])]
            for name in FIELDS
            if getattr(row, name) != values[name]
        }
        if not change:
            return {}
        for name in FIELDS:
            setattr(row, name, values[name])
        row.updated_at, row.updated_by = locks.entry_stamp(), actor.user
        row.save()
        audit.record(
            actor,
            "members.change_settings",
            unit=province,
            before={name: old for name, (old, _) in change.items()},
            after={name: new for name, (_, new) in change.items()},
        )
    return change


def check_settings(values: dict[str, Any], today: dt.date) -> list[Any]:
    """What is wrong with these values."""
    problems = []
    cutoff = values["strict_admission_from"]
    if cutoff.day != 1 or not EARLIEST <= cutoff <= today:
        problems.append(PROCEDURES.problem("settings.date", at="strict_admission_from"))
    problems += [
        PROCEDURES.problem(code, at=name)
        for name, (code, least, most) in RANGES.items()
        if not least <= values[name] <= most
    ]
    return problems


def preview(values: dict[str, Any]) -> AdmissionSettings:
    """The settings as they would be, unsaved."""
    return AdmissionSettings(**{name: values[name] for name in FIELDS})
