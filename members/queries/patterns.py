"""What looks unusual among the members of a branch: figures for a look, never a verdict.

Specification (design: campaign, section 2, 抽查). Per branch and pattern the largest group found:

    one_birthday   at least 5 members born on the same day
    running_ids    at least 3 of the same day and place whose sequence numbers follow one another
    one_mobile     at least 3 members with the same mobile number
    in_a_minute    at least 10 entered one by one within one minute; what an import, a merge or a transfer
                   brings carries one and the same moment and is none of these

Ids are unsealed only for people born on the same day in the same branch, and never leave this module.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMinute

from zhtj.lib import crypto, days, masks

from members.models import Member

ONE_BIRTHDAY, RUNNING_IDS, ONE_MOBILE, IN_A_MINUTE = (
    "one_birthday",
    "running_ids",
    "one_mobile",
    "in_a_minute",
)
SAME_DAY, RUNNING, SAME_MOBILE, FAST = 5, 3, 3, 10  # fewest members of each
STEP = 2  # sequence numbers of one sex are two apart


@dataclass(frozen=True, slots=True)
class Unusual:
    """One pattern in one branch: how many members, and what they share, in words a superior may read."""

    branch_id: int
    pattern: str
    count: int
    detail: str


def unusual(branch_ids: Sequence[int]) -> list[Unusual]:
    """The largest group of each pattern in each of these branches. Four queries over their members."""
    here = Member.objects.filter(branch__in=branch_ids, until_at=None).order_by()
    found: dict[tuple[int, str], Unusual] = {}
    for group in (*_birthdays(here), *_mobiles(here), *_fast(here)):
        key = group.branch_id, group.pattern
        if key not in found or found[key].count < group.count:
            found[key] = group
    return list(found.values())


def branches_entered_since(tree_id: int, moment: dt.datetime | None) -> list[int]:
    """Branches of one province that got a member since `moment` (None: ever). One query."""
    entered = Member.objects.filter(branch__tree_id=tree_id, until_at=None)
    if moment is not None:
        entered = entered.filter(from_at__gte=moment)
    return list(entered.order_by("branch_id").values_list("branch_id", flat=True).distinct())


def _birthdays(here: QuerySet[Member]) -> Iterator[Unusual]:
    """Same day, and among those running ids."""
    shared = (
        here.values_list("branch_id", "person__birth_on")
        .annotate(count=Count("pk"))
        .filter(count__gte=min(SAME_DAY, RUNNING))
    )
    suspects: set[tuple[int, dt.date]] = set()
    for branch_id, birth_on, count in shared:
        suspects.add((branch_id, birth_on))
        if count >= SAME_DAY:
            yield Unusual(branch_id, ONE_BIRTHDAY, count, f"{birth_on} 出生的 {count} 人")
    if suspects:
        yield from _running(here, suspects)


def _running(here: QuerySet[Member], suspects: set[tuple[int, dt.date]]) -> Iterator[Unusual]:
    """Runs of sequence numbers among those who share branch and birthday with others."""
    near = here.filter(
        branch__in={branch_id for branch_id, _ in suspects},
        person__birth_on__in={birth_on for _, birth_on in suspects},
    )
    numbers: dict[tuple[int, str], list[int]] = defaultdict(list)
    for branch_id, birth_on, sealed in near.values_list(
        "branch_id", "person__birth_on", "person__id_sealed"
    ).iterator():
        if (branch_id, birth_on) not in suspects:
            continue
        national_id = crypto.unseal(sealed)
        numbers[branch_id, national_id[:14]].append(int(national_id[14:17]))
    for (branch_id, _), sequence in numbers.items():
        count = _longest_run(sorted(sequence))
        if count >= RUNNING:
            yield Unusual(branch_id, RUNNING_IDS, count, f"同地同日出生、顺序号相连的 {count} 人")


def _longest_run(numbers: Sequence[int]) -> int:
    longest = length = 1
    for before, after in pairwise(numbers):
        length = length + 1 if after - before <= STEP else 1
        longest = max(longest, length)
    return longest


def _mobiles(here: QuerySet[Member]) -> Iterator[Unusual]:
    shared = here.exclude(person__mobile="").values_list("branch_id", "person__mobile")
    for branch_id, mobile, count in shared.annotate(count=Count("pk")).filter(count__gte=SAME_MOBILE):
        detail = f"{masks.mask_mobile(mobile)} 登记在 {count} 人名下"
        yield Unusual(branch_id, ONE_MOBILE, count, detail)


def _fast(here: QuerySet[Member]) -> Iterator[Unusual]:
    minutes = here.filter(batch_id=None).annotate(minute=TruncMinute("from_at", tzinfo=days.SHANGHAI))
    typed = minutes.values_list("branch_id", "minute").annotate(count=Count("from_at", distinct=True))
    for branch_id, minute, count in typed.filter(count__gte=FAST):
        yield Unusual(branch_id, IN_A_MINUTE, count, f"{minute:%Y-%m-%d %H:%M} 一分钟内逐人录入 {count} 人")
