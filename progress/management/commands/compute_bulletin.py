"""`manage.py compute_bulletin`: the day's bulletin, by hand."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs.scopes import Actor, Grant, Scope
from progress import actions
from progress.management import arguments
from progress.models import Bulletin, BulletinState, Campaign
from progress.queries import columns


class Command(BaseCommand):
    help = "Compute (and publish) the bulletin of a day; default: of the last cut-off passed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=arguments.day, help="YYYY-MM-DD")
        parser.add_argument("--recompute", action="store_true", help="compute a finished day anew")
        parser.add_argument("--publish", action="store_true", help="give it out when its checks are right")
        parser.add_argument("--reason", default="", help="needed to correct a published day")
        parser.add_argument("--json", action="store_true", help="the result as JSON on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        now = days.now()
        campaign = _campaign()
        actor = _operator(campaign)
        day = options["day"] or days.last_cutoff_day(now, campaign.cutoff_time)
        started = time.perf_counter()
        try:
            bulletin = actions.compute_bulletin(
                campaign,
                day,
                now=now,
                recompute=options["recompute"],
                reason=options["reason"],
                actor=actor,
            )
            seconds = time.perf_counter() - started
            if options["publish"] and bulletin.state == BulletinState.DONE:
                actions.publish_bulletin(actor, bulletin=bulletin)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self._report(_summary(bulletin, seconds), as_json=options["json"])
        if not all(check["ok"] for check in bulletin.checks):
            raise CommandError("自检没有通过，通报不能发布。")

    def _report(self, summary: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(summary, ensure_ascii=False, indent=2))
            return
        self.stdout.write("{day} 第{revision}版 {state}：{units} 个组织，{lines} 行".format(**summary))
        for check in summary["checks"]:
            self.stdout.write(f"  {'✓' if check['ok'] else '✗'} {check['detail']}")


def _campaign() -> Campaign:
    active = list(Campaign.objects.filter(is_active=True).select_related("province")[:2])
    if len(active) != 1:
        raise CommandError(
            "没有正在进行的行动，请先运行 load_preset。" if not active else "正在进行的行动不止一个。"
        )
    return active[0]


def _operator(campaign: Campaign) -> Actor:
    """Whoever runs commands on the server acts for the province."""
    province = campaign.province
    return Actor(
        None, Scope((Grant(province.pk, province.kind, "provincial_staff"),), province.pk), "command"
    )


def _summary(bulletin: Bulletin, seconds: float) -> dict[str, Any]:
    units = bulletin.units.count()
    return {
        "day": bulletin.day.isoformat(),
        "cutoff_at": bulletin.cutoff_at.astimezone(days.SHANGHAI).isoformat(),
        "state": bulletin.state,
        "revision": bulletin.revision,
        "units": units,
        "lines": units * len(columns(bulletin)),
        "seconds": round(seconds, 3),
        "checks": bulletin.checks,
    }
