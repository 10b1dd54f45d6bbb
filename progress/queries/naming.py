"""How a bulletin is called."""

from progress.models import Bulletin


def number(bulletin: Bulletin) -> str:
    """期号: the day's number in the campaign, with the revision when it is a corrected one."""
    days = (bulletin.day - bulletin.campaign.starts_on).days + 1
    return f"第{days}期" + (f"（更正第{bulletin.revision - 1}次）" if bulletin.revision > 1 else "")
