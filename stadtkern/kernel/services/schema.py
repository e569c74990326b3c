"""service.toml, strictly read: what a service may say, and the sentence for everything else."""

import re
import string
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.registers.evidence import types
from stadtkern.lib.calendar import Term
from stadtkern.lib.forms.model import Form

from .blocks import block_texts
from .consent import ConsentRule, read_consent
from .credential import read_credential
from .fee import TABLES, FeeTerms, read_terms
from .fim_form import FORMS
from .prefill import OFF, SOURCES
from .service import AUDIENCES, LIFE_EVENTS, Appointment, DecisionRule, Keep, PrefillReader, Send, Service, key_error
from .table import Table
from .texts import Texts, read_texts

LANGUAGES = ("en", "leicht")
OCCASIONS = ("submitted", "decided", "granted", "partly", "rejected")
AUTHORITIES = ("city", "district", "state", "federal")
TRUSTS = tuple(name.lower() for name in Trust.names)
TEMPLATE = "bescheid.typ"


def read_service(
    key: str,
    domain: str,
    raw: Mapping[str, Any],
    read_files: Callable[[], Mapping[str, str]],
    build_form: Callable[[Mapping[str, str]], Form],
    problems: list[str],
    folder: Path | None = None,
    read_prefill: PrefillReader | None = None,
) -> Service:
    """The service as far as it can be understood; everything wrong is added to `problems`."""
    top = Table(raw, "service.toml", problems)
    if reason := key_error(key):
        problems.append(f"Name des Ordners „{key}“: {reason}.")
    if ("form" in raw) == ("steps" in raw):
        top.complain("", 'genau eines von [[steps]] oder form = "form.xdf3.xml" muss da sein.')
    top.any("steps")
    top.text("form", one_of=FORMS)
    title, office = top.text("title", required=True), top.text("office", required=True)
    fee, cost, terms_of_fee = _fee(top)
    service = Service(
        key=key,
        domain=domain,
        title=title,
        teaser=top.text("teaser", required=True),
        description=top.text("description"),
        leika=_leika(top),
        office=office,
        authority=top.text("authority", "city", one_of=AUTHORITIES),
        audiences=top.words("for", one_of=AUDIENCES, required=True),
        drives=top.words("drives"),
        life_events=top.words("life_events", one_of=LIFE_EVENTS),
        trust=Trust.of(top.text("trust", "none", one_of=TRUSTS)),
        documents_needed=top.words("needs"),
        synonyms=top.words("synonyms"),
        legal_basis=top.text("legal_basis"),
        cost=cost,
        written_prefill=_prefill(top),
        read_prefill=read_prefill,
        fee=fee,
        terms_of_fee=terms_of_fee,
        decision=_decision(top.table("decision", required=True), office, title),
        keep=_keep(top.table("keep", required=True)),
        messages=_messages(top.table("message")),
        appointment=_appointment(top),
        origin=MappingProxyType(top.mapping("origin")),
        retired=top.flag("retired"),
        texts=_texts(top, raw),
        read_files=read_files,
        build_form=build_form,
        folder=folder,
        send=_send(top),
        data_file=_data(top),
        code=MappingProxyType(top.mapping("code")),
        credential=read_credential(top.table("credential"), str(_dict(raw.get("decision")).get("title") or title)),
        consent=_consent(top),
        anonymous=_anonymous(top, fee),
        desk_page=top.text("desk_page"),
        begin_page=top.text("begin_page"),
        own_page=top.text("own_page"),
    )
    top.done()
    return service


def _consent(top: Table) -> ConsentRule | None:
    found = read_consent(top.table("consent"))
    if found and top.raw.get("trust", "none") == "none":
        top.complain("consent", "wer zustimmt, hat ein Konto: die Leistung braucht trust.")
    return found


def _anonymous(top: Table, fee: Mapping[str, Any]) -> bool:
    found = top.flag("anonymous")
    if found and (fee or "prefill" in top.raw or top.raw.get("trust", "none") != "none"):
        top.complain("anonymous", "ohne Namen heißt: keine Anmeldung (trust), kein Register ([prefill]), keine Gebühr ([fee]).")
    return found


def _leika(top: Table) -> str:
    leika = top.text("leika")
    if leika and not re.fullmatch(r"99\d{12}", leika):
        top.complain("leika", "ein LeiKa-Schlüssel hat 14 Ziffern und beginnt mit 99.")
    return leika


def _fee(top: Table) -> tuple[Mapping[str, Any], str, FeeTerms]:
    table = top.table("fee")
    amounts = {key: value for key, value in table.raw.items() if key not in TABLES}
    for key in amounts:
        table.number(key, least=0)
    terms = read_terms(table)
    if not amounts and table.raw:
        table.complain("", "nennt keinen Betrag.")
    cost = top.text("cost")
    fields = [name for _, name, _, _ in string.Formatter().parse(cost) if name is not None] if _plain(cost) else ["{}"]
    for name in fields:
        if name not in amounts:
            top.complain("cost", f"„{{{name}}}“ steht nicht in [fee].")
    return MappingProxyType(amounts), cost, terms


