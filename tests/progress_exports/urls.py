"""The application with the downloads mounted."""

from django.urls import include, path

from zhtj import urls
from zhtj.urls import handler400, handler403, handler404, handler500  # noqa: F401

from progress import converters  # noqa: F401 - knows <day:…>
from progress.export_views import export_urls

urlpatterns = [path("progress/", include(export_urls)), *urls.urlpatterns]
