"""The roster as rows of a workbook, and a pasted list compared with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from zhtj.lib import bulk, crypto, masks

from members.models import Member
from members.queries.rosters import below, looks_like_id, members, posts_of_members
from members.rules import shown
from orgs.identity import squeeze
from orgs.models import OrgUnit
from orgs.scopes import Scope

EXPORT_HEADERS = (
    "团支部",
    "组织编码",
    "姓名",
    "身份证号码",
    "性别",
    "出生日期",
    "民族",
    "政治面貌",
    "入团年月",
    "发展团员编号",
    "团内职务",
    "手机号码",
    "文化程度",
)
MOST_EXPORTED = 200_000
MOST_PASTED = 2_000
_SLICE = 2_000


@dataclass(slots=True)
class Pasted:
    """A pasted list against the roster: who is in (as typed, member), who is not; ids shown masked."""

    found: list[tuple[str, Member]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def export_count(scope: Scope, unit: OrgUnit) -> int:
    """How many rows an export would have. One query."""
    return members(scope, "roster.print").filter(below(unit)).count()


def export_rows(scope: Scope, unit: OrgUnit, *, full: bool) -> Iterator[list[str]]:
    """The roster of a sub-tree in the order of EXPORT_HEADERS, never held whole.

    `full`: ids and mobiles as they are, which the caller has allowed and audited; else masked.
    One cursor, and a query for the posts of each 2 000.
    """
    rows = members(scope, "roster.print").filter(below(unit)).iterator(chunk_size=_SLICE)
    while part := list(islice(rows, _SLICE)):
        posts = posts_of_members(part)
        for member in part:
            person = member.person
            national_id = crypto.unseal(person.id_sealed)
            yield [
                member.branch.short_name,
                member.branch.code,
                person.full_name,
                national_id if full else masks.mask_id(national_id),
                person.get_sex_display(),
                f"{person.birth_on:%Y-%m-%d}",
                person.ethnicity,
                person.get_political_status_display(),
                shown("joined_on", member.joined_on),
                member.development_number,
                posts.get(member.pk, ""),
                person.mobile if full else person.masked_mobile,
                person.education,
            ]


def compare_pasted(scope: Scope, unit: OrgUnit, text: str) -> Pasted:
    """Which of the pasted names or ids (one a line, at most 2 000) are in the sub-tree of `unit`.

    Two queries for each 2 000. A name shared by several finds each of them.
    """
    typed = list(dict.fromkeys(word for line in text.splitlines() if (word := squeeze(line))))[:MOST_PASTED]
    ids = {word: crypto.blind_index(word.upper()) for word in typed if looks_like_id(word)}
    names = [word for word in typed if word not in ids]
    here = members(scope).filter(below(unit))
    by_index: dict[object, list[Member]] = {}
    for member in bulk.among(here, "person__id_index", ids.values()):
        by_index.setdefault(member.person.id_index, []).append(member)
    by_name: dict[str, list[Member]] = {}
    for member in bulk.among(here, "person__full_name", names):
        by_name.setdefault(member.person.full_name, []).append(member)
    pasted = Pasted()
    for word in typed:
        label = masks.mask_id(word) if word in ids else word[:40]
        hits = by_index.get(ids[word], []) if word in ids else by_name.get(word, [])
        pasted.found += [(label, member) for member in hits]
        if not hits:
            pasted.missing.append(label)
    return pasted
