"""By when a leading organ declares and a grassroots unit is complete.

This room knows no campaign: the days come from the function the settings name (ZHTJ_CADRE_DEADLINES).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from orgs.models import OrgUnit

ORGANS, GRASSROOTS = "organ_cadres", "grassroots_cadres"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a stage, as seen on `today`."""

    on: dt.date
    today: dt.date

    @property
    def is_over(self) -> bool:
        return self.today > self.on

    @property
    def days_left(self) -> int:
        """Today included; 0 once it is over."""
        return max(0, (self.on - self.today).days + 1)

    @property
    def days_over(self) -> int:
        return max(0, (self.today - self.on).days)


def deadline_of(unit: OrgUnit, today: dt.date) -> Deadline | None:
    """Of a leading organ or a grassroots unit; None without a running campaign. One query."""
    if not settings.ZHTJ_CADRE_DEADLINES or unit.is_branch:
        return None
    find: Callable[[OrgUnit], Mapping[str, dt.date]] = import_string(settings.ZHTJ_CADRE_DEADLINES)
    on = find(unit).get(ORGANS if unit.is_leading_organ else GRASSROOTS)
    return Deadline(on, today) if on else None
