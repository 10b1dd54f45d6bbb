"""The forms of the roster: what it is narrowed by, its columns, exporting it, comparing a list with it."""

from collections.abc import Iterable, Sequence

from django import forms

from zhtj.lib.forms import Day, Plain, Search, Words

from members.queries.columns import COLUMNS
from members.queries.filters import EVIDENCE, NO, STATES, YES, Filters
from orgs import person_rules
from orgs.identity import squeeze
from orgs.kinds import Domain
from orgs.models import Sex


def _month_input(example: str) -> forms.DateInput:
    return forms.DateInput(format="%Y-%m", attrs={"placeholder": example, "inputmode": "numeric"})


def _any(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", "不限"), *choices]


def _in_words(field: forms.BoundField) -> str:
    value = field.value()
    if isinstance(field.field, forms.ChoiceField):
        return str(dict(field.field.choices).get(value, value))  # type: ignore[arg-type]
    return "是" if isinstance(field.field, forms.BooleanField) else str(value)


_MONTHS = ("%Y-%m", "%Y.%m", "%Y/%m", "%Y年%m月", "%Y-%m-%d")


class RosterForm(Plain):
    """What a roster is narrowed by. What cannot be read is said and filters nothing."""

    q = Search("姓名开头、身份证号码、手机号码或编号")
    domain = forms.ChoiceField(label="领域", required=False, choices=_any(Domain.choices))
    political_status = forms.ChoiceField(
        label="政治面貌",
        required=False,
        choices=_any(
            (person_rules.POLITICAL_STATUSES[word], word)
            for word in person_rules.POLITICAL_STATUS_CHOICES[:3]
        ),
    )
    sex = forms.ChoiceField(label="性别", required=False, choices=_any(Sex.choices))
    joined_from = Day("入团年月从", required=False, input_formats=_MONTHS, widget=_month_input("2016-01"))
    joined_until = Day("到", required=False, input_formats=_MONTHS, widget=_month_input("2016-12"))
    is_cadre = forms.ChoiceField(
        label="团内职务", required=False, choices=_any([(YES, "有职务"), (NO, "没有职务")])
    )
    evidence = forms.ChoiceField(label="身份材料", required=False, choices=EVIDENCE)
    state = forms.ChoiceField(label="状态", required=False, choices=STATES)
    entered_since = Day("录入日期起", required=False)
    is_overage = forms.BooleanField(label="超龄且没有职务", required=False)

    def filters(self) -> Filters:
        """What is asked, as far as it can be read. A beginning of a name longer than any is none."""
        if not self.is_bound:
            return Filters()
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        for name in ("joined_from", "joined_until"):
            if name in given:
                given[name] = given[name].replace(day=1)
        return Filters(text=squeeze(given.pop("q", "")), **given)

    def asked(self) -> list[tuple[str, str]]:
        """Label and value of every filter that is set, in words."""
        self.is_valid()
        set_ = [self[name] for name in self.fields if self.cleaned_data.get(name)]
        return [(str(field.label), _in_words(field)) for field in set_]

    def more(self) -> list[forms.BoundField]:
        """Every field but the search text."""
        return [field for field in self if field.name != "q"]


class ColumnsForm(Plain):
    """Which columns a roster shows."""

    columns = forms.MultipleChoiceField(
        label="显示的列",
        required=False,
        choices=[(key, column.header) for key, column in COLUMNS.items()],
        widget=forms.CheckboxSelectMultiple,
    )


class ExportForm(Plain):
    """How a roster is exported."""

    columns = forms.MultipleChoiceField(
        label="列",
        help_text="团支部、组织编码和姓名总在前面。",
        required=False,
        choices=[(key, column.header) for key, column in COLUMNS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    full = forms.BooleanField(
        label="包含完整的身份证号码和手机号码",
        help_text="须有查看完整身份证号码的权限并写明用途。",
        required=False,
    )
    purpose = Words("用途")


class PasteForm(Plain):
    """Names or ids, one a line."""

    list = forms.CharField(
        label="姓名或身份证号码，每行一个",
        help_text="最多2000行，可以从表格中复制一列粘贴。",
        max_length=80_000,
        widget=forms.Textarea(attrs={"rows": "12", "autocomplete": "off"}),
    )

    def lines(self) -> Sequence[str]:
        return str(self.cleaned_data["list"]).splitlines()
