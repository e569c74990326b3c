"""What a target is set with."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST = 1_000_000_000


class TargetForm(forms.Form):
    """A value in the unit of the figure, and the decision behind it."""

    value = forms.FloatField(
        label=_("Ziel"), required=False, localize=True, min_value=0, max_value=MOST,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("Leer lassen, wenn kein Ziel mehr gelten soll."),
        error_messages={"invalid": _("Geben Sie eine Zahl ein, zum Beispiel 72,5.")},
    )  # fmt: skip
    because = forms.CharField(
        label=_("Wer hat das beschlossen?"), max_length=200,
        help_text=_("Zum Beispiel „Ratsbeschluss vom 12.03.2026, Vorlage 26/114“. Das ist öffentlich: keine Personen nennen."),
        error_messages={"required": _("Schreiben Sie, worauf das Ziel beruht.")},
    )  # fmt: skip

    def __init__(self, unit: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit

    def clean_value(self) -> float | None:
        value: float | None = self.cleaned_data["value"]
        if value is not None and value > 100 and self.unit == "%":
            raise forms.ValidationError(_("Mehr als 100 % gibt es nicht."))
        return value
