"""`manage.py backup -o FILE [--force] [--json]`: the whole state in one file, while the system is in use."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhtj import backup
from zhtj.lib import days
from zhtj.management.refusing import refusals_told


class Command(BaseCommand):
    help = (
        "把全部数据和文件备份到一个文件（用字段密钥加密）。系统可以照常使用。"
        "给出文件夹时，文件名为 zhtj-日期-时间.backup。密钥不在备份里，须另行保管。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="文件或文件夹")
        parser.add_argument("--force", action="store_true", help="覆盖已有的文件")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        now, path = days.now(), options["output"]
        if path.is_dir():
            path = path / f"zhtj-{now.astimezone(days.SHANGHAI):%Y%m%d-%H%M%S}.backup"
        if not path.parent.is_dir():
            raise CommandError(f"没有文件夹 {path.parent}。", returncode=2)
        with refusals_told(self.stdout, as_json=options["json"]):
            taken = backup.take(path, now=now, overwrite=options["force"])
        self._answer(taken, options["json"])

    def _answer(self, taken: backup.Taken, as_json: bool) -> None:
        if as_json:
            figures = {"bytes": taken.size, "tables": taken.tables, "rows": taken.rows, "files": taken.files}
            answer = {"state": "done", "file": str(taken.path), "sha256": taken.sha256, **figures}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        held = f"{taken.tables} 张表 {taken.rows} 行，{taken.files} 个文件"
        self.stdout.write(f"已备份到 {taken.path}：{held}，{taken.size / 1_000_000:.1f} MB。")
        self.stdout.write(f"SHA-256 {taken.sha256}")
        if taken.gone:
            self.stdout.write(f"{taken.gone} 个材料文件在备份期间被撤回，没有备份。")
