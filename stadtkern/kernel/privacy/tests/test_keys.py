"""One key per person and matter: sealed data open for their owner, at their place, and never after shredding."""

import pytest
from django.core.management import call_command
from django.db import transaction

from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy import keys
from stadtkern.kernel.privacy.models import Key
from stadtkern.kernel.privacy.sealing import actions, kek

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_kek(settings, tmp_path, monkeypatch):
    monkeypatch.delenv("STADTKERN_KEK", raising=False)
    settings.HOME = tmp_path
    keys.forget()
    yield
    keys.forget()


def test_seal_and_open_and_nothing_of_it_in_the_clear():
    sealed = keys.seal("account:17", b"geheim" * 9, place="document:1")
    assert keys.is_sealed(sealed) and b"geheim" not in sealed
    assert keys.open_(sealed, place="document:1") == b"geheim" * 9
    assert keys.seal("account:17", b"geheim", place="x") != keys.seal("account:17", b"geheim", place="x")
    assert kek.place().stat().st_mode & 0o077 == 0
    row = Key.objects.get()
    assert row.owner == "account:17" and len(row.wrapped) == 12 + 32 + 16


@pytest.mark.parametrize(
    "damage",
    [
        lambda s: s[:-1] + bytes([s[-1] ^ 1]),  # the tag
        lambda s: s[:40] + bytes([s[40] ^ 1]) + s[41:],  # the text
        lambda s: s[:20] + bytes([s[20] ^ 1]) + s[21:],  # the nonce
        lambda s: s[:25],
        lambda s: b"",
        lambda s: b"%PDF-1.7",
        lambda s: s[:3] + bytes(16) + s[19:],  # another key
    ],
)
def test_changed_bytes_do_not_open(damage):
    sealed = keys.seal("account:17", b"geheim" * 9)
    with pytest.raises(keys.CannotOpen):
        keys.open_(damage(sealed))


def test_sealed_bytes_cannot_move_to_another_row_or_person():
    sealed = keys.seal("account:17", b"a", place="content:1")
    with pytest.raises(keys.CannotOpen):
        keys.open_(sealed, place="content:2")
    mine, theirs = Key.objects.get(), None
    keys.seal("account:18", b"b")
    theirs = Key.objects.exclude(pk=mine.pk).get()
    Key.objects.filter(pk=mine.pk).update(wrapped=theirs.wrapped)
    keys.forget()
    with pytest.raises(kek.NoMasterKey):
        keys.open_(sealed, place="content:1")


def test_shredding_ends_everything_but_what_a_law_keeps():
    kept = keys.seal("account:17", b"bescheid", about="case:1")
    gone = [keys.seal("account:17", b"entwurf", about="case:2"), keys.seal("account:17", b"tresor")]
    other = keys.seal("account:18", b"fremd")
    ids = actions.shred("account:17", actor_key="system", keep={"case:1"})
    assert sorted(ids) == sorted(keys.key_id_of(s) for s in gone)
    for sealed in gone:
        with pytest.raises(keys.KeyShredded):
            keys.open_(sealed)
    assert keys.open_(kept) == b"bescheid" and keys.open_(other) == b"fremd"
    assert not any(bytes(row.wrapped) for row in Key.objects.filter(pk__in=ids))
    assert Event.objects.get(name="key.shredded").data == {"keys": 2}
    assert actions.shred("account:17", actor_key="system", keep={"case:1"}) == [], "a second time changes nothing"
    actions.shred_matter("case:1", actor_key="system")
    with pytest.raises(keys.KeyShredded):
        keys.open_(kept)
    again = keys.seal("account:17", b"neu")  # whoever comes back gets a new key
    assert keys.open_(again) == b"neu"


def test_a_key_that_was_rolled_back_seals_nothing_later():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        keys.seal("account:17", b"x")
        raise ZeroDivisionError
    assert not Key.objects.exists()
    sealed = keys.seal("account:17", b"y")
    keys.forget()
    assert keys.open_(sealed) == b"y"


def test_a_page_opens_with_one_query(django_assert_num_queries):
    parts = [(keys.seal(f"account:{n}", str(n).encode(), place=f"m:{n}"), f"m:{n}") for n in range(20)]
    actions.shred("account:7", actor_key="system")
    keys.forget()
    with django_assert_num_queries(1):
        found = keys.open_many(parts)
    assert found == [None if n == 7 else str(n).encode() for n in range(20)]
    with django_assert_num_queries(0):
        assert keys.open_(parts[3][0], place="m:3") == b"3"


def test_a_draft_without_an_account_is_handed_over_with_its_key():
    sealed = keys.seal("case:5", b"x", about="case:5")
    actions.hand_over("case:5", "account:17")
    assert keys.open_(sealed) == b"x"
    more = keys.seal("account:17", b"y", about="case:5")
    actions.shred("account:17", actor_key="system")
    for each in (sealed, more):
        with pytest.raises(keys.KeyShredded):
            keys.open_(each)


def test_what_came_before_its_case_moves_with_its_key():
    sealed = keys.seal("reception:1", b"x", about="reception:1")
    actions.move("reception:1", "case:9")
    assert keys.open_(sealed) == b"x" and Key.objects.get().owner == Key.objects.get().about == "case:9"


def test_a_new_city_key_opens_the_old_and_the_old_can_be_forgotten(capsys):
    sealed = keys.seal("account:17", b"x")
    [old] = kek.names()
    stale = Key.objects.get()
    call_command("rotate_kek")
    assert kek.names()[1:] == [old] and Key.objects.get().kek == kek.names()[0]
    keys.forget()
    assert keys.open_(sealed) == b"x"
    call_command("rotate_kek", "--only-rewrap", "--forget-old")
    assert old not in kek.names() and keys.open_(sealed) == b"x"
    keys.forget()
    Key.objects.filter(pk=stale.pk).update(kek=stale.kek, wrapped=stale.wrapped)  # as an old archive of keys has it
    with pytest.raises(kek.NoMasterKey):
        keys.open_(sealed)


def test_without_a_city_key_production_says_so(settings, monkeypatch):
    settings.PRODUCTION = True
    with pytest.raises(kek.NoMasterKey):
        keys.seal("account:17", b"x")
    for wrong in ("kurz", "!" * 44, ""):
        monkeypatch.setenv("STADTKERN_KEK", wrong or ",")
        with pytest.raises(kek.NoMasterKey):
            keys.seal("account:17", b"x")
    monkeypatch.setenv("STADTKERN_KEK", "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
    assert keys.open_(keys.seal("account:17", b"x")) == b"x"
    with pytest.raises(kek.NoMasterKey):
        kek.add_new()
