"""The figures of this moment while units are moved between the statements that count them."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction

from zhtj.lib import days, locks

from orgs.models import OrgUnit
from orgs.tree import move
from progress import queries
from progress.actions import completions, publish_bulletin

from tests import world
from tests.progress.conftest import Scene

pytestmark = pytest.mark.django_db(transaction=True)


def move_in_a_thread(unit: OrgUnit, parent: OrgUnit) -> None:
    def moved() -> None:
        try:
            with transaction.atomic():
                move(unit, parent, at=days.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(moved).result(timeout=30)


def before_statement(number: int, do: Callable[[], None], read: Callable[[], Any]) -> tuple[Any, bool]:
    """What `read` gives when `do` happens before its so-manieth statement, and whether it came to that."""
    asked = 0

    def counting(execute: Any, *given: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == number:
            do()
        return execute(*given)

    with connection.execute_wrapper(counting):
        return read(), asked >= number


@pytest.mark.parametrize("many", [0, 2_000], ids=["from the bulletin on", "counted"])
@pytest.mark.parametrize(
    ("asked", "moved", "there"),
    [("city", "town", "other_city"), ("county", "county", "other_city")],
    ids=["a part of it", "the unit itself"],
)
def test_what_stands_now_is_of_one_moment(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, many: int, asked: str, moved: str, there: str
) -> None:
    monkeypatch.setattr(sys.modules["progress.queries.present"], "MANY", many)
    publish_bulletin(world.actor(scene.cast.staff), bulletin=scene.compute())
    world.members(scene.cast.village, 3)
    unit, moving, goal = (getattr(scene.cast, name) for name in (asked, moved, there))
    home = moving.parent
    unit.refresh_from_db()

    def read() -> Any:
        return queries.standing(scene.campaign, unit)

    before = read()
    move_in_a_thread(moving, goal)
    right = (before, read())
    assert unit != moving or right[0] == right[1], "read before the move, asked after it"
    move_in_a_thread(moving, home)
    number, goes_on = 0, True
    while goes_on:
        number += 1
        unit.refresh_from_db()
        told, goes_on = before_statement(number, lambda: move_in_a_thread(moving, goal), read)
        assert told in right, f"moved before statement {number}"
        if goes_on:
            move_in_a_thread(moving, home)
    assert number > 3


def test_nobody_is_moved_while_a_declaration_counts(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside its transaction there is no other moment to go back to: the tree is held before it counts."""
    cast, held = scene.cast, []
    shared, stands = locks.shared, completions.standing
    monkeypatch.setattr(locks, "shared", lambda name: held.append(name) or shared(name))
    monkeypatch.setattr(completions, "standing", lambda *given: held.append("counts") or stands(*given))
    completions.declare_complete(
        world.actor(cast.county_admin),
        campaign=scene.campaign,
        unit=cast.county,
        domain="rural",
        counts={"moved_count": 28},
        reason="外出务工",
    )
    assert held.index(locks.tree(cast.county.tree_id)) < held.index("counts")
