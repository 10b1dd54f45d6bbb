"""`manage.py check_tree [--repair] [--json]`: do the numbers of the tree agree with the parent pointers?"""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from orgs import queries, tree

EXAMPLES = 20


class Command(BaseCommand):
    help = "比较组织树的编号与上级关系；--repair 按上级关系重新编号。有错误时退出状态为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="重新编号")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, **options: Any) -> None:
        changed = 0
        faults = _faults()
        if options["repair"] and faults:
            changed = sum(tree.repair(tree_id) for tree_id in queries.tree_ids())
            faults = _faults()
        result = {
            "units": queries.unit_count(),
            "faults": len(faults),
            "examples": [fault._asdict() for fault in faults[:EXAMPLES]],
        }
        if options["repair"]:
            result["renumbered"] = changed
        self.stdout.write(json.dumps(result, ensure_ascii=False) if options["json"] else _said(result))
        if faults:
            raise SystemExit(1)


def _faults() -> list[tree.Fault]:
    return [fault for tree_id in queries.tree_ids() for fault in tree.faults(tree_id)]


def _said(result: dict[str, Any]) -> str:
    lines = [f"共 {result['units']} 个组织，{result['faults']} 处编号错误。"]
    if "renumbered" in result:
        lines.append(f"已重新编号 {result['renumbered']} 个组织。")
    lines += [f"{fault['short_name']}（{fault['code']}）：{fault['what']}" for fault in result["examples"]]
    return "\n".join(lines)
