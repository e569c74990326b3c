"""The questions of a statement: online, and for clerks who type what came on paper."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.lib.forms.model import Answers, Field, Kind, Option, Step

from ..models import Passage, Process, Statement
from . import rules

Sender, Channel = Statement.Sender, Statement.Channel
TITLE = 120


def passages_of(process: Process) -> list[Passage]:
    """All passages of the plan, in the order of its documents."""
    rows = Passage.objects.filter(document__process=process).select_related("document")
    return list(rows.defer("document__data", "text").order_by("document__position", "document", "position", "pk"))


def asked(process: Process, actor: Actor) -> Step:
    """What somebody is asked online."""
    fields = [*_refers(process), *_says(), *_where(), *_who()]
    choices = (
        Option("open", _("Der Inhalt darf ohne meinen Namen in der Abwägung stehen")),
        Option("confidential", _("Vertraulich: nur das Amt liest ihn; öffentlich steht nur, dass es eine Stellungnahme gab")),
    )
    fields.append(Field("trusted", _("Wer darf lesen, was Sie schreiben?"), Kind.CHOICE, options=choices, default="open"))
    return Step("stellungnahme", _("Stellung nehmen"), tuple(fields))


def on_paper(process: Process) -> Step:
    """What a clerk types."""
    ways = tuple(Option(value, str(label)) for value, label in Channel.choices if value != Channel.ONLINE)
    fields = [
        Field("channel", _("Wie kam sie an?"), Kind.CHOICE, options=ways),
        Field("received", _("Tag des Eingangs"), Kind.DATE, max_value="today"),
        *_who(),
        Field("sender_name", _("Name"), Kind.TEXT, minimum=0, max_length=120, help=_("Für die Antwort; nie öffentlich.")),
        Field("sender_address", _("Anschrift"), Kind.LONG_TEXT, minimum=0, max_length=300),
        *_refers(process), *_says(), *_where(),
        Field("trusted", _("Vertraulich?"), Kind.CHOICE, default="open",
              options=(Option("open", _("Nein")), Option("confidential", _("Ja, die Person hat darum gebeten")))),
    ]  # fmt: skip
    return Step("papier", _("Stellungnahme eintragen"), tuple(fields))


def _refers(process: Process) -> list[Field]:
    options = tuple(
        Option(str(one.pk), f"{one.number} {one.title}".strip(), one.document.title) for one in passages_of(process)
    )
    if not options:
        return []
    words = _("Wählen Sie eine oder mehrere, oder keine.")
    return [Field("passages", _("Auf welche Stellen im Plan bezieht sie sich?"), Kind.CHOICE, minimum=0, maximum=len(options),
                  options=options, help=words)]  # fmt: skip


def _says() -> list[Field]:
    return [
        Field("title", _("Worum es geht, in einem Satz"), Kind.TEXT, max_length=TITLE),
        Field("text", _("Stellungnahme"), Kind.LONG_TEXT, max_length=rules.LONGEST,
              help=_("Sagen Sie, was bedacht werden muss, und warum. Nennen Sie keine Namen anderer Menschen.")),
    ]  # fmt: skip


def _where() -> list[Field]:
    help_text = _("Straße und Hausnummer oder ein Stück Straße. Sie können den Ort auch auf der Karte einzeichnen.")
    return [Field("address", _("Wo?"), Kind.TEXT, minimum=0, max_length=200, help=help_text)]


def _who() -> list[Field]:
    kinds = tuple(Option(value, str(label)) for value, label in Sender.choices)
    return [
        Field("sender", _("Wer nimmt Stellung?"), Kind.CHOICE, options=kinds, default=Sender.PERSON),
        Field("organisation", _("Name des Vereins, Verbands oder Unternehmens"), Kind.TEXT, max_length=150,
              when={"sender": "ORGANISATION"}),
        Field("authority", _("Name der Behörde oder des Trägers"), Kind.TEXT, max_length=150, when={"sender": "AUTHORITY"}),
    ]  # fmt: skip


def values_of(answers: Answers, post: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as the values of an action; the drawing comes from the map beside the form."""
    values: dict[str, Any] = {name: answers.get(name) for name in ("title", "text", "address", "channel")}
    values |= {name: answers.get(name) or "" for name in ("sender_name", "sender_address")}
    ticked = picked([value for path, value in answers.items() if path.startswith("passages[")])
    values["details"] = {
        "sender": answers.get("sender"), "organisation": answers.get("authority") or answers.get("organisation") or "",
        "confidential": answers.get("trusted") == "confidential", "passages": ticked,
    }  # fmt: skip
    values["geometry"] = post.get("geometry", "")
    values["author"] = "none"
    try:
        values["received"] = date.fromisoformat(str(answers.get("received") or ""))
    except ValueError:
        values["received"] = None
    return values


def answers_of(title: str, text: str, address: str, details: Mapping[str, Any]) -> Answers:
    """A draft as answers of the form."""
    answers: Answers = {"title": title, "text": text, "address": address, "sender": details.get("sender")}
    answers |= {"organisation": details.get("organisation"), "authority": details.get("organisation")}
    answers["trusted"] = "confidential" if details.get("confidential") else "open"
    answers |= {f"passages[{place}]": str(one) for place, one in enumerate(picked(details.get("passages")))}
    return {path: value for path, value in answers.items() if value not in ("", None)}


def picked(given: object) -> list[int]:
    """Numbers of rows out of what was sent."""
    listed = given[:300] if isinstance(given, list) else []
    numbers = [
        int(one) for one in listed if isinstance(one, int) or (isinstance(one, str) and one.isdecimal() and len(one) < 19)
    ]
    return [one for one in numbers if 0 < one < 2**63]


def file_of(process: Process, details: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the file besides title and text."""
    if not rules.is_consultation(process):
        return {}
    rows = Passage.objects.filter(document__process=process, pk__in=picked(details.get("passages"))).values_list(
        "number", "title"
    )
    sender = details.get("sender")
    return {
        "passages": "\n".join(f"{number} {title}".strip() for number, title in rows)[:2000],
        "sender": str(Sender(sender).label) if sender in Sender.values else "",
        "organisation": str(details.get("organisation") or "")[:150],
    }
