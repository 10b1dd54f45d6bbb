"""Which files a published bulletin still owes to the work groups."""

import datetime as dt

from django.db.models import Count, F, QuerySet

from orgs.kinds import LEADING_ORGANS
from orgs.models import OrgUnit
from orgs.scopes import Actor, Grant, Scope
from progress.models import Bulletin, BulletinFile, BulletinState, BulletinUnit, FileFormat

RECENT_DAYS = 1  # older ones are drawn when somebody asks


def owed_files(today: dt.date) -> list[tuple[Bulletin, OrgUnit]]:
    """The province and its regions whose set is not complete, of each campaign's last published bulletin.

    The province first, then the leading organs directly below it, as the tree stood that day. A query
    for the bulletins, three for each that owes something.
    """
    recent = Bulletin.objects.filter(
        campaign__is_active=True,
        state=BulletinState.PUBLISHED,
        day__gte=today - dt.timedelta(days=RECENT_DAYS),
    )
    last: dict[int, Bulletin] = {}
    for bulletin in recent.select_related("campaign__province").order_by("day", "revision"):
        last[bulletin.campaign_id] = bulletin
    return [(bulletin, unit) for bulletin in last.values() for unit in _owing(bulletin)]


def reader_for(bulletin: Bulletin) -> Actor:
    """Who has the files drawn: whoever published it, seeing what the province sees."""
    province = bulletin.campaign.province
    scope = Scope((Grant(province.pk, province.kind, "viewer"),), province.pk)
    return Actor(bulletin.published_by, scope, "task")


def _owing(bulletin: Bulletin) -> list[OrgUnit]:
    due = BulletinUnit.objects.filter(bulletin=bulletin, level__lte=1, kind__in=LEADING_ORGANS)
    ids = list(due.order_by("position").values_list("unit_id", flat=True))
    complete = set(
        BulletinFile.objects.filter(bulletin=bulletin, unit__in=ids, unit_class="")
        .order_by()
        .values("unit_id")
        .annotate(formats=Count(F("format"), distinct=True))
        .filter(formats=len(FileFormat.values))
        .values_list("unit_id", flat=True)
    )
    units = OrgUnit.objects.in_bulk([pk for pk in ids if pk not in complete])
    return [units[pk] for pk in ids if pk in units]


def given_out(bulletin: Bulletin, unit: OrgUnit) -> QuerySet[BulletinFile]:
    """The files stored for this unit, without their contents. The caller has seen to the scope."""
    files = BulletinFile.objects.filter(bulletin=bulletin, unit=unit).defer("content")
    return files.order_by("format", "unit_class", "number")


def given_file(scope: Scope, day: dt.date, sha256: str) -> BulletinFile | None:
    """The file of that day with this hash, of a unit the scope sees: whatever revision it was drawn from, and
    though its campaign has ended."""
    seen = scope.q("unit", "progress.see")
    return BulletinFile.objects.filter(seen, bulletin__day=day, sha256=sha256).first()
