"""What the house tests stand on."""

import copy
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from tests.house.stage import Stage
from tests.standing import standing


@pytest.fixture(scope="module")
def standing_stage(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Stage, Path]]:
    """The stage of all tests of a module, and the folder of its files."""
    folder = tmp_path_factory.mktemp("stage")
    with standing(django_db_blocker) as clock:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(django_settings, "MEDIA_ROOT", str(folder))
            stage = Stage(clock)
        yield stage, folder


@pytest.fixture
def stage(standing_stage: tuple[Stage, Path], db: None, settings: Any, tmp_path: Path) -> Stage:
    """The cast with things in its hands (tests/house/stage.py); what a test does to it is its own."""
    stage, folder = standing_stage
    settings.MEDIA_ROOT = str(shutil.copytree(folder, tmp_path / "media"))
    return copy.deepcopy(stage)
