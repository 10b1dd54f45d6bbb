"""What is entered now, beside what the bulletin froze. Figures of the own scope only.

Counted from the last published bulletin on (`present`): milliseconds for a county, a tenth of a second for a
province of three million, so it is asked for by a request of its own and kept for a minute.
"""

import datetime as dt
from dataclasses import dataclass

from django.core.cache import cache

from zhtj.lib import days

from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress.models import Bulletin
from progress.queries.bulletins import SEE
from progress.queries.columns import columns
from progress.queries.present import entered_now
from progress.queries.report import read

KEPT = 60  # seconds


@dataclass(frozen=True, slots=True)
class LiveLine:
    """One member stage: entered by the cut-off and now."""

    label: str
    expected: int | None
    frozen: int
    now: int

    @property
    def since(self) -> int:
        return self.now - self.frozen


@dataclass(frozen=True, slots=True)
class Live:
    at: dt.datetime
    lines: list[LiveLine]


def live(scope: Scope, bulletin: Bulletin, unit: OrgUnit) -> Live | None:
    """The member stages of `unit`, frozen and now; None where the unit is not the reader's."""
    if not scope.may(SEE, unit):
        return None
    at, counted = _counted(unit)
    wanted = [column for column in columns(bulletin) if column.stage and column.domains]
    sheet = read(scope, bulletin, unit, wanted, only_own=True)
    lines = [
        LiveLine(
            column.label,
            row.expected,
            row.entered,
            sum(count for domain, count in counted.items() if domain in column.domains),
        )
        for column in wanted
        for row in sheet.rows[column.key]
    ]
    return Live(at, lines)


def _counted(unit: OrgUnit) -> tuple[dt.datetime, dict[str, int]]:
    """Members by domain in the sub-tree, and when they were counted."""
    key = f"live:{unit.pk}"
    kept: tuple[dt.datetime, dict[str, int]] | None = cache.get(key)
    if kept is None:
        kept = days.now(), entered_now(unit)
        cache.set(key, kept, KEPT)
    return kept
