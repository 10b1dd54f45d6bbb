"""Problems and their way into a form; one dress for every field.

A page's form is a Django form that also inherits `Plain`: the widgets get the classes of
the look, the sentences are ours, and `add_problems` puts what the rules said beside the
fields it is about, with its code, so that a form speaks exactly as an API answer does.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from zhtj.lib import words
from zhtj.lib.problems import Problem
from zhtj.lib.refusals import Refusals

MESSAGES = {
    "required": "请填写这一项。",
    "invalid": "格式不正确，请检查后重新填写。",
    "invalid_choice": "请从列表中选择一项。",
    "null_characters_not_allowed": "含有无法识别的字符，请删除后重新输入。",
    "max_length": "最多 %(limit_value)d 个字，现在是 %(show_value)d 个字。",
    "min_length": "至少 %(limit_value)d 个字，现在是 %(show_value)d 个字。",
    "max_value": "不能大于 %(limit_value)s。",
    "min_value": "不能小于 %(limit_value)s。",
}


class Typed(forms.CharField):
    """A field that only carries what was typed, as typed; `required` is said on the page, the rules decide.

    With `choices` it is a list to pick from; other keywords become attributes of the input.
    """

    def __init__(self, label: str, help_text: str = "", *, required: bool = False, **attrs: Any) -> None:
        choices = attrs.pop("choices", None)
        widget = forms.TextInput if choices is None else forms.Select(choices=choices)
        super().__init__(label=label, help_text=help_text, required=required, widget=widget, strip=False)
        if choices is None:
            self.widget.attrs |= {"autocomplete": "off", "maxlength": "200"}
        self.widget.attrs |= attrs

    def clean(self, value: Any) -> str:
        return value if isinstance(value, str) else ""


class Day(forms.DateField):
    """A day, picked or typed as 2018-11-23. Years nobody means are not read: a time zone's shift of the very
    first or last day there is would be an error of ours.
    """

    EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2999, 12, 31)

    def __init__(self, label: str, help_text: str = "", *, required: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(label=label, help_text=help_text, required=required, **kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        # An API hands on what stood in the JSON: a number or a list is a day written wrongly.
        day = super().to_python(value if value is None or isinstance(value, dt.date) else str(value))
        if day is not None and not self.EARLIEST <= day <= self.LATEST:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class Words(Typed):
    """Some sentences, carried as typed: the action reads them (`zhtj.lib.words`) and says what is wrong."""

    def __init__(self, label: str, help_text: str = "", *, most: int = 200, required: bool = False) -> None:
        super().__init__(label, help_text, required=required)
        self.widget = forms.Textarea({"rows": 3, "maxlength": most})


class Search(forms.CharField):
    """What is searched for, read (`words.sought`). Never refuses: of a long text the beginning."""

    def __init__(self, label: str, *, most: int = words.MOST_SOUGHT) -> None:
        self.most = most
        widget = forms.TextInput({"type": "search", "maxlength": most, "autocomplete": "off"})
        super().__init__(label=label, required=False, widget=widget, strip=False)

    def clean(self, value: Any) -> str:
        return words.sought(value, self.most) if isinstance(value, str) else ""


class Plain(forms.Form):
    """Base of the pages' forms."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _dress(field)

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Put each problem under its field, or above the form where there is no such field."""
        for problem in problems:
            error = ValidationError(problem.message + problem.mend, code=problem.code)
            self.add_error(problem.field if problem.field in self.fields else None, error)

    def refusals(self) -> Refusals:
        """A refusal in the block is told in this form: `with form.refusals(): …`."""
        return Refusals(self.add_problems)


def _dress(field: forms.Field) -> None:
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        widget.attrs.setdefault("class", "form-check-input")
    elif isinstance(widget, forms.Select):
        widget.attrs.setdefault("class", "form-select")
    elif not widget.is_hidden:
        widget.attrs.setdefault("class", "form-control")
    for code, text in MESSAGES.items():
        if code in field.error_messages or code == "null_characters_not_allowed":
            field.error_messages[code] = text
    for validator in field.validators:
        code = getattr(validator, "code", "")
        if code in MESSAGES:
            field.error_messages.setdefault(code, MESSAGES[code])
