"""Serializer fields that several rooms' APIs share."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


@extend_schema_field(OpenApiTypes.STR)
class Cell(serializers.Field):  # type: ignore[misc] # DRF carries no types
    """A value as a sheet's cell would hold it; the rules read it and name what is wrong."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return data if isinstance(data, str | int | float | bool) else str(data)

    def to_representation(self, value: Any) -> Any:
        return value
