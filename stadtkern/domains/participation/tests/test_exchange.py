"""Between cities: out and in again, through a third one; nothing of people; whatever was changed on the way is refused."""

import json
from dataclasses import replace

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.actions import Refused, adopting, exchanging, fetching
from stadtkern.domains.participation.adapters import exchange_demo, exchange_https
from stadtkern.domains.participation.exchange import content, keys
from stadtkern.domains.participation.exchange.feeds import FeedAway, Source
from stadtkern.domains.participation.models import Contribution, Incoming, Link, Outgoing, Process, TrustedCity
from stadtkern.domains.participation.views import exchange as pages
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.city.profile import city
from stadtkern.lib import parcel

SECRETS = ("Zoë", "Çelik", "ada@example.org", "0151 2345678", "Lindenstraße 12", "51.9")


@pytest.fixture
def acting(moderator) -> Actor:
    return Actor(moderator.account, moderator)


@pytest.fixture
def home(monkeypatch, tmp_path):
    """From now on this installation is this city, with a key of its own."""

    def move(ags: str, name: str) -> None:
        there = replace(
            city(), ags=ags, name=name, texts={"title": f"Stadt {name}"}, contact={"web": f"https://{name}.example"}
        )
        for module in (exchanging, adopting, pages):
            monkeypatch.setattr(module, "city", lambda: there)
        monkeypatch.setattr(keys, "_folder", lambda: tmp_path / ags)

    move("05111111", "Astadt")
    return move


@pytest.fixture
def idea(process, citizen, acting) -> Contribution:
    row = actions.contribute(
        Actor(citizen),
        process,
        {
            "title": "Bänke am Fluss", "text": "Es fehlen Bänke. Fragen an ada@example.org oder 0151 2345678.",
            "author": "name",
            "address": "Lindenstraße 12", "lat": "51.95", "long": "8.03", "category": "gruen",
        },
    )  # fmt: skip
    actions.publish(acting, row)
    steps = [("Gebaut", None, None)]
    done = actions.enter_result(acting, process, {"title": "Zwölf Bänke stehen", "text": "Seit Mai.", "milestones": steps})
    actions.link(acting, row, done, "REALISED_AS")
    row.refresh_from_db()
    return row


def out(acting: Actor, kind: str, key: str, licence: str = "CC-BY-4.0") -> bytes:
    shown = parcel.digest(exchanging.prepared(acting, kind, key, licence))
    return bytes(exchanging.publish_package(acting, kind, key, licence, shown).sealed)


def trust(acting: Actor, data: bytes) -> TrustedCity:
    with pytest.raises(adopting.UnknownCity, match="Fingerabdruck"):
        adopting.receive(acting.key, data)
    row = TrustedCity.objects.latest("pk")
    with pytest.raises(Refused, match="letzten acht"):
        exchanging.confirm_city(acting, row.pk, "00000000")
    return exchanging.confirm_city(acting, row.pk, row.fingerprint[-9:].upper())


def again(data: bytes, key: Ed25519PrivateKey | None = None, **changed: object) -> bytes:
    """The package with something changed; signed anew with `key`, or with the old signature."""
    told = json.loads(data)
    told["package"] |= changed
    return parcel.sealed(told["package"], key) if key else json.dumps(told).encode()


def test_an_idea_goes_from_city_to_city_with_its_origin(home, idea, process, acting, citizen):
    data = out(acting, "idea", idea.reference)
    assert not [word for word in SECRETS if word in data.decode()]
    home("05222222", "Bstadt")
    trust(acting, data)
    row = adopting.receive(acting.key, data)
    adopting.adopt(acting, row.pk, process)
    row.refresh_from_db()
    made = row.contribution
    assert made.origin["city"] == "Astadt" and made.origin["licence"] == "CC-BY-4.0" and made.author_shown == "Astadt"
    result = Link.objects.get(source=made, kind="ADOPTED_FROM").target
    assert result.title == "Zwölf Bänke stehen" and result.milestones.get().title == "Gebaut"
    page = Client().get(f"/beteiligung/{process.key}/{made.reference}/").content.decode()
    assert "Übernommen aus Astadt" in page and "Stadt Astadt, CC-BY-4.0" in page
    listed = Client().get(reverse("participation:exchange_list")).content.decode()
    assert "Bänke am Fluss" in listed and "Astadt" in listed
    on = out(acting, "idea", made.reference, "CC0-1.0")  # whatever is asked for: the licence stays
    home("05333333", "Cstadt")
    trust(acting, on)
    third = adopting.receive(acting.key, on)
    assert third.package["licence"] == "CC-BY-4.0" and third.package["attribution"] == "Stadt Astadt"
    assert [one["city"]["name"] for one in third.package["chain"]] == ["Astadt"] and third.origin["number"] == row.number
    home("05111111", "Astadt")
    with pytest.raises(Refused, match="ursprünglich von uns"):
        TrustedCity.objects.filter(city_id="05222222").update(city_id="05222222")
        adopting.receive(acting.key, on)


