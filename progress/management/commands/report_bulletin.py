"""`manage.py report_bulletin --day D --unit CODE --json`: the lines as shown."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orgs.models import OrgUnit
from progress import queries, tally
from progress.management import arguments
from progress.models import Bulletin, BulletinState


class Command(BaseCommand):
    help = "Print the lines of a finished bulletin for one unit and its children."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=arguments.day, required=True, help="YYYY-MM-DD")
        parser.add_argument("--unit", required=True, help="code of the unit")
        parser.add_argument("--json", action="store_true", help="as JSON on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        unit = OrgUnit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(f"没有编码为 {options['unit']} 的组织。")
        bulletin = (
            Bulletin.objects.filter(
                campaign__province__tree_id=unit.tree_id, campaign__rehearses=None, day=options["day"]
            )
            .exclude(state=BulletinState.STARTED)
            .select_related("campaign")
            .order_by("-campaign__is_active", "-revision")
            .first()
        )
        if bulletin is None:
            raise CommandError(f"{options['day']} 还没有算完的通报。")
        lines = queries.report(None, bulletin, unit)
        if not lines:
            raise CommandError(f"{options['day']} 的通报里没有“{unit.short_name}”。")
        if options["json"]:
            self.stdout.write(json.dumps(lines, ensure_ascii=False, indent=2))
            return
        for line in lines:
            rate = tally.percent(line["rate"])
            label = line["stage"] or line["domain"]
            self.stdout.write(f"{label:20} {line['rank'] or '':>3} {line['name']} {line['entered']} {rate}")
