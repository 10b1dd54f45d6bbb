"""Appointing, verifying and dismissing cadres. The only writer of `Cadre`."""

from cadres.actions.enter import Entered, enter_cadre, enter_cadres
from cadres.actions.export import allow_export, note_print
from cadres.actions.judge import Verdict, judge
from cadres.actions.keep import declare_verified, keep_cadre
from cadres.actions.leave import depart_cadre, take_back_departure
from cadres.actions.posts import (
    Appointment,
    appoint_cadre,
    appoint_cadres,
    edit_post,
    end_post,
    end_posts,
    end_posts_of_leavers,
)
from cadres.actions.undo import Written, undo_cadres
from cadres.actions.verify import Verified, verify_unchanged

__all__ = [
    "Appointment",
    "Entered",
    "Verdict",
    "Verified",
    "Written",
    "allow_export",
    "appoint_cadre",
    "appoint_cadres",
    "declare_verified",
    "depart_cadre",
    "edit_post",
    "end_post",
    "end_posts",
    "end_posts_of_leavers",
    "enter_cadre",
    "enter_cadres",
    "judge",
    "keep_cadre",
    "note_print",
    "take_back_departure",
    "undo_cadres",
    "verify_unchanged",
]
