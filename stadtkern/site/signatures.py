"""The demo's petitions: files of `participation/` that say `petitions`, told through the real actions with a moved clock."""

import tomllib
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.actions import petitioning, signing
from stadtkern.domains.participation.models import Contribution, Petition, Process
from stadtkern.domains.participation.petitionrules import checks_of
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff, Trust
from stadtkern.kernel.city.profile import city
from stadtkern.site.forum import moderators_of
from stadtkern.site.rehearsal import at_once, days_ago


def play() -> int:
    """Returns how many petitions there are."""
    clerks = moderators_of("beteiligung")
    if len(clerks) < 2:
        return 0
    for file in sorted((city().folder / "participation").glob("*.toml")):
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        if "petitions" in told and not Process.objects.filter(title=told["title"]).exists():
            with at_once():
                _tell(told, clerks)
    return Petition.objects.count()


def _tell(told: Mapping[str, Any], clerks: list[Actor]) -> None:
    with days_ago(-told["start"]):
        row = actions.create_process(clerks[0], told["kind"], told["title"], timezone.localtime().replace(hour=0, minute=0))
        row = actions.set_settings(clerks[0], row, {**row.settings, **told.get("settings", {})})
        row = actions.publish_process(clerks[0], row)
    for one in told["petitions"]:
        _petition(one, row, clerks)


def _petition(told: Mapping[str, Any], process: Process, clerks: list[Actor]) -> None:
    values = {"title": told["title"], "text": told["text"], "author": "none", "details": told["details"]}
    author = Actor(Account.objects.get(email__startswith=f"{told['author']}@"), trust=Trust.BASIC)
    with days_ago(told["days"]):
        row = actions.contribute(author, process, values)
    with days_ago(told["days"] - 1):
        questions = len(checks_of(process.settings))
        petitioning.admit(clerks[0], row, [True] * questions, "")
    for number, sheet in enumerate(told.get("sheets", ())):
        with days_ago(told["days"] - 2 - number):
            made = signing.enter_sheet(clerks[0], row, sheet["label"], sheet["valid"], sheet.get("invalid", 0))
            signing.confirm_sheet(clerks[1], row, made.pk, sheet["valid"])
    with days_ago(1):
        _sign(row, told.get("signatures", 0))


def _sign(row: Contribution, many: int) -> None:
    """Accounts of residents sign; how many there are is what the town has."""
    residents = Account.objects.filter(person__register_key__isnull=False, is_active=True).select_related("person")
    signed = 0
    for account in residents.exclude(pk__in=Staff.objects.values("account")).order_by("pk"):
        if signed >= many:
            return
        try:
            signed += signing.sign(Actor(account, trust=Trust.BASIC), row)
        except actions.Refused:
            continue
