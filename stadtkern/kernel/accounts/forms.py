"""Forms of the account: allauth's with our labels, and our own."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import Person

LABELS = {
    "login": _("E-Mail-Adresse"),
    "email": _("E-Mail-Adresse"),
    "password": _("Passwort"),
    "oldpassword": _("Jetziges Passwort"),
    "password1": _("Neues Passwort"),
    "code": _("Code"),
    "name": _("Name des Schlüssels"),
    "passwordless": _("Auch ohne Passwort anmelden (Passkey)"),
}
HINTS = {
    "login": "",
    "password": "",
    "oldpassword": "",
    "password1": _("Mindestens 10 Zeichen. Am besten drei oder vier Wörter, die nicht zusammengehören."),
    "name": _("So erkennen Sie ihn später wieder, zum Beispiel „Mein Telefon“."),
    "passwordless": _("Ihr Gerät fragt dann nach PIN, Finger oder Gesicht."),
}


class Plain:
    """Our labels and hints, no placeholders (they vanish while typing), every password once."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = str(LABELS.get(name, field.label))
            field.help_text = str(HINTS.get(name, field.help_text))
            if name == "code":
                field.widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "one-time-code"}


class LoginForm(Plain, account.LoginForm):  # type: ignore[misc]
    pass


class SignupForm(Plain, account.SignupForm):  # type: ignore[misc]
    """Answers the same, and as slowly, whether the address is known or not."""

    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password1" in self.fields:
            self.fields["password1"].label = LABELS["password"]
        self.fields["email"].help_text = _("Wir schicken Ihnen einen Code an diese Adresse.")

    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            make_password(self.cleaned_data.get("password1", ""))  # what a new account would have cost
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:  # the same address in two tabs at once
            self.account_already_exists = True
            return super().try_save(request)


class AddEmailForm(Plain, account.AddEmailForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Neue E-Mail-Adresse")


class ChangePasswordForm(Plain, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(Plain, account.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(Plain, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordFromKeyForm(Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(Plain, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class ConfirmEmailVerificationCodeForm(Plain, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    pass


class ConfirmPasswordResetCodeForm(Plain, account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    pass


class MfaAuthenticateForm(Plain, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class MfaReauthenticateForm(Plain, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass


class MfaActivateTotpForm(Plain, totp.ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code aus der App")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class Sturdy:
    """A made-up answer of a key is a wrong answer; the package lets its shape become an error of ours."""

    def _clean_fields(self) -> None:
        try:
            super()._clean_fields()  # type: ignore[misc]
        except (ValueError, LookupError, TypeError, AttributeError):
            self._refuse()

    def _clean_form(self) -> None:
        try:
            super()._clean_form()  # type: ignore[misc]
        except (ValueError, LookupError, TypeError, AttributeError):
            self._refuse()

    def _refuse(self) -> None:
        text = _("Das war keine gültige Antwort eines Schlüssels. Versuchen Sie es noch einmal.")
        self.add_error("credential", text)  # type: ignore[attr-defined]


class MfaAddWebauthnForm(Sturdy, Plain, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    pass


class MfaAuthenticateWebauthnForm(Sturdy, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class MfaLoginWebauthnForm(Sturdy, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    pass


class MfaReauthenticateWebauthnForm(Sturdy, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class MfaEditWebauthnForm(Plain, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    pass


class ProfileForm(forms.Form):
    """What we write into your applications; a proved name cannot be typed over."""

    given_names = forms.CharField(label=_("Vornamen"), max_length=200, required=False)
    family_name = forms.CharField(label=_("Familienname"), max_length=200, required=False)
    birth_date = forms.DateField(
        label=_("Geburtsdatum"), required=False, help_text=_("Zum Beispiel 24.11.1980"), input_formats=["%d.%m.%Y", "%Y-%m-%d"],
        error_messages={"invalid": _("Geben Sie Tag, Monat und Jahr ein, zum Beispiel 24.11.1980.")},
    )  # fmt: skip
    street = forms.CharField(label=_("Straße"), max_length=200, required=False)
    house_number = forms.CharField(label=_("Hausnummer"), max_length=20, required=False)
    postcode = forms.RegexField(
        r"^[0-9]{5}$", label=_("Postleitzahl"), required=False,
        error_messages={"invalid": _("Geben Sie fünf Ziffern ein, zum Beispiel 49999.")},
    )  # fmt: skip
    town = forms.CharField(label=_("Ort"), max_length=100, required=False)
    TOKENS = {
        "given_names": "given-name", "family_name": "family-name", "birth_date": "bday", "street": "address-line1",
        "house_number": "address-line2", "postcode": "postal-code", "town": "address-level2",
    }  # fmt: skip

    def __init__(self, person: Person | None, *args: Any, **kwargs: Any) -> None:
        names = list(self.base_fields)
        initial = {name: getattr(person, name) for name in names} if person else {}
        super().__init__(*args, **{**kwargs, "initial": initial})
        if person and person.proved:
            for name in ("given_names", "family_name", "birth_date"):
                del self.fields[name]
        for name, field in self.fields.items():
            field.widget.attrs["autocomplete"] = self.TOKENS[name]


class TokenForm(forms.Form):
    """A key for a program."""

    title = forms.CharField(
        label=_("Wofür ist der Schlüssel?"), max_length=100, help_text=_("Zum Beispiel „Buchhaltungsprogramm“.")
    )
    days = forms.TypedChoiceField(
        label=_("Wie lange gilt er?"), coerce=int, initial=90,
        choices=[(7, _("7 Tage")), (30, _("30 Tage")), (90, _("90 Tage")), (365, _("1 Jahr"))],
    )  # fmt: skip
