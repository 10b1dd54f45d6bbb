"""Builders for entries, as a sheet or a form would hold them."""

from typing import Any

import pytest

from tests import world


def good_cells(number: int = 0, **cells: Any) -> dict[str, Any]:
    """A good row, another person for every `number` (default: the next); `cells` overwrite."""
    return {
        "full_name": "张三",
        "national_id": world.national_id(number or None),
        "ethnicity": "汉族",
        "political_status": "共青团员",
        "joined_on": "2015-05",
        "is_cadre": "否",
        "application_form": "有",
    } | cells


@pytest.fixture
def cells() -> Any:
    return good_cells
