"""The fruit stall as a registered kind, and uploads in one line."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from zhtj.imports import actions, pipeline, registry
from zhtj.imports.models import ImportBatch

from orgs.scopes import actor_for

from tests import workbooks
from tests.cast import Cast
from tests.imports import fruit

HEADER = ("水果", "重量", "身份证号码", "品质")


@pytest.fixture(autouse=True)
def stall(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[fruit.World]]:
    """An empty stall; the kind `fruit` is known to the desk."""
    monkeypatch.setitem(registry.KINDS, "fruit", fruit.KIND)
    fruit.World.stock, fruit.World.written = {}, []
    fruit.World.explode, fruit.World.moved, fruit.World.on_write = "", False, None
    yield fruit.World


def workbook(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> bytes:
    """An .xlsx with these rows."""
    return workbooks.xlsx([header, *rows], name="水果")


@pytest.fixture
def uploaded(cast: Cast) -> Callable[..., ImportBatch]:
    """An upload by the secretary of 高一1班, waiting for its check."""

    def upload(rows: Sequence[Sequence[Any]], **more: Any) -> ImportBatch:
        values = {"kind": "fruit", "unit": cast.branch, "file_name": "水果.xlsx", **more}
        values.setdefault("data", workbook(rows))
        return actions.upload(actor_for(cast.secretary), **values)

    return upload


@pytest.fixture
def checked(uploaded: Callable[..., ImportBatch]) -> Callable[..., ImportBatch]:
    """An upload that has been checked."""

    def check(rows: Sequence[Sequence[Any]], **more: Any) -> ImportBatch:
        batch = uploaded(rows, **more)
        pipeline.check(batch.pk)
        batch.refresh_from_db()
        return batch

    return check
