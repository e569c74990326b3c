"""Tables of participation; each part has a file of its own."""

from .comment import Comment, CommentQuerySet
from .contribution import Attachment, Contribution, ContributionQuerySet, Follow, Link, Milestone, Support
from .moderation import Complaint, Moderation
from .process import Category, Phase, Process, ProcessQuerySet
from .report import AreaWatch, Contractor, Report, ReportFollow, ReportQuerySet, ReportStep

__all__ = [
    "AreaWatch",
    "Attachment",
    "Category",
    "Comment",
    "CommentQuerySet",
    "Complaint",
    "Contractor",
    "Contribution",
    "ContributionQuerySet",
    "Follow",
    "Link",
    "Milestone",
    "Moderation",
    "Phase",
    "Process",
    "ProcessQuerySet",
    "Report",
    "ReportFollow",
    "ReportQuerySet",
    "ReportStep",
    "Support",
]
