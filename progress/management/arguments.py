"""What the commands take on their line."""

import datetime as dt
from argparse import ArgumentTypeError


def day(text: str) -> dt.date:
    """A day typed as 2018-11-23; anything else is a wrong call that says how to write it."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}”不是日期，请写成 2018-11-23 的样子。") from None
