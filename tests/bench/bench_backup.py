"""A backup of a whole province: taken, verified, restored in its own place.

`floor` of taking: every table written out by PostgreSQL as text and thrown away at once. `peak` is the whole
process's; where a demo province was filled before, the filling counts. `full` has 16 000 units; `--database`
measures whichever stands there, and replaces it by itself.
"""

import resource
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection

from zhtj import backup
from zhtj.backup import tables
from zhtj.lib import days

from tests.bench import province
from tests.bench.frame import Result, seconds, timed

SIZES = {"small": "small", "full": "medium"}
RUNS = 3


def run(size: str) -> list[Result]:
    """A demo province that is filled first."""
    province.fill(SIZES[size])
    return measure()


def measure() -> list[Result]:
    """The province that stands there."""
    with tempfile.TemporaryDirectory(prefix="zhtj-bench-") as folder:
        settings.MEDIA_ROOT = f"{folder}/media"
        path = Path(folder, "a.backup")
        taking = timed(lambda: backup.take(path, now=days.now(), overwrite=True), RUNS)
        rows = sum(backup.verify(path).rows.values())
        floor = timed(_written_out, RUNS) if connection.vendor == "postgresql" else []
        verifying = timed(lambda: backup.verify(path), RUNS)
        restoring = [seconds(lambda: backup.restore(path, replace=True))]
        size = f"file {path.stat().st_size / 1_000_000:.0f} MB"
    return [
        Result("backup: take", rows, "rows", taking, floor, megabytes=_peak(), bar=size),
        Result("backup: verify", rows, "rows", verifying),
        Result("backup: restore", rows, "rows", restoring, megabytes=_peak(), bar="< 300 MB"),
    ]


def _written_out() -> None:
    with Path("/dev/null").open("wb") as nowhere, connection.cursor() as cursor:
        for name in tables.kept_tables():
            cursor.copy_expert(f'COPY "{name}" TO STDOUT', nowhere)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
