"""The columns of a bulletin as it froze them: every stage, every domain, and when each runs where.

Specification (design: campaign, sections 1 and 3). A domain runs as the stage that asks for it. A gated
stage runs in a region from the day it opened there; for the province itself, from the first opening; nowhere
before its own first day.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from orgs.kinds import Domain
from progress.models import Bulletin
from progress.tally import Clock
from progress.terms import COUNTED, MEMBERS, Counted


@dataclass(frozen=True, slots=True)
class Column:
    """One table of the page: a stage, or a domain with the stage that asks for it."""

    stage: str
    domain: str
    label: str
    domains: frozenset[str] = frozenset()
    opens: dt.date | None = None
    deadline: dt.date | None = None
    gate: str = ""  # the stage whose openings count, "" = none
    measure: str = ""

    @property
    def key(self) -> str:
        return self.stage or self.domain

    @property
    def counted(self) -> Counted:
        """What it counts, in words; a domain counts members."""
        return COUNTED[self.measure or MEMBERS]


def columns(bulletin: Bulletin) -> list[Column]:
    """Stages in their order, then domains, as the bulletin froze them."""
    stages = bulletin.settings.get("stages", [])
    by_stage = [_stage_column(stage) for stage in stages]
    asking = {domain: column for column in reversed(by_stage) for domain in column.domains}
    by_domain = []
    for domain, label in Domain.choices:
        stage = asking.get(domain)
        clock = (stage.opens, stage.deadline, stage.gate) if stage else (None, None, "")
        by_domain.append(Column("", domain, label, frozenset({domain}), *clock))
    return [*by_stage, *by_domain]


def clock_of(bulletin: Bulletin, column: Column, region: int | None) -> Clock:
    """When the column runs in `region` (None: the province, open where the first region is)."""
    if not column.gate:
        return Clock(column.opens, column.deadline)
    if region is None:
        opened = bulletin.settings["first_openings"][column.gate]
    else:
        opened = bulletin.settings["openings"][column.gate].get(str(region), {}).get("opened_on")
    if not opened:
        return Clock(None, column.deadline, is_gated=True)
    opens = dt.date.fromisoformat(opened)
    return Clock(max(opens, column.opens or opens), column.deadline)


def _stage_column(stage: dict[str, Any]) -> Column:
    return Column(
        stage=stage["key"],
        domain="",
        label=stage["name"],
        domains=frozenset(stage["domains"]),
        opens=dt.date.fromisoformat(stage["opens_on"]),
        deadline=dt.date.fromisoformat(stage["deadline"]),
        gate=stage["key"] if stage["gated"] else "",
        measure=stage.get("measure", ""),
    )
