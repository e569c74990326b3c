"""The voter's side: take part once, put a ballot into the urn, replace it with the receipt until the end.

Turnout and ballot are written in one transaction and share nothing but the poll. The diary says that a ballot was
cast, not by whom.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record

from ..ballots import NotAllowed, Vote, checked_vote
from ..models import Ballot, LetterCode, Poll, PollKey, PollProject, Process, Turnout
from .guard import Refused, now_allows, owned
from .polling import name_of

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32, none that is mistaken for another
GROUPS, SIZE = 4, 5  # 100 bits
TICKET_SECONDS = 12 * 3600
SALT = "participation.receipt"


@dataclass(frozen=True)
class Voter:
    """On what ground somebody votes: the own account, or a code from a letter."""

    actor: Actor
    code: str = ""


def new_code() -> str:
    """ "K7F3M-…": for receipts and letters."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(SIZE)) for _ in range(GROUPS))


def clean_code(text: object) -> str:
    """As it was printed, however it was typed; "" for what cannot be one."""
    plain = "".join(letter for letter in str(text or "")[:60].upper() if letter in LETTERS)
    return "-".join(plain[at : at + SIZE] for at in range(0, len(plain), SIZE)) if len(plain) == GROUPS * SIZE else ""


def secret_of(poll: Poll) -> bytes:
    """Of the poll and of the city together: one without the other opens nothing."""
    row = PollKey.objects.filter(poll=poll).first()
    if row is None:
        raise Refused(_("Die Abstimmung ist zu Ende."))
    return hashlib.sha256(bytes(row.secret) + settings.SECRET_KEY.encode()).digest()


