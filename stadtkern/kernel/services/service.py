"""What a service is: frozen values read from its folder, and what can be asked of them."""

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from django.utils.translation import get_language, gettext, gettext_lazy

from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.city.profile import city
from stadtkern.lib.calendar import Term, legal_end
from stadtkern.lib.forms.check import Problem
from stadtkern.lib.forms.check import problems as form_problems
from stadtkern.lib.forms.model import Answers, Form, Value
from stadtkern.lib.forms.rules.evaluate import Effects, evaluate
from stadtkern.ui.words import euro

from . import rulebook
from .consent import ConsentRule
from .credential import CredentialRule
from .fee import FREE, FeeLine, FeeTerms, fits, line, reduced, total
from .prefill import presumed
from .texts import Texts, translated

AUDIENCES = {
    "citizens": gettext_lazy("Bürgerinnen und Bürger"),
    "companies": gettext_lazy("Unternehmen"),
    "tourists": gettext_lazy("Gäste"),
    "staff": gettext_lazy("Beschäftigte"),
}
LIFE_EVENTS = {
    "umzug": gettext_lazy("Umzug und Wohnsitz"),
    "familie": gettext_lazy("Familie und Kinder"),
    "tier": gettext_lazy("Hund und andere Tiere"),
    "auto": gettext_lazy("Auto und Verkehr"),
    "arbeit_unternehmen": gettext_lazy("Arbeit und Unternehmen"),
    "reise_ausweis": gettext_lazy("Ausweis und Reise"),
    "wohnen_bauen": gettext_lazy("Wohnen und Bauen"),
    "freizeit_engagement": gettext_lazy("Freizeit und Engagement"),
}
PrefillReader = Callable[[Form, Mapping[str, str]], dict[str, str]]
OUTCOMES = ("GRANTED", "PARTLY", "REJECTED")


class ServiceBroken(Exception):
    """A service cannot do what its folder promises; the message is German, for the people who keep the folder."""


@dataclass(frozen=True)
class Verdict:
    """What a rule decides; `outcome` is a Decision.Outcome."""

    outcome: str
    reason: str


@dataclass(frozen=True)
class Keep:
    """Retention: years after the case is closed, and the reason for them."""

    years: int
    because: str


@dataclass(frozen=True)
class DecisionRule:
    """Who decides, until when, on which paper.

    `automatic` is the paragraph that allows a decision without a person, empty where there is none. `four_eyes` is true,
    false, or a condition on the answers; read it through `Service.second_pair`. `paper` = the result comes by post.
    `clock` is the law that sets the period ("Art. 12 Abs. 3 DSGVO"): then it is counted as the law says and does not rest
    while others must act; `extend` is what that law allows to add, once and with reasons. `handover` names what is made
    elsewhere and handed over after the decision ("id_card"): the department says when, and until then the case stays open.
    """

    by: str
    within: Term
    template: str
    title: str
    automatic: str = ""
    four_eyes: bool | Mapping[str, Any] = False
    paper: bool = False
    legal_basis: str = ""
    checks: tuple[str, ...] = ()  # own registers the rule looks into when it decides: facts["registers"]
    clock: str = ""
    extend: Term | None = None
    handover: str = ""
    letter: bool = True  # false: the answer is a message, no sealed paper is written

    @property
    def within_days(self) -> int:
        """About how many days."""
        return self.within.days

    def due(self, start: date, *, extended: bool = False) -> date:
        """Until when to decide what came in on this day."""
        if not self.clock:
            return self.within.after(start)
        terms = [self.within, self.extend] if extended and self.extend else [self.within]
        return legal_end(start, terms, city().state, city().local_holidays)


@dataclass(frozen=True)
class Appointment:
    """A personal visit the service still needs; `where` holds "desk", "phone", "video"."""

    kind: str
    minutes: int
    where: tuple[str, ...]
    matters: tuple[
        tuple[Mapping[str, Any], str], ...
    ] = ()  # condition on the answers -> key of the matter, the first that fits

    def matter(self, answers: Answers) -> str:
        """What one comes for after these answers; "" = the matter of the service."""
        return next((key for when, key in self.matters if fits(answers, when)), "")


@dataclass(frozen=True)
class Send:
    """Another authority decides: where the application goes (kernel/exchange).

    `to` is a name in `[exchange.destinations]` of city.toml, or the id of a destination; `schema` the address of the schema
    of the data, where the receiver asks for one of its own.
    """

    to: str = ""
    schema: str = ""


