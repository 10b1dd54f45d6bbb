"""Python's cycle collector, out of the way while a whole file is worked on.

Judging 20 000 rows makes millions of objects, all of them alive to the end; the collector looks at
them again and again and finds nothing. Measured: 35 % of the time of a check and commit.

    with collector.paused(): …          @collector.paused()
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_pauses = 0
_was_enabled = True


@contextmanager
def paused() -> Iterator[None]:
    """No collection meanwhile, in any thread; it goes on when the last pause ends. Objects without
    cycles, which is nearly all, are freed as ever. For bounded work only."""
    global _pauses, _was_enabled
    with _lock:
        if _pauses == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _pauses += 1
    try:
        yield
    finally:
        with _lock:
            _pauses -= 1
            if _pauses == 0 and _was_enabled:
                gc.enable()