def keyed(secret: bytes, purpose: str, text: object) -> str:
    """A digest nobody can make who lacks the secret. Purpose "person": the key of the residents register, so that account,
    letter and paper of one person are the same pseudonym."""
    return hmac.new(secret, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


def ticket(poll: Poll) -> tuple[str, str]:
    """A receipt code and its signed form for the form, so that a second click is the same vote."""
    code = new_code()
    return code, signing.dumps([poll.pk, code], salt=SALT)


def _code_in(poll: Poll, sent: str) -> str:
    try:
        number, code = signing.loads(sent, salt=SALT, max_age=TICKET_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        raise Refused(
            _("Diese Seite ist zu alt. Bitte prüfen Sie Ihre Auswahl noch einmal und senden Sie sie dann ab.")
        ) from None
    if number != poll.pk or not isinstance(code, str):
        raise Refused(_("Diese Seite gehört zu einer anderen Abstimmung. Bitte beginnen Sie neu."))
    return code


def admitted(poll: Poll) -> list[PollProject]:
    return list(poll.projects.filter(verdict=PollProject.Verdict.ADMITTED).select_related("contribution").order_by("key"))


def pass_gate(voter: Voter, process: Process, poll: Poll) -> tuple[str, str]:
    """The pseudonym of somebody who may vote now, and the way. Raises Refused with the reason."""
    if poll.state != Poll.State.READY:
        raise Refused(_("Die Abstimmung ist noch nicht eröffnet oder schon zu Ende."))
    if voter.code:
        row = letter_of(poll, voter.code) if poll.letters else None
        if row is None:
            raise Refused(_("Diesen Code gibt es nicht. Bitte vergleichen Sie ihn mit Ihrem Brief."), "code")
        return row.pseudonym, Turnout.Way.LETTER
    if voter.actor.mandate or voter.actor.company:
        raise Refused(_("Abstimmen kann jede Person nur für sich selbst. Handeln Sie zuerst wieder für sich."))
    now_allows(voter.actor, process, "vote")
    assert voter.actor.account is not None
    return _own_pseudonym(voter.actor, poll), Turnout.Way.ONLINE


def _own_pseudonym(actor: Actor, poll: Poll) -> str:
    """Of the person, where the register knows them; of the account where it does not, or did not when they voted."""
    assert actor.account is not None
    secret = secret_of(poll)
    by_account = keyed(secret, "account", actor.account.pk)
    if actor.register_key is None or Turnout.objects.filter(poll=poll, pseudonym=by_account).exists():
        return by_account
    return keyed(secret, "person", actor.register_key)


def letter_of(poll: Poll, code: str) -> LetterCode | None:
    """What the code of a letter stands for."""
    return LetterCode.objects.filter(poll=poll, digest=keyed(secret_of(poll), "letter", code)).first()


def has_voted(voter: Voter, process: Process, poll: Poll) -> bool:
    """Whether this person is in the list of those who took part; needs the right to vote. Raises Refused."""
    pseudonym, _way = pass_gate(voter, process, poll)
    return Turnout.objects.filter(poll=poll, pseudonym=pseudonym).exists()


def cast(voter: Voter, process: Process, vote: Vote, sent: str) -> str:
    """Takes part and puts the ballot in; returns the receipt code. The same page sent twice is one vote. Raises Refused."""
    poll = Poll.objects.filter(process=process).first()
    if poll is None:
        raise Refused(_("In diesem Verfahren wird nicht abgestimmt."))
    code = _code_in(poll, sent)
    try:
        with transaction.atomic():
            return _cast(voter, process, poll, vote, code)
    except IntegrityError as error:
        raise sentence(error) from error


def _cast(voter: Voter, process: Process, poll: Poll, vote: Vote, code: str) -> str:
    receipt = keyed(secret_of(poll), "receipt", code)
    if Ballot.objects.filter(poll=poll, receipt=receipt).exists():
        return code  # the same page once more; the code of a letter is forgotten by then
    pseudonym, way = pass_gate(voter, process, poll)
    try:
        vote = checked_vote(poll, admitted(poll), vote)
    except NotAllowed as wrong:
        raise Refused(str(wrong), "projects") from wrong
    Turnout.objects.create(poll=poll, pseudonym=pseudonym, way=way, day=timezone.localdate())
    Ballot.objects.create(poll=poll, choices=list(vote.choices), points=list(vote.points), receipt=receipt)
    record("ballot.cast", subject=str(poll), actor=SYSTEM)
    return code


def replace(process: Process, receipt_code: str, vote: Vote) -> str:
    """Another ballot for the one with this receipt, while the vote runs. Nobody learns whose it is. Raises Refused."""
    poll = Poll.objects.filter(process=process, state=Poll.State.READY).first()
    code = clean_code(receipt_code)
    if poll is None or not code:
        raise Refused(_("Zu diesem Quittungscode gibt es hier keinen Stimmzettel."), "receipt")
    try:
        with transaction.atomic():
            row = Ballot.objects.select_for_update().filter(poll=poll, receipt=keyed(secret_of(poll), "receipt", code)).first()
            if row is None:
                raise Refused(_("Zu diesem Quittungscode gibt es hier keinen Stimmzettel."), "receipt")
            vote = checked_vote(poll, admitted(poll), vote)
            row.choices, row.points = list(vote.choices), list(vote.points)
            row.save(update_fields=["choices", "points"])
            record("ballot.replaced", subject=str(poll), actor=SYSTEM)
    except NotAllowed as wrong:
        raise Refused(str(wrong), "projects") from wrong
    except IntegrityError as error:
        raise sentence(error) from error
    return code


def in_urn(process: Process, receipt_code: str) -> bool:
    """Whether a ballot with this receipt lies in the urn; not what stands on it, so that nobody can prove it to a buyer."""
    poll, code = Poll.objects.filter(process=process, state=Poll.State.READY).first(), clean_code(receipt_code)
    return bool(poll and code and Ballot.objects.filter(poll=poll, receipt=keyed(secret_of(poll), "receipt", code)).exists())


def sentence(error: IntegrityError) -> Refused:
    """What the database refused, in words."""
    said = {
        "turnout_once": _(
            "Von Ihnen liegt schon ein Stimmzettel in der Urne. Mit dem Quittungscode können Sie ihn bis zum Ende ändern."
        ),
        "vote_late": _("Die Zeit zum Abstimmen ist vorbei oder hat noch nicht begonnen."),
        "vote_closed": _("Die Urne ist geschlossen."),
        "ballot_receipt_once": _("Diesen Stimmzettel haben wir schon."),
    }
    return Refused(said.get(name_of(error), _("Das ging nicht. Bitte versuchen Sie es noch einmal.")))


def took_part(actor: Actor) -> list[str]:
    """Titles of the votes that run and this person took part in; later nobody can tell any more."""
    if actor.account is None:
        return []
    titles = []
    for poll in Poll.objects.filter(state=Poll.State.READY).select_related("process"):
        if Turnout.objects.filter(poll=poll, pseudonym=_own_pseudonym(actor, poll)).exists():
            titles.append(poll.process.title)
    return titles


# ---------------------------------------------------------------- codes for letters


@transaction.atomic
def issue_codes(actor: Actor, poll: Poll, person_keys: Sequence[object], *, anew: bool = False) -> list[tuple[object, str]]:
    """A code for each person, for the printer; a new one for a person replaces the old. The codes are kept nowhere else.
    `anew`: for everybody, so that no code of an earlier printing is good any more."""
    poll = Poll.objects.select_for_update(of=("self",)).select_related("process").get(pk=poll.pk)
    owned(actor, poll.process)
    if poll.state != Poll.State.READY or not poll.letters:
        raise Refused(_("In dieser Abstimmung gibt es keine Briefe mit Codes, oder sie ist noch nicht angekündigt."))
    made, rows, secret = [], [], secret_of(poll)
    for key in person_keys:
        code = new_code()
        digest, pseudonym = keyed(secret, "letter", code), keyed(secret, "person", key)
        rows.append(LetterCode(poll=poll, digest=digest, pseudonym=pseudonym))
        made.append((key, code))
    old = LetterCode.objects.filter(poll=poll)
    (old if anew else old.filter(pseudonym__in=[row.pseudonym for row in rows])).delete()
    LetterCode.objects.bulk_create(rows, batch_size=2000)
    record("poll.codes_made", subject=str(poll), actor=actor.key, data={"codes": len(rows)})
    return made
