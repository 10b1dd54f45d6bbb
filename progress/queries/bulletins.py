"""Which campaign, which bulletins and which class tables a reader may see.

A published bulletin is for everybody who sees progress; a finished one not yet published is for the
province's eyes only. Of a unit outside the own scope a reader sees the published table of the class
the reader's own superiors are ranked in, and nothing below it (design: domain, section 3).
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhtj.lib import words

from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress.models import Bulletin, BulletinState, Campaign
from progress.queries.campaigns import campaigns

SEE = "progress.see"


def campaign_for(scope: Scope, key: str = "") -> Campaign | None:
    """The campaign of the reader's province: the active one, else the last; never a rehearsal. One query.

    With a key that one, if it is open to the reader.
    """
    found, key = campaigns(scope), words.code(key)
    return (found.filter(key=key) if key else found.filter(rehearses=None)).first()


def bulletins(scope: Scope, campaign: Campaign | None) -> QuerySet[Bulletin]:
    """The bulletins of the campaign the reader may see, newest first; without a campaign none."""
    if campaign is None:
        return Bulletin.objects.none()
    unpublished = Q(state=BulletinState.DONE) & scope.q("campaign__province", "bulletin.publish")
    return (
        Bulletin.objects.filter(Q(state=BulletinState.PUBLISHED) | unpublished, campaign=campaign)
        .select_related("campaign__province", "published_by")
        .order_by("-day", "-revision")
    )


def on_day(scope: Scope, campaign: Campaign, day: dt.date | None) -> Bulletin | None:
    """The last revision of `day` (None: of the last day) the reader may see. One query."""
    readable = bulletins(scope, campaign)
    return (readable.filter(day=day) if day else readable).first()


def finished(scope: Scope, day: dt.date, revision: int) -> Bulletin | None:
    """That revision of `day`, if it waits for this reader to publish it. Two queries."""
    waiting = bulletins(scope, campaign_for(scope)).filter(day=day, state=BulletinState.DONE)
    return waiting.filter(revision=revision).first()


def neighbours(scope: Scope, bulletin: Bulletin) -> tuple[dt.date | None, dt.date | None]:
    """The days before and after it that have a bulletin for this reader. Two queries."""
    readable = bulletins(scope, bulletin.campaign).values_list("day", flat=True)
    before = readable.filter(day__lt=bulletin.day).first()
    after = readable.filter(day__gt=bulletin.day).order_by("day").first()
    return before, after


@dataclass(frozen=True, slots=True)
class Reach:
    """What of one unit's page a reader sees: all of it, or the class tables in which `ranked` stand.

    `linked` are the children whose own page is open to the reader.
    """

    is_full: bool
    linked: frozenset[int] = frozenset()
    ranked: frozenset[int] = frozenset()

    @property
    def is_nothing(self) -> bool:
        return not self.is_full and not self.ranked


EVERYTHING = Reach(is_full=True)


def reach(scope: Scope, bulletin: Bulletin, unit: OrgUnit, child_ids: list[int]) -> Reach:
    """How far a reader sees into `unit`'s page with these children. Two queries at most."""
    open_to = OrgUnit.objects.filter(scope.q(capability=SEE), pk__in=[unit.pk, *child_ids]).order_by()
    linked = frozenset(open_to.values_list("pk", flat=True))
    if unit.pk in linked:
        return Reach(is_full=True, linked=linked)
    if bulletin.state != BulletinState.PUBLISHED:
        return Reach(is_full=False)
    granted = OrgUnit.objects.filter(
        pk__in=_granted(scope),
        tree_id=OuterRef("tree_id"),
        lft__gte=OuterRef("lft"),
        lft__lt=OuterRef("rght"),
    )
    above = OrgUnit.objects.filter(Exists(granted), pk__in=child_ids).order_by()
    return Reach(is_full=False, linked=linked, ranked=frozenset(above.values_list("pk", flat=True)))


def find_unit(campaign: Campaign, code: str) -> OrgUnit | None:
    """The unit with this code in the campaign's province, whoever asks: the page decides by `reach`."""
    return OrgUnit.objects.filter(tree_id=campaign.province.tree_id, code=words.code(code)).first()


def own_unit(scope: Scope) -> OrgUnit | None:
    """The unit the reader acts for."""
    return OrgUnit.objects.filter(scope.q(capability=SEE), pk=scope.unit_id).first()


def _granted(scope: Scope) -> list[int]:
    return [grant.unit_id for grant in scope.grants if grant.gives(SEE)]
