"""The questions of a contribution, as a form: few, and what is asked follows the settings of the process."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.lib.forms.model import Answers, Field, Kind, Option, Step

from . import petitionforms
from .actions.contributing import NAME, TEXT, TITLE
from .models import Contribution, Process
from .templating import template


def asked(process: Process, actor: Actor) -> Step:
    """Title, text, category, place in words, name."""
    kind = template(process.kind)
    fields = [
        Field("title", _("%s in einem Satz") % kind.one, Kind.TEXT, max_length=TITLE),
        Field("text", _("Beschreibung"), Kind.LONG_TEXT, max_length=TEXT, help=_("Nennen Sie keine Namen anderer Menschen.")),
    ]
    categories = tuple(Option(one.key, one.title) for one in process.categories.all())
    if categories:
        fields.append(Field("category", _("Worum geht es?"), Kind.CHOICE, options=categories))
    place = process.settings.get("place", "optional")
    if place != "none":
        help_text = _("Straße und Hausnummer, ein Platz oder ein Stadtteil.")
        fields.append(Field("address", _("Wo?"), Kind.TEXT, minimum=int(place == "required"), max_length=200, help=help_text))
    fields += petitionforms.more(process)
    if process.settings.get("names") != "none":
        fields += _names(actor)
    if actor.owner is not None:
        stays = (
            Option("stay", _("Der Text bleibt, ohne Namen")),
            Option("go", _("Der Text verschwindet mit meinem Konto")),
        )
        fields.append(Field("keep", _("Wenn Sie Ihr Konto einmal schließen"), Kind.CHOICE, options=stays, default="stay"))
    return Step("beitrag", kind.button, tuple(fields))


def _names(actor: Actor) -> list[Field]:
    choices = [Option("none", _("Kein Name"))]
    if actor.owner is not None and actor.owner.name:
        choices.insert(0, Option("name", _("Mein Name: %s") % actor.owner.name))
    choices.append(Option("pseudonym", _("Ein anderer Name")))
    return [
        Field("author", _("Was sollen andere als Namen lesen?"), Kind.CHOICE, options=tuple(choices), default="none"),
        Field("pseudonym", _("Welcher Name?"), Kind.TEXT, max_length=NAME, when={"author": "pseudonym"}),
    ]


def answers_of(row: Contribution, process: Process) -> Answers:
    """What a draft or a contribution says, as answers of the form."""
    answers: Answers = {"title": row.title, "text": row.text, "address": row.address}
    answers["category"] = row.category.key if row.category else None
    answers["keep"] = "stay" if row.keep_text else "go"
    named = row.account and row.author_shown and row.author_shown == row.account.name
    answers["author"] = "name" if named else "pseudonym" if row.author_shown else "none"
    answers["pseudonym"] = "" if named else row.author_shown
    answers |= {name: row.details.get(name) for name in petitionforms.NAMES} if petitionforms.asks(process) else {}
    return {path: value for path, value in answers.items() if value not in ("", None)}


def values_of(process: Process, answers: Answers, post: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as the values an action takes; the place comes from the map beside the form."""
    names = ("title", "text", "category", "address", "author", "pseudonym")
    values: dict[str, Any] = {name: answers.get(name) for name in names}
    values["keep_text"] = answers.get("keep") != "go"
    if petitionforms.asks(process):
        values["details"] = {name: answers[name] for name in petitionforms.NAMES if answers.get(name)}
    if process.settings.get("place", "optional") != "none":
        values |= {"lat": post.get("lat"), "long": post.get("long")}
    return values
