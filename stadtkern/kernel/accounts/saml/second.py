"""A second opinion: python3-saml reads every answer of BundID as well, and both must agree."""

import logging
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from ..adapters import Refused
from . import keys
from .answer import Statement
from .partner import Ourselves, Partner
from .xml import POST

log = logging.getLogger(__name__)


def agree(packed: str, statement: Statement, us: Ourselves, them: Partner, pair: keys.Pair, now: datetime) -> None:
    """Raises Refused when the library refuses the answer or reads another one than we did."""
    parts = urlsplit(us.address)
    here = {"https": "on" if parts.scheme == "https" else "off", "http_host": parts.netloc, "script_name": parts.path}
    try:
        answer = OneLogin_Saml2_Response(_settings(us, them, pair), packed)
        answer.is_valid(here, request_id=statement.question, raise_exceptions=True)
        read = {"".join(name.split()): [str(value) for value in values] for name, values in answer.get_attributes().items()}
        same = answer.get_assertion_id() == statement.id
    except (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, ValueError) as problem:
        log.warning("SAML answer of %s refused by the second reader: %s", them.entity, problem)
        raise Refused("second reader") from problem
    if not same or any(
        [value.text] != [text.strip() for text in read.get(name, [])] for name, value in statement.attributes.items()
    ):
        raise Refused("readers disagree")


@cache
def _settings(us: Ourselves, them: Partner, pair: keys.Pair) -> OneLogin_Saml2_Settings:
    certificates = [_bare(pem) for pem in them.certificates]
    values: dict[str, Any] = {
        "strict": True,
        "sp": {
            "entityId": us.entity,
            "assertionConsumerService": {"url": us.address, "binding": POST},
            "x509cert": pair.bare_certificate,
            "privateKey": pair.key.decode(),
        },
        "idp": {
            "entityId": them.entity,
            "singleSignOnService": {"url": them.address, "binding": POST},
            "x509cert": certificates[0],
            "x509certMulti": {"signing": certificates},
        },
        "security": {
            "wantAssertionsSigned": True, "wantNameId": False, "rejectUnsolicitedResponsesWithInResponseTo": True,
            "rejectDeprecatedAlgorithm": True, "requestedAuthnContext": False, "allowRepeatAttributeName": False,
        },
    }  # fmt: skip
    return OneLogin_Saml2_Settings(values, sp_validation_only=False)


def _bare(pem: bytes) -> str:
    return "".join(line for line in pem.decode().splitlines() if "-----" not in line)
