"""How figures are written in pages: thousands separated, one decimal for rates, — for unknown."""

import math
from typing import Any

from django import template

from progress import tally

register = template.Library()

UNKNOWN = "—"


@register.filter
def figure(value: int | float | None) -> str:
    """`12345` → `12,345`; None → `—`."""
    return UNKNOWN if value is None or value == "" else f"{value:,}"


@register.filter
def signed(value: int | None) -> str:
    """A change with its sign and arrow: `↑ 12`, `↓ 3`, `→ 0`; None → `—`."""
    if value is None or value == "":
        return UNKNOWN
    return f"{'↑' if value > 0 else '↓' if value < 0 else '→'} {abs(value):,}"


@register.filter
def rate(value: float | None) -> str:
    """`tally.percent`: `0.8749` → `87.4%`; None → `—`."""
    return tally.percent(None if value is None or value == "" else float(value))


@register.filter
def pace(value: float | None) -> str:
    """So many a day, with one decimal: `12.333` → `12.3`; None → `—`."""
    return UNKNOWN if value is None or value == "" else f"{value:,.1f}"


@register.filter
def points(value: float | None) -> str:
    """A distance in points, cut as the rate is: `0.0325` → `+3.2`, `-0.0432` → `-4.4`; None → `—`."""
    return UNKNOWN if value is None or value == "" else f"{math.floor(value * 1000 + 1e-9) / 10:+.1f}"


@register.filter
def whole(value: float | None) -> str:
    """`12345.6` → `12,345`, as in the workbook; None → `—`."""
    return UNKNOWN if value is None or value == "" else f"{int(value):,}"


@register.filter
def plain(value: float) -> str:
    """A number for a machine, as in a drawing: no separators whatever the language."""
    return f"{value:g}"


@register.filter
def permille(value: float | None) -> int:
    """A share as 0…1000 for `<progress max="1000">`: the bar is capped, the number is not."""
    return max(0, min(1000, int((value or 0) * 1000)))


@register.filter
def per(part: int | None, whole: int | None) -> float | None:
    """`part / whole` as a share; None where the whole is unknown or nothing."""
    return None if part is None or not whole else part / whole


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """`mapping[key]`, "" where there is none."""
    return mapping.get(key, "")
