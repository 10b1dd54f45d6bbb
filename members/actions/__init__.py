"""Entering, correcting, moving and reviewing members. The only writer of this room's tables."""

from members.actions.candidates import branch_of, judge_youth, list_youth, put_under_review
from members.actions.cases import (
    acts_open_to,
    answer_claim,
    ask_claim,
    ask_correction,
    cancel_case,
    decide_case,
)
from members.actions.columns import choose_columns
from members.actions.correct import correct_member, fingerprint
from members.actions.disputes import ask_number
from members.actions.drafts import draft_of, drop_draft, keep_draft
from members.actions.enter import enter_member, enter_members
from members.actions.judge import Verdict, judge
from members.actions.moves import WITHDRAWALS, Moved, transfer_members, withdraw_members
from members.actions.retention import (
    forget_asked,
    forget_documents,
    forget_drafts,
    forget_orphans,
    forget_youth,
)
from members.actions.reveal import allow_export, note_print, reveal_id
from members.actions.review import (
    Recognised,
    attach_document,
    detach_document,
    dismiss_youth,
    mend_youth,
    read_document,
    recognise,
    recognise_all,
    release_youth,
)
from members.actions.settings import change_settings, check_settings, preview
from members.actions.undo import Written, undo_members
from members.actions.upkeep import answer_person_correction, ask_person_correction, keeper_of
from members.actions.write import Entered

__all__ = [
    "WITHDRAWALS",
    "Entered",
    "Moved",
    "Recognised",
    "Verdict",
    "Written",
    "acts_open_to",
    "allow_export",
    "answer_claim",
    "answer_person_correction",
    "ask_claim",
    "ask_correction",
    "ask_number",
    "ask_person_correction",
    "attach_document",
    "branch_of",
    "cancel_case",
    "change_settings",
    "check_settings",
    "choose_columns",
    "correct_member",
    "decide_case",
    "detach_document",
    "dismiss_youth",
    "draft_of",
    "drop_draft",
    "enter_member",
    "enter_members",
    "fingerprint",
    "forget_asked",
    "forget_documents",
    "forget_drafts",
    "forget_orphans",
    "forget_youth",
    "judge",
    "judge_youth",
    "keep_draft",
    "keeper_of",
    "list_youth",
    "mend_youth",
    "note_print",
    "preview",
    "put_under_review",
    "read_document",
    "recognise",
    "recognise_all",
    "release_youth",
    "reveal_id",
    "transfer_members",
    "undo_members",
    "withdraw_members",
]
