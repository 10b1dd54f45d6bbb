"""What superiors answered that a unit has to hear of: requests not granted, patterns to correct."""

import datetime as dt
from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Exists, OuterRef, QuerySet

from orgs.models import OrgUnit
from progress.models import Asked, BaselineAdjustment, Completion, EarlyOpening, SpotCheck
from progress.queries.outline import REGION_LEVEL

Request = TypeVar("Request", bound=Asked)

HEARD_FOR = dt.timedelta(days=14)  # so long is an answer told; after that it stands in its list only


def declined(unit: OrgUnit, now: dt.datetime) -> Iterator[Completion | BaselineAdjustment | EarlyOpening]:
    """The own requests declined lately and not made again since.

    One query for a branch, two for others; one more for a region.
    """
    yield from _last(Completion.objects.filter(unit=unit), ("campaign", "unit", "domain"), now)
    if not unit.is_branch:
        yield from _last(BaselineAdjustment.objects.filter(unit=unit), ("campaign", "unit", "domain"), now)
    if unit.level == REGION_LEVEL:  # a branch, too, may stand right under the province
        early = EarlyOpening.objects.filter(region=unit).select_related("stage")
        yield from _last(early, ("stage", "region"), now)


def _last(asked: QuerySet[Request], same: tuple[str, ...], now: dt.datetime) -> QuerySet[Request]:
    """Of these, the declined ones that no later request follows."""
    later = asked.model._default_manager.filter(
        **{name: OuterRef(name) for name in same}, asked_at__gt=OuterRef("asked_at")
    )
    lately = asked.filter(state=Asked.State.DECLINED, decided_at__gt=now - HEARD_FOR)
    return lately.filter(~Exists(later)).order_by("decided_at", "pk")


def to_correct(branch: OrgUnit) -> QuerySet[SpotCheck]:
    """Patterns of the branch of which a superior wrote that they are to be corrected. One query."""
    return SpotCheck.objects.filter(branch=branch, state=SpotCheck.State.CORRECT).order_by("pattern")
