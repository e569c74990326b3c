"""Everything that happens in participation; the only place that writes its rows. Each part has a file of its own name."""

from .appealing import answer_appeal, appeal, complain, dismiss
from .bringing import bring_in
from .commenting import comment, hide_comment, show_comment, withdraw_comment
from .computing import compute, compute_stale
from .contributing import answers_of, contribute, open_case, store_new, vector
from .counting import begin_realisation, count
from .forgetting import forget_of
from .guard import Refused, locked, moderator, now_allows, owned, tidy
from .judging import close_judging, close_sheets, note_inputs_taken, publish_outcome, recount, score
from .jury import declare_conflict, invite_juror, lift_conflict, open_judging, remove_juror, take_seat
from .linking import enter_result, free_reference, link, set_milestones, unlink
from .merging import answer_merging, expire_mergings, propose_merging
from .opining import forget_voices, note_export, opine, state, take_back, unname_voices
from .own import discard, draft_of, edit, editable, save_draft, withdraw
from .papering import (
    confirm_batch,
    drop_batch,
    drop_last_sheet,
    enter_sheet,
    finish_batch,
    open_batch,
    tick_off,
)
from .planning import drop_phase, set_categories, set_phase
from .polling import announce_poll, check_project, close_poll, recall_poll
from .prizes import add_prize, claim_prize, decide_prize, drop_prize, issue_certificate, propose_prize
from .publishing import ChangedMeanwhile, hide, publish, reject, restore
from .remembering import forget_in_contests, tell_outcome, unname_contests
from .running import (
    close_process,
    create_process,
    discard_process,
    publish_process,
    set_settings,
    set_texts,
    turn,
)
from .signing import sign, unsign
from .supporting import follow, support, unfollow, unsupport
from .teaming import agree, found_team, join_team, leave_team, rename_member, renew_code
from .voting import Voter, cast, has_voted, in_urn, issue_codes, replace

__all__ = [
    "ChangedMeanwhile",
    "Refused",
    "Voter",
    "add_prize",
    "agree",
    "announce_poll",
    "answer_appeal",
    "answer_merging",
    "answers_of",
    "appeal",
    "begin_realisation",
    "bring_in",
    "cast",
    "check_project",
    "claim_prize",
    "close_judging",
    "close_poll",
    "close_process",
    "close_sheets",
    "comment",
    "complain",
    "compute",
    "compute_stale",
    "confirm_batch",
    "contribute",
    "count",
    "create_process",
    "decide_prize",
    "declare_conflict",
    "discard",
    "discard_process",
    "dismiss",
    "draft_of",
    "drop_batch",
    "drop_last_sheet",
    "drop_phase",
    "drop_prize",
    "edit",
    "editable",
    "enter_result",
    "enter_sheet",
    "expire_mergings",
    "finish_batch",
    "follow",
    "forget_in_contests",
    "forget_of",
    "forget_voices",
    "found_team",
    "free_reference",
    "has_voted",
    "hide",
    "hide_comment",
    "in_urn",
    "invite_juror",
    "issue_certificate",
    "issue_codes",
    "join_team",
    "leave_team",
    "lift_conflict",
    "link",
    "locked",
    "moderator",
    "note_export",
    "note_inputs_taken",
    "now_allows",
    "open_batch",
    "open_case",
    "open_judging",
    "opine",
    "owned",
    "propose_merging",
    "propose_prize",
    "publish",
    "publish_outcome",
    "publish_process",
    "recall_poll",
    "recount",
    "reject",
    "remove_juror",
    "rename_member",
    "renew_code",
    "replace",
    "restore",
    "save_draft",
    "score",
    "set_categories",
    "set_milestones",
    "set_phase",
    "set_settings",
    "set_texts",
    "show_comment",
    "sign",
    "state",
    "store_new",
    "support",
    "take_back",
    "take_seat",
    "tell_outcome",
    "tick_off",
    "tidy",
    "turn",
    "unfollow",
    "unlink",
    "unname_contests",
    "unname_voices",
    "unsign",
    "unsupport",
    "vector",
    "withdraw",
    "withdraw_comment",
]
