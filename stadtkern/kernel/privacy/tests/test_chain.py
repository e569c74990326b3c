"""The chain: every row has its place, and whatever somebody changes behind our back is found and named."""

import threading
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from stadtkern.kernel.privacy import actions, anchors, chain
from stadtkern.kernel.privacy.models import Access, Anchor, Link
from stadtkern.kernel.privacy.verify import verify


@pytest.fixture(autouse=True)
def own_place(settings, tmp_path):
    settings.HOME = tmp_path


def look(number=1, **more):
    facts = {"purpose": "probe", "legal_basis": "§ 1", "source": "cases", "fields": ["applicant"], "cases": [number]}
    actor = f"staff:{threading.get_ident()}"  # the same look of the same clerk at the same moment would be one line
    assert actions.note_accesses(actor=actor, accounts=[number], again_after=timedelta(0), **{**facts, **more})
    return Access.objects.latest("pk")


def commit():
    """What the end of a transaction does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def superuser():
    """Somebody who may do everything and switches the triggers off."""
    commit()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor
        cursor.execute("SET session_replication_role = origin")


def log_of(count):
    rows = [look(number) for number in range(1, count + 1)]
    commit()
    return rows


def test_every_row_has_its_place_and_nothing_is_found(db):
    log_of(12)
    assert list(Link.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 13))
    actions.anchor()
    report = verify()
    assert report.sound and report.rows == 12 and report.anchors == 1 and report.remarks == []
    out = StringIO()
    call_command("verify_log", stdout=out)
    assert "12 Protokollzeilen" in out.getvalue() and "Nichts wurde verändert" in out.getvalue()


def test_nobody_changes_a_line_in_the_ordinary_way(db):
    [row] = log_of(1)
    actions.anchor()
    for attempt in (
        lambda: Access.objects.filter(pk=row.pk).update(purpose="anderes"),
        lambda: Access.objects.filter(pk=row.pk).delete(),
        lambda: Link.objects.update(hash=b""),
        lambda: Link.objects.all().delete(),
        lambda: Anchor.objects.update(seq=0),
        lambda: Anchor.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert verify().sound


COLUMNS = {
    "actor": "'staff:2'", "office": "'steueramt'", "purpose": "'anderes'", "legal_basis": "'§ 2'", "source": "'x'",
    "fields": "'[]'", "accounts": "'{99}'", "person_keys": "ARRAY[gen_random_uuid()]", "cases": "'{}'", "about": "'case:9'",
    "channel": "'api'", "charge": "'mine'", "emergency": "1", "at": "at + interval '1 microsecond'",
}  # fmt: skip


def test_every_column_is_protected(db):
    """A column added later and forgotten in the canonical form fails here."""
    assert {field.column for field in Access._meta.concrete_fields} == {*COLUMNS, "id"}
    rows = dict(zip(COLUMNS, log_of(len(COLUMNS)), strict=True))
    with superuser() as cursor:
        for column, value in COLUMNS.items():
            cursor.execute(f"UPDATE privacy_access SET {column} = {value} WHERE id = %s", [rows[column].pk])
    report = verify()
    assert report.count == {"altered": len(COLUMNS)}
    assert [finding.access for finding in report.findings] == [row.pk for row in rows.values()]


def test_an_altered_and_a_deleted_row_are_named(db):
    rows = log_of(9)
    with superuser() as cursor:
        cursor.execute("UPDATE privacy_access SET actor = 'staff:7' WHERE id = %s", [rows[3].pk])
        cursor.execute("DELETE FROM privacy_access WHERE id = %s", [rows[6].pk])
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_log", stdout=out)
    assert ended.value.code == 1
    assert f"Die Protokollzeile {rows[3].pk} (Stelle 4 der Kette) wurde verändert." in out.getvalue()
    assert f"Die Protokollzeile {rows[6].pk} (Stelle 7 der Kette) wurde gelöscht." in out.getvalue()
    assert verify().count == {"altered": 1, "deleted": 1}


def test_a_row_deleted_with_its_link_leaves_a_gap(db):
    rows = log_of(9)
    with superuser() as cursor:
        cursor.execute("DELETE FROM privacy_access WHERE id = ANY(%s)", [[rows[3].pk, rows[4].pk]])
        cursor.execute("DELETE FROM privacy_link WHERE access = ANY(%s)", [[rows[3].pk, rows[4].pk]])
    report = verify()
    assert report.count == {"deleted": 2} and report.findings[0].seq == 4


def test_a_row_put_in_past_the_trigger_is_loose(db):
    log_of(3)
    with superuser() as cursor:
        cursor.execute("INSERT INTO privacy_access (actor, office, purpose, legal_basis, source, fields, accounts, person_keys,"
                       " cases, about, channel, charge, at) SELECT 'staff:1', '', 'x', 'x', 'x', '[]', '{1}', '{}', '{}', '',"
                       " 'page', '', now()")  # fmt: skip
    assert verify().count == {"inserted": 1}


def test_rows_that_changed_places(db):
    rows = log_of(8)
    with superuser() as cursor:
        cursor.execute("UPDATE privacy_link SET access = -1 WHERE seq = 3")
        cursor.execute("UPDATE privacy_link SET access = %s WHERE seq = 6", [rows[2].pk])
        cursor.execute("UPDATE privacy_link SET access = %s WHERE seq = 3", [rows[5].pk])
    report = verify()
    assert report.count == {"reordered": 2} and [finding.seq for finding in report.findings] == [3, 6]


def test_a_forged_hash_is_found_once(db):
    log_of(6)
    with superuser() as cursor:
        cursor.execute("UPDATE privacy_link SET hash = sha256('x') WHERE seq = 3")
    report = verify()
    assert report.count == {"altered": 1} and report.findings[0].seq == 3


def rewrite(cursor):
    """All links anew, as if nothing had happened: consistent in itself."""
    cursor.execute(f"SELECT l.seq, {chain.CANONICAL} FROM privacy_link l JOIN privacy_access a ON a.id = l.access ORDER BY seq")
    before = b""
    for seq, row in cursor.fetchall():
        before = chain.link_hash(before, row)
        cursor.execute("UPDATE privacy_link SET hash = %s WHERE seq = %s", [before, seq])


def test_a_chain_written_anew_does_not_fit_its_anchors(db):
    rows = log_of(4)
    actions.anchor()
    log_of(4)
    with superuser() as cursor:
        cursor.execute("UPDATE privacy_access SET actor = 'staff:7' WHERE id = %s", [rows[2].pk])
        rewrite(cursor)
    report = verify()
    assert report.count == {"rewritten": 1} and "Zwischen Stelle 1 und 4" in report.findings[0].text


def test_the_file_outside_convicts_whoever_rewrites_the_anchors_too(db):
    rows = log_of(4)
    actions.anchor()
    with superuser() as cursor:
        cursor.execute("UPDATE privacy_access SET actor = 'staff:7' WHERE id = %s", [rows[2].pk])
        rewrite(cursor)
        cursor.execute("DELETE FROM privacy_anchor")
    assert set(verify().count) == {"rewritten", "anchor"}
    with superuser() as cursor:  # an anchor of their own, without the seal
        cursor.execute("INSERT INTO privacy_anchor (seq, hash, at, previous, remark, signature, certificate) "
                       "SELECT 4, hash, now(), '', '', 'AAAA', 'AAAA' FROM privacy_link WHERE seq = 4")  # fmt: skip
    texts = " ".join(finding.text for finding in verify().findings)
    assert "nicht echt" in texts and "nicht in der Datei" in texts


def test_a_tail_cut_off(db):
    rows = log_of(6)
    actions.anchor()
    with superuser() as cursor:
        cursor.execute("DELETE FROM privacy_access WHERE id >= %s", [rows[4].pk])
        cursor.execute("DELETE FROM privacy_link WHERE seq >= 5")
    report = verify()
    assert report.count == {"cut": 1} and report.findings[0].seq == 5
    with superuser() as cursor:
        cursor.execute("DELETE FROM privacy_access")
        cursor.execute("DELETE FROM privacy_link")
    assert verify().count == {"cut": 1}


def test_an_anchor_missing_in_the_file_or_the_database(db):
    for _ in range(3):
        log_of(2)
        actions.anchor()
    [file] = anchors.folder().glob("*.jsonl")
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], lines[2]]))
    report = verify()
    assert report.count == {"anchor": 1} and "nicht in der Datei" in report.findings[0].text
    with superuser() as cursor:
        cursor.execute("DELETE FROM privacy_anchor WHERE seq = 4")
    report = verify()
    assert report.count == {"anchor": 1} and "fehlt ein Anker" in report.findings[0].text
    file.write_text("{kaputt")
    assert "nicht lesbar" in verify().findings[0].text


def test_an_altered_anchor_is_not_signed(db):
    log_of(2)
    actions.anchor()
    with superuser() as cursor:
        cursor.execute("UPDATE privacy_anchor SET seq = 1")
    assert any("Unterschrift passt nicht" in finding.text for finding in verify().findings)


def test_a_restored_backup_is_explained_not_hidden(db):
    log_of(6)
    actions.anchor()
    with superuser() as cursor:  # the state of an older backup
        cursor.execute("DELETE FROM privacy_access WHERE id IN (SELECT access FROM privacy_link WHERE seq > 4)")
        cursor.execute("DELETE FROM privacy_link WHERE seq > 4")
        cursor.execute("DELETE FROM privacy_anchor")
    assert set(verify().count) == {"cut", "anchor"}
    call_command("anchor_log", restored="Platte defekt, Sicherung von gestern", stdout=StringIO())
    report = verify()
    assert report.sound and "Platte defekt" in report.remarks[0]
    log_of(3)
    actions.anchor()
    assert verify().sound


def test_forgetting_takes_whole_pieces_and_what_stays_verifies(db, monkeypatch):
    long_ago, recent = timezone.now() - timedelta(days=800), timezone.now() - timedelta(days=10)
    log_of(5)
    monkeypatch.setattr("stadtkern.kernel.privacy.verify.timezone.now", lambda: long_ago)
    actions.anchor()
    monkeypatch.undo()
    log_of(3)
    monkeypatch.setattr("stadtkern.kernel.privacy.verify.timezone.now", lambda: recent)
    actions.anchor()
    monkeypatch.undo()
    log_of(2)
    assert actions.forget_old() == 5 and actions.forget_old() == 0
    assert Access.objects.count() == 5 and verify().sound and verify().rows == 5
    with superuser() as cursor:  # a piece more than was due
        cursor.execute("DELETE FROM privacy_access WHERE id IN (SELECT access FROM privacy_link WHERE seq <= 8)")
        cursor.execute("DELETE FROM privacy_link WHERE seq <= 8")
    report = verify()
    assert report.count == {"deleted": 3} and report.findings[0].seq == 6


def test_after_everything_was_forgotten_the_chain_goes_on(db, monkeypatch):
    log_of(2)
    long_ago = timezone.now() - timedelta(days=800)
    with monkeypatch.context() as patch:
        patch.setattr("stadtkern.kernel.privacy.verify.timezone.now", lambda: long_ago)
        actions.anchor()
    assert actions.forget_old() == 2 and Link.objects.count() == 0
    log_of(2)
    assert list(Link.objects.values_list("seq", flat=True)) == [3, 4] and verify().sound


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_those_who_give_up_leave_no_gap():
    """Six at once, every third transaction rolled back: gapless, and in one order."""

    def write():
        try:
            for number in range(15):
                try:
                    with transaction.atomic():
                        look(number + 1)
                        look(number + 2)
                        if number % 3 == 0:
                            raise InterruptedError
                except InterruptedError:
                    pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Access.objects.count() == 6 * 10 * 2
    assert list(Link.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 121))
    assert verify().sound
