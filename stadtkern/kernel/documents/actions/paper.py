"""Papers: from data to a sealed PDF, and to the end of their life."""

import hashlib
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Account, Company, Mandate
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents import codes
from stadtkern.kernel.documents.actions.sealed import end_matter
from stadtkern.kernel.documents.models import Content, Document, Upload, owner_of
from stadtkern.kernel.documents.render import arms, render
from stadtkern.kernel.documents.sealing import seal
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import keys
from stadtkern.kernel.privacy.actions import note_owned
from stadtkern.kernel.privacy.models import Access
from stadtkern.lib import qr
from stadtkern.lib.ids import drawn

CODE = 27  # characters of 29: 131 bits, nobody finds a paper by trying
NUMBER = 10  # 48 bits: unique, not secret
BATCH = 500


def issue(
    *,
    about: str,
    account: Account | None,
    company: Company | None,
    title: str,
    template: str,
    data: dict[str, Any],
    keep_until: date | None,
    actor_key: str,
    valid_until: date | None = None,
    once: str | None = None,
    kind: str = "",
    code: dict[str, str] | None = None,
    mandate: Mandate | None = None,
) -> Document:
    """Render, seal and store one paper.

    `template` is typst source (see letter.typ for the data it may use), `data` is JSON-ready. `title` may be shown to the
    owner only; `kind` ("Meldebescheinigung") is what the public verify page says, default: `data["case"]["service"]`.
    `code`: claims for a second, signed QR code that can be checked without any network (codes.py); its number is the paper's.
    `once` makes a replay harmless: the same key returns the first document. Diary: `document.issued`.
    Raises Unrenderable or NoSeal (an operator must act), or what the timestamp service raises (try again later).
    """
    for _attempt in range(5):
        if once and (first := Document.objects.filter(once=once).first()):
            return first
        row = Document(
            number=f"{timezone.localdate().year}-{drawn(5)}-{drawn(NUMBER - 5)}",
            about=about,
            account=account,
            company=company,
            mandate=mandate,
            title=title[:200],
            kind=(kind or str((data.get("case") or {}).get("service") or "") or "Schreiben")[:200],
            office=_office(data)[:200],
            verify_code=drawn(CODE),
            once=once,
            issued_at=timezone.now(),
            valid_until=valid_until,
            keep_until=keep_until,
        )
        pdf = _make(row, template, data | (_signed(row, code) if code else {}))
        try:
            return _store(row, pdf, actor_key)
        except IntegrityError:  # somebody issued the same paper meanwhile, or the number is taken: look again
            continue
    raise RuntimeError("No free number for a paper in five attempts")


def _signed(row: Document, claims: dict[str, str]) -> dict[str, str]:
    token = codes.sign({"number": row.number, "issued": timezone.localdate(row.issued_at).isoformat(), **claims})
    address = settings.BASE_URL.rstrip("/") + reverse("documents:code") + "#" + token
    return {"code": token, "code_qr": qr.svg(address)}


def deposit(
    *,
    about: str,
    account: Account | None,
    company: Company | None,
    title: str,
    kind: str,
    data: bytes,
    media_type: str,
    keep_until: date | None,
    actor_key: str,
    once: str,
) -> Document:
    """A file of the city that is no letter (an archive of one's data), kept and shredded like one. `once`: as with `issue`."""
    for _attempt in range(5):
        if first := Document.objects.filter(once=once).first():
            return first
        row = Document(
            number=f"{timezone.localdate().year}-{drawn(5)}-{drawn(NUMBER - 5)}",
            about=about,
            account=account,
            company=company,
            title=title[:200],
            kind=kind[:200],
            office=city().name[:200],
            media_type=media_type,
            verify_code=drawn(CODE),
            once=once,
            issued_at=timezone.now(),
            keep_until=keep_until,
        )
        try:
            return _store(row, data, actor_key)
        except IntegrityError:
            continue
    raise RuntimeError("No free number for a file in five attempts")


def _make(row: Document, template: str, data: dict[str, Any]) -> bytes:
    pdf = render(template, _complete(row, data), at=row.issued_at)
    return seal(pdf, reason=f"Dokument {row.number}", place=city().contact.get("town", city().name)).data


