"""The arithmetic of intervals. No database."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgs import numbering
from orgs.kinds import UnitKind as K
from orgs.numbering import Node, NoRoom, Overflow, Span


def is_nested(spans: list[Span], parents: list[int], free: Span) -> bool:
    """Each inside its parent (or the free numbers), and siblings apart, in their order."""
    children: dict[int, list[Span]] = {}
    for span, parent in zip(spans, parents, strict=True):
        outer = spans[parent] if parent >= 0 else Span(free.lft - 1, free.rght + 1)
        if not outer.lft < span.lft < span.rght < outer.rght:
            return False
        children.setdefault(parent, []).append(span)
    return all(left.rght < right.lft for group in children.values() for left, right in pairwise(group))


@st.composite
def forests(draw: st.DrawFn) -> tuple[list[int], list[str]]:
    """Parents and kinds, parents first."""
    size = draw(st.integers(1, 60))
    parents, kinds = [], []
    for index in range(size):
        holders = [i for i in range(index) if kinds[i] != K.BRANCH]
        parents.append(draw(st.sampled_from([-1, *holders])))
        kinds.append(draw(st.sampled_from([K.COMMITTEE, K.GENERAL_BRANCH, K.BRANCH])))
    return parents, kinds


@given(forests(), st.integers(1, 5000), st.integers(1, 2**40))
def test_a_forest_is_nested_inside_the_free_numbers_or_told_what_is_missing(forest, first, width):
    parents, kinds = forest
    free = Span(first, first + width - 1)
    try:
        spans = numbering.lay_out(parents, kinds, free)
    except NoRoom as lack:
        wider = Span(first, free.rght + lack.missing)
        spans, free = numbering.lay_out(parents, kinds, wider), wider
    assert is_nested(spans, parents, free)


def test_a_branch_takes_two_numbers_and_a_committee_leaves_room():
    branch, committee = numbering.lay_out([-1, -1], [K.BRANCH, K.COMMITTEE], Span(1, 2**38))
    assert branch == Span(1, 2)
    assert committee.width > 1_000_000


def test_shares_shrink_as_a_parent_fills_so_that_a_thousand_committees_find_room():
    lft, widths = 1, []
    for _ in range(1000):
        (span,) = numbering.lay_out([-1], [K.COMMITTEE], Span(lft, 2**34))
        widths.append(span.width)
        lft = span.rght + 1
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] >= numbering.LEAST


@pytest.mark.parametrize(
    ("width", "missing", "added"),
    [(2, 1, 2), (32, 1, 32), (32, 32, 32), (32, 33, 96), (1024, 5000, 7168)],
)
def test_a_full_interval_is_doubled_until_enough_fits(width, missing, added):
    assert numbering.growth(width, missing) == added


def test_the_last_number_below_the_limit_passes_and_the_limit_itself_overflows():
    assert numbering.guard(numbering.LIMIT - 1) == numbering.LIMIT - 1
    with pytest.raises(Overflow):
        numbering.guard(numbering.LIMIT)
    assert numbering.LIMIT < 2**63


def test_a_tree_that_needs_more_than_a_big_integer_holds_overflows(monkeypatch):
    monkeypatch.setattr(numbering, "LEAST", 2**61)
    with pytest.raises(Overflow):
        numbering.lay_out_tree([-1, 0], [K.PROVINCE_COMMITTEE, K.COMMITTEE])


def test_ten_full_levels_of_a_hundred_thousand_units_stay_far_below_the_limit():
    parents, kinds = [-1], [K.PROVINCE_COMMITTEE]
    for level in range(8):
        parents.append(level)
        kinds.append(K.COMMITTEE)
    parents += [8] * 100_000
    kinds += [K.BRANCH] * 100_000
    spans = numbering.lay_out_tree(parents, kinds)
    assert spans[0].rght == numbering.ROOT_WIDTH
    assert is_nested(spans[1:], [parent - 1 for parent in parents[1:]], Span(2, spans[0].rght - 1))


def test_renumbering_keeps_the_order_of_siblings_and_drops_what_hangs_from_nothing():
    nodes = [
        Node(1, None, K.PROVINCE_COMMITTEE, 1, 1, 100, 0),
        Node(2, 1, K.COMMITTEE, 1, 50, 60, 1),
        Node(3, 1, K.COMMITTEE, 1, 20, 30, 1),
        Node(4, 3, K.BRANCH, 1, 999, 5, 7),
        Node(5, 6, K.COMMITTEE, 1, 3, 4, 1),
        Node(6, 5, K.COMMITTEE, 1, 5, 6, 1),
    ]
    places = numbering.renumber(nodes, 1)
    assert sorted(places, key=lambda pk: places[pk].lft) == [1, 3, 4, 2]
    assert [places[pk].level for pk in (1, 3, 4, 2)] == [0, 1, 2, 1]


SOUND = [
    Node(1, None, K.PROVINCE_COMMITTEE, 1, 1, 100, 0),
    Node(2, 1, K.COMMITTEE, 1, 10, 20, 1),
    Node(3, 1, K.COMMITTEE, 1, 30, 40, 1),
    Node(4, 2, K.BRANCH, 1, 11, 12, 2),
]


@pytest.mark.parametrize(
    ("changed", "faulty"),
    [
        ({}, set()),
        ({4: {"lft": 12, "rght": 12}}, {4}),
        ({4: {"level": 1}}, {4}),
        ({4: {"lft": 31, "rght": 32}}, {4}),
        ({4: {"tree_id": 2}}, {4}),
        ({1: {"level": 1}}, {1, 2, 3}),
        ({3: {"lft": 20}}, {3}),
        ({3: {"parent": None, "level": 0}}, {3}),
        ({2: {"parent": 4}}, {2, 4}),
        ({2: {"parent": 77}}, {2, 4}),
    ],
)
def test_each_kind_of_fault_is_found_where_it_is(changed, faulty):
    nodes = [node._replace(**changed.get(node.pk, {})) for node in SOUND]
    assert {pk for pk, _ in numbering.find_faults(nodes)} == faulty
