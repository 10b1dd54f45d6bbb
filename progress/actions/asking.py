"""What every request to a superior has in common: a reason, one answer, a remark with a refusal."""

import datetime as dt

from django.core.exceptions import PermissionDenied

from zhtj.lib import words
from zhtj.lib.problems import Problem, Refused

from orgs.models import User
from orgs.scopes import Actor
from progress.models import Asked
from progress.rules import CODES

LONGEST = 500  # characters of a reason or a remark


def reason_problems(reason: str) -> list[Problem]:
    """What is wrong with a reason that has been read."""
    return words.too_long(reason, LONGEST, at="reason") if reason else [CODES.problem("reason.missing")]


def asker(actor: Actor) -> User:
    """The person who asks: a request is made by somebody, never by a command."""
    if actor.user is None:
        raise PermissionDenied("申请必须由登录的管理员提出。")
    return actor.user


def decide(actor: Actor, asked: Asked, *, agree: bool, remark: str, at: dt.datetime) -> None:
    """Write the answer down, once: whoever comes second is refused. One query."""
    remark = words.within(remark, LONGEST, at="remark")
    if not agree and not remark:
        raise Refused([CODES.problem("remark.missing")])
    state = Asked.State.AGREED if agree else Asked.State.DECLINED
    answer = {"state": state, "remark": remark, "decided_by": actor.user, "decided_at": at}
    waiting = type(asked)._default_manager.filter(pk=asked.pk, state=Asked.State.WAITING)
    if not waiting.update(**answer):
        raise Refused([CODES.problem("request.decided_already")])
    for name, value in answer.items():
        setattr(asked, name, value)
