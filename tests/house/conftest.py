"""What the house tests stand on."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Clock
from tests.house.stage import Stage


@pytest.fixture
def stage(db: None, clock: Clock, settings: Any, tmp_path: Path) -> Stage:
    """The cast with things in its hands (tests/house/stage.py)."""
    settings.MEDIA_ROOT = str(tmp_path)
    return Stage(clock)
