"""Merging by consent, topics with what is behind them, and what is alike before it is sent."""

import pytest
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.actions.merging import WAITS
from stadtkern.domains.participation.alike import similar
from stadtkern.domains.participation.models import Consent, Contribution, Finding, Link, Merging, Support
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.inbox.models import Message

BENCHES = {"title": "Mehr Bänke im Stadtpark", "text": "Auf dem ganzen Weg gibt es keine Bank."}
SEATS = {"title": "Bänke für den Stadtpark", "text": "Ältere Leute brauchen eine Bank auf dem Weg."}


@pytest.fixture
def pair(process, citizen, other_citizen, moderator) -> tuple[Contribution, Contribution]:
    rows = [actions.contribute(Actor(who), process, what) for who, what in ((citizen, BENCHES), (other_citizen, SEATS))]
    for row in rows:
        actions.publish(Actor(moderator.account, moderator), row)
        row.refresh_from_db()
    return rows[0], rows[1]


@pytest.fixture
def fans(pair) -> list[Account]:
    accounts = [Account.objects.create(email=f"fan{number}@example.org") for number in range(3)]
    for account in accounts:
        actions.support(Actor(account), pair[1])
    actions.support(Actor(accounts[0]), pair[0])
    return accounts


def test_petitions_do_not_merge(pair, moderator):
    Contribution.objects.filter(pk__in=[one.pk for one in pair]).update(kind="PETITION")
    with pytest.raises(actions.Refused, match="unterschrieben"):
        actions.propose_merging(Actor(moderator.account, moderator), *pair)


def supports(*rows: Contribution) -> list[int]:
    for row in rows:
        row.refresh_from_db()
        assert row.supports == Support.objects.filter(contribution=row).count()
    return [row.supports for row in rows]


def test_a_support_moves_only_when_its_owner_says_so(pair, fans, citizen, other_citizen, moderator, client):
    target, source = pair
    made = actions.propose_merging(Actor(moderator.account, moderator), source, target, "Dasselbe")
    assert actions.propose_merging(Actor(moderator.account, moderator), source, target) == made
    assert Message.objects.filter(title__contains="zwei Beiträge").count() == 2
    actions.answer_merging(Actor(citizen), made, True)
    source.refresh_from_db()
    assert source.state == "PUBLISHED"  # one of two is not enough
    actions.answer_merging(Actor(other_citizen), made, True)
    source.refresh_from_db()
    assert source.state == "MERGED" and Link.objects.get().kind == "MERGED_INTO"
    assert supports(target, source) == [1, 3]  # nothing has moved
    assert Consent.objects.filter(role="SUPPORTER").count() == 3
    for account, agrees in zip(fans, (True, True, False), strict=True):
        actions.answer_merging(Actor(account), made, agrees, "SUPPORTER")
        actions.answer_merging(Actor(account), made, agrees, "SUPPORTER")
    assert supports(target, source) == [2, 1]  # the first one supported both and counts once
    with pytest.raises(Merging.DoesNotExist):
        actions.answer_merging(Actor(Account.objects.create(email="x@example.org")), made, True, "SUPPORTER")
    for text in (BENCHES["text"], SEATS["text"]):
        client.force_login(fans[2])
        assert text in client.get(reverse("participation:merging", args=[made.pk])).content.decode()
    client.force_login(moderator.account)
    assert client.get(reverse("participation:merging", args=[made.pk])).status_code == 404  # is not asked


def test_one_no_is_enough_and_silence_is_no_consent(pair, citizen, other_citizen, moderator, clerk):
    target, source = pair
    with pytest.raises(Contribution.DoesNotExist):
        actions.propose_merging(Actor(clerk.account, clerk), source, target)
    made = actions.propose_merging(Actor(other_citizen), source, target)
    assert Consent.objects.get(account=other_citizen).agrees is True  # proposed it
    actions.answer_merging(Actor(citizen), made, False)
    made.refresh_from_db()
    assert made.state == "REFUSED"
    with pytest.raises(actions.Refused):
        actions.answer_merging(Actor(citizen), made, True)
    again = actions.propose_merging(Actor(moderator.account, moderator), source, target)
    assert actions.expire_mergings(timezone.now() + WAITS * 2) == 1
    again.refresh_from_db()
    source.refresh_from_db()
    assert again.state == "EXPIRED" and source.state == "PUBLISHED"


