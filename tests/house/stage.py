"""The cast with things in its hands: a member, a batch to review, a campaign with two bulletins.

Every name here can stand in the tables of this folder for the thing's key.
"""

import datetime as dt
from typing import Any

from zhtj.imports import actions as imports
from zhtj.imports import pipeline
from zhtj.lib import days

from members.models import Member
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
        self.day, self.day_done = DAY.isoformat(), DAY_DONE.isoformat()
        self._bulletins()

    def __getattr__(self, name: str) -> Any:
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
