"""A page of a list over the API that is walked by a key of its own, not by a page number."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param


# The shape of such a page; a subclass says what its `results` are. (A docstring would stand in the schema.)
class Page(serializers.Serializer):  # type: ignore[misc] # DRF carries no types
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


def page(request: Request, results: Any, after: str) -> Response:
    """The answer: `next` is this address going on behind `after`, null at the end. There is no way back."""
    following = replace_query_param(request.build_absolute_uri(), "after", after) if after else None
    return Response({"next": following, "previous": None, "results": results})
