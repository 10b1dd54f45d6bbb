"""What the house tests stand on."""

import pytest

from tests.conftest import Clock
from tests.house.stage import Stage


@pytest.fixture
def stage(db: None, clock: Clock) -> Stage:
    """The cast with things in its hands (tests/house/stage.py)."""
    return Stage(clock)
