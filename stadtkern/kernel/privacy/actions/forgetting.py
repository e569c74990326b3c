"""What is past its time goes; of the access log only whole anchored pieces, so that what stays still verifies."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from stadtkern.kernel.events.actions import record

from ..models import Access, Anchor, Consent, Emergency, Link, Verification
from ..purposes import ACCESS_YEARS, CONSENT_YEARS


def forget_old(batch: int = 5000) -> int:
    """One piece of the log and a batch of consents; returns how many rows. Call it until nothing is left."""
    return _forget_piece() + _forget_consents(batch) + _forget_reviews(batch)


@transaction.atomic
def _forget_piece() -> int:
    """Everything up to the oldest anchor that is past the time. The anchor stays: the walk begins at its hash.

    The triggers on both tables allow exactly this (migration): rows up to a given anchor, set for this transaction.
    """
    first = Link.objects.order_by("seq").values_list("seq", flat=True).first()
    limit = timezone.now() - timedelta(days=365 * ACCESS_YEARS)
    if first is None:
        return 0
    last = Anchor.objects.filter(seq__gte=first, at__lt=limit).order_by("seq").values_list("seq", flat=True).first()
    if last is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WALK])  # not while somebody verifies
        cursor.execute("SELECT set_config('privacy.forget_to', %s, true)", [str(last)])
        cursor.execute(_ROWS, [last])
        gone: int = cursor.rowcount
        cursor.execute("DELETE FROM privacy_link WHERE seq <= %s", [last])
        cursor.execute("SELECT set_config('privacy.forget_to', '', true)")
    record("privacy.forgotten", subject="privacy", actor="system", data={"accesses": gone, "to": last})
    return gone


@transaction.atomic
def _forget_consents(batch: int) -> int:
    limit = timezone.now() - timedelta(days=365 * CONSENT_YEARS)
    over = Consent.objects.filter(revoked_at__lt=limit).order_by("pk")[:batch]
    gone, _ = Consent.objects.filter(pk__in=[consent.pk for consent in over]).delete()
    if gone:
        record("privacy.forgotten", subject="privacy", actor="system", data={"consents": gone})
    return gone


@transaction.atomic
def _forget_reviews(batch: int) -> int:
    """Emergencies and outcomes of examinations live as long as the log they explain."""
    limit = timezone.now() - timedelta(days=365 * ACCESS_YEARS)
    gone = 0
    for model in (Emergency, Verification):
        keys = list(model.objects.filter(at__lt=limit).order_by("pk").values_list("pk", flat=True)[:batch])
        gone += model.objects.filter(pk__in=keys).delete()[0]
    if gone:
        record("privacy.forgotten", subject="privacy", actor="system", data={"reviews": gone})
    return gone


WALK = 740_214_002  # advisory lock: shared while walking the chain
_ROWS = "DELETE FROM privacy_access USING privacy_link l WHERE l.access = privacy_access.id AND l.seq <= %s"
assert Access._meta.db_table == "privacy_access"
