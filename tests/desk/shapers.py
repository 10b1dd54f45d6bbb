"""Child processes of the concurrency test: each reshapes one city at random, as fast as it can.

    python -m tests.desk.shapers '{"actor": …, "city": …, "letter": "B", "seed": 1, "seconds": 4}'

Prints one line of JSON: how often each deed was done and refused, and whatever else went wrong.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from typing import Any

DEEDS = ("create", "graft", "move", "merge", "close", "enter")


def start(environment: dict[str, str], **task: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.desk.shapers", json.dumps(task)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def outcome(shaper: subprocess.Popen[str]) -> dict[str, Any]:
    out, error = shaper.communicate(timeout=600)
    assert shaper.returncode == 0, error
    return json.loads(out.splitlines()[-1])


def shape(task: dict[str, Any]) -> dict[str, Any]:
    from django.core.exceptions import PermissionDenied

    from zhtj.lib.problems import Refused

    from orgs.models import User
    from orgs.scopes import actor_for

    chance = random.Random(task["seed"])
    actor = actor_for(User.objects.get(pk=task["actor"]))
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    errors, created, number = [], 0, 0
    until = time.monotonic() + task["seconds"]
    while time.monotonic() < until:
        deed, number = chance.choice(DEEDS), number + 1
        try:
            created += one(deed, actor, task, chance, number)
            done[deed] += 1
        except (Refused, PermissionDenied) as no:
            assert str(no)
            refused[deed] += 1
        except Exception as error:
            errors.append(f"{deed} {type(error).__name__}: {error}")
    return {"done": done, "refused": refused, "errors": errors, "created": created}


def one(deed: str, actor: Any, task: dict[str, Any], chance: random.Random, number: int) -> int:
    """One deed somewhere in the city; returns how many units it made."""
    from zhtj.desk import reshape

    from orgs.actions import create_unit, create_units
    from orgs.kinds import Industry, UnitKind
    from orgs.tree import NewUnit

    name = f"{task['letter']}{task['seed']}-{number}"
    if deed == "create":
        create_unit(
            actor, parent=pick(task, chance, "committee"), new=NewUnit(f"{name}团支部", UnitKind.BRANCH)
        )
        return 1
    if deed == "graft":
        below = [NewUnit(f"{name}-{n}团支部", UnitKind.BRANCH) for n in range(5)]
        new = NewUnit(f"{name}团委", UnitKind.COMMITTEE, industry=Industry.RURAL, children=below)
        create_units(actor, parent=pick(task, chance, "city"), forest=[new])
        return 6
    if deed == "move":
        unit, parent = pick(task, chance, "branch"), pick(task, chance, "committee")
        reshape.move_unit(actor, unit=unit, new_parent=parent)
    elif deed == "merge":
        kind = chance.choice(("branch", "branch", "branch", "committee"))
        source, target = pick(task, chance, kind), pick(task, chance, kind)
        reshape.merge_units(actor, source=source, target=target)
    elif deed == "close":
        reshape.close_unit(actor, unit=pick(task, chance, "branch"))
    else:
        enter(actor, task, chance, number)
    return 0


def enter(actor: Any, task: dict[str, Any], chance: random.Random, number: int) -> None:
    """A member into a branch, by the secretary-to-be: the branch's own scope."""
    import datetime as dt

    from members.actions import enter_member
    from members.rules import Entry
    from orgs.scopes import Actor, Grant, Scope

    from tests import world

    branch = pick(task, chance, "branch")
    scope = Scope((Grant(branch.pk, branch.kind, "unit_admin"),), branch.pk)
    entry = Entry(
        full_name="王小明",
        national_id=world.national_id(task["seed"] * 4000 + number),
        ethnicity="汉族",
        political_status="league_member",
        joined_on=dt.date(2015, 5, 1),
        is_cadre=False,
        application_form=True,
    )
    enter_member(Actor(actor.user, scope), branch=branch, entry=entry, today=dt.date(2018, 11, 23))


def pick(task: dict[str, Any], chance: random.Random, what: str) -> Any:
    """The city, or some open unit of a kind below it."""
    from orgs.models import OrgUnit

    if what == "city":
        return OrgUnit.objects.get(pk=task["city"])
    inside = OrgUnit.objects.filter(kind=what, short_name__startswith=task["letter"], closed_at=None)
    keys = list(inside.order_by("pk").values_list("pk", flat=True))
    return OrgUnit.objects.get(pk=chance.choice(keys))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhtj.settings")
    import django

    django.setup()
    if os.environ.get("TREE_NARROW"):
        import pytest

        from tests.orgs.conftest import squeeze

        squeeze(pytest.MonkeyPatch())
    print(json.dumps(shape(json.loads(sys.argv[1])), ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main()