def test_a_template_becomes_a_draft(home, make_process, acting):
    source = make_process(
        "quelle", settings={"place": "required"}, text="Rufen Sie an: 0151 2345678", who={"districts": ["nord"]}
    )
    data = out(acting, "template", source.key)
    home("05222222", "Bstadt")
    trust(acting, data)
    row = adopting.adopt(acting, adopting.receive(acting.key, data).pk)
    made = row.process
    assert made.state == "DRAFT" and made.settings["place"] == "required" and "0151" not in made.text
    phase = made.phases.get()
    assert (phase.title, (phase.ends_at - phase.starts_at).days, phase.who) == ("Ideen sammeln", 21, {})
    assert [one.title for one in made.categories.all()] == ["Grün"]


def test_data_holds_no_column_about_people(home, idea, acting, login, moderator):
    data = out(acting, "dataset", "contributions")
    assert not [word for word in SECRETS if word in data.decode()] and "Bänke am Fluss" in data.decode()
    for _title, _rows, columns in content.DATASETS.values():
        assert not {"author", "author_shown", "account", "address", "lat", "long", "text", "reference"} & set(columns)
    home("05222222", "Bstadt")
    trust(acting, data)
    row = adopting.receive(acting.key, data)
    assert Client().get(reverse("participation:exchange_data", args=[row.pk])).status_code == 404
    adopting.adopt(acting, row.pk)
    assert "Bänke am Fluss" in Client().get(reverse("participation:exchange_data", args=[row.pk])).content.decode()


def test_what_was_changed_or_is_not_theirs_is_refused(home, idea, acting):
    data, key = out(acting, "idea", idea.reference), keys.signing()
    home("05222222", "Bstadt")
    trust(acting, data)
    other = Ed25519PrivateKey.generate()
    wrong = {
        "verändert": again(data, title="Anders"),
        "noch niemand bestätigt": again(data, other),
        "andere Stadt als Absender": again(data, key, city={"id": "05333333", "name": "Cstadt", "web": ""}),
        "gehört nicht zu": again(data, key, number="05333333/idea/MS-1"),
        "aus der Zukunft": again(data, key, issued="2090-01-01T00:00:00+00:00"),
        "Lizenz": again(data, key, licence="alle Rechte vorbehalten"),
        "kennen wir nicht": again(data, key, kind="virus", number="05111111/virus/1"),
        "kein Paket": data[:-20],
    }
    for said, sent in wrong.items():
        with pytest.raises(Refused, match=said):
            adopting.receive(acting.key, sent)
    for odd in (b"", b"[]", b"\xff\xfe", b"{" * 5000, b'{"format":"stadtkern-paket/1"}', data.replace(b"idea", b"\\u0000", 1)):
        with pytest.raises(Refused):
            adopting.receive(acting.key, odd)
    for broken in ({"content": []}, {"content": {"title": "\x00"}}, {"chain": [1]}, {"version": 10**30}, {"version": True}):
        with pytest.raises((Refused, ValueError)):
            adopting.receive(acting.key, again(data, key, **broken))
    assert not Incoming.objects.exists()


def test_replayed_older_and_doubled_versions_are_refused(home, idea, acting):
    first, key = out(acting, "idea", idea.reference), keys.signing()
    with pytest.raises(Refused, match="nichts geändert"):
        out(acting, "idea", idea.reference)
    Contribution.objects.filter(pk=idea.pk).update(supports=5)
    second = out(acting, "idea", idea.reference)
    assert Outgoing.objects.count() == 2
    home("05222222", "Bstadt")
    trust(acting, second)
    row = adopting.receive(acting.key, second)
    with pytest.raises(Refused, match="schon da"):
        adopting.receive(acting.key, second)
    with pytest.raises(Refused, match="ältere Fassung"):
        adopting.receive(acting.key, first)
    with pytest.raises(Refused, match="anderes Paket"):
        adopting.receive(acting.key, again(second, key, title="Anders"))
    exchanging.revoke_city(acting, row.city_id)
    with pytest.raises(Refused, match="gesperrt"):
        adopting.adopt(acting, row.pk)
    with pytest.raises(Refused, match="gesperrt"):
        adopting.receive(acting.key, again(second, key, version=3))


