"""Fill an empty database with the deterministic demo."""

import dataclasses
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhtj.demo.seed import seed_demo
from zhtj.demo.shape import SIZES
from zhtj.lib import days
from zhtj.lib.problems import Refused

SHOWN = ("username", "password", "role", "unit", "unit_name", "kind")


class Command(BaseCommand):
    help = "向空数据库装入演示数据：一个省的组织、团员、行动和日通报。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", choices=sorted(SIZES), default="small", help="规模")
        parser.add_argument("--seed", type=int, default=2018, help="随机种子，相同的种子得到相同的数据")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seeded = seed_demo(options["size"], seed=options["seed"], now=days.now())
        except Refused as refusal:
            problem = refusal.problems[0]
            raise CommandError(f"{problem.message}{problem.mend}") from refusal
        accounts = [dataclasses.asdict(account) for account in seeded.accounts]
        if options["json"]:
            shown = [{key: account[key] for key in SHOWN} for account in accounts]
            report = {"units": seeded.units, "members": seeded.members, "accounts": shown}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        self.stdout.write(f"{seeded.units} 个组织，{seeded.members} 名团员，{len(accounts)} 个账号：")
        for account in accounts:
            self.stdout.write(
                f"  {account['username']:<10} {account['password']}  "
                f"{account['unit_name']}（{account['what_for']}）"
            )
