"""What a whole module of tests stands on, built once; rolled back when the module ends."""

import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from zhtj.lib import days

if TYPE_CHECKING:
    from tests.conftest import Clock


@contextmanager
def standing(blocker: Any) -> Iterator["Clock"]:
    """Everything written inside, by the test clock handed out, is there until the block is left.

    For fixtures of a module whose tests all begin with the same things. What a test writes on top is
    rolled back at its end, in the database: hand each test a copy of the objects.
    """
    with blocker.unblock(), _undone(), _by_the_test_clock() as clock:
        yield clock


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def _by_the_test_clock() -> Iterator["Clock"]:
    from tests.conftest import Clock

    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(days, "now", clock.now)
        yield clock


class Ground:
    """What the tests of a module begin with, built once for those that follow each other.

    It stands in a transaction around theirs, whose own work is rolled back as ever; each is handed a copy of
    the objects. Nothing stands under a test that begins with something else or commits.
    """

    def __init__(self) -> None:
        self._blocker: Any = None
        self._open = ExitStack()
        self._key: object = None
        self._packed = b""

    def ready(self, blocker: Any) -> None:
        """The test database is there. A test before that builds for itself."""
        self._blocker = blocker

    def lay(self, key: object, build: Callable[[], dict[str, Any]] | None) -> None:
        """From now on stands what `build` makes; it stays as it is while the key is the same."""
        if key == self._key:
            return
        self.clear()
        if build is not None and self._blocker is not None:
            self._key = key
            with self._blocker.unblock(), _by_the_test_clock():
                self._open.enter_context(_undone())
                self._packed = pickle.dumps(build())

    def clear(self) -> None:
        if self._blocker is not None:
            with self._blocker.unblock():
                self._open.close()
        self._key, self._packed = None, b""

    def copy(self) -> dict[str, Any]:
        """A test's own copy of what stands, by name; empty where nothing does."""
        return pickle.loads(self._packed) if self._packed else {}
