"""The demo's participation: processes of the city's folder, told through the real actions with a moved clock."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.models import Comment, Contribution, Process
from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.actions import open_account
from stadtkern.kernel.accounts.models import Account, Staff, Trust
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.site.forum_contest import judge
from stadtkern.site.rehearsal import at_once, days_ago

VOICES = 40  # invented people who write and support


def play() -> int:
    """Every file of `participation/` that says `kind` and `ideas`; returns how many contributions there are."""
    moderators = moderators_of("beteiligung")
    if len(moderators) < 2:
        return 0
    people = voices()
    for file in sorted((city().folder / "participation").glob("*.toml")):
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        if "ideas" in told and not Process.objects.filter(title=told["title"]).exists():
            with at_once():
                _Story(told, moderators, people).play()
    return Contribution.objects.exclude(process=None).count()


def moderators_of(office: str) -> list[Actor]:
    """Clerks of an office, in the order they came."""
    rows = Staff.objects.select_related("account", "office").filter(office__key=office).order_by("pk")
    return [Actor(one.account, one, None, Trust.BASIC) for one in rows]


def voices() -> list[Account]:
    source = tomllib.loads((Path(city().folder) / "seed" / "people.toml").read_text(encoding="utf-8"))
    given = [name for pair in zip(source["female"], source["male"], strict=False) for name in pair]
    people = []
    for number in range(VOICES):
        email = f"stimme{number}@demo.musterstadt.example"
        known = Account.objects.filter(email=email).first()
        names = {
            "given_names": given[number * 3 % len(given)],
            "family_name": source["family"][number * 7 % len(source["family"])],
        }
        people.append(known or open_account(email, birth_date=None, actor_key=SYSTEM, **names))
    return people


class _Story:
    """One process from its file."""

    def __init__(self, told: Mapping[str, Any], moderators: list[Actor], voices: list[Account]) -> None:
        self.told, self.voices = told, voices
        self.moderator, self.second = moderators[0], moderators[1]
        self.results: dict[str, Contribution] = {}

    def play(self) -> None:
        told = self.told
        with days_ago(3 - told["start"]):
            self.process = self._set_up()
        for result in told.get("results", ()):
            with days_ago(told.get("closed", 0) + 20):
                self._result(result)
        for idea in told["ideas"]:
            self._idea(idea)
        if "jury" in told:
            judge(self.process, told, (self.moderator, self.second), self._who)
        for title in told.get("won", ()):  # what the city makes of it
            with days_ago(told["realised"]):
                row = Contribution.objects.get(process=self.process, title=title["idea"])
                self._result(title)
                actions.link(self.moderator, row, self.results[title["title"]], "REALISED_AS")
        if "result" in told:
            with days_ago(told["closed"]):
                actions.close_process(self.moderator, self.process, told["result"].strip())

    def _set_up(self) -> Process:
        told = self.told
        first = (timezone.localtime() + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
        office = Office.objects.get(key=told["office"])
        assert self.moderator.staff is not None and self.moderator.staff.office_id == office.pk
        row = actions.create_process(self.moderator, told["kind"], told["title"], first)
        texts = {name: str(told.get(name, "")).strip() for name in ("title", "summary", "text", "area")}
        actions.set_texts(self.moderator, row, {**texts, "audience": row.audience})
        actions.set_categories(self.moderator, row, told["categories"])
        actions.set_settings(self.moderator, row, told.get("settings", {}))
        return actions.publish_process(self.moderator, row)

    def _who(self, named: str | int) -> Actor:
        if isinstance(named, int):
            return Actor(self.voices[named % VOICES], trust=Trust.BASIC)
        account = Account.objects.get(email__startswith=f"{named}@")
        return Actor(account, Staff.objects.filter(account=account).select_related("office").first(), None, Trust.BASIC)

    def _result(self, told: Mapping[str, Any]) -> None:
        today = timezone.localdate()
        offset = timedelta(days=self.told.get("closed", 0) + 20)

        def days(one: Mapping[str, Any], key: str) -> date | None:
            return today + offset + timedelta(days=one[key]) if key in one else None

        steps = [(one["title"], days(one, "due"), days(one, "done")) for one in told.get("milestones", ())]
        values = {"title": told["title"], "text": told["text"], "cost_cents": told.get("cost"), "milestones": steps}
        self.results[told["title"]] = actions.enter_result(self.moderator, self.process, values)

    def _idea(self, told: Mapping[str, Any]) -> None:
        author = self._who(told["author"])
        keys = {one.title: one.key for one in self.process.categories.all()}
        values = {name: told[name] for name in ("title", "text", "address", "pseudonym") if name in told}
        values |= {"category": keys.get(told.get("category", "")), "author": told.get("name", "none")}
        state = told.get("state", "published")
        with days_ago(told["days"]):
            row = actions.contribute(author, self.process, values)
        if state == "submitted":
            return
        with days_ago(told["days"] - min(0.3, told["days"] / 3)):
            if state == "rejected":
                actions.reject(self.moderator, row, told["reason"], told.get("words", ""))
                return
            actions.publish(self._another(author), row)
        self._talk(row, told, author)
        self._outcome(row, told, author)

    def _another(self, author: Actor) -> Actor:
        return self.second if author.account == self.moderator.account else self.moderator

    def _talk(self, row: Contribution, told: Mapping[str, Any], author: Actor) -> None:
        colleagues = self.process.audience == Process.Audience.STAFF
        others = [self._who(number) for number in range(VOICES)]
        if colleagues:
            members = Staff.objects.select_related("account", "office").exclude(account=author.account).order_by("pk")
            others = [Actor(one.account, one, None, Trust.BASIC) for one in members]
        span = min(told["days"] - 0.1, 5) * 0.9  # within the phase in which it was sent
        chosen = [one for one in others if one.account != author.account][: told.get("supports", 0)]
        for place, one in enumerate(chosen):
            with days_ago(told["days"] - span * (place + 1) / (len(chosen) + 1)):
                actions.support(one, row)
        self._comments(row, told.get("comments", ()), told["days"] - span / 2, None)

    def _comments(self, row: Contribution, told: Any, days: float, above: Comment | None) -> None:
        for one in told:
            who = self.moderator if one.get("official") else self._who(one["by"])
            with days_ago(days):
                made = actions.comment(who, row, one["text"], parent=above.pk if above else None)
            self._comments(row, one.get("answers", ()), max(0.05, days - 0.2), made)

    def _outcome(self, row: Contribution, told: Mapping[str, Any], author: Actor) -> None:
        state, half = told.get("state", "published"), told["days"] / 2
        with days_ago(half):
            if state == "hidden":
                made = actions.hide(self.moderator, row, told["reason"], told.get("words", ""))
                if "appeal" in told:
                    actions.appeal(author, made, told["appeal"])
            elif state == "withdrawn":
                actions.withdraw(author, row)
        if "became" in told:
            with days_ago(self.told.get("closed", 0) + 10):
                actions.link(self.moderator, row, self.results[told["became"]], "REALISED_AS")
