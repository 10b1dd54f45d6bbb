"""What has no period behind it, as found when a day was first computed. Reads only.

An account's grant and the engagement of a post are written over where they change, so who had no
administrator and who worked full-time is known only at the moment of counting. Both are counted when a day
is first computed and taken over whenever that day is computed again: the same day gives the same lines.
"""

from dataclasses import dataclass
from typing import Any

from progress.models import Bulletin

NO_ADMIN = "units_without_admin"
FORM = "form"
ENGAGED = frozenset({"full_time_count", "part_time_count", "seconded_count"})
Engaged = dict[int, dict[tuple[str, str], int]]  # unit id → line and column of the 2017 form → people


@dataclass(frozen=True, slots=True)
class FoundFirst:
    """`engaged`: of units above branch level, each with those below it. None: not counted that day yet."""

    without_admin: set[int] | None = None
    engaged: Engaged | None = None


def found_first(bulletin: Bulletin) -> FoundFirst:
    """As found when the day of `bulletin` was first computed. At most three queries."""
    that_day = Bulletin.objects.filter(campaign=bulletin.campaign_id, day=bulletin.day)
    counted = that_day.filter(units__position=0, units__figures__has_key=NO_ADMIN)
    known = counted.order_by("revision").first()
    if known is None:
        return FoundFirst()
    without_admin = known.units.filter(figures__own__has_key=NO_ADMIN).values_list("unit_id", flat=True)
    return FoundFirst(set(without_admin), _engaged(known))


def _engaged(known: Bulletin) -> Engaged | None:
    rows = known.units.filter(figures__has_key=FORM).values_list("unit_id", f"figures__{FORM}__entered")
    found = {unit_id: _of_unit(entered) for unit_id, entered in rows}
    return found or None


def _of_unit(entered: dict[str, dict[str, Any]]) -> dict[tuple[str, str], int]:
    return {
        (line, name): count
        for line, figures in entered.items()
        for name, count in figures.items()
        if name in ENGAGED
    }
