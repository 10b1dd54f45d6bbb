"""Delete what its time has come for, as the retention settings say. Runs every night by itself."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhtj import retention
from zhtj.lib import days


class Command(BaseCommand):
    help = "按保存期限设置删除到期的数据。可以重复运行；--dry-run 只统计，不删除。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="只统计，不删除")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run = options["dry_run"]
        done = retention.apply(days.now(), dry_run=dry_run)
        if options["json"]:
            items = [
                {
                    "key": one.key,
                    "days": one.days,
                    "count": one.count,
                    "waits_until": one.waits_until.isoformat() if one.waits_until else None,
                }
                for one in done
            ]
            report = {"dry_run": dry_run, "deleted": sum(one.count for one in done), "items": items}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        verb = "将删除" if dry_run else "已删除"
        for one in done:
            waits = f"（行动结束后，{one.waits_until} 起）" if one.waits_until else ""
            self.stdout.write(f"{one.what}：保存 {one.days} 天，{verb} {one.count}{waits}")
