"""One appointment against the rules (domain, sections 4 and 8; notice, annex 1-3). Pure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from operator import attrgetter

from zhtj.lib.problems import Problem, blocking
from zhtj.lib.workbook import Outcome

from cadres.rules.codes import CODES, EVERY_CODE
from cadres.rules.entry import LABELS, Entry
from cadres.rules.posts import ALL_POSTS, DEPARTURES, EVERY_POST, POSTS_AT
from orgs import identity, person_rules
from orgs.kinds import LEADING_ORGANS, UnitKind

REQUIRED = ("full_name", "national_id", "ethnicity", "political_status")
MEMBERS_UNTIL = 28  # years; older ones hold posts of a branch without being members
_required = attrgetter(*REQUIRED)


def check_post(kind: str, post: str, *, required: bool = True) -> list[Problem]:
    """Is `post` one that a unit of `kind` has?"""
    if not post:
        return [CODES.problem("post.missing")] if required else []
    posts = POSTS_AT[kind]
    if post in posts:
        return []
    if post in ALL_POSTS:
        return [
            CODES.problem(
                "post.not_at_this_kind", value=post, kind=UnitKind(kind).label, posts="、".join(posts)
            )
        ]
    return [CODES.problem("post.unknown", value=post, posts="、".join(posts))]


def check_engagement(kind: str, engagement: str) -> list[Problem]:
    """Leading organs must say whether full-time, seconded or part-time; elsewhere it is optional."""
    if kind in LEADING_ORGANS and not engagement:
        return [CODES.problem("engagement.missing")]
    return []


def check_appointed_on(appointed_on: dt.date | None, today: dt.date) -> list[Problem]:
    """Nobody was appointed tomorrow."""
    if appointed_on and appointed_on > today:
        return [CODES.problem("appointed_on.future", value=f"{appointed_on:%Y-%m}")]
    return []


def check_entry(entry: Entry, kind: str, today: dt.date) -> list[Problem]:
    """Everything wrong with this one entry for a unit of `kind` ("" where the unit is not known).

    At most one error a field. About 3 µs when nothing is.
    """
    problems = list(entry.unread.values())
    if not all(_required(entry)):
        problems += [
            EVERY_CODE.problem(f"{name}.missing")
            for name in REQUIRED
            if not getattr(entry, name) and name not in entry.unread
        ]
    if "post" not in entry.unread:
        problems += check_post(kind, entry.post) if kind else _post_somewhere(entry.post)
    if "engagement" not in entry.unread:
        problems += check_engagement(kind, entry.engagement)
    problems += check_appointed_on(entry.appointed_on, today)
    if entry.joined_on:
        born = identity.birth_on(entry.national_id) if entry.national_id else None
        faulty = person_rules.check_joined_on(entry.joined_on, born, today)
        problems += [faulty] if faulty else []
    return problems


def blank_fields(entry: Entry, kind: str) -> list[str]:
    """What every cadre of a unit of `kind` must say and this one does not, by label."""
    required = ["ethnicity", "political_status", "post", *(["engagement"] if kind in LEADING_ORGANS else [])]
    return [LABELS[name] for name in required if not getattr(entry, name)]


def check_membership(kind: str, national_id: str, today: dt.date, *, is_member: bool) -> list[Problem]:
    """A young cadre of a branch is normally a member of it: a warning."""
    if kind != UnitKind.BRANCH or is_member or not national_id:
        return []
    if identity.age_on(identity.birth_on(national_id), today) >= MEMBERS_UNTIL:
        return []
    return [CODES.problem("cadre.not_a_member")]


def check_departure(
    departed_on: dt.date | None, why: str, *, appointed_on: dt.date | None, today: dt.date
) -> list[Problem]:
    """When and why somebody left. `departed_on` None = nothing was filled in."""
    problems = []
    if departed_on is None:
        problems.append(CODES.problem("departed_on.missing"))
    elif departed_on > today:
        problems.append(CODES.problem("departed_on.future", value=f"{departed_on:%Y-%m-%d}"))
    elif appointed_on and departed_on < appointed_on:
        shown, since = f"{departed_on:%Y-%m-%d}", f"{appointed_on:%Y-%m}"
        problems.append(CODES.problem("departed_on.before_appointed", value=shown, appointed=since))
    if not why:
        problems.append(CODES.problem("departure.missing"))
    elif why not in DEPARTURES:
        problems.append(CODES.problem("departure.unknown", value=why[:20], known="、".join(DEPARTURES)))
    return problems


def find_clashes(entries: Sequence[Entry]) -> list[list[Problem]]:
    """Entries against each other: the same post twice, one id under two names. Linear."""
    found: list[list[Problem]] = [[] for _ in entries]
    same: dict[tuple[str, int | None, str], list[int]] = defaultdict(list)
    named: dict[str, set[str]] = defaultdict(set)
    at: dict[str, list[int]] = defaultdict(list)
    for position, entry in enumerate(entries):
        if entry.national_id:
            same[entry.national_id, entry.unit_id, entry.post].append(position)
            at[entry.national_id].append(position)
            named[entry.national_id].add(entry.full_name)
    if len(at) == len(entries):
        return found
    for (_, unit_id, post), positions in same.items():
        if len(positions) > 1 and unit_id is not None and post:
            _tell("post.twice_in_file", entries, positions, found)
    for national_id, names in named.items():
        if len(names - {""}) > 1:
            _tell("full_name.differs_in_file", entries, at[national_id], found)
    return found


def outcome_of(problems: Sequence[Problem]) -> Outcome:
    """What becomes of a row: a cadre's is entered or mended, never rectified."""
    return Outcome.MEND if blocking(problems) else Outcome.OK


def _post_somewhere(post: str) -> list[Problem]:
    if not post:
        return [CODES.problem("post.missing")]
    return (
        [] if post in ALL_POSTS else [CODES.problem("post.unknown", value=post, posts="、".join(EVERY_POST))]
    )


def _tell(code: str, entries: Sequence[Entry], positions: Sequence[int], found: list[list[Problem]]) -> None:
    """Put `code` on every row of a clash, naming at most five of the others."""
    for position in positions:
        others = [str(entries[other].row) for other in positions if other != position]
        rows = "、".join(others[:5]) + ("等" if len(others) > 5 else "")
        found[position].append(CODES.problem(code, rows=rows))
