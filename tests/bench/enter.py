"""Check and commit one batch: `python -m tests.bench.enter BATCH USER` does it in a process of its own
and says as JSON how long it took and how much memory it held at most."""

import json
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhtj.imports.models import ImportBatch

    from orgs.scopes import Actor


def enter(batch: "ImportBatch", actor: "Actor") -> None:
    """What the worker does for one upload, with everything acknowledged that there is."""
    from zhtj.imports import actions, pipeline
    from zhtj.imports.models import BatchState

    pipeline.check(batch.pk)
    batch.refresh_from_db()
    if batch.state == BatchState.CHECKED and batch.ok_count:
        codes = {item["code"] for item in batch.acknowledgements}
        actions.ask_commit(actor, batch=batch, acknowledge=codes)
        pipeline.commit(batch.pk)
        batch.refresh_from_db()


def main(batch_id: int, user_id: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhtj.settings"
    import django

    django.setup()
    from django.conf import settings

    from zhtj.imports.models import ImportBatch

    from orgs.models import User
    from orgs.scopes import actor_for

    settings.DEBUG = False
    batch = ImportBatch.objects.get(pk=batch_id)
    actor = actor_for(User.objects.get(pk=user_id), "import")
    started = time.perf_counter()
    enter(batch, actor)
    taken = time.perf_counter() - started
    peak = int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) // 1024
    print(json.dumps({"entered": batch.entered_count, "seconds": taken, "megabytes": peak}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
