"""Units, administrators, the trail and oneself over the API: the same scope, rules and codes as the pages."""

from orgs.api import admins, audit, units
from orgs.api.units import UnitSerializer

api_urls = [*units.urls, *admins.urls, *audit.urls]

__all__ = ["UnitSerializer", "api_urls"]
