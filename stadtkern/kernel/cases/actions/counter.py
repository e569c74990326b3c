"""At the counter and on the phone: a draft goes home with the citizen, by a code on paper."""

from django.db import transaction
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from ..models import Case
from .guard import Refused, locked, locked_draft, store

GROUPS, LENGTH = 4, 4  # 78 random bits: nobody guesses, everybody can type it


def give_code(actor: Actor, case: Case) -> str:
    """A new code for this draft, in clear for the paper; the database keeps its digest. An older code ends.

    The clerk can go on until the code is used, and so can finish the draft if the citizen calls back.
    """
    code = "-".join(ids.drawn(LENGTH) for _group in range(GROUPS))
    with transaction.atomic():
        row = locked_draft(actor, case)
        if actor.staff is None or row.assisted_by_id != actor.staff.pk:
            raise Case.DoesNotExist
        if row.account_id:
            raise Refused(_("Dieser Entwurf gehört schon zu einem Konto und liegt dort unter „Meine Stadt“."))
        row.draft_key = digest_of(code)
        store(row, "draft_key")
        record("case.code_given", subject=str(row), actor=actor.key)
    return code


@transaction.atomic
def pick_up(actor: Actor, code: str) -> tuple[Case, str | None]:
    """The citizen types the code: the draft moves into the account, or into this browser. The code ends.

    Returns the case and, where nobody is signed in and the browser has no secret yet, a new secret for its cookie.
    Raises Refused for a code nobody has.
    """
    found = Case.objects.drafts().filter(draft_key=digest_of(code), assisted_by__isnull=False, account=None)
    pk = found.values_list("pk", flat=True).first()
    row = locked(pk) if pk is not None else None
    if row is None or row.draft_key != digest_of(code):
        raise Refused(_("Diesen Code kennen wir nicht. Bitte vergleichen Sie ihn mit Ihrem Zettel; jeder Code gilt einmal."))
    secret = None
    if actor.account:
        row.account, row.company, row.mandate, row.draft_key = actor.owner, actor.company, actor.mandate, None
    elif actor.draft_keys:
        row.draft_key = actor.draft_keys[0]
    else:
        secret = ids.secret()
        row.draft_key = ids.digest(secret)
    row.assisted_by = None
    store(row, "account", "company", "mandate", "draft_key", "assisted_by")
    if row.account:
        documents.hand_over(str(row), row.account)
    record("case.handed_over", subject=str(row), actor=actor.key)
    return row, secret


def digest_of(code: str) -> str:
    """What the database keeps; spaces, dashes, small letters and O for 0 do not matter."""
    plain = ids.typed(code)
    return ids.digest(f"counter:{plain}") if len(plain) == GROUPS * LENGTH else ""
