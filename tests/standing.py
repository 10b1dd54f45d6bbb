"""What a whole module of tests stands on, built once; rolled back when the module ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from zhtj.lib import days

from tests.conftest import Clock


@contextmanager
def standing(blocker: Any) -> Iterator[Clock]:
    """Everything written inside, by the test clock handed out, is there until the block is left.

    For fixtures of a module whose tests all begin with the same things. What a test writes on top is
    rolled back at its end, in the database: hand each test a copy of the objects.
    """
    clock = Clock()
    with blocker.unblock(), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(days, "now", clock.now)
            yield clock
        transaction.set_rollback(True)
