"""The squashed first step of each room gives the tables that the steps it replaces give.

A database that began with the steps and one that began squashed go on together: what differs between them
would come to light at the next change of such a table, on one of the two.
"""

from collections.abc import Iterable

import pytest
from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader

ROOMS = {"orgs", "cadres", "members", "progress", "imports", "zhtj"}
# Moves rows from one table to another: nothing to do where the tables are made.
MOVES_ROWS = {"progress.0003_bulletin_rows", "progress.0007_branches_by_their_key"}

pytestmark = pytest.mark.sqlite  # asks no database


class Recorder:
    """A schema editor of one kind of database that keeps what it is told."""

    def __init__(self, vendor: str) -> None:
        self.connection, self.vendor, self.told = self, vendor, set[str]()

    def execute(self, sql: str) -> None:
        self.told.add(sql)


def told(vendor: str, migrations: Iterable[Migration]) -> set[str]:
    """What these tell a database beyond the models; the first operation of MOVES_ROWS apart."""
    recorder = Recorder(vendor)
    for migration in migrations:
        by_hand = [one for one in migration.operations if isinstance(one, RunPython | RunSQL)]
        for operation in by_hand[str(migration) in MOVES_ROWS :]:
            assert isinstance(operation, RunPython), f"{migration}: name its tables here"
            operation.code(None, recorder)  # type: ignore[arg-type] # makes no tables
    return recorder.told


def test_the_squashed_step_of_each_room_gives_the_tables_of_the_steps_it_replaces() -> None:
    steps = MigrationLoader(None, replace_migrations=False)
    squashed = [one for one in steps.disk_migrations.values() if one.replaces and one.app_label in ROOMS]
    assert {migration.app_label for migration in squashed} == ROOMS
    at_once = steps.project_state([(migration.app_label, migration.name) for migration in squashed])
    by_steps = steps.project_state([migration.replaces[-1] for migration in squashed])
    assert {label for label, _ in at_once.models} >= ROOMS and at_once.models.keys() == by_steps.models.keys()
    for one, other in ((at_once, by_steps), (by_steps, at_once)):
        assert MigrationAutodetector(one, other).changes(steps.graph, trim_to_apps=ROOMS) == {}
    for migration in squashed:
        replaced = [steps.disk_migrations[key] for key in migration.replaces]
        for vendor in ("postgresql", "sqlite"):
            assert told(vendor, [migration]) == told(vendor, replaced), f"{migration} on {vendor}"