def _plain(cost: str) -> bool:
    return bool(re.fullmatch(r"(?:[^{}]|\{[a-z0-9_]+\})*", cost))


def _prefill(top: Table) -> Mapping[str, str]:
    table = top.table("prefill")
    return MappingProxyType({path: table.text(path, one_of=[OFF, *SOURCES]) for path in table.raw})


def _decision(table: Table, office: str, title: str) -> DecisionRule:
    four_eyes = table.any("four_eyes")
    if not isinstance(four_eyes, (bool, dict, type(None))):
        table.complain("four_eyes", "muss true, false oder eine Bedingung wie { dangerous = true } sein.")
        four_eyes = True
    rule = DecisionRule(
        by=table.text("by", office),
        within=_term(table, "within", required=True) or Term(30, "day"),
        template=table.text("template", TEMPLATE),
        title=table.text("title", title),
        automatic=table.text("automatic"),
        four_eyes=MappingProxyType(four_eyes) if isinstance(four_eyes, dict) else bool(four_eyes),
        paper=table.flag("paper"),
        legal_basis=table.text("legal_basis"),
        checks=table.words("checks", one_of=types()),
        clock=table.text("clock"),
        extend=_term(table, "extend"),
        handover=table.text("handover"),
        letter=table.flag("letter", True),
    )
    if rule.extend and not rule.clock:
        table.complain("extend", 'verlängern kann nur ein Gesetz: clock = "Art. 12 Abs. 3 DSGVO" nennt es.')
    if not re.fullmatch(r"[a-z0-9_]+\.typ", rule.template):
        table.complain("template", f"„{rule.template}“ ist kein Name einer Vorlage wie {TEMPLATE}.")
    table.done()
    return rule


def _term(table: Table, key: str, *, required: bool = False) -> Term | None:
    text = table.text(key, required=required)
    found = Term.read(text)
    if text and not found:
        table.complain(key, f"„{text}“ ist keine Frist; erlaubt sind zum Beispiel „14 days“, „4 weeks“, „3 months“.")
    return found


def _data(top: Table) -> str:
    name = top.text("data")
    if name and not re.fullmatch(r"[a-z0-9_]+\.toml", name):
        top.complain("data", f"„{name}“ ist kein Name einer Datei im Ordner der Stadt wie parking.toml.")
        return ""
    return name


def _send(top: Table) -> Send:
    table = top.table("send")
    found = Send(table.text("to", required=bool(table.raw)), table.text("schema"))
    if found.to and not re.fullmatch(r"[a-z][a-z0-9_]{0,40}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found.to):
        table.complain("to", "ein Name aus [exchange.destinations] in city.toml oder die Nummer eines Zustellpunkts.")
    if found.to and top.raw.get("authority", "city") == "city":
        table.complain("to", 'was die Stadt weitergibt, entscheidet sie nicht: authority = "state" oder eine andere Ebene.')
    table.done()
    return found


def _keep(table: Table) -> Keep:
    keep = Keep(table.number("years", required=True, least=0) or 0, table.text("because", required=True))
    table.done()
    return keep


def _messages(table: Table) -> Mapping[str, str]:
    messages = {occasion: table.text(occasion) for occasion in OCCASIONS}
    table.done()
    return MappingProxyType({occasion: text for occasion, text in messages.items() if text})


def _appointment(top: Table) -> Appointment | None:
    table = top.table("appointment")
    if not table.raw:
        return None
    minutes = table.number("minutes", least=5) or 15
    where = table.words("where", one_of=["desk", "phone", "video"])
    rows = table.tables("matters")
    matters = tuple((MappingProxyType(dict(row.any("when") or {})), row.text("matter", required=True)) for row in rows)
    found = Appointment(table.text("kind", required=True), minutes, where, matters)
    for row in (*rows, table):
        row.done()
    return found


def _texts(top: Table, raw: Mapping[str, Any]) -> Mapping[str, Texts]:
    table = top.table("texts")
    found = {}
    for language in table.raw:
        if language not in LANGUAGES:
            table.complain(language, f"diese Sprache gibt es nicht (erlaubt: {', '.join(LANGUAGES)}).")
        below = table.table(language)
        words = block_texts(raw.get("steps"), language)
        # What the service says itself wins over the words of the building blocks.
        merged = {key: {**texts, **_dict(below.raw.get(key))} for key, texts in words.items()}
        found[language] = read_texts(Table({**below.raw, **merged}, below.place, top.problems))
    return MappingProxyType(found)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
