"""Child processes of the race for people: each enters, claims and releases as fast as it can.

    python -m tests.members.claimers '{"actor": …, "branch": …, "people": […], "seed": …}'

Prints one line of JSON: what it was told how often, and what went wrong.
"""

import datetime as dt
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

TODAY = dt.date(2018, 11, 23)


def start(environment: dict[str, str], **task: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.members.claimers", json.dumps(task)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def outcome(claimer: subprocess.Popen[str]) -> dict[str, Any]:
    out, error = claimer.communicate(timeout=600)
    assert claimer.returncode == 0, error
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    return told


def claim(task: dict[str, Any]) -> dict[str, Any]:
    """Everybody entered or claimed; every claim against the own branch released or kept, as it falls."""
    from zhtj.lib import days

    from members import actions, queries
    from members.rules import EntryReader
    from orgs.models import OrgUnit, User
    from orgs.scopes import actor_for

    actor, chance = actor_for(User.objects.get(pk=task["actor"])), random.Random(task["seed"])
    branch, read = OrgUnit.objects.get(pk=task["branch"]), EntryReader(TODAY).read
    told: Counter[str] = Counter()
    errors: list[str] = []

    def attempt(step: Callable[[], object]) -> None:
        _note(step, told, errors)

    for cells in chance.sample(task["people"], len(task["people"])):
        attempt(lambda c=cells: actions.enter_member(actor, branch=branch, entry=read(c), today=TODAY))
        attempt(lambda c=cells: actions.ask_claim(actor, branch=branch, entry=read(c), reason="在我处"))
        for case in queries.waiting_cases(actor.scope, days.now())[:3]:
            release = chance.random() < 0.7
            attempt(
                lambda c=case, r=release: actions.answer_claim(
                    actor, case=c, release=r, answer="仍在我处", today=TODAY
                )
            )
    return {"told": told, "errors": errors}


def _note(step: Callable[[], object], told: Counter[str], errors: list[str]) -> None:
    from zhtj.lib.problems import Refused

    try:
        step()
        told["done"] += 1
    except Refused as refused:
        told.update(problem.code for problem in refused.problems)
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhtj.settings")
    import django
    from django.conf import settings

    django.setup()
    settings.ZHTJ_ENTRY_GATE = ""
    print(json.dumps(claim(json.loads(sys.argv[1])), ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main()
