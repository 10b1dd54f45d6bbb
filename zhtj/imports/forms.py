"""The forms of the desk: where an import goes, the upload, one row to mend."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms

from zhtj.imports import actions, cells, queries, rules
from zhtj.imports.models import BatchState
from zhtj.lib.forms import Plain, Search
from zhtj.lib.problems import Problem, Refused
from zhtj.lib.workbook import Cell, WorkbookKind

from orgs.models import OrgUnit
from orgs.scopes import Scope

OFFERED_UNITS = 200  # more would be no list to choose from
CELL_CHARACTERS = 2000
SUFFIXES = ".xlsx,.xlsm,.xls,.csv"


class PlaceForm(Plain):
    """For which unit an import is; kind and unit stand in the address, so that it works without script."""

    kind = forms.CharField(widget=forms.HiddenInput)
    unit = forms.ChoiceField(label="为哪个组织导入")

    def __init__(self, scope: Scope, kind: WorkbookKind, unit: OrgUnit) -> None:
        super().__init__(initial={"kind": kind.key, "unit": unit.pk})
        offered = list(queries.importing_units(scope, kind)[:OFFERED_UNITS])
        if unit not in offered:
            offered.insert(0, unit)
        choices = [(one.pk, f"{one.short_name}（{one.code}）") for one in offered]
        cast(forms.ChoiceField, self.fields["unit"]).choices = choices
        self.is_choice = len(offered) > 1
        self.is_cut = len(offered) >= OFFERED_UNITS  # then a picker finds the rest


class FilterForm(Plain):
    """What of the uploads is listed. Whatever cannot be read filters nothing."""

    kind = forms.ChoiceField(label="类型", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *BatchState.choices])
    words = Search("文件名、组织或上传人")

    def __init__(self, kinds: Iterable[WorkbookKind], data: Mapping[str, Any]) -> None:
        super().__init__(data)
        choices = [("", "全部类型"), *((kind.key, kind.title) for kind in kinds)]
        cast(forms.ChoiceField, self.fields["kind"]).choices = choices

    def wanted(self) -> dict[str, str]:
        """The filters as `queries.matching` takes them."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in ("kind", "state", "words")}


class UploadForm(Plain):
    """The file. Its size is looked at before its content; sent twice it makes one batch."""

    file = forms.FileField(
        label="填好的工作簿",
        allow_empty_file=True,  # what is wrong with it is said by the same rule as everywhere
        widget=forms.FileInput(attrs={"accept": SUFFIXES}),
        error_messages={
            "required": "请先选择填好的文件，再点上传。",
            "max_length": "文件名太长，请改短后再上传。",
        },
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, was_too_large: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"form_key": uuid.uuid4()})
        super().__init__(*args, **kwargs)
        self.was_too_large = was_too_large

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.was_too_large:
            self.errors.pop("file", None)
            self.add_problems([rules.too_large()])
        elif cleaned.get("file"):
            try:
                actions.refuse_size(cleaned["file"].size)
            except Refused as refusal:
                self.add_problems(refusal.problems)
        return cleaned


class RowForm(Plain):
    """One row's cells as text, with the rules' answers of the last check beside them.

    Nothing is judged here: what is typed goes to the same rules as the file did.
    """

    def __init__(
        self,
        kind: WorkbookKind,
        unit: OrgUnit,
        typed: Mapping[str, Cell],
        problems: Iterable[Problem] = (),
        data: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data)
        self._kept = typed
        self.lists: dict[str, list[str]] = {}
        self.wanted = {column.field for column in kind.columns if column.required} - kind.left_out(unit)
        choices = kind.choices_for(unit)
        for column in kind.columns:
            offered = list(choices.get(column.field) or column.choices)
            attrs = {"class": "form-control", "autocomplete": "off"}
            if offered:
                self.lists[column.field] = offered
                attrs["list"] = f"list-{column.field}"
            self.fields[column.field] = forms.CharField(
                label=column.header,
                required=False,
                strip=False,
                initial=cells.text_of(typed.get(column.field)),
                help_text=column.help,
                max_length=CELL_CHARACTERS,
                widget=forms.TextInput(attrs=attrs),
            )
        self.said = [self._beside(problem) for problem in problems]
        faulty = [problem.field for _, problem in self.said if problem.field in self.fields]
        for name in faulty[:1]:
            self.fields[name].widget.attrs["autofocus"] = True
        self._first = {name for name in self.fields if name in typed or name in self.wanted} | set(faulty)

    def cells(self) -> dict[str, Cell]:
        """The row's cells with what was typed. Of a valid form."""
        return cells.retyped(self._kept, self.cleaned_data)

    def first(self) -> list[forms.BoundField]:
        """The cells of the file's columns, and whatever is wanted or faulty."""
        return [field for field in self if field.name in self._first]

    def others(self) -> list[forms.BoundField]:
        """The columns the file does not have: folded away."""
        return [field for field in self if field.name not in self._first]

    def _beside(self, problem: Problem) -> tuple[str, Problem]:
        """The problem with the label of the field it is about ("" = of the row)."""
        field = self.fields.get(problem.field)
        return (str(field.label) if field else "", problem)
