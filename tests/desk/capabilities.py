"""Who may do what (domain, section 3) as two literal tables, and the places they speak of.

One sign for each place: ✓ may, – inside without the right (403), × outside (404).
"""

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from zhtj.lib import days

from members import actions as members
from members.rules import EntryReader
from orgs.kinds import Domain, UnitKind
from progress import actions as progress
from progress.actions.campaigns import lay_down
from progress.models import Asked, Bulletin, Campaign, EarlyOpening
from progress.presets import PRESETS, load_preset

from tests import world
from tests.cast import Cast

# The county's admin looks at: the own county, a branch right under it, a committee right under it, a
# branch deeper down, another city, another province.
PLACES = ("county", "near_branch", "committee", "branch", "other_city", "abroad")
TABLE = {
    #                      own  b.  c.  deep city prov
    "units.see":          "✓    ✓   ✓   ✓    ×    ×",
    "progress.see":       "✓    ✓   ✓   ✓    ×    ×",
    "members.see":        "✓    ✓   ✓   ✓    ×    ×",
    "cadres.see":         "✓    ✓   ✓   ✓    ×    ×",
    "roster.print":       "✓    ✓   ✓   ✓    ×    ×",
    "members.enter":      "–    ✓   –   –    ×    ×",
    "units.edit_card":    "✓    ✓   ✓   ✓    ×    ×",
    "cadres.enter":       "✓    ✓   –   –    ×    ×",
    "cadres.preload":     "–    –   –   –    ×    ×",
    "units.create":       "✓    ✓   ✓   ✓    ×    ×",
    "units.manage":       "–    ✓   ✓   ✓    ×    ×",
    "admins.manage":      "–    ✓   ✓   ✓    ×    ×",
    "roles.apart":        "–    –   –   –    ×    ×",
    "baselines.enter":    "–    ✓   ✓   ✓    ×    ×",
    "superior.ask":       "✓    –   –   –    ×    ×",
    "approvals.decide":   "–    ✓   ✓   ✓    ×    ×",
    "supervision.run":    "–    ✓   ✓   ✓    ×    ×",
    "campaign.settings":  "–    –   –   –    ×    ×",
    "admission.settings": "–    –   –   –    ×    ×",
    "openings.decide":    "–    –   –   –    ×    ×",
    "bulletin.publish":   "–    –   –   –    ×    ×",
    "interviews.propose": "–    –   –   –    ×    ×",
    "audit.see":          "–    –   –   –    ×    ×",
    "ids.reveal":         "–    –   –   –    ×    ×",
}  # fmt: skip

# The others, each at the own unit, a direct child, deeper (· = there is none).
PEOPLE = ("province_admin", "committee_admin", "secretary", "staff", "settings_admin", "auditor", "viewer")
OTHERS = {
    #                      prov comm secr staff sett audi view
    "units.see":          "✓✓✓  ✓✓·  ✓··  ✓✓✓  ✓✓✓  ✓✓✓  ✓✓✓",
    "progress.see":       "✓✓✓  ✓✓·  ✓··  ✓✓✓  –––  –––  ✓✓✓",
    "members.see":        "✓✓✓  ✓✓·  ✓··  –––  –––  –––  –––",
    "cadres.see":         "✓✓✓  ✓✓·  ✓··  –––  –––  –––  –––",
    "roster.print":       "✓✓✓  ✓✓·  ✓··  –––  –––  –––  –––",
    "members.enter":      "–––  –✓·  ✓··  –––  –––  –––  –––",
    "units.edit_card":    "✓✓✓  ✓✓·  ✓··  –––  –––  –––  –––",
    "cadres.enter":       "✓––  ✓✓·  ✓··  –––  –––  –––  –––",
    "cadres.preload":     "✓✓✓  ––·  –··  –––  –––  –––  –––",
    "units.create":       "✓✓✓  ✓✓·  –··  –––  –––  –––  –––",
    "units.manage":       "–✓✓  –✓·  –··  –––  –––  –––  –––",
    "admins.manage":      "–✓✓  –✓·  –··  –––  –––  –––  –––",
    "roles.apart":        "✓✓✓  ––·  –··  –––  –––  –––  –––",
    "baselines.enter":    "–✓✓  ––·  –··  –––  –––  –––  –––",
    "superior.ask":       "–––  ✓–·  ✓··  –––  –––  –––  –––",
    "approvals.decide":   "–✓✓  –✓·  –··  –––  –––  –––  –––",
    "supervision.run":    "–✓✓  ––·  –··  –✓✓  –––  –––  –––",
    "campaign.settings":  "✓✓✓  ––·  –··  –––  ✓✓✓  –––  –––",
    "admission.settings": "✓✓✓  ––·  –··  –––  ✓✓✓  –––  –––",
    "openings.decide":    "✓✓✓  ––·  –··  ✓✓✓  –––  –––  –––",
    "bulletin.publish":   "✓✓✓  ––·  –··  ✓✓✓  –––  –––  –––",
    "interviews.propose": "✓✓✓  ––·  –··  ✓✓✓  –––  –––  –––",
    "audit.see":          "–––  ––·  –··  –––  –––  ✓✓✓  –––",
    "ids.reveal":         "–––  ––·  –··  –––  –––  –––  –––",
}  # fmt: skip
BELOW = {
    "province_admin": ("province", "city", "county"),
    "committee_admin": ("committee", "branch", ""),
    "secretary": ("branch", "", ""),
    "staff": ("province", "city", "county"),
    "settings_admin": ("province", "city", "county"),
    "auditor": ("province", "city", "county"),
    "viewer": ("city", "county", "committee"),
}


