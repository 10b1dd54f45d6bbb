"""Say whether tree, worker, schedule, bulletins, imports, trail and backups are well."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhtj import health
from zhtj.lib import days


class Command(BaseCommand):
    help = "检查组织树、后台、日通报、导入、审计和备份是否正常。退出码 0 = 全部正常，1 = 有需要处理的问题。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=sorted(health.CHECKS), help="只检查一项")
        parser.add_argument(
            "--audit-head", metavar="N:DIGEST", help="核对以前记下的审计封存链末尾（doctor 输出的“封存到”）"
        )
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = health.examine(days.now(), only=options["only"])
        if options["audit_head"]:
            findings.append(health.audit_head_stands(options["audit_head"]))
        level = health.worst(findings)
        if options["json"]:
            report = {"status": level.name, "checks": [finding.as_json() for finding in findings]}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            for finding in findings:
                self.stdout.write(f"{finding.level.name:<9}{finding.name:<10}{finding.message}")
            self.stdout.write(level.name)
        sys.exit(0 if level is health.Level.OK else 1)
