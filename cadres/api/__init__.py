"""Posts and who holds them over the API; rosters to take along, units that lack somebody."""

from cadres.api import posts, rosters

api_urls = [*posts.urls, *rosters.urls]

__all__ = ["api_urls"]
