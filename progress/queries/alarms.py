"""Which bulletin of today is not out, and since when that is an alarm.

Specification (design: campaign, section 3). Computed at the cut-off, on the desk of the province ten minutes
later, published by a person within fifty; not published three quarters of an hour after the cut-off is an
alarm: a to-do and a banner for the province, a line in the log, a finding of `doctor`. With the usual cut-off
of 08:00 that is 08:10, 08:50 and 08:45. A rehearsal is nobody's duty.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from zhtj.lib import days

from orgs.scopes import Scope
from progress.models import Bulletin, BulletinState, Campaign

COMPUTED_WITHIN = dt.timedelta(minutes=10)  # of the cut-off
ALARM_AFTER = dt.timedelta(minutes=45)
PUBLISHED_WITHIN = dt.timedelta(minutes=50)


class Lack(StrEnum):
    """What keeps a bulletin from being out; the value is what a reader is told."""

    NOT_COMPUTED = "尚未算完"
    CHECK_FAILED = "自检没有通过"
    NOT_PUBLISHED = "已经算完，等待核对和发布"


@dataclass(frozen=True, slots=True)
class Unpublished:
    """The last bulletin due of a running campaign, while nobody has published it."""

    campaign: Campaign
    day: dt.date
    lack: Lack
    since: dt.timedelta  # since the cut-off
    bulletin: Bulletin | None = None

    @property
    def is_alarm(self) -> bool:
        return self.since >= ALARM_AFTER or self.lack == Lack.CHECK_FAILED

    @property
    def due_at(self) -> dt.datetime:
        """When it should be out at the latest."""
        return days.at(self.day, self.campaign.cutoff_time) + PUBLISHED_WITHIN

    @property
    def details(self) -> list[str]:
        """What the failed checks found."""
        checks = self.bulletin.checks if self.bulletin and self.lack == Lack.CHECK_FAILED else []
        return [check["detail"] for check in checks if not check["ok"]]


def unpublished(now: dt.datetime) -> Iterator[Unpublished]:
    """Running campaigns whose last bulletin due is not out. A query, and one a campaign."""
    for campaign in Campaign.objects.filter(is_active=True, rehearses=None).select_related("province"):
        found = _of_campaign(campaign, now)
        if found is not None:
            yield found


def alarm_for(scope: Scope, campaign: Campaign | None, now: dt.datetime) -> Unpublished | None:
    """The alarm this reader can do something about; None for who does not publish. Two queries at most."""
    if campaign is None or not campaign.is_active or not scope.has("bulletin.publish"):
        return None
    found = _of_campaign(campaign, now)
    if found is None or not found.is_alarm or not scope.may("bulletin.publish", campaign.province):
        return None
    return found


def _of_campaign(campaign: Campaign, now: dt.datetime) -> Unpublished | None:
    day = days.last_cutoff_day(now, campaign.cutoff_time)
    if not campaign.starts_on <= day <= campaign.last_bulletin_on:
        return None
    revisions = list(Bulletin.objects.filter(campaign=campaign, day=day).order_by("-revision"))
    if any(bulletin.state == BulletinState.PUBLISHED for bulletin in revisions):
        return None
    last = revisions[0] if revisions else None
    return Unpublished(campaign, day, _lack(last), now - days.at(day, campaign.cutoff_time), last)


def _lack(bulletin: Bulletin | None) -> Lack:
    if bulletin is None or bulletin.state == BulletinState.STARTED:
        return Lack.NOT_COMPUTED
    return Lack.NOT_PUBLISHED if all(check["ok"] for check in bulletin.checks) else Lack.CHECK_FAILED