def cells(capability: str) -> Iterator[tuple[str, str]]:
    """(place, sign) of one line of the county admin's table."""
    return zip(PLACES, TABLE[capability].split(), strict=True)


def cells_of(person: str, capability: str) -> Iterator[tuple[str, str]]:
    """(place, sign) of one of the others, a foreign province included."""
    signs = OTHERS[capability].split()[PEOPLE.index(person)]
    yield from ((place, sign) for place, sign in zip(BELOW[person], signs, strict=True) if sign != "·")
    yield "abroad", "×"


NOT_BRANCHES = ("province", "city", "county", "committee")


class Places:
    """The cast, and the places it lacks; a member, a cadre and an application in every branch of a place."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.near_branch = world.branch(cast.county, "机关团支部")
        self.foreign = world.province("河北团省委")
        self.abroad = world.unit(self.foreign, UnitKind.CITY_COMMITTEE, "石家庄团市委")
        self.branches = {
            "near_branch": self.near_branch,
            "branch": cast.branch,
            "other_city": cast.other_branch,
            "abroad": world.branch(self.abroad),
        }
        self.members = {place: world.member(branch) for place, branch in self.branches.items()}
        self.cadres = {place: world.cadre(getattr(self, place), "委员") for place in NOT_BRANCHES}
        self.cadres |= {place: world.cadre(branch, "书记") for place, branch in self.branches.items()}

    def __getattr__(self, name: str) -> Any:
        if name == "cast" or name.startswith("_"):  # a copy in the making has no cast yet
            raise AttributeError(name)
        return getattr(self.cast, name)

    @cached_property
    def campaigns(self) -> dict[str, Campaign]:
        """That of the own province, and that of the foreign one."""
        abroad = lay_down(PRESETS["henan-2018"], Campaign(key="hebei", province=self.foreign, is_active=True))
        return {"own": load_preset("henan-2018", province=self.cast.province), "abroad": abroad}

    @cached_property
    def bulletin(self) -> Bulletin:
        """The same, published."""
        progress.publish_bulletin(world.actor(self.cast.staff), bulletin=self.finished)
        return self.finished

    @cached_property
    def finished(self) -> Bulletin:
        """Tomorrow's, computed the day after and not yet given out."""
        day = days.today() + dt.timedelta(days=1)
        return progress.compute_bulletin(self.campaigns["own"], day, now=days.now() + dt.timedelta(days=2))

    def prepare(self, capability: str) -> None:
        """What the doors of a capability speak of, before any of them is knocked at."""
        if capability in ("progress.see", "baselines.enter", "campaign.settings", "openings.decide"):
            assert self.campaigns
        if capability == "progress.see":
            assert self.bulletin
        if capability == "bulletin.publish":
            assert self.finished

    def request(self, kind: type[Asked], place: str) -> int:
        """A request of the unit there that waits for an answer."""
        unit = getattr(self, place)
        campaign = self.campaigns["abroad" if place == "abroad" else "own"]
        asked: dict[str, Any] = {"reason": "有据", "asked_by": self.cast.stranger, "asked_at": days.now()}
        if kind is EarlyOpening:
            asked |= {"stage": campaign.stages.get(key="members_other"), "region": unit}
        else:
            asked |= {"campaign": campaign, "unit": unit, "domain": Domain.RURAL, "change": 5}
        return kind.objects.create(**asked).pk

    def case(self, place: str) -> int:
        """A correction of name and id that waits for its answer, asked by the branch itself."""
        member, branch = self.members[place], self.branches[place]
        asking = world.actor(world.account(branch))
        today = dt.date(2018, 11, 23)
        who = EntryReader(today).read({"full_name": "李秀英", "national_id": world.national_id()})
        return members.ask_correction(asking, member=member, entry=who, reason="有误", today=today).pk
