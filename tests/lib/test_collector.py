"""The cycle collector rests exactly as long as somebody asks it to."""

import gc
import threading
from collections.abc import Iterator

import pytest

from zhtj.lib import collector


@pytest.fixture(autouse=True)
def _enabled() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_it_rests_inside_and_goes_on_after_an_error() -> None:
    with pytest.raises(ValueError, match="x"), collector.paused():
        assert not gc.isenabled()
        raise ValueError("x")
    assert gc.isenabled()


def test_it_goes_on_only_when_the_last_pause_ends_in_whatever_thread() -> None:
    inside, finish = threading.Event(), threading.Event()

    @collector.paused()
    def other() -> None:
        inside.set()
        finish.wait(10)

    thread = threading.Thread(target=other)
    with collector.paused():
        thread.start()
        inside.wait(10)
    assert not gc.isenabled()
    finish.set()
    thread.join()
    assert gc.isenabled()


def test_it_stays_off_where_it_was_off() -> None:
    gc.disable()
    with collector.paused():
        pass
    assert not gc.isenabled()
