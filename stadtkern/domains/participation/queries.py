"""Reads: the list of contributions with its filters and its search, the tree of comments, links both ways."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.core.cache import caches
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from rapidfuzz import fuzz
from rapidfuzz import process as matching

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases.models import search_text
from stadtkern.kernel.geo.queries import district

from .contests.veil import veiled, veiled_comment
from .linkwords import became, came
from .models import Attachment, Comment, Complaint, Contribution, Link, Moderation, Process, Support
from .models.contribution import ELSEWHERE, SHOWN

PAGE, MOST_PAGES = 15, 2000
WORDS, CLOSE = 8, 74  # words of a search; how like a misspelt word must be
VOCABULARY_SECONDS, DISTRICTS_SECONDS = (300, 60) if settings.MODE != "test" else (0, 0)
SORTS, STATUSES = ("neu", "beliebt"), ("offen", "geworden", "zusammen")
WENT_ON = (Link.Kind.BECAME, Link.Kind.FUNDED_BY, Link.Kind.REALISED_AS)
# What a row of a list needs; the long text stays where it is but for its beginning.
_LISTED = (
    "id", "process_id", "kind", "title", "text", "category_id", "state", "reference", "address", "district", "author_shown",
    "account_id", "supports", "comments", "published_at", "submitted_at", "cost_cents", "lat", "long",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """Filters, order and page of a list, as they stand in the address."""

    words: str = ""
    category: str = ""
    district: str = ""
    kind: str = ""  # "" or "RESULT"
    status: str = ""  # one of STATUSES
    sort: str = "neu"
    page: int = 1


@dataclass
class Found:
    """One page of contributions."""

    rows: list[Contribution] = field(default_factory=list)
    total: int = 0
    page: int = 1
    corrected: list[str] = field(default_factory=list)  # words the search read instead of the typed ones

    @property
    def pages(self) -> int:
        return min(MOST_PAGES, -(-self.total // PAGE))


def listed(process: Process, wanted: Wanted) -> Found:
    """A page of what can be read in a process; the same number of queries however many there are."""
    rows: QuerySet[Contribution] = Contribution.objects.filter(process=process.pk, state__in=SHOWN)
    if wanted.category:
        rows = rows.filter(category__key=wanted.category)
    if wanted.district:
        rows = rows.filter(district=wanted.district)
    rows = rows.filter(kind=Contribution.Kind.RESULT) if wanted.kind == "RESULT" else rows.exclude(kind__in=ELSEWHERE)
    if wanted.status:
        rows = _of_status(rows, wanted.status)
    order = ["-supports", "-pk"] if wanted.sort == "beliebt" else ["-published_at", "-pk"]
    found = Found()
    if wanted.words.strip():
        rows, found.corrected = search(rows, process, wanted.words)
        order = ["-rank", "-pk"] if wanted.sort != "beliebt" else order
    found.total = rows.order_by().count()
    found.page = max(1, min(wanted.page, found.pages or 1))
    first = (found.page - 1) * PAGE
    # Numbers first, from the index alone: what the rows are shown with would be worked out for every row passed over, too.
    numbers = list(rows.order_by(*order).values_list("pk", flat=True)[first : first + PAGE])
    shown = {row.pk: row for row in shown_rows(Contribution.objects.filter(pk__in=numbers))}
    found.rows = [shown[number] for number in numbers if number in shown]
    return found


def _of_status(rows: "QuerySet[Contribution]", status: str) -> "QuerySet[Contribution]":
    """What has become of them: something, merged with another, nothing yet."""
    went_on = Exists(Link.objects.filter(source=OuterRef("pk"), kind__in=WENT_ON))
    if status == "geworden":
        return rows.filter(went_on)
    if status == "zusammen":
        return rows.filter(state=Contribution.State.MERGED)
    return rows.filter(~went_on, state=Contribution.State.PUBLISHED)


def shown_rows(rows: "QuerySet[Contribution]") -> "QuerySet[Contribution]":
    """With what a row of a list shows; `veiled`: the author is hidden (§ 51 BMG), or not to be named yet."""
    return rows.only(*_LISTED, "category__title", "category__key").select_related("category").annotate(veiled=veiled())


def search(rows: "QuerySet[Contribution]", process: Process, words: str) -> tuple["QuerySet[Contribution]", list[str]]:
    """Rows that have all these words, ranked; words nobody wrote are read as the likeliest ones somebody did write."""
    terms = [term[:40] for term in search_text(words[:200]).split()[:WORDS]]
    if not terms:
        return rows.annotate(rank=F("pk")).none(), []
    query = _query([[f"{term}:*"] for term in terms])
    if rows.filter(search=query).order_by().exists():
        return rows.filter(search=query).annotate(rank=SearchRank(F("search"), query)), []
    known = vocabulary(process)
    corrected = [_nearest(term, known) for term in terms]
    if not all(corrected):
        return rows.annotate(rank=F("pk")).none(), []
    query = _query(corrected)
    said = [found[0] for term, found in zip(terms, corrected, strict=True) if found[0] != f"{term}:*"]
    return rows.filter(search=query).annotate(rank=SearchRank(F("search"), query)), [word.removesuffix(":*") for word in said]


def _query(alternatives: Sequence[Sequence[str]]) -> SearchQuery:
    text = " & ".join(f"({' | '.join(words)})" for words in alternatives)
    return SearchQuery(text, config="simple", search_type="raw")


def _nearest(term: str, known: Sequence[str]) -> list[str]:
    """Words that begin like it, else the five that are most like it."""
    if any(word.startswith(term) for word in known):
        return [f"{term}:*"]
    close = matching.extract(term, known, scorer=fuzz.ratio, limit=5, score_cutoff=CLOSE)
    return [word for word, _score, _at in close]


def vocabulary(process: Process) -> list[str]:
    """Every word somebody wrote in this process; asked of the database every five minutes at most."""
    key = f"participation.words.{process.pk}"
    words: list[str] | None = caches["local"].get(key)
    if words is None:
        inner = f"SELECT search FROM participation_contribution WHERE process_id = {int(process.pk)} AND state = 'PUBLISHED'"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute("SELECT word FROM ts_stat(%s) WHERE length(word) > 2", [inner])
            words = [word for (word,) in cursor.fetchall()]
        caches["local"].set(key, words, VOCABULARY_SECONDS)
    return words


def supported_by(actor: Actor, rows: Iterable[Contribution]) -> set[int]:
    """Which of these this person supports."""
    if actor.account is None:
        return set()
    keys = [row.pk for row in rows]
    return set(Support.objects.filter(account=actor.account, contribution__in=keys).values_list("contribution", flat=True))


def first_pictures(rows: Iterable[Contribution]) -> dict[int, Attachment]:
    """The first picture of each, without its bytes; one query."""
    pictures = Attachment.objects.filter(contribution__in=[row.pk for row in rows], width__gt=0).defer("data", "small")
    return {one.contribution_id: one for one in pictures.order_by("contribution", "-pk")}


def districts_of(process: Process) -> list[tuple[str, str]]:
    """Districts contributions lie in: key and name; asked of the database once a minute."""
    cache, key = caches["local"], f"participation.districts.{process.pk}"
    known: list[tuple[str, str]] | None = cache.get(key)
    if known is None:
        known = _districts(process)
        cache.set(key, known, DISTRICTS_SECONDS)
    return known


def _districts(process: Process) -> list[tuple[str, str]]:
    rows = Contribution.objects.filter(process=process.pk, state__in=SHOWN).exclude(district="")
    keys = rows.order_by().values_list("district", flat=True).distinct()[:200]
    return sorted(((key, ((found := district(key)) and found.title) or key) for key in keys), key=lambda pair: pair[1])


# Comments

THREADS, ANSWERS = 20, 400


@dataclass
class Talk:
    """A page of threads, flattened in reading order."""

    comments: list[Comment]
    threads: int
    page: int
    cut: bool  # some answers are left out

    @property
    def pages(self) -> int:
        return -(-self.threads // THREADS)


def talk(contribution: Contribution, page: int = 1) -> Talk:
    """The oldest threads first, each with its answers below it; three queries however long it is."""
    rows = Comment.objects.filter(contribution=contribution.pk).shown().annotate(veiled=veiled_comment())
    roots = rows.filter(thread=None).order_by("pk")
    threads = roots.order_by().count()
    page = max(1, min(page, -(-threads // THREADS) or 1))
    tops = list(roots[(page - 1) * THREADS : page * THREADS])
    answers = list(rows.filter(thread__in=[one.pk for one in tops]).order_by("pk")[: ANSWERS + 1]) if tops else []
    return Talk(tree(tops, answers[:ANSWERS]), threads, page, len(answers) > ANSWERS)


def tree(tops: Sequence[Comment], answers: Sequence[Comment]) -> list[Comment]:
    """Depth first, without recursion: answers below what they answer, the oldest first."""
    below: dict[int | None, list[Comment]] = {}
    for one in answers:
        below.setdefault(one.parent_id, []).append(one)
    flat, stack = [], list(reversed(tops))
    while stack:
        one = stack.pop()
        flat.append(one)
        stack.extend(reversed(below.get(one.pk, ())))
    return flat


# Links


@dataclass(frozen=True)
class Way:
    """One link as a page shows it."""

    link: int
    kind: str
    words: str
    other: Contribution


def ways(actor: Actor, row: Contribution) -> tuple[list[Way], list[Way]]:
    """Where it came from, and what became of it: only what this reader may see."""
    seen = Contribution.objects.visible_to(actor)
    forward = Link.objects.filter(source=row.pk, target__in=seen).select_related("target__process").order_by("pk")[:100]
    back = Link.objects.filter(target=row.pk, source__in=seen).select_related("source__process").order_by("pk")[:500]
    after = [Way(one.pk, one.kind, became(one.kind), one.target) for one in forward]
    before = [Way(one.pk, one.kind, came(one.kind), one.source) for one in back]
    return before, after


def moderation_figures(since: Any) -> dict[str, Any]:
    """What moderators did, for everybody to read: numbers only."""
    What = Moderation.What
    rows = Moderation.objects.filter(at__gte=since)
    figures: dict[str, Any] = rows.aggregate(
        published=Count("pk", filter=Q(what=What.PUBLISHED)),
        rejected=Count("pk", filter=Q(what=What.REJECTED)),
        hidden=Count("pk", filter=Q(what=What.HIDDEN)),
        restored=Count("pk", filter=Q(what=What.RESTORED)),
        appeals=Count("pk", filter=Q(appealed_at__isnull=False)),
        answered=Count("pk", filter=Q(answered_at__isnull=False)),
        overturned=Count("pk", filter=Q(upheld=False)),
    )
    away = rows.filter(what__in=[What.REJECTED, What.HIDDEN])
    figures["reasons"] = list(away.values_list("reason").annotate(n=Count("pk")).order_by("-n"))
    figures["complaints"] = Complaint.objects.filter(at__gte=since).count()
    return figures
