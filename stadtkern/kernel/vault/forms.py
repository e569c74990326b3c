"""What people type into the vault: a document of their own, and what they share."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Item, Share

DURATIONS = {
    "30m": (_("30 Minuten"), timedelta(minutes=30)),
    "1d": (_("1 Tag"), timedelta(days=1)),
    "7d": (_("7 Tage"), timedelta(days=7)),
    "30d": (_("30 Tage"), timedelta(days=30)),
}


class ItemForm(forms.Form):
    """One document, checked like every other upload."""

    title = forms.CharField(
        label=_("Wie soll es heißen?"), max_length=100, help_text=_("Zum Beispiel „Mietvertrag Lindenstraße“.")
    )
    kind = forms.ChoiceField(label=_("Was ist es?"), choices=Item.Kind.choices, initial=Item.Kind.OTHER)
    valid_until = forms.DateField(
        label=_("Gilt bis"), required=False, help_text=_("Wenn es abläuft, zum Beispiel 31.12.2027."),
        input_formats=["%d.%m.%Y", "%Y-%m-%d"],
        error_messages={"invalid": _("Geben Sie Tag, Monat und Jahr ein, zum Beispiel 31.12.2027.")},
    )  # fmt: skip
    file = forms.FileField(
        label=_("Datei"), help_text=_("PDF, JPEG oder PNG, höchstens 10 MB."), max_length=255,
        error_messages={"required": _("Wählen Sie eine Datei aus."), "empty": _("Diese Datei ist leer.")},
    )  # fmt: skip


class ShareForm(forms.Form):
    """One fact, for whom, for what, how long."""

    what = forms.ChoiceField(label=_("Was möchten Sie zeigen?"))
    with_name = forms.BooleanField(label=_("Meinen Namen dazu zeigen"), required=False, initial=True)
    recipient = forms.CharField(
        label=_("Wem?"), max_length=100, help_text=_("Zum Beispiel „Stadtbücherei“ oder „Frau Yilmaz, Vermieterin“.")
    )
    purpose = forms.CharField(
        label=_("Wofür?"), max_length=200, help_text=_("Zum Beispiel „Büchereiausweis“. Das liest auch der Empfänger.")
    )
    lasts = forms.ChoiceField(
        label=_("Wie lange?"), choices=[(key, word) for key, (word, _time) in DURATIONS.items()], initial="1d"
    )
    most_uses = forms.IntegerField(
        label=_("Wie oft höchstens?"), required=False, min_value=1, max_value=1000, help_text=_("Leer: so oft es sein muss."),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Geben Sie eine Zahl zwischen 1 und 1000 ein.")),
    )  # fmt: skip

    def __init__(self, choices: list[tuple[str, Any]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = choices  # type: ignore[attr-defined]

    def lasting(self) -> timedelta:
        return DURATIONS[self.cleaned_data["lasts"]][1]


def register_facts() -> list[tuple[str, Any]]:
    """What the residents register can say, for people linked to it."""
    return [(fact.value, fact.label) for fact in Share.Fact if fact not in (Share.Fact.DOCUMENT, Share.Fact.ITEM)]
