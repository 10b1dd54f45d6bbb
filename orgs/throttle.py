"""Nobody guesses a code: wrong ones are counted by address.

Specification (design: quality, section 4). The public pages that take a registration or reset
code note every wrong one with the address it came from. After `MOST_WRONG` within `WITHIN` that
address is told to come back later, whatever it types next, until the earliest of them is old.
"""

import datetime as dt

from django.db import transaction

from orgs import audit
from orgs.models import CodeTry
from orgs.scopes import Actor

MOST_WRONG = 10
WITHIN = dt.timedelta(minutes=15)
KEPT_FOR = dt.timedelta(days=1)


def is_blocked(address: str, *, now: dt.datetime) -> bool:
    """Have too many wrong codes come from `address` lately? One query."""
    return CodeTry.objects.filter(address=address, at__gt=now - WITHIN).count() >= MOST_WRONG


def note_wrong(address: str, *, now: dt.datetime) -> None:
    """Remember one wrong code; the one that is too many leaves a trail. At most four queries."""
    with transaction.atomic():
        CodeTry.objects.filter(at__lt=now - KEPT_FOR).delete()
        CodeTry.objects.create(address=address[:45], at=now)
        if CodeTry.objects.filter(address=address, at__gt=now - WITHIN).count() == MOST_WRONG:
            audit.record(Actor(None), "orgs.codes_blocked", after={"address": address})
