"""Serializer fields that several rooms' APIs share."""

import datetime as dt
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from zhtj.lib import forms


class Day(serializers.DateField):  # type: ignore[misc] # DRF carries no types
    """A day in the years that pages read (`zhtj.lib.forms.Day`)."""

    def to_internal_value(self, value: Any) -> dt.date:
        day: dt.date = super().to_internal_value(value)
        if not forms.Day.EARLIEST <= day <= forms.Day.LATEST:
            self.fail("invalid", format="YYYY-MM-DD")
        return day


class Words(serializers.CharField):  # type: ignore[misc] # DRF carries no types
    """Some sentences, carried as sent: the action reads them (`zhtj.lib.words`) and says what is wrong."""

    def __init__(self, *, most: int = 200, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", f"不超过{most}个字")
        super().__init__(required=False, allow_blank=True, default="", trim_whitespace=False, **kwargs)
        self.validators: list[Any] = []  # NUL and half surrogates are dropped by the reading


@extend_schema_field(OpenApiTypes.STR)
class Cell(serializers.Field):  # type: ignore[misc] # DRF carries no types
    """A value as a sheet's cell would hold it; the rules read it and name what is wrong."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return data if isinstance(data, str | int | float | bool) else str(data)

    def to_representation(self, value: Any) -> Any:
        return value