@transaction.atomic
def _store(row: Document, pdf: bytes, actor_key: str) -> Document:
    row.size, row.sha256 = len(pdf), hashlib.sha256(pdf).hexdigest()
    row.save(force_insert=True)
    owner = owner_of(row.account_id, row.company_id, row.about)
    content = Content(document=row)
    content.sealed = keys.seal(owner, pdf, about=row.about, place=str(content))
    content.save(force_insert=True)
    record("document.issued", subject=row.about, actor=actor_key, data={"document": row.pk, "size": row.size})
    return row


def _complete(row: Document, data: dict[str, Any]) -> dict[str, Any]:
    """What every paper carries, besides what the case knows."""
    url = settings.BASE_URL.rstrip("/") + reverse("documents:verify", args=[row.verify_code])
    house = {"title": city().texts.get("title", city().name), "name": city().name, **city().contact}
    given = {key: value for key, value in (data.get("city") or {}).items() if value}
    return {
        "date": timezone.localdate(row.issued_at).isoformat(),
        "accent": city().colours.get("accent", "#171a2b"),
        "arms": arms(),
        **data,
        "city": {**house, **given},
        "number": row.number,
        "verify_url": url,
        "verify_code": row.verify_code,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "qr": qr.svg(url),
    }


def _office(data: dict[str, Any]) -> str:
    office = data.get("office") or {}
    return str(office.get("title") or office.get("name") or "")


@transaction.atomic
def revoke(actor_key: str, document: Document, because: str) -> Document:
    """The paper no longer holds; the verify page says so from now on. A second call changes nothing.

    `because` is for the file and never public. Diary: `document.revoked`.
    """
    row = Document.objects.select_for_update().get(pk=document.pk)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_because = timezone.now(), because.strip()[:300]
        row.save(update_fields=["revoked_at", "revoked_because"])
        record("document.revoked", subject=row.about, actor=actor_key, data={"document": row.pk})
    return row


def shred_due(today: date) -> int:
    """Delete the content of every paper whose `keep_until` has passed; returns how many. Diary: `document.shredded`.

    What stays answers the verify page ("deleted when its time was over") and names nobody: number, code, kind, office, dates;
    and `once`, so that an old event cannot make the paper anew.
    """
    done = 0
    while shredded := _shred_batch(today):
        done += shredded
    return done


@transaction.atomic
def _shred_batch(today: date) -> int:
    due = Document.objects.select_for_update(skip_locked=True).filter(keep_until__lt=today, shredded_at=None)
    rows = dict(due.order_by("keep_until").values_list("pk", "about")[:BATCH])
    Content.objects.filter(document__in=rows).delete()
    Document.objects.filter(pk__in=rows).update(
        shredded_at=_now(), account=None, company=None, title="", sha256="", size=0, revoked_because=""
    )
    for about in set(rows.values()):
        end_matter(about)
    for pk, about in rows.items():
        record("document.shredded", subject=about, actor=SYSTEM, data={"document": pk})
    return len(rows)


@transaction.atomic
def erase_of(account_id: int, keep: Collection[str]) -> int:
    """Papers and files of one person, except for the matters in `keep`; returns how many. Diary: `document.erased`."""
    papers = Document.objects.select_for_update().filter(account=account_id, company=None).exclude(about__in=list(keep))
    ids = list(papers.values_list("pk", flat=True))
    Content.objects.filter(document__in=ids).delete()
    Document.objects.filter(pk__in=ids).update(
        shredded_at=_now(), account=None, title="", sha256="", size=0, revoked_because=""
    )
    files, _each = Upload.objects.filter(account=account_id).exclude(about__in=list(keep)).delete()
    if ids or files:
        data = {"papers": len(ids), "files": files}
        record("document.erased", subject=f"account:{account_id}", actor=SYSTEM, data=data)
    return len(ids) + files


def _now() -> datetime:
    return timezone.now()


@transaction.atomic
def note_download(actor: Actor, document: Document, *, purpose: str = "", legal_basis: str = "") -> None:
    """Somebody fetched the paper. Diary: `document.fetched`; the owner's data cockpit shows it when it was somebody else."""
    note_owned(
        actor,
        [document],
        source="documents",
        fields=("document",),
        purpose=purpose or document.kind,
        legal_basis=legal_basis,
        channel=Access.Channel.DOCUMENT,
    )
    record("document.fetched", subject=document.about, actor=actor.key, data={"document": document.pk})
