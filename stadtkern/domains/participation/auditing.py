"""What can be checked about a vote from its tables and its export: a list of findings, empty when all is right."""

from fractions import Fraction

from django.db.models import Count

from . import recount
from .actions.voting import admitted
from .ballots import NotAllowed, Vote, checked_vote
from .models import Ballot, LetterCode, PaperBatch, Poll, PollCount, PollKey, Turnout
from .results import pabulib


def findings(poll: Poll) -> list[str]:
    """German sentences about everything that does not fit."""
    return [*_numbers(poll), *_ballots(poll), *_shut(poll), *_counts(poll)]


def _numbers(poll: Poll) -> list[str]:
    """As many ballots as voters, on each way."""
    tally = PollCount.objects.filter(poll=poll, decides=True).first()
    now = dict(Turnout.objects.filter(poll=poll).values_list("way").annotate(Count("pk")))
    ways = now or (tally.record["turnout"] if tally else {})
    paper = Ballot.objects.filter(poll=poll, paper=True).count()
    online = Ballot.objects.filter(poll=poll, paper=False).count()
    voters = ways.get("ONLINE", 0) + ways.get("LETTER", 0)
    said = []
    if online != voters:
        said.append(f"{online} Stimmzettel aus dem Netz, aber {voters} Menschen, die dort abgestimmt haben.")
    if paper + poll.void > ways.get("PAPER", 0):
        said.append(f"{paper + poll.void} Stimmzettel auf Papier, aber nur {ways.get('PAPER', 0)} Umschläge.")
    sheets = [sheet for batch in PaperBatch.objects.filter(poll=poll, state="CONFIRMED") for sheet in batch.sheets]
    if len(sheets) != paper + poll.void or sum(1 for sheet in sheets if sheet["void"]) != poll.void:
        said.append("Die bestätigten Stapel und die Urne stimmen nicht überein.")
    return said


def _ballots(poll: Poll) -> list[str]:
    """Every ballot keeps to the rules of the poll."""
    projects, wrong = admitted(poll), 0
    for choices, points in Ballot.objects.filter(poll=poll).values_list("choices", "points").iterator(chunk_size=5000):
        vote = Vote(tuple(choices), tuple(points))
        try:
            wrong += checked_vote(poll, projects, vote) != vote
        except NotAllowed:
            wrong += 1
    return [f"{wrong} Stimmzettel halten die Regeln nicht ein."] if wrong else []


def _shut(poll: Poll) -> list[str]:
    """Nothing that leads back to people, once the urn is shut."""
    if poll.state not in (Poll.State.CLOSED, Poll.State.COUNTED):
        return []
    said = []
    if PollKey.objects.filter(poll=poll).exists() or LetterCode.objects.filter(poll=poll).exists():
        said.append("Der Schlüssel der Pseudonyme oder Codes sind noch da.")
    numbers = sorted(Ballot.objects.filter(poll=poll).values_list("number", flat=True), key=lambda number: number or 0)
    if numbers != list(range(1, len(numbers) + 1)):
        said.append("Die Nummern der Stimmzettel haben Lücken.")
    return said


def _counts(poll: Poll) -> list[str]:
    """The export, counted by the program everybody can load, gives the results that are shown."""
    if poll.state != Poll.State.COUNTED:
        return []
    meta, costs, votes = recount.read(pabulib(poll))
    said = []
    for tally in PollCount.objects.filter(poll=poll):
        winners = recount.count(meta, costs, votes, tally.rule, tally.completion)
        cost = sum((costs[key] for key in winners), Fraction(0)) * 100
        if winners != tally.winners or cost != tally.cost_cents:
            said.append(
                f"Nachgezählt ({tally.rule}, {tally.completion}): {', '.join(winners)} statt {', '.join(tally.winners)}."
            )
    return said
