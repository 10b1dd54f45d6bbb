"""A URL configuration with a view nobody marked."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def unmarked(request: HttpRequest) -> HttpResponse:
    return HttpResponse("should never be seen")


urlpatterns = [path("unmarked/", unmarked), path("", include("zhtj.urls"))]
