"""Posts per kind of unit as a literal table, one test a cell (domain, section 4)."""

import pytest

from cadres import rules
from orgs.kinds import UnitKind

KINDS = (
    "province_committee",
    "city_committee",
    "county_committee",
    "committee",
    "working_committee",
    "general_branch",
    "branch",
)
# Under each kind, in the order above: o = it has the post, . = it has not.
TABLE = """
书记     o o o o o o o
副书记   o o o o o o o
常委     o o o o o . .
委员     o o o o o o .
候补委员 o o o o o . .
工作人员 o o o o o o .
组织委员 . . . . . . o
宣传委员 . . . . . . o
文体委员 . . . . . . o
生产委员 . . . . . . o
权益委员 . . . . . . o
志愿委员 . . . . . . o
其他     . . . . . . o
"""
LINES = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(kind, post, mark == "o") for post, *marks in LINES for kind, mark in zip(KINDS, marks, strict=True)]


@pytest.mark.parametrize(("kind", "post", "has"), CELLS)
def test_a_kind_has_exactly_the_posts_of_the_table(kind: str, post: str, has: bool) -> None:
    said = [problem.code for problem in rules.check_post(kind, post)]
    assert said == ([] if has else ["post.not_at_this_kind"])


def test_the_table_holds_every_kind_and_every_post() -> None:
    assert set(KINDS) == set(UnitKind.values)
    assert {line[0] for line in LINES} == rules.ALL_POSTS
