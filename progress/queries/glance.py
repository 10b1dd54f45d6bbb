"""One unit in every stage and every domain at a glance: what is due first stands first."""

import datetime as dt
from dataclasses import dataclass

from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress.models import Bulletin
from progress.queries.columns import columns
from progress.queries.report import Row, read


@dataclass(frozen=True, slots=True)
class Overview:
    """The unit's own rows: stages by deadline, and domains in their order; what asks nothing of the unit and
    has nothing in it is left out."""

    by_deadline: list[Row]
    by_domain: list[Row]


def concerns(row: Row, unit: OrgUnit) -> bool:
    """Has the unit to do with the row's stage? A school has not with cadres of leading organs, nor with
    villages; a leading organ has with every stage of members, though nobody has stated anything yet."""
    column = row.column
    return row.has_part or bool(column.domains and (not unit.domain or unit.domain in column.domains))


def overview_of(scope: Scope, bulletin: Bulletin, unit: OrgUnit) -> Overview | None:
    """None where the unit's page is not open to the reader. Nine queries."""
    sheet = read(scope, bulletin, unit, columns(bulletin), only_own=True)
    if sheet.own is None:
        return None
    own = [row for rows in sheet.rows.values() for row in rows]
    stages = sorted(
        (row for row in own if row.column.stage and concerns(row, unit)),
        key=lambda row: row.column.deadline or dt.date.max,
    )
    domains = [row for row in own if row.column.domain and (row.expected is not None or row.entered)]
    return Overview(stages, domains)
