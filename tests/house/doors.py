"""The table URL × person: what everybody meets at every address.

    nobody    not signed in
    outsider  the admin of another city
    without   an insider who lacks the capability (default: a viewer of the city)
    insider   an insider who has it

Outside the scope → 404, inside without the capability → 403; an address that names no object
cannot be "outside", so there an outsider with the capability gets in (to the own things).
"""

from dataclasses import dataclass, field
from typing import Any

SIGN_IN = 302  # to the log-in page
API = 401


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

TABLE: list[Line] = [
    # --- open to everybody -------------------------------------------------------------------
    Line("login", 200, 302, 302, 302),
    Line("healthz", 200, 200, 200, 200),
    Line("readyz", 200, 200, 200, 200),
    # --- whoever is signed in ----------------------------------------------------------------
    Line("home", 302, 200, 200, 200),
    Line("rules", 302, 200, 200, 200),
    Line("api_docs", 401, 200, 200, 200),
    Line("api_schema", 401, 200, 200, 200),
    Line("api_me", 401, 200, 200, 200),
    Line("password_change", 302, 200, 200, 200),
    Line("logout", 302, 405, 405, 405),
    Line("logout", 302, 302, 302, 302, method="POST"),
    Line("switch_unit", 302, 405, 405, 405),
    Line("switch_unit", 302, 404, 404, 302, method="POST", data={"unit": "committee"}),
    # --- units -------------------------------------------------------------------------------
    Line("unit_list", 302, 200, 403, 200, as_without="stranger"),
    Line("unit_detail", 302, 404, 403, 200, COMMITTEE, as_without="stranger"),
    Line("unit_children", 302, 404, 403, 302, COMMITTEE, as_without="stranger"),
    Line("unit_edit", 302, 404, 403, 200, COMMITTEE),
    Line("unit_edit", 302, 404, 403, 302, COMMITTEE, method="POST"),
    Line("unit_create", 302, 404, 403, 200, {"parent_pk": "committee"}),
    Line("unit_create", 302, 404, 403, 403, {"parent_pk": "committee"}, as_insider="secretary"),
    Line("unit_create", 302, 404, 403, 200, {"parent_pk": "committee"}, method="POST"),
    Line("api_units", 401, 200, 403, 200, as_without="stranger"),
    Line("api_units", 401, 400, 403, 400, method="POST"),
    Line("api_unit", 401, 404, 403, 200, COMMITTEE, as_without="stranger"),
]


def resolved(places: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with every name of the cast replaced by the key of what it names."""
    found = {}
    for key, value in arguments.items():
        thing = getattr(places, value, value) if isinstance(value, str) else value
        found[key] = getattr(thing, "pk", thing)
    return found
