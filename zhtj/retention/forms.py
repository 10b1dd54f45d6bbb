"""The days of every item, as the province may change them."""

from typing import Any

from django import forms

from zhtj.lib.forms import Plain
from zhtj.retention.items import BY_KEY, ITEMS


class RetentionForm(Plain):
    """One field an item; the limits are the rules' to say."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in ITEMS:
            field = forms.IntegerField(
                label=item.what,
                help_text=f"{item.since}，{item.least}至{item.most}天。",
                widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
                error_messages={"required": "请填写天数。", "invalid": "请填写整数。"},
            )
            self.fields[item.key] = field

    def values(self) -> dict[str, int]:
        return {key: self.cleaned_data[key] for key in BY_KEY}
