"""Letters both ways: once, readable by the right people, read by the receiver."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Company, Membership
from stadtkern.kernel.documents.models import Upload
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox import actions
from stadtkern.kernel.inbox.models import Echo, Message


def names():
    return list(Event.objects.values_list("name", "subject", "actor"))


def test_a_letter_with_its_echo(letter, citizen):
    message = letter(citizen, link="/vorgang/x/")
    assert (message.direction, message.read_at) == ("TO_PERSON", None)
    assert message.body == "Guten Tag,\n\nder Dackel darf bleiben."
    assert Echo.objects.get().state == "WAITING"
    assert names() == [("inbox.delivered", "case:17", "system")]
    assert list(Message.objects.thread("case:17")) == [message]


def test_a_replay_writes_no_second_letter(letter, citizen):
    assert letter(citizen, once="5:close").pk == letter(citizen, once="5:close", title="anders").pk
    assert Message.objects.count() == Echo.objects.count() == Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_six_replays_at_once_write_one_letter(transactional_db, letter, citizen):
    def run(number):
        try:
            return letter(citizen, once="5:close").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(run, range(6)))) == 1
    assert Message.objects.count() == Echo.objects.count() == 1


def test_hostile_text_is_kept_readable(letter, citizen):
    message = letter(citizen, title="Zwei\r\nZeilen\0" + "x" * 300, body="a\0b\x1b[31m\r\n\tc")
    assert message.title.startswith("Zwei Zeilenx")
    assert len(message.title) == 200
    assert message.body == "ab[31m\n\tc"
    with pytest.raises(ValueError, match="20001"):
        letter(citizen, body="x" * 20_001)
    for evil in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="no path"):
            letter(citizen, link=evil)


def test_writing_to_the_office(citizen, offices):
    actor = Actor(account=citizen)
    message = actions.write(actor, about="case:17", office=offices["steueramt"], title="Frage", body=" Wann? ")
    assert (message.direction, message.body, message.account) == ("TO_OFFICE", "Wann?", citizen)
    assert not Echo.objects.exists()
    assert names() == [("inbox.written", "case:17", f"account:{citizen.pk}")]
    for body in ("", " \0 ", "x" * 20_001):
        with pytest.raises(actions.Refused):
            actions.write(actor, about="case:17", office=offices["steueramt"], title="Frage", body=body)
    with pytest.raises(actions.Refused):
        actions.write(Actor(), about="case:17", office=offices["steueramt"], title="Frage", body="x")


def test_a_file_of_another_case_is_not_sent_along(citizen, offices):
    upload = Upload.objects.create(about="case:99", account=citizen, file_name="a.pdf", media_type="application/pdf", size=1)
    with pytest.raises(ValueError, match="something else"):
        actions.write(
            Actor(account=citizen), about="case:17", office=offices["steueramt"], title="Frage", body="x", uploads=[upload]
        )


def test_who_sees_what(letter, citizen, other_citizen, clerk, other_clerk, operator, mayor):
    message = letter(citizen)
    company = Company.objects.create(name="Çelik Tiefbau GmbH")
    Membership.objects.create(account=other_citizen, company=company)
    for_company = letter(citizen, company=company)

    def sees(actor):
        return set(Message.objects.visible_to(actor))

    assert sees(Actor(account=citizen)) == {message}
    assert sees(Actor(account=other_citizen)) == set()
    assert sees(Actor(account=other_citizen, company=company)) == {for_company}
    assert sees(Actor(account=other_clerk.account, staff=other_clerk)) == {message, for_company}
    for staff in (clerk, operator, mayor):
        assert sees(Actor(account=staff.account, staff=staff)) == set()
    assert sees(Actor()) == set()


def test_only_the_receiver_reads(letter, citizen, other_citizen, other_clerk):
    message = letter(citizen)
    for actor in (Actor(account=other_citizen), Actor(account=other_clerk.account, staff=other_clerk)):
        assert actions.mark_read(actor, message).read_at is None
    first = actions.mark_read(Actor(account=citizen), message).read_at
    assert actions.mark_read(Actor(account=citizen), message).read_at == first is not None
    assert [name for name, *_ in names()] == ["inbox.delivered", "inbox.read"]


def test_a_clerk_of_the_office_reads_what_the_person_wrote(citizen, offices, other_clerk, clerk):
    message = actions.write(Actor(account=citizen), about="case:17", office=offices["steueramt"], title="Frage", body="x")
    assert actions.mark_read(Actor(account=citizen), message).read_at is None
    assert actions.mark_read(Actor(account=clerk.account, staff=clerk), message).read_at is None
    assert actions.mark_read(Actor(account=other_clerk.account, staff=other_clerk), message).read_at is not None
