"""Losing a race well: whoever is second to write an id, a number or a post looks again and is told.

The unique indexes are the last door. Meeting one (or, crosswise, a deadlock) undoes the whole
transaction; run again, it judges a world in which the winner is known, and the rules name the code.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction

Answer = TypeVar("Answer")
_ATTEMPTS = 3
_DEADLOCK = "40P01"


class RaceLost(Exception):
    """Somebody else wrote the same id, number or post a moment earlier. Nothing was written."""


@contextmanager
def one_transaction() -> Iterator[None]:
    """A transaction in which a lost race has its own name."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise RaceLost from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != _DEADLOCK:
            raise
        raise RaceLost from error


def until_settled(attempt: Callable[[], Answer]) -> Answer:
    """Run `attempt` in one transaction, and again if it lost a race. Raises RaceLost after three."""
    for _ in range(_ATTEMPTS - 1):
        try:
            with one_transaction():
                return attempt()
        except RaceLost:
            continue
    with one_transaction():
        return attempt()
