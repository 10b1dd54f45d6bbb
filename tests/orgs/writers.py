"""Child processes of the concurrency tests: they write the tree as fast as they can.

    python -m tests.orgs.writers create '{"actor": …, "parents": […], "count": …, "name": …}'
    python -m tests.orgs.writers move   '{"unit": …, "between": […], "count": …}'

Each prints one line of JSON: what it did and what went wrong.
"""

import json
import os
import subprocess
import sys
from typing import Any

NARROW = "TREE_NARROW"  # set: hardly any room, so that writers must make some all the time


def start(deed: str, environment: dict[str, str], **task: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.orgs.writers", deed, json.dumps(task)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def outcome(writer: subprocess.Popen[str]) -> dict[str, Any]:
    out, error = writer.communicate(timeout=600)
    assert writer.returncode == 0, error
    return json.loads(out.splitlines()[-1])


def create(task: dict[str, Any]) -> dict[str, Any]:
    from orgs.actions import create_unit
    from orgs.kinds import UnitKind
    from orgs.models import OrgUnit, User
    from orgs.scopes import actor_for
    from orgs.tree import NewUnit

    actor = actor_for(User.objects.get(pk=task["actor"]))
    errors, done = [], 0
    for number in range(task["count"]):
        parent = OrgUnit.objects.get(pk=task["parents"][number % len(task["parents"])])
        try:
            create_unit(actor, parent=parent, new=NewUnit(f"{task['name']}-{number}团支部", UnitKind.BRANCH))
            done += 1
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")
    return {"done": done, "errors": errors}


def move(task: dict[str, Any]) -> dict[str, Any]:
    from zhtj.lib import days

    from orgs import tree
    from orgs.models import OrgUnit

    errors = []
    for number in range(task["count"]):
        unit = OrgUnit.objects.get(pk=task["unit"])
        parent = OrgUnit.objects.get(pk=task["between"][number % len(task["between"])])
        try:
            tree.move(unit, parent, at=days.now())
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")
    return {"done": task["count"] - len(errors), "errors": errors}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhtj.settings")
    import django

    django.setup()
    if os.environ.get(NARROW):
        import pytest

        from tests.orgs.conftest import squeeze

        squeeze(pytest.MonkeyPatch())
    deed = {"create": create, "move": move}[sys.argv[1]]
    print(json.dumps(deed(json.loads(sys.argv[2])), ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main()
