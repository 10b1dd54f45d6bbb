"""Mounts the rooms."""

from django.urls import include, path

urlpatterns = [
    path("", include("zhtj.home.urls")),
    path("", include("orgs.urls")),
    path("members/", include("members.urls")),
    path("cadres/", include("cadres.urls")),
    path("imports/", include("zhtj.imports.urls")),
    path("progress/", include("progress.urls")),
]
