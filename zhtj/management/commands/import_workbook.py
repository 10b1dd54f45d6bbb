"""`import_workbook KIND FILE --unit CODE --actor USERNAME [--commit] …`: the desk without a browser.

Checks and commits in this process, so it needs no worker. Exit status 0 = done, 1 = refused, or rows
to mend or rectify, or something unacknowledged, or not committed though asked; 2 = wrong call.
"""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandParser

from zhtj.imports import actions, commands, pipeline, registry, report
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.lib.problems import Problem, Refused

from orgs.scopes import Actor, actor_for


class Command(BaseCommand):
    help = "Checks a workbook and, with --commit, enters its good rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(registry.KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--unit", required=True, metavar="CODE")
        parser.add_argument("--actor", required=True, metavar="USERNAME")
        parser.add_argument("--commit", action="store_true")
        parser.add_argument("--acknowledge", nargs="+", action="extend", default=[], metavar="CODE")
        parser.add_argument("--attest-evidence", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = actor_for(commands.user_of(options["actor"]), "command")
        unit = commands.unit_of(options["unit"])
        try:
            batch = _upload(actor, unit, options)
            said = _run(actor, batch, options)
        except Refused as refusal:
            self._answer(report.turned_away(refusal.problems), options["json"])
            sys.exit(1)
        except PermissionDenied as denied:
            problem = Problem("unit", "unit.out_of_scope", str(denied))
            self._answer(report.turned_away([problem]), options["json"])
            sys.exit(1)
        self._answer(report.whole(batch, said), options["json"])
        if not _is_done(batch, options):
            sys.exit(1)

    def _answer(self, answer: dict[str, Any], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(report.in_words(answer)))


def _upload(actor: Actor, unit: Any, options: dict[str, Any]) -> ImportBatch:
    path = options["file"]
    actions.refuse_size(commands.size_of(path))
    return actions.upload(
        actor,
        kind=options["kind"],
        unit=unit,
        file_name=path.name,
        data=path.read_bytes(),
        attest_evidence=options["attest_evidence"],
    )


def _run(actor: Actor, batch: ImportBatch, options: dict[str, Any]) -> list[Problem]:
    """Check and, if asked, commit; what kept the commit from starting."""
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    if not options["commit"] or batch.state != BatchState.CHECKED:
        return []
    try:
        actions.ask_commit(actor, batch=batch, acknowledge=options["acknowledge"])
    except Refused:
        return []  # the counts and acknowledgements of the answer say what is missing
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    return [Problem("", "batch.not_committed", batch.remark)] if batch.remark else []


def _is_done(batch: ImportBatch, options: dict[str, Any]) -> bool:
    if batch.state == BatchState.CHECKED:
        unticked = any(a["code"] not in options["acknowledge"] for a in batch.acknowledgements)
        if unticked or options["commit"]:
            return False
    elif batch.state != BatchState.COMMITTED:
        return False
    return not batch.mend_count + batch.rectify_count
