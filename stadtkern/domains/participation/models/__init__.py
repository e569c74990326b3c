"""Tables of participation; each part has a file of its own."""

from .comment import Comment, CommentQuerySet
from .consultation import Authority, Passage, Plan, PlanDocument, Statement, Weighed, Weighing
from .contest import Conflict, Judging, Juror, Prize, Sheet, Team, TeamMember
from .contribution import Attachment, Contribution, ContributionQuerySet, Follow, Link, Milestone, Support
from .exchanging import Incoming, Outgoing, TrustedCity
from .incentive import Occasion, PointsAccount, PointsLine, Voucher
from .moderation import Complaint, Moderation
from .opining import Consent, Finding, Merging, Stance, Tally, Voice
from .partner import Handover, Pulling, SenderKey
from .petition import Petition, Signature, SignatureSheet
from .poll import Ballot, LetterCode, PaperBatch, Poll, PollCount, PollKey, PollProject, Turnout
from .process import Category, Phase, Process, ProcessQuerySet
from .report import AreaWatch, Contractor, Report, ReportFollow, ReportQuerySet, ReportStep
from .survey import Question, Reply, ReplyText, Turn

__all__ = [
    "AreaWatch",
    "Attachment",
    "Authority",
    "Ballot",
    "Category",
    "Comment",
    "CommentQuerySet",
    "Complaint",
    "Conflict",
    "Consent",
    "Contractor",
    "Contribution",
    "ContributionQuerySet",
    "Finding",
    "Follow",
    "Handover",
    "Incoming",
    "Judging",
    "Juror",
    "LetterCode",
    "Link",
    "Merging",
    "Milestone",
    "Moderation",
    "Occasion",
    "Outgoing",
    "PaperBatch",
    "Passage",
    "Petition",
    "Phase",
    "Plan",
    "PlanDocument",
    "PointsAccount",
    "PointsLine",
    "Poll",
    "PollCount",
    "PollKey",
    "PollProject",
    "Prize",
    "Process",
    "ProcessQuerySet",
    "Pulling",
    "Question",
    "Reply",
    "ReplyText",
    "Report",
    "ReportFollow",
    "ReportQuerySet",
    "ReportStep",
    "SenderKey",
    "Sheet",
    "Signature",
    "SignatureSheet",
    "Stance",
    "Statement",
    "Support",
    "Tally",
    "Team",
    "TeamMember",
    "TrustedCity",
    "Turn",
    "Turnout",
    "Voice",
    "Voucher",
    "Weighed",
    "Weighing",
]
