"""One line of the table, and the objects its addresses are about."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One request and its four answers. `at` maps URL arguments to names of the cast's world."""

    name: str
    nobody: int
    outsider: int
    without: int
    insider: int
    at: dict[str, Any] = field(default_factory=dict)
    method: str = "GET"
    query: str = ""
    as_insider: str = "committee_admin"
    as_without: str = "viewer"
    data: dict[str, Any] = field(default_factory=dict)


COMMITTEE = {"pk": "committee"}
BRANCH = {"pk": "branch"}
AN_ADMIN = {"user": "committee_admin"}
BATCH = {"pk": "batch"}
ROW = {"pk": "batch", "number": "row"}
DAY = {"day": "day"}
CAMPAIGN = {"key": "henan-2018"}
EMPTY = DAY | {"figure": "branches_empty"}
ENTERED = DAY | {"figure": "entered"}
SCHOOL = "?unit=HN010101&stage=members_school"
