"""`manage.py load_preset henan-2018`: the campaign of a notice, with its own dates."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orgs.kinds import UnitKind
from orgs.models import OrgUnit
from progress.presets import PRESETS, load_preset


class Command(BaseCommand):
    help = "Load the campaign, stages and settings of a notice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", choices=sorted(PRESETS))
        parser.add_argument("--unit", help="code of the province, where there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        campaign = load_preset(options["key"], province=_province(options["unit"]))
        span = f"{campaign.starts_on} 至 {campaign.ends_on}"
        self.stdout.write(f"{campaign.name}（{span}），{campaign.stages.count()} 个阶段")


def _province(code: str | None) -> OrgUnit:
    provinces = OrgUnit.objects.filter(kind=UnitKind.PROVINCE_COMMITTEE, closed_at=None)
    if code:
        provinces = provinces.filter(code=code)
    found = list(provinces[:2])
    if len(found) != 1:
        raise CommandError(
            "没有找到省级团委，请先建立组织。" if not found else "有多个省级团委，请用 --unit 指明编码。"
        )
    return found[0]
