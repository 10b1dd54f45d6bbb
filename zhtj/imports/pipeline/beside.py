"""The progress of a commit, told while its transaction is open: what that writes nobody sees before its end.

A thread with a connection of its own says each half second how many rows are written, and keeps the lease; a
commit that is over sooner asks for none. SQLite has one writer, which is the commit: nothing is told there.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connection

from zhtj.imports.models import ImportBatch
from zhtj.imports.pipeline import states
from zhtj.lib.workbook import Report, unheard

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_BEATS = 0.5


@contextmanager
def told(batch: ImportBatch) -> Iterator[Report]:
    """What is reported inside is seen on the batch. Never raises of its own."""
    if connection.vendor != "postgresql":
        yield unheard
        return
    teller = _Teller(batch)
    thread = threading.Thread(target=teller.tell, daemon=True)
    thread.start()
    try:
        yield teller.report
    finally:
        teller.over.set()
        thread.join()


class _Teller:
    def __init__(self, batch: ImportBatch) -> None:
        self.over = threading.Event()
        self._batch = batch
        self._done = 0

    def report(self, done: int) -> None:
        self._done = done

    def tell(self) -> None:
        """Until the commit is over, or the batch has moved on. A beat that fails is one beat lost."""
        try:
            while not self.over.wait(SECONDS_BETWEEN_BEATS):
                self._beat()
        except states.Superseded:
            pass  # the commit has just ended
        finally:
            connection.close()

    def _beat(self) -> None:
        try:
            states.beat(self._batch, self._done)
        except Error:
            logger.warning("the progress of import batch %s is not told", self._batch.pk, exc_info=True)
            connection.close()
