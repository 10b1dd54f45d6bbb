"""A transaction in which a lost race has its own name.

Two writers may judge the same entry good at the same moment; the unique index lets one through. The
other loses its whole transaction and judges again, as if it had come later.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction

ATTEMPTS = 3
_DEADLOCK = "40P01"

T = TypeVar("T")


class RaceLost(Exception):
    """Somebody else wrote the same thing a moment earlier."""


@contextmanager
def one_transaction() -> Iterator[None]:
    """Raises RaceLost where the database refuses a double, or breaks a deadlock."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise RaceLost from error
    except OperationalError as error:
        if not is_deadlock(error):
            raise
        raise RaceLost from error


def is_deadlock(error: BaseException) -> bool:
    """Did the database end this transaction so that another may go on? Doing it again would succeed."""
    return getattr(error.__cause__, "pgcode", None) == _DEADLOCK


def until_settled(work: Callable[[], T]) -> T:
    """`work` in a transaction of its own, up to three times while races are lost; then RaceLost."""
    for _ in range(ATTEMPTS - 1):
        try:
            with one_transaction():
                return work()
        except RaceLost:
            continue
    with one_transaction():
        return work()
