"""The cast with things in its hands: a member, a batch to review, a campaign with two bulletins.

Every name here can stand in the tables of this folder for the thing's key.
"""

import datetime as dt
from typing import Any

from zhtj.imports import actions as imports
from zhtj.imports import pipeline
from zhtj.lib import days

from members import actions as members
from members.models import Member
from members.rules import EntryReader
from progress import actions as progress
from progress import presets

from tests import cast as casting
from tests import workbooks, world
from tests.conftest import Clock

FAULTY = 2  # the row of the batch's sheet that must be mended
DAY = dt.date(2018, 11, 22)  # published
DAY_DONE = dt.date(2018, 11, 23)  # computed, not published


class Stage:
    """Attributes of the cast, and `member`, `outside_member`, `batch`, `row`, `day`, `day_done`."""

    def __init__(self, clock: Clock) -> None:
        morning = clock.moment
        clock.set(morning - dt.timedelta(days=3))
        self._cast = casting.assemble()
        self.member: Member = world.member(self.branch)
        self.outside_member = world.member(self.other_branch)
        self.cadre = world.cadre(self.committee)
        clock.set(morning)
        self.batch = self._batch()
        self.row = FAULTY
        self._procedures()
        self.day, self.day_done = DAY.isoformat(), DAY_DONE.isoformat()
        self._bulletins()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # a copy in the making has no cast yet
            raise AttributeError(name)
        return getattr(self._cast, name)

    def _batch(self) -> Any:
        sheet = workbooks.table(
            """
            姓名   | 身份证号码           | 民族   | 政治面貌 | 入团年月 | 所在团支部     | 是否为团干部
            1      | 1                    | 汉族   | 共青团员 | 2015-05  | 高一1班团支部  | 否
            """
        )
        actor = world.actor(self.committee_admin)
        data = workbooks.xlsx(sheet)
        batch = imports.upload(
            actor, kind="members", unit=self.committee, file_name="名单.xlsx", data=data, attest_evidence=True
        )
        pipeline.check(batch.pk)
        return batch

    def _procedures(self) -> None:
        """Somebody under review with a document, and two corrections waiting for their answers."""
        secretary, today = world.actor(self.secretary), days.today()
        read = EntryReader(today).read
        cells = {
            "full_name": "李四",
            "national_id": world.national_id(),
            "ethnicity": "汉族",
            "political_status": "共青团员",
            "is_cadre": "否",
            "joined_on": "2017-05",
        }
        (self.youth,) = members.put_under_review(
            secretary, branch=self.branch, entries=[read(cells)], today=today
        )
        data = b"%PDF-1.4 sample"
        self.document = members.attach_document(secretary, youth=self.youth, name="x.pdf", data=data)
        self.person = self.member.person
        self.correction = members.ask_person_correction(
            world.actor(self.city_admin),
            person=self.person,
            unit=self.city,
            typed={"education": "高中"},
            reason="有误",
            today=today,
        )
        who = read({"full_name": "李秀英", "national_id": world.national_id()})
        self.case = members.ask_correction(
            secretary, member=self.member, entry=who, reason="有误", today=today
        )

    def _bulletins(self) -> None:
        campaign = presets.load_preset("henan-2018", province=self.province)
        for day in (DAY, DAY_DONE):
            bulletin = progress.compute_bulletin(campaign, day, now=days.now())
            if day == DAY:
                progress.publish_bulletin(world.actor(self.staff), bulletin=bulletin)


def resolved(stage: Stage, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with every name of the stage replaced by the key of what it names."""
    found = {}
    for key, value in arguments.items():
        thing = getattr(stage, value, value) if isinstance(value, str) else value
        found[key] = getattr(thing, "pk", thing)
    return found
