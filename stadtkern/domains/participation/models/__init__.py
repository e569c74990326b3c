"""Tables of participation; each part has a file of its own."""

from .comment import Comment, CommentQuerySet
from .contribution import Attachment, Contribution, ContributionQuerySet, Follow, Link, Milestone, Support
from .moderation import Complaint, Moderation
from .process import Category, Phase, Process, ProcessQuerySet

__all__ = [
    "Attachment",
    "Category",
    "Comment",
    "CommentQuerySet",
    "Complaint",
    "Contribution",
    "ContributionQuerySet",
    "Follow",
    "Link",
    "Milestone",
    "Moderation",
    "Phase",
    "Process",
    "ProcessQuerySet",
    "Support",
]