@dataclass(frozen=True, eq=False)
class Service:
    """One entry of the catalogue. The form is read from the folder when it is first needed."""

    key: str
    domain: str  # "" for a service the city brought itself
    title: str
    teaser: str
    description: str
    leika: str
    office: str
    authority: str
    audiences: tuple[str, ...]
    drives: tuple[str, ...]
    life_events: tuple[str, ...]
    trust: Trust
    documents_needed: tuple[str, ...]
    synonyms: tuple[str, ...]
    legal_basis: str
    cost: str  # what it costs, in words
    written_prefill: Mapping[str, str]  # [prefill] of service.toml: path -> "residents.family_name", or "none"
    fee: Mapping[str, Any]  # the tariff, the city's statute merged in
    decision: DecisionRule
    keep: Keep
    messages: Mapping[str, str]  # occasion -> text
    appointment: Appointment | None
    origin: Mapping[str, str]  # where an imported form comes from: schema, version, title
    retired: bool  # no new applications; those begun go on
    texts: Mapping[str, Texts]
    read_files: Callable[[], Mapping[str, str]] = field(repr=False)
    build_form: Callable[[Mapping[str, str]], Form] = field(repr=False)
    language: str = "de"
    folder: Path | None = None  # None for a service rebuilt from an edition
    send: Send = Send()
    terms_of_fee: FeeTerms = FREE  # tax, reductions, instalments
    consent: ConsentRule | None = None  # a second person must agree before it is sent
    credential: CredentialRule | None = None  # what a granted application proves in the wallet
    anonymous: bool = False  # nobody is told who: never an account, answers are fetched with a code
    begin_page: str = ""  # name of the department's page where one begins, instead of our form: "participation:home"
    own_page: str = ""  # name of the department's page that shows the applicant more than ours: "participation:case"
    desk_page: str = ""  # name of a page of the department that helps with a case: "dataprotection:request"
    read_prefill: PrefillReader | None = field(repr=False, default=None)  # of an imported form
    data_file: str = ""  # the city's data for the rules: a TOML file in the city's folder
    code: Mapping[str, str] = field(default_factory=dict)  # signed QR on the paper: claim -> "terms.zone" or an answer's path

    @cached_property
    def _shape(self) -> tuple[Form, str, str, Mapping[str, Any]]:
        # Files, form and digest come from one reading; the text of a large schema is not kept in memory.
        files = self.read_files()
        return self.build_form(files), digest(files), files[self.decision.template], _city_data(files, self.data_file)

    @property
    def loaded(self) -> bool:
        """Whether the form has been read already."""
        return "_shape" in self.__dict__

    @property
    def form(self) -> Form:
        """The questions; raises SchemaError or ServiceBroken where the folder cannot be read."""
        return self._shape[0]

    @property
    def digest(self) -> str:
        """SHA-256 of all files that shape an application (not the rules, not the examples)."""
        return self._shape[1]

    @cached_property
    def prefill(self) -> Mapping[str, str]:
        """Path -> fact ("residents.family_name"): by hand, and in an imported form by its building blocks."""
        if self.read_prefill is None:
            return self.written_prefill
        return MappingProxyType(self.read_prefill(self.form, self.written_prefill))

    @cached_property
    def presumed(self) -> Mapping[str, Value]:
        """Answers of everybody whom the register knows ("lives in Germany"), before it is asked."""
        return MappingProxyType(presumed(self.form, self.prefill))

    @property
    def data(self) -> Mapping[str, Any]:
        """The city's data for the rules, as it was when this edition was published; empty where the city has none."""
        return self._shape[3]

    def template_source(self) -> str:
        """Typst source of the document."""
        return self._shape[2]

    @property
    def online(self) -> Literal["full", "partly"]:
        """Computed, never typed in: "full" = from application to document without paper and without a visit."""
        return "partly" if self.decision.paper or self.appointment or self.authority != "city" else "full"

    @property
    def has_fee(self) -> bool:
        """Whether an application may cost something."""
        return bool(self.fee)

    def in_language(self, code: str) -> "Service":
        """The same service with its texts in another language; German where a text is missing."""
        code = code.split("-")[0]
        if code == self.language or code not in self.texts:
            return self
        if code not in self._languages:
            self._languages[code] = self._translate(code)
        return self._languages[code]

    @cached_property
    def _languages(self) -> dict[str, "Service"]:
        return {}

    def _translate(self, code: str) -> "Service":
        words = self.texts[code]
        return replace(
            self,
            language=code,
            title=words.title or self.title,
            teaser=words.teaser or self.teaser,
            description=words.description or self.description,
            documents_needed=words.needs or self.documents_needed,
            cost=words.cost or self.cost,
            messages=MappingProxyType({**self.messages, **words.messages}),
            build_form=lambda files: translated(self.form, words),
            read_prefill=lambda form, written: dict(self.prefill),  # labels decide, and they are German
        )

    def say(self, german: str) -> str:
        """A sentence from the rules in the language of this service."""
        words = self.texts.get(self.language)
        return words.phrases.get(german, german) if words else german

    def fee_lines(self, answers: Answers) -> list[FeeLine]:
        """What this application costs; empty where it is free. Raises ServiceBroken where the arithmetic is missing."""
        if not self.fee:
            return []
        return reduced(self._fee_lines(answers), self.terms_of_fee, answers)

    def _fee_lines(self, answers: Answers) -> list[FeeLine]:
        bp = self.terms_of_fee.tax_bp
        if "amount" in self.fee:
            return [FeeLine(self.title, int(self.fee["amount"]), bp)]
        rule = rulebook.function(self.key, "fee")
        if rule is None:
            raise ServiceBroken(f"{self.key}: [fee] nennt Beträge, aber rules.py rechnet nicht damit (Funktion fee fehlt).")
        result = rulebook.ask(rule, lambda: self.data, answers, dict(self.fee))
        try:
            lines = [line(one, bp) for one in ([(self.title, result)] if isinstance(result, int) else result)]
        except (TypeError, ValueError) as error:
            raise ServiceBroken(f"{self.key}: rules.py nennt eine Gebühr, die keine ist: {error}") from error
        if total(lines) < 0 or any(one.cents < 0 and not one.reason for one in lines):
            raise ServiceBroken(f"{self.key}: rules.py rechnet eine Gebühr unter null aus.")
        return [replace(one, label=self.say(one.label), reason=self.say(one.reason)) for one in lines if one.cents]

    def fee_cents(self, answers: Answers) -> int:
        """The sum of the fee lines in cents."""
        return total(self.fee_lines(answers))

    def effects(self, answers: Answers) -> Effects | None:
        """What the rules of the form say of these answers, over all its steps; None where it has no rules."""
        return evaluate(self.form, answers)

    def problems(self, answers: Answers, step: str | None = None, effects: Effects | None = None) -> list[Problem]:
        """What is wrong with the answers, by form and rules; with `step` only what belongs to that step.

        `effects` of these same answers, where somebody has asked for them already.
        """
        said = self.in_language(get_language() or self.language)  # labels stand in the sentences
        part = said.form.step(step) if step else None
        effects = effects or self.effects(answers)
        found = form_problems(part or said.form, answers, gettext, effects)
        rule = rulebook.function(self.key, "problems")
        if rule is None:
            return found
        tops = {child.key for child in part.children} if part else None
        told = {problem.path for problem in found}
        for path, message in rulebook.ask(rule, lambda: self.data, answers):
            if path not in told and (tops is None or re.split(r"[/\[]", path, maxsplit=1)[0] in tops):
                found.append(Problem(path, said.say(message), ""))
        return found

    def decide(self, answers: Answers, facts: Mapping[str, Any]) -> Verdict | None:
        """What the rule decides, or None: a person decides. Asked only where the service names the paragraph.

        `facts`, all optional: "sources" {path: register} of prefilled answers that nobody changed, "trust" (int) of the
        session, "today" (ISO date), "paid" (bool), "registers" {register: [record]} for `[decision] checks`.
        """
        if not self.decision.automatic:
            return None
        rule = rulebook.function(self.key, "decide")
        result = rulebook.ask(rule, lambda: self.data, answers, dict(facts)) if rule else None
        if result is None:
            return None
        outcome, reason = result
        if outcome not in OUTCOMES:
            raise ServiceBroken(f"{self.key}: rules.py entscheidet „{outcome}“; erlaubt sind {', '.join(OUTCOMES)}.")
        return Verdict(outcome, reason)

    def terms(self, answers: Answers, facts: Mapping[str, Any]) -> dict[str, str]:
        """What is granted, in the words of the rule (zone, valid until): for paper, register and signed code.

        Dates are ISO text; "valid_until" also ends the paper. Empty where the service has no such rule.
        """
        rule = rulebook.function(self.key, "grant")
        found = rulebook.ask(rule, lambda: self.data, answers, dict(facts)) if rule else {}
        return {str(key): str(value) for key, value in found.items()}

    def claims(self, answers: Answers, terms: Mapping[str, str]) -> dict[str, str]:
        """What the signed code says; empty where something it must say is missing."""
        found = {
            claim: terms.get(place.removeprefix("terms."), "") if place.startswith("terms.") else str(answers.get(place) or "")
            for claim, place in self.code.items()
        }
        return found if all(found.values()) else {}

    def second_pair(self, answers: Answers) -> bool:
        """Whether a second clerk must approve the decision on these answers."""
        rule = self.decision.four_eyes
        if isinstance(rule, bool):
            return rule
        return fits(answers, rule)

    @property
    def cost_text(self) -> str:
        """What it costs, in words, with the amounts of this city filled in."""
        if not self.fee:
            return gettext("kostenlos")
        if self.cost:
            return self.cost.format_map({key: euro(value) for key, value in self.fee.items() if isinstance(value, int)})
        return euro(int(self.fee["amount"])) if "amount" in self.fee else gettext("abhängig von Ihren Angaben")


def _city_data(files: Mapping[str, str], name: str) -> Mapping[str, Any]:
    try:
        return MappingProxyType(tomllib.loads(files.get(name, "")))
    except tomllib.TOMLDecodeError as error:
        raise ServiceBroken(f"{name} ist kein gültiges TOML: {error}") from error


def digest(files: Mapping[str, str]) -> str:
    """SHA-256 over names and texts, independent of their order."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\0{len(files[name])}\0".encode())
        total.update(files[name].encode())
    return total.hexdigest()


def key_error(key: str) -> str:
    """Why this cannot be the key of a service; empty where it can."""
    return "" if re.fullmatch(r"[a-z][a-z0-9_]{1,98}", key) else "nur a-z, 0-9 und _, am Anfang ein Buchstabe"
