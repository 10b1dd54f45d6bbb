"""Bulletins and baselines over the API: the same scope and figures as the pages."""

from django.urls import path

from zhtj.lib.doors import door

from progress import converters  # noqa: F401 - knows <day:…>
from progress.api import figures, lists

__all__ = ["api_urls"]

see = door("progress.see")
api_urls = [
    path("bulletins/", lists.BulletinViewSet.as_view({"get": "list"}), name="api_bulletins"),
    path("bulletins/<day:day>/", see(figures.bulletin_lines), name="api_bulletin"),
    path("bulletins/<day:day>/trend/", see(figures.bulletin_trend), name="api_bulletin_trend"),
    path("bulletins/<day:day>/compare/", see(figures.bulletin_compare), name="api_bulletin_compare"),
    path(
        "bulletins/<day:day>/figures/<slug:figure>/", see(figures.bulletin_figure), name="api_bulletin_figure"
    ),
    path("bulletins/<day:day>/files/", see(figures.bulletin_files), name="api_bulletin_files"),
    path("bulletins/<day:day>/files/<slug:sha256>/", see(figures.bulletin_file), name="api_bulletin_file"),
    path("baselines/", lists.BaselineViewSet.as_view({"get": "list"}), name="api_baselines"),
]
