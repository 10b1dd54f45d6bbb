"""The table URL × person: what everybody meets at every address.

    nobody    not signed in
    outsider  the admin of another city
    without   an insider who lacks the capability (default: a viewer of the city)
    insider   an insider who has it

Outside the scope → 404, inside without the capability → 403; an address that names no object
cannot be "outside", so there an outsider with the capability gets in (to the own things).
"""

from tests.house.doors import campaign, desk, organisations, people
from tests.house.doors.line import Line

TABLE: list[Line] = [*organisations.LINES, *people.LINES, *desk.LINES, *campaign.LINES]

__all__ = ["TABLE", "Line"]
