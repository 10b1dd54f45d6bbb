"""The first page, the probes, and the API's documentation."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from zhtj.home import probes, views
from zhtj.lib.doors import signed_in

urlpatterns = [
    path("", views.home, name="home"),
    path("rules/", views.rules, name="rules"),
    path("privacy/", views.privacy, name="privacy"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("api/schema/", signed_in(SpectacularAPIView.as_view()), name="api_schema"),
    path("api/docs/", views.api_docs, name="api_docs"),
]
