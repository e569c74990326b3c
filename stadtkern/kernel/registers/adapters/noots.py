"""Registers of others through NOOTS, or anything that keeps to docs/registers.md.

Environment: STADTKERN_NOOTS_URL, STADTKERN_NOOTS_CONSUMER (our number as an authority), STADTKERN_NOOTS_CERTIFICATE and
STADTKERN_NOOTS_KEY (PEM, TLS client certificate), STADTKERN_NOOTS_ROOTS (PEM, whom we believe). Without them this register
is not connected, and says so.
"""

import os
import ssl
from functools import cache
from pathlib import Path

import httpx

from stadtkern.kernel.city.profile import city
from stadtkern.lib.noots import messages
from stadtkern.lib.noots.client import Client

from ..queries import entries
from . import (
    Ambiguous,
    Answer,
    Inquiry,
    Malformed,
    NotConnected,
    NotFound,
    NotPermitted,
    RegisterUnavailable,
    TimedOut,
    WrongPerson,
)

NAME = "STADTKERN_NOOTS_"
NEEDED = ("URL", "CONSUMER", "CERTIFICATE", "KEY", "ROOTS")
SAID: dict[type[messages.Trouble], type[Exception]] = {
    messages.TooSlow: TimedOut,
    messages.Unavailable: RegisterUnavailable,
    messages.NobodyFound: NotFound,
    messages.SeveralFound: Ambiguous,
    messages.NotAllowed: NotPermitted,
    messages.NoProvider: NotConnected,
    messages.Unreadable: Malformed,
    messages.SomebodyElse: WrongPerson,
}


def ask(inquiry: Inquiry) -> Answer:
    return fetch(_client(), os.environ.get(f"{NAME}CONSUMER", ""), inquiry)


def state() -> str:
    """What is missing; "" when everything is there."""
    missing = [NAME + name for name in NEEDED if not os.environ.get(NAME + name)]
    missing += [
        f"{NAME}{name} (Datei)"
        for name in ("CERTIFICATE", "KEY", "ROOTS")
        if (file := os.environ.get(NAME + name)) and not Path(file).is_file()
    ]
    return ", ".join(missing)


def fetch(client: Client, consumer: str, inquiry: Inquiry) -> Answer:
    """Who it is, as our residents register knows them; what comes back, in the words of this room."""
    known = entries("residents", inquiry.person_key)
    if not known:
        raise NotFound("nobody to look up")
    subject = messages.Subject(*(known[0][name] for name in ("family_name", "given_names", "birth_date")))
    question = messages.Question(
        consumer,
        inquiry.evidence.code,
        inquiry.purpose,
        inquiry.legal_basis,
        city().ags,
        subject,
        inquiry.fields,
        str(inquiry.consent or ""),
    )
    try:
        told = client.fetch(question)
    except messages.Trouble as trouble:
        raise SAID[type(trouble)](inquiry.evidence.key) from trouble
    return Answer(told.records, maturity=told.maturity, provider=told.provider.title, document=told.document)


@cache
def _client() -> Client:
    if missing := state():
        raise NotConnected(missing)
    context = ssl.create_default_context(cafile=os.environ[f"{NAME}ROOTS"])
    context.load_cert_chain(os.environ[f"{NAME}CERTIFICATE"], os.environ[f"{NAME}KEY"])
    return Client(httpx.Client(base_url=os.environ[f"{NAME}URL"], verify=context, follow_redirects=False, trust_env=False))
