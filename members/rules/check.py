"""One entry against the rules (design: domain, sections 4, 6 and 8; notice, annex 4)."""

import datetime as dt
from collections.abc import Collection
from operator import attrgetter

from zhtj.lib.problems import Problem
from zhtj.lib.workbook import Outcome

import cadres.rules
from members import numbers
from members.rules.codes import CODES, EVERY_CODE
from members.rules.entry import Entry, Policy
from orgs import identity, person_rules
from orgs.kinds import UnitKind

REQUIRED = ("full_name", "national_id", "ethnicity", "political_status", "joined_on", "is_cadre")
_required = attrgetter(*REQUIRED)
MASSES = person_rules.POLITICAL_STATUSES["群众"]
_IDENTITY_CODES = frozenset({"joined_on.under_age", "development_number.missing"})
RECTIFIABLE = _IDENTITY_CODES | {code for code in CODES if code.startswith("identity.")}
# A number rightly issued but irregular is rectified too, with a document (编号按实际发放).
AS_ISSUED = frozenset(f"development_number.{fault}" for fault in ("length", "digits", "year"))
# What a superior may waive in writing: never the age (domain, section 6).
RELEASABLE = (RECTIFIABLE | AS_ISSUED) - {"joined_on.under_age"}


def check_entry(entry: Entry, policy: Policy, today: dt.date) -> list[Problem]:
    """Everything wrong with this one entry, at most one error a field. About 4 µs when nothing is.

    A rule over several fields runs only if none of them has an error of its own.
    """
    problems = [*entry.unread.values(), *_missing(entry)]
    if entry.political_status == MASSES:
        problems.append(CODES.problem("political_status.not_a_member"))
    if entry.is_cadre or entry.appointed_on:
        problems += _post_problems(entry, today)
    born = identity.birth_on(entry.national_id) if entry.national_id else None
    if born and not entry.is_cadre and "is_cadre" not in entry.unread:
        problems += _overage(born, policy, today)
    if entry.joined_on:
        faulty = person_rules.check_joined_on(entry.joined_on, born, today)
        problems += [faulty] if faulty else _admission(entry, entry.joined_on, born, policy)
    if entry.waived:
        problems = [problem for problem in problems if problem.code not in entry.waived & RELEASABLE]
    return problems


def hangs_on_blank_evidence(entry: Entry, policy: Policy) -> bool:
    """Is this entry recognised only if evidence left blank is in fact on file?"""
    if entry.joined_on is None:
        return False
    if policy.is_strict(entry.joined_on):
        return entry.application_form is None
    evidence = (entry.application_form, entry.member_card, entry.transfer_letter)
    return True not in evidence and None in evidence


def outcome_of(problems: Collection[Problem]) -> Outcome:
    """OK, RECTIFY (identity not established, all else in order) or MEND (a cell is wrong)."""
    if not problems:  # the usual case, and quick
        return Outcome.OK
    errors = {problem.code for problem in problems if problem.blocks}
    if not errors:
        return Outcome.OK
    return Outcome.RECTIFY if errors <= RECTIFIABLE else Outcome.MEND


def _missing(entry: Entry) -> list[Problem]:
    """Required fields left blank; one that could not be read is not missing."""
    values = _required(entry)
    problems = []
    if None in values or "" in values:
        problems = [
            EVERY_CODE.problem(f"{name}.missing")
            for name, value in zip(REQUIRED, values, strict=True)
            if value in (None, "") and name not in entry.unread
        ]
    if entry.branch_id is None and not entry.branch and "branch" not in entry.unread:
        problems.append(CODES.problem("branch.missing"))
    return problems


def _post_problems(entry: Entry, today: dt.date) -> list[Problem]:
    """A cadre's post must be one a branch has; what a non-cadre's row says about posts is only read."""
    problems = cadres.rules.check_appointed_on(entry.appointed_on, today)
    if entry.is_cadre and "post" not in entry.unread:
        problems += cadres.rules.check_post(UnitKind.BRANCH, entry.post)
    return problems


def _overage(born: dt.date, policy: Policy, today: dt.date) -> list[Problem]:
    age = identity.age_on(born, today)
    return [CODES.problem("member.overage", age=age)] if age >= policy.overage_from else []


def _admission(entry: Entry, joined_on: dt.date, born: dt.date | None, policy: Policy) -> list[Problem]:
    """Age, number and evidence (annex 4.2). `joined_on` is in order."""
    is_strict = policy.is_strict(joined_on)
    problems = []
    if born:
        problems += _age_problems(born, joined_on, policy, is_strict=is_strict)
    if "development_number" not in entry.unread:
        problems += _number_problems(entry.development_number, joined_on, policy)
    if is_strict:
        if entry.application_form is False:
            problems.append(CODES.problem("identity.no_application_form"))
    elif entry.application_form is entry.member_card is entry.transfer_letter is False:
        problems.append(CODES.problem("identity.no_evidence"))
    return problems


def _age_problems(born: dt.date, joined_on: dt.date, policy: Policy, *, is_strict: bool) -> list[Problem]:
    """Joining is known by month, so who has the birthday in that month has the age."""
    minimum = policy.minimum_age_from if is_strict else policy.minimum_age_before
    if identity.months_between(born, joined_on) >= minimum * 12:
        return []
    code = "joined_on.under_age" if is_strict else "joined_on.under_age_before"
    return [CODES.problem(code, value=f"{joined_on:%Y-%m}", age=minimum)]


def _number_problems(number: str, joined_on: dt.date, policy: Policy) -> list[Problem]:
    is_strict = policy.is_strict(joined_on)
    if fault := numbers.fault(number, joined_on, is_strict=is_strict, rules=policy.number_rules):
        problem = CODES.problem(
            f"development_number.{fault}",
            value=number[:20],
            joined=f"{joined_on:%Y-%m}",
            years="或".join(map(str, numbers.years_fitting(joined_on.year, policy.number_rules))),
            long="（201516、201617开头的为16位）" if policy.number_rules.accepts_long else "",
        )
        return [problem]
    if numbers.has_unknown_province(number):
        return [CODES.problem("development_number.province", value=number)]
    return []
