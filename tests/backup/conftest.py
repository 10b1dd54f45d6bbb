"""What is compared, and a folder for the files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zhtj.backup import tables

World = dict[str, list[tuple[Any, ...]]]
OWN_TRAIL = {"backup.take", "backup.restore"}


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """The media root of the test."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture
def world_as_it_is() -> Callable[[], World]:
    """Every row of every table a backup holds, as Django reads it; but for what the commands note."""

    def read() -> World:
        found = {}
        for name, model in tables.kept_tables().items():
            rows = model._base_manager.order_by("pk")
            if name == "orgs_auditentry":
                rows = rows.exclude(action__in=OWN_TRAIL)
            fields = [field.attname for field in tables.fields_of(model)]
            found[name] = list(rows.values_list(*fields))
        return found

    return read
