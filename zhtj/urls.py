"""Mounts the rooms: their pages at their own addresses, their APIs under /api/."""

from django.urls import include, path

from zhtj.desk.api import api_urls as desk_api
from zhtj.imports.api import api_urls as imports_api
from zhtj.retention.api import api_urls as retention_api

from cadres.api import api_urls as cadres_api
from members.api import api_urls as members_api
from orgs.api import api_urls as orgs_api
from progress.api import api_urls as progress_api

handler400 = "zhtj.errors.handle_400"
handler403 = "zhtj.errors.handle_403"
handler404 = "zhtj.errors.handle_404"
handler500 = "zhtj.errors.handle_500"

urlpatterns = [
    path("", include("zhtj.home.urls")),
    path("", include("orgs.urls")),
    path("", include("zhtj.desk.urls")),
    path("", include("zhtj.retention.urls")),
    path("members/", include("members.urls")),
    path("cadres/", include("cadres.urls")),
    path("imports/", include("zhtj.imports.urls")),
    path("progress/", include("progress.urls")),
    path(
        "api/",
        include(
            [
                *orgs_api,
                *desk_api,
                *cadres_api,
                *members_api,
                *imports_api,
                *retention_api,
                *progress_api,
            ]
        ),
    ),
]
