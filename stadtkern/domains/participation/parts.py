"""What the parts of participation add to each other's pages; every part writes its lines here."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from . import alike, panels, panels_budget, panels_civic, panels_consultation, panels_contest, panels_survey
from .models import Contribution, Phase, Process

# What a running phase allows -> the page where one does it (argument: key of the process), and the words on its button
# ("" = those of the template). A page that is not there is not offered.
DOORS: dict[str, tuple[str, Any]] = {
    "contribute": ("participation:new", ""),
    "vote": ("participation:vote", gettext_lazy("Abstimmen")),
    "answer": ("participation:survey", gettext_lazy("Fragen beantworten")),
    "opine": ("participation:opine", gettext_lazy("Zustimmen oder ablehnen")),
}
# Kinds of processes in which one of these is done on a page of their own.
OWN_DOORS = {
    ("meinungskarte", "contribute"): "participation:statement_new",
    ("planbeteiligung", "contribute"): "participation:statement_write",
}
# Panels below the text of a process, and of a contribution: template, and a function that gives its context (None: nothing).
PROCESS_PANELS: list[tuple[str, Callable[[HttpRequest, Process, Phase | None], dict[str, Any] | None]]] = [
    ("participation/opinion/process_panel.html", panels.of_process),
    ("participation/budget/_process.html", panels_budget.process_panel),
    ("participation/contest/_process.html", panels_contest.process_panel),
    ("participation/civic/_petitions.html", panels_civic.petitions_of_process),
    ("participation/consultation/_plan.html", panels_consultation.process_panel),
    ("participation/survey/_survey.html", panels_survey.process_panel),
]
CONTRIBUTION_PANELS: list[tuple[str, Callable[[HttpRequest, Contribution], dict[str, Any] | None]]] = [
    ("participation/opinion/contribution_panel.html", panels.of_contribution),
    ("participation/budget/_project.html", panels_budget.contribution_panel),
    ("participation/contest/_contribution.html", panels_contest.contribution_panel),
    ("participation/civic/_petition.html", panels_civic.petition_of_contribution),
    ("participation/consultation/_statement.html", panels_consultation.contribution_panel),
    ("participation/debate/_debate.html", panels_survey.contribution_panel),
]
# (process, title, text) -> published contributions that say much the same, the most similar first.
SIMILAR: list[Callable[[Process, str, str], Sequence[Contribution]]] = [alike.contributions]


def door(action: str, process: Process) -> str:
    """Address of the page for this action; "" where no part has one."""
    name = OWN_DOORS.get((process.kind, action)) or DOORS.get(action, ("", ""))[0]
    try:
        return reverse(name, args=[process.key]) if name else ""
    except NoReverseMatch:
        return ""
