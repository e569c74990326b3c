"""What a letter may say: the data every paper of a case is given (documents/letter.typ names the keys)."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone, translation

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents.models import Upload
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib.forms.rules.evaluate import Effects, evaluate
from stadtkern.lib.forms.shape import Section, summary

from .applicant import who
from .models import Case, Decision

PRIVACY = ("officer", "email", "authority", "authority_web")  # whom one may complain to (Art. 12 Abs. 4 DSGVO)


def letter_data(case: Case, service: Service, decision: Decision | None) -> dict[str, Any]:
    """JSON-ready; letters are German whatever the applicant reads. Dates ISO, money integer cents, answers as text."""
    with translation.override("de"):
        sections = answered(case, service)
        address = {key: city().contact.get(key, "") for key in ("street", "postcode", "town", "phone", "email", "web")}
        return {
            "city": {"name": city().name, **address},
            "office": _office(case),
            "applicant": asdict(who(case, service)),
            "case": {
                "reference": case.reference,
                "service": service.title,
                "submitted": timezone.localdate(case.submitted_at).isoformat() if case.submitted_at else "",
                "fee": case.fee_cents,
            },
            "decision": _decision(decision),
            "answers": {row.path: row.text for section in sections for row in section.rows if row.kind and row.text},
            "sections": [
                {"title": section.title, "rows": [[row.label, row.text] for row in section.rows if row.text]}
                for section in sections
                if any(row.text for row in section.rows)
            ],
            "date": timezone.localdate().isoformat(),
            "privacy": {key: city().raw.get("privacy", {}).get(key, "") for key in PRIVACY},
        }


def answered(case: Case, service: Service) -> list[Section]:
    """The answers for reading, with the names of the files handed in (one query when there are any)."""
    return summary(service.form, case.answers, file_names(case), translation.gettext, rules_then(case, service))


def rules_then(case: Case, service: Service) -> Effects | None:
    """What the rules of the form said on the day the case was sent: what was asked then is shown for ever."""
    return evaluate(service.form, case.answers, timezone.localdate(case.submitted_at) if case.submitted_at else None)


def file_names(case: Case) -> dict[str, str]:
    """Upload key -> file name."""
    return {str(key): name for key, name in Upload.objects.filter(about=str(case)).values_list("key", "file_name")}


def _office(case: Case) -> dict[str, str]:
    if case.office is None:
        return {}
    return {key: getattr(case.office, key) for key in ("title", "street", "postcode", "town", "phone", "email")}


def _decision(decision: Decision | None) -> dict[str, Any]:
    if decision is None:
        return {}
    return {
        "outcome": decision.outcome,
        "reason": decision.reason,
        "legal_basis": decision.legal_basis,
        "clerk": decision.made_by.account.name if decision.made_by else "",
        "automatic": bool(decision.automatic),
        "terms": dict(decision.terms),
    }