def test_an_author_who_cannot_answer_has_not_agreed(pair, citizen, other_citizen, moderator):
    Account.objects.filter(pk=citizen.pk).update(is_active=False)
    made = actions.propose_merging(Actor(other_citizen), pair[1], pair[0])
    made.refresh_from_db()
    assert made.state == "ASKED" and not Message.objects.filter(account=citizen, title__contains="zwei Beiträge").exists()


def test_who_was_asked_and_goes_ends_the_proposal(pair, citizen, moderator):
    made = actions.propose_merging(Actor(moderator.account, moderator), pair[1], pair[0])
    actions.forget_voices(citizen.pk)
    made.refresh_from_db()
    assert made.state == "EXPIRED" and not Consent.objects.filter(account=citizen).exists()


def test_alike_contributions_are_shown_and_supported_instead(pair, process, client, fans):
    found = similar("Baenke im Stadtpark, mehr davon", "", process)
    assert [row.pk for row, _score, _why in found][:2] in ([pair[0].pk, pair[1].pk], [pair[1].pk, pair[0].pk])
    address = reverse("participation:alike", args=[process.key])
    page = client.get(address, {"title": "Mehr Bänke im Stadtpark"}).content.decode()
    assert "Das meine ich auch" in page and "<html" in page
    part = client.get(address, {"title": "Mehr Bänke im Stadtpark"}, headers={"HX-Request": "true"}).content.decode()
    assert "Das meine ich auch" in part and "<html" not in part
    assert client.get(address, {"title": "\x00" * 9, "text": "x" * 9000}).status_code == 200
    same = reverse("participation:same", args=[process.key, pair[0].reference])
    assert client.post(same).status_code == 302 and supports(pair[0]) == [1]  # first: sign in
    client.force_login(fans[1])
    client.post(same)
    client.post(same)
    assert supports(pair[0]) == [2]
    actions.hide(Actor(*_staff(process)), pair[0], "spam", "")
    assert pair[0].pk not in [row.pk for row, _score, _why in similar("Mehr Bänke im Stadtpark", "", process)]


def _staff(process):
    from stadtkern.kernel.accounts.models import Staff

    member = Staff.objects.filter(office=process.office).first()
    return member.account, member


def test_topics_lead_to_their_contributions_and_few_are_listed(process, client, pair):
    actions.compute(process.pk, Finding.What.TOPICS)
    page = client.get(reverse("participation:topics", args=[process.key])).content.decode()
    assert "noch zu wenige Beiträge" in page and BENCHES["title"] in page
    lines = ["Mehr Radwege am {}", "Bäume am {} pflanzen", "Das Schwimmbad am {} länger öffnen"]
    places = ("Markt", "Ring", "Hafen", "Tor", "Wall", "Bahnhof", "Rathaus")
    Contribution.objects.bulk_create(
        Contribution(
            process=process, kind="IDEA", state="PUBLISHED", title=line.format(place), text=line.format(place),
            reference=f"MS-9{number:03}-{place[:4].upper():X<4}", published_at=timezone.now(),
        )
        for number, line in enumerate(lines)
        for place in places
    )  # fmt: skip
    found = actions.compute(process.pk, Finding.What.TOPICS)
    pool = next(one for one in found.data["topics"] if "Schwimmbad" in one["words"])
    page = client.get(reverse("participation:topic", args=[process.key, pool["key"]])).content.decode()
    assert page.count("Schwimmbad am") >= 7
    assert client.get(reverse("participation:topic", args=[process.key, 99])).status_code == 404
    assert client.get(reverse("participation:topics", args=[process.key])).content.decode().count("Schwimmbad") >= 1
