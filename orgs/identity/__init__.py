"""Reading what people type about a person: pure, no database, no settings.

Specification (design: domain, sections 4 and 5; interfaces, Workbooks). Every reader takes
a cell as a sheet, a form or JSON holds it and never raises, whatever is in it. Apart from
`read_national_id`, a reader answers `(value, ok)`: a blank cell is `(empty value, True)`,
whether it may be blank is the caller's rule; `ok` is False for a filled cell that cannot
be read.
"""

from orgs.identity.cells import (
    clean,
    is_blank,
    read_digits,
    read_email,
    read_mobile,
    read_qq,
    read_text,
    read_yes_no,
    squeeze,
)
from orgs.identity.ids import (
    REGIONS,
    age_on,
    birth_on,
    check_character,
    read_national_id,
    sex,
)
from orgs.identity.months import months_between, read_day, read_month
from orgs.identity.names import ETHNICITIES, read_ethnicity, read_name

__all__ = [
    "ETHNICITIES",
    "REGIONS",
    "age_on",
    "birth_on",
    "check_character",
    "clean",
    "is_blank",
    "months_between",
    "read_day",
    "read_digits",
    "read_email",
    "read_ethnicity",
    "read_mobile",
    "read_month",
    "read_name",
    "read_national_id",
    "read_qq",
    "read_text",
    "read_yes_no",
    "sex",
    "squeeze",
]
