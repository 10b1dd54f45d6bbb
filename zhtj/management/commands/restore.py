"""`manage.py restore FILE [--replace | --verify] [--json]`: the state of a backup, whole or not at all.

Exit status 0 = done; 1 = refused (nothing changed), or restored with faults that the backup had; 2 = wrong
call.
"""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhtj import backup
from zhtj.imports import commands
from zhtj.lib import days
from zhtj.management.refusing import refusals_told


class Command(BaseCommand):
    help = (
        "从备份文件恢复全部数据和文件。先校验整个文件，再在一个事务里写入：要么全部恢复，要么不改动。"
        "恢复前请停止网页、后台进程和定时器。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--replace", action="store_true", help="取代现有的全部数据")
        how.add_argument("--verify", action="store_true", help="只校验文件，不恢复")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        path, problems = options["file"], []
        commands.size_of(path)
        try:
            with refusals_told(self.stdout, as_json=options["json"]):
                if options["verify"]:
                    found = backup.verify(path)
                else:
                    restored = backup.restore(path, replace=options["replace"])
                    found, problems = restored.found, restored.problems
        except OSError as error:
            raise CommandError(f"读不了 {path}：{error.strerror}。") from error
        state = "verified" if options["verify"] else "restored"
        self._answer(state, found, problems, options["json"])
        if problems:
            sys.exit(1)

    def _answer(self, state: str, found: backup.Found, problems: list[str], as_json: bool) -> None:
        rows = sum(found.rows.values())
        if as_json:
            about = {"state": state, "made_at": found.made_at.isoformat(), "sha256": found.sha256}
            figures = {"tables": len(found.rows), "rows": rows, "files": found.files, "problems": problems}
            self.stdout.write(json.dumps({**about, **figures}, ensure_ascii=False))
            return
        made = found.made_at.astimezone(days.SHANGHAI)
        done = "备份完好，可以恢复" if state == "verified" else "已恢复"
        self.stdout.write(
            f"{done}：{made:%Y-%m-%d %H:%M} 的备份，{len(found.rows)} 张表 {rows} 行，{found.files} 个文件。"
        )
        for problem in problems:
            self.stdout.write(problem)
