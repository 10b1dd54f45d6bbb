"""Pages of the room."""

from django.urls import path

from progress import converters, views  # noqa: F401 - `converters` knows <day:…>
from progress.adjustment_views import adjustment_urls
from progress.baseline_views import baseline_urls
from progress.early_views import early_urls
from progress.export_views import export_urls

urlpatterns = [
    path("", views.bulletin_latest, name="bulletin_latest"),
    path("campaign/", views.campaign, name="campaign"),
    path("<day:day>/", views.bulletin, name="bulletin"),
    path("<day:day>/publish/", views.bulletin_publish, name="bulletin_publish"),
    *export_urls,
    *early_urls,
    *baseline_urls,
    *adjustment_urls,
]
