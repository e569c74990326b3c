"""Tables of participation; each part has a file of its own."""

from .comment import Comment, CommentQuerySet
from .contribution import Attachment, Contribution, ContributionQuerySet, Follow, Link, Milestone, Support
from .moderation import Complaint, Moderation
from .opining import Consent, Finding, Merging, Stance, Tally, Voice
from .process import Category, Phase, Process, ProcessQuerySet
from .report import AreaWatch, Contractor, Report, ReportFollow, ReportQuerySet, ReportStep

__all__ = [
    "AreaWatch",
    "Attachment",
    "Category",
    "Comment",
    "CommentQuerySet",
    "Complaint",
    "Consent",
    "Contractor",
    "Contribution",
    "ContributionQuerySet",
    "Finding",
    "Follow",
    "Link",
    "Merging",
    "Milestone",
    "Moderation",
    "Phase",
    "Process",
    "ProcessQuerySet",
    "Report",
    "ReportFollow",
    "ReportQuerySet",
    "ReportStep",
    "Stance",
    "Support",
    "Tally",
    "Voice",
]
