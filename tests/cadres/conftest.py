"""What the room's tests share: a good row, and somebody to enter."""

from typing import Any

from tests import world


def good_cells(**more: Any) -> dict[str, Any]:
    """One cadre as typed, another person each time, over 28."""
    return {
        "full_name": "李文",
        "national_id": world.national_id(born=world.dt.date(1985, 3, 1)),
        "ethnicity": "汉族",
        "political_status": "中共党员",
        "post": "委员",
    } | more
