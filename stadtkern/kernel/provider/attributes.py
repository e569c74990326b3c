"""What an app may ask about a person: one scope per attribute, each with its present value, source and assurance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.models import Account, Person, Trust
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.registers.models import Resident
from stadtkern.ui import words

OPENID = "openid"
LABELS: dict[str, Any] = {
    "given_name": gettext_lazy("Vornamen"),
    "family_name": gettext_lazy("Familienname"),
    "birthdate": gettext_lazy("Geburtsdatum"),
    "over_16": gettext_lazy("Mindestens 16 Jahre alt"),
    "over_18": gettext_lazy("Mindestens 18 Jahre alt"),
    "resident": gettext_lazy("Wohnt in der Stadt"),
    "address": gettext_lazy("Anschrift"),
    "email": gettext_lazy("E-Mail-Adresse"),
}
# Scopes of the standard that stand for several attributes.
BUNDLES = {"profile": ("given_name", "family_name")}
PROVED = {
    Trust.NONE: gettext_lazy("nicht geprüft"),
    Trust.BASIC: gettext_lazy("Vertrauensniveau normal"),
    Trust.SUBSTANTIAL: gettext_lazy("Vertrauensniveau substanziell"),
    Trust.HIGH: gettext_lazy("Vertrauensniveau hoch"),
}


@dataclass(frozen=True)
class Shown:
    """One attribute as the person sees it before anything is handed out; `claims` is what the app would get."""

    key: str
    label: str
    value: str
    source: str
    claims: dict[str, Any]

    @property
    def known(self) -> bool:
        return bool(self.claims)


def expand(scopes: Iterable[str]) -> list[str]:
    """Scopes of a request as attributes, in our order, each once."""
    asked = {one for scope in scopes for one in BUNDLES.get(scope, (scope,))}
    return [key for key in LABELS if key in asked]


def shown(account: Account, keys: Iterable[str]) -> list[Shown]:
    """The attributes with what is known now; three queries."""
    facts = _Facts(account)
    return [getattr(facts, key)() for key in LABELS if key in set(keys)]


def blocked(account: Account) -> bool:
    """The person has an Auskunftssperre (§ 51 BMG): the address goes to nobody."""
    return _Facts(account).blocked


def claims(account: Account, keys: Iterable[str]) -> dict[str, Any]:
    """What an app gets for these attributes."""
    return {name: value for one in shown(account, keys) for name, value in one.claims.items()}


class _Facts:
    def __init__(self, account: Account) -> None:
        self.person = Person.objects.filter(account=account).first() or Person()
        self.mail = EmailAddress.objects.filter(user=account, primary=True).first()
        key = self.person.register_key
        self.resident_row = Resident.objects.select_related("household").filter(key=key).first() if key else None

    @property
    def blocked(self) -> bool:
        return bool(self.resident_row and self.resident_row.blocked)

    def given_name(self) -> Shown:
        return self._said("given_name", self.person.given_names)

    def family_name(self) -> Shown:
        return self._said("family_name", self.person.family_name)

    def birthdate(self) -> Shown:
        born = self.person.birth_date
        return self._said("birthdate", words.day(born) if born else "", born.isoformat() if born else None)

    def over_16(self) -> Shown:
        return self._age("over_16", 16)

    def over_18(self) -> Shown:
        return self._age("over_18", 18)

    def _age(self, key: str, years: int) -> Shown:
        """Only of a proved birth date: a typed one would prove nothing."""
        born = self.person.birth_date if self.person.proved else None
        if born is None:
            return self._missing(key, _("Weisen Sie sich aus, dann kann die Stadt das bestätigen."))
        return self._said(key, _("Ja") if (reached := age(born) >= years) else _("Nein"), reached)

    def resident(self) -> Shown:
        if not self.person.proved:
            return self._missing("resident", _("Weisen Sie sich aus, dann kann die Stadt das bestätigen."))
        lives_here = self.resident_row is not None
        value = _("Ja, in %(town)s") % {"town": city().name} if lives_here else _("Nein")
        return Shown("resident", str(LABELS["resident"]), value, self._register(), {"resident": lives_here})

    def address(self) -> Shown:
        if self.blocked:
            return self._missing("address", _("Für Sie gilt eine Auskunftssperre. Ihre Anschrift geben wir nie weiter."))
        home = self.resident_row.household if self.resident_row else self.person
        if not (home.street and home.town):
            return self._missing("address", _("Nicht angegeben"))
        street = f"{home.street} {home.house_number}".strip()
        claim = {"street_address": street, "postal_code": home.postcode, "locality": home.town, "country": "DE"}
        claim["formatted"] = f"{street}\n{home.postcode} {home.town}"
        source = self._register() if self.resident_row else _("Ihre eigene Angabe, nicht geprüft")
        text = f"{street}, {home.postcode} {home.town}"
        return Shown("address", str(LABELS["address"]), text, source, {"address": claim})

    def email(self) -> Shown:
        if self.mail is None or not self.mail.verified:
            return self._missing("email", _("Nicht bestätigt"))
        claim = {"email": self.mail.email, "email_verified": True}
        return Shown("email", str(LABELS["email"]), self.mail.email, _("Ihr Konto, durch einen Code bestätigt"), claim)

    def _register(self) -> str:
        return _("Melderegister, %(trust)s") % {"trust": PROVED[Trust(self.person.proved_trust)]}

    def _said(self, key: str, value: str, claim: Any = None) -> Shown:
        if not value:
            return self._missing(key, _("Nicht angegeben"))
        proved = self.person.proved
        trust = {"trust": PROVED[Trust(self.person.proved_trust)]}
        source = _("Ihr Ausweis, %(trust)s") % trust if proved else _("Ihre eigene Angabe, nicht geprüft")
        return Shown(key, str(LABELS[key]), value, source, {key: value if claim is None else claim})

    def _missing(self, key: str, why: str) -> Shown:
        return Shown(key, str(LABELS[key]), "", why, {})


def age(born: date) -> int:
    """Full years today; who was born on 29 February has their birthday on 1 March (§ 188 BGB)."""
    today = timezone.localdate()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
