"""Everything that happens in participation; the only place that writes its rows. Each part has a file of its own name."""

from .appealing import answer_appeal, appeal, complain, dismiss
from .bringing import bring_in
from .commenting import comment, hide_comment, show_comment, withdraw_comment
from .computing import compute, compute_stale
from .contributing import answers_of, contribute, open_case, store_new, vector
from .counting import begin_realisation, count
from .forgetting import forget_of
from .guard import Refused, locked, moderator, now_allows, owned, tidy
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
from .publishing import hide, publish, reject, restore
from .running import (
    close_process,
    create_process,
    discard_process,
    publish_process,
    set_settings,
    set_texts,
    turn,
)
from .supporting import follow, support, unfollow, unsupport
from .voting import Voter, cast, has_voted, in_urn, issue_codes, replace

__all__ = [
    "Refused",
    "Voter",
    "announce_poll",
    "answer_appeal",
    "answer_merging",
    "answers_of",
    "appeal",
    "begin_realisation",
    "bring_in",
    "cast",
    "check_project",
    "close_poll",
    "close_process",
    "comment",
    "complain",
    "compute",
    "compute_stale",
    "confirm_batch",
    "contribute",
    "count",
    "create_process",
    "discard",
    "discard_process",
    "dismiss",
    "draft_of",
    "drop_batch",
    "drop_last_sheet",
    "drop_phase",
    "edit",
    "editable",
    "enter_result",
    "enter_sheet",
    "expire_mergings",
    "finish_batch",
    "follow",
    "forget_of",
    "forget_voices",
    "free_reference",
    "has_voted",
    "hide",
    "hide_comment",
    "in_urn",
    "issue_codes",
    "link",
    "locked",
    "moderator",
    "note_export",
    "now_allows",
    "open_batch",
    "open_case",
    "opine",
    "owned",
    "propose_merging",
    "publish",
    "publish_process",
    "recall_poll",
    "reject",
    "replace",
    "restore",
    "save_draft",
    "set_categories",
    "set_milestones",
    "set_phase",
    "set_settings",
    "set_texts",
    "show_comment",
    "state",
    "store_new",
    "support",
    "take_back",
    "tick_off",
    "tidy",
    "turn",
    "unfollow",
    "unlink",
    "unname_voices",
    "unsupport",
    "vector",
    "withdraw",
    "withdraw_comment",
]
