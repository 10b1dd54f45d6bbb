"""How a bulletin is called."""

import datetime as dt

from progress.models import Bulletin


def day_number(bulletin: Bulletin) -> int:
    """Which day of the campaign it is, from the beginning the bulletin froze, whatever is set since."""
    frozen = bulletin.settings.get("starts_on")
    begin = dt.date.fromisoformat(frozen) if frozen else bulletin.campaign.starts_on
    return (bulletin.day - begin).days + 1


def number(bulletin: Bulletin) -> str:
    """期号: the day's number in the campaign, with the revision when it is a corrected one."""
    corrected = f"（更正第{bulletin.revision - 1}次）" if bulletin.revision > 1 else ""
    return f"第{day_number(bulletin)}期{corrected}"