def test_the_same_package_gives_the_same_bytes(home, idea, acting):
    package = {**exchanging.prepared(acting, "idea", idea.reference), "version": 1, "issued": "2026-11-30T00:00:00+00:00"}
    assert parcel.sealed(package, keys.signing()) == parcel.sealed(dict(reversed(package.items())), keys.signing())
    assert parcel.opened(parcel.sealed(package, keys.signing()))[0] == package


def test_by_https_feed(home, idea, acting, monkeypatch):
    out(acting, "idea", idea.reference)
    asked, browser = [], Client()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        there = browser.get(request.url.path)
        return httpx.Response(there.status_code, content=there.content)

    monkeypatch.setattr(exchange_https, "transport", httpx.MockTransport(answer))
    source = Source("astadt", "Astadt", "https", "https://astadt.example/beteiligung/austausch/feed.json")
    listing = exchange_https.connect(source).listing()  # Astadt still answers with its own key
    monkeypatch.setattr(exchange_https.Https, "listing", lambda self: listing)
    home("05222222", "Bstadt")
    assert fetching.fetch_all(source).unknown == TrustedCity.objects.get().fingerprint
    exchanging.confirm_city(acting, TrustedCity.objects.get().pk, TrustedCity.objects.get().fingerprint[-9:])
    assert fetching.fetch_all(source).fresh == 1 and fetching.fetch_all(source).fresh == 0
    assert Incoming.objects.get().title == "Bänke am Fluss" and len(asked) == 2
    for url in ("http://astadt.example/", "https://user:pw@astadt.example/", "file:///etc/passwd"):
        with pytest.raises(FeedAway):
            exchange_https.connect(replace(source, url=url))
    stray = replace(listing.entries[0], url="https://anderswo.example/paket.json")
    with pytest.raises(FeedAway, match="anderen Servers"):
        exchange_https.connect(source).fetch(stray)


def test_the_clerks_pages(home, idea, process, acting, login, moderator, citizen):
    desk = login(moderator.account)
    assert login(citizen).get(reverse("participation:exchange_desk")).status_code == 403
    page = desk.get(reverse("participation:exchange_publish"), {"kind": "idea", "key": idea.reference.lower()}).content.decode()
    assert "Genau das geht hinaus" in page and "[…]" in page and "ada@example.org" not in page
    told = {"kind": "idea", "key": idea.reference, "licence": "CC-BY-4.0", "shown": "gestern"}
    assert "noch einmal" in desk.post(reverse("participation:exchange_publish"), told, follow=True).content.decode()
    source = Source("nachbarstadt", "Nachbarstadt", "demo")
    done = fetching.fetch_all(source)
    assert done.unknown and done.unknown in desk.get(reverse("participation:exchange_desk")).content.decode()
    row = TrustedCity.objects.get()
    desk.post(reverse("participation:exchange_city", args=[row.pk]), {"was": "bestaetigen", "zeichen": row.fingerprint[-9:]})
    assert "3 neu" in desk.post(reverse("participation:exchange_fetch", args=["nachbarstadt"]), follow=True).content.decode()
    template = Incoming.objects.get(kind="template")
    preview = desk.get(reverse("participation:exchange_preview", args=[template.pk])).content.decode()
    assert "Was anders ist als bei unserer Vorlage" in preview and "bisher:" in preview and "Ideen für kühle Orte" in preview
    desk.post(reverse("participation:exchange_preview", args=[template.pk]), {"was": "uebernehmen"})
    assert Process.objects.get(title="Ideen für kühle Orte").state == "DRAFT"
    came = Incoming.objects.get(kind="idea")
    address = reverse("participation:exchange_preview", args=[came.pk])
    assert "Wählen Sie das Verfahren" in desk.post(address, {"was": "uebernehmen"}, follow=True).content.decode()
    desk.post(address, {"was": "uebernehmen", "process": process.key})
    assert "schon entschieden" in desk.post(address, {"was": "ablehnen"}, follow=True).content.decode()
    public = Client().get(reverse("participation:exchange_list")).content.decode()
    assert "Trinkwasser auf jedem Spielplatz" in public and "kühle Orte" not in public  # a draft is nobody's business
    file = SimpleUploadedFile("paket.json", parcel.sealed(exchange_demo.PACKAGES[0], exchange_demo.KEY))
    said = desk.post(reverse("participation:exchange_upload"), {"paket": file}, follow=True).content.decode()
    assert "Dieses Paket ist schon da" in said
