"""Killed at random points and run again: one bulletin, right figures. PostgreSQL."""

import datetime as dt
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from progress import actions
from progress.models import Bulletin, BulletinState

from tests.progress.conftest import DAY, Scene, at, whole

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
NEXT = DAY + dt.timedelta(days=1)
PATIENCE = 60  # seconds


def compute_and_die(environment: dict[str, str], fatal: int, day: dt.date = NEXT) -> tuple[int, str]:
    """How the process ended, and what it said."""
    command = [sys.executable, "-m", "tests.progress.killed", day.isoformat(), str(fatal)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return done.returncode, done.stdout or done.stderr


@pytest.mark.parametrize("deaths", [3, pytest.param(20, marks=pytest.mark.stress)])
def test_killed_at_random_points_and_run_again_there_is_one_right_bulletin(
    scene: Scene, child_environment: dict[str, str], deaths: int
) -> None:
    scene.compute()
    ended, said = compute_and_die(child_environment, 0)
    assert ended == 0, said
    statements, lines = int(said), whole(Bulletin.objects.get(day=NEXT))
    for fatal in random.Random(deaths).sample(range(1, statements + 1), deaths):
        Bulletin.objects.filter(day=NEXT).delete()
        ended, said = compute_and_die(child_environment, fatal)
        assert ended == -signal.SIGKILL, (fatal, said)
        left = Bulletin.objects.filter(day=NEXT)
        assert [(found.state, found.units.count()) for found in left] in ([], [(BulletinState.STARTED, 0)])
        finished = actions.compute_bulletin(scene.campaign, NEXT, now=at(NEXT, 9))
        assert Bulletin.objects.filter(day=NEXT).count() == 1
        assert (finished.state, whole(finished)) == (BulletinState.DONE, lines), fatal
        assert all(check["ok"] for check in finished.checks)
