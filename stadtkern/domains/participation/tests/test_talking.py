"""Support, comments, complaints, moderation and appeal; counters that do not drift."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.actions import announcing, appealing, keeping
from stadtkern.domains.participation.models import Comment, Complaint, Contribution, Follow, Moderation, Process, Support
from stadtkern.domains.participation.models.comment import DEEPEST
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Mandate
from stadtkern.kernel.inbox.models import Message

IDEA = {"title": "Mehr Bänke im Stadtpark", "text": "Auf dem ganzen Weg gibt es keine Bank."}


@pytest.fixture
def idea(process, citizen, moderator) -> Contribution:
    row = actions.contribute(Actor(citizen), process, IDEA)
    actions.publish(Actor(moderator.account, moderator), row)
    row.refresh_from_db()
    return row


def counters(row: Contribution) -> tuple[int, int]:
    row.refresh_from_db()
    shown = Comment.objects.filter(contribution=row, state="PUBLISHED").count()
    assert (row.supports, row.comments) == (Support.objects.filter(contribution=row).count(), shown)
    return row.supports, row.comments


def test_one_person_is_one_support_and_can_take_it_back(idea, citizen, other_citizen):
    other = Actor(other_citizen)
    assert [actions.support(other, idea), actions.support(other, idea)] == [True, False]
    assert counters(idea) == (1, 0)
    with pytest.raises(actions.Refused, match="eigener Beitrag"):
        actions.support(Actor(citizen), idea)
    with pytest.raises(actions.Refused, match="melden Sie sich an"):
        actions.support(Actor(), idea)
    with pytest.raises(actions.Refused, match="schon auf Ihren Beitrag geantwortet"):
        actions.edit(Actor(citizen), idea, IDEA, idea.version)
    assert [actions.unsupport(other, idea), actions.unsupport(other, idea)] == [True, False]
    assert counters(idea) == (0, 0)


def test_comments_are_a_tree_that_does_not_grow_deeper_than_can_be_read(idea, other_citizen):
    other = Actor(other_citizen)
    last = first = actions.comment(other, idea, "Gute Idee")
    assert actions.comment(other, idea, "Gute Idee ") == first  # a double click
    for level in range(DEEPEST + 3):
        last = actions.comment(other, idea, f"Antwort {level}", parent=last.pk)
    assert (last.depth, last.thread) == (DEEPEST, first.pk)
    assert counters(idea)[1] == DEEPEST + 4
    actions.withdraw_comment(other, first)
    assert counters(idea)[1] == DEEPEST + 3
    assert Comment.objects.get(pk=first.pk).text == ""
    with pytest.raises(actions.Refused, match="nicht mehr da"):
        actions.comment(other, idea, "Zu spät", parent=first.pk)
    with pytest.raises(Comment.DoesNotExist):
        actions.withdraw_comment(Actor(Account.objects.create(email="x@example.org")), last)


def test_what_is_hidden_is_explained_and_somebody_else_answers_the_appeal(
    idea, citizen, other_citizen, moderator, second_moderator
):
    first, second = Actor(moderator.account, moderator), Actor(second_moderator.account, second_moderator)
    actions.complain(Actor(other_citizen), idea, "spam")
    actions.complain(Actor(other_citizen), idea, "spam")
    assert Complaint.objects.get().done_at is None
    made = actions.hide(first, idea, "spam", "Dreimal eingestellt.")
    assert Complaint.objects.get().done_at is not None
    letter = Message.objects.get(account=citizen, about=str(idea))
    assert "Dreimal eingestellt." in letter.body and idea.reference in letter.link
    assert not Contribution.objects.visible_to(Actor(other_citizen)).exists()
    with pytest.raises(Moderation.DoesNotExist):
        actions.appeal(Actor(other_citizen), made, "Das ist doch gut.")
    actions.appeal(Actor(citizen), made, "Das war ein anderer Text.")
    with pytest.raises(actions.Refused, match="jemand anderes"):
        actions.answer_appeal(first, made, False, "Doch.")
    actions.answer_appeal(second, made, False, "Stimmt, Verzeihung.")
    idea.refresh_from_db()
    assert idea.state == "PUBLISHED" and Message.objects.filter(account=citizen, title__contains="Widerspruch").exists()


def test_a_hidden_comment_does_not_count_and_names_its_reason(idea, other_citizen, moderator):
    row = actions.comment(Actor(other_citizen), idea, "Unsinn <script>alert(1)</script>")
    moderating = Actor(moderator.account, moderator)
    actions.hide_comment(moderating, row, "insult", "")
    assert counters(idea) == (0, 0)
    assert "beleidigt" in Message.objects.get(account=other_citizen).body
    actions.show_comment(moderating, row)
    assert counters(idea) == (0, 1)


def test_a_person_who_goes_leaves_texts_without_a_name_and_counters_that_fit(idea, citizen, other_citizen, process, moderator):
    actions.support(Actor(other_citizen), idea)
    actions.comment(Actor(other_citizen), idea, "Gute Idee")
    second = actions.contribute(Actor(other_citizen), process, {**IDEA, "keep_text": False, "author": "name"})
    actions.publish(Actor(moderator.account, moderator), second)
    actions.forget_of(other_citizen.pk)
    actions.forget_of(other_citizen.pk)
    assert counters(idea) == (0, 1)
    assert Comment.objects.get().author_shown == ""
    second.refresh_from_db()
    assert (second.state, second.text, second.author_shown, second.account) == ("WITHDRAWN", "", "", None)
    actions.forget_of(citizen.pk)
    idea.refresh_from_db()
    assert (idea.state, idea.text, idea.account) == ("PUBLISHED", IDEA["text"], None)
    assert not Follow.objects.exists()


def test_a_contribution_leads_to_its_result_and_back(idea, process, moderator, clerk):
    moderating = Actor(moderator.account, moderator)
    result = actions.enter_result(moderating, process, {"title": "Zwölf neue Bänke", "milestones": [("Bestellt", None, None)]})
    made = actions.link(moderating, idea, result, "REALISED_AS")
    assert actions.link(moderating, idea, result, "REALISED_AS") == made
    with pytest.raises(actions.Refused, match="verweist schon"):
        actions.link(moderating, result, idea, "BECAME")
    with pytest.raises(actions.Refused):
        actions.link(moderating, idea, result, "MERGED_INTO")
    with pytest.raises(Contribution.DoesNotExist):
        actions.link(Actor(clerk.account, clerk), idea, result, "BECAME")


def test_a_support_can_be_taken_back_whatever_has_become_of_it(idea, process, citizen, other_citizen, moderator):
    other = Actor(other_citizen)
    actions.support(other, idea)
    actions.hide(Actor(moderator.account, moderator), idea, "spam", "")
    process.phases.update(allows=[])
    with pytest.raises(actions.Refused, match="nur für sich selbst"):
        actions.unsupport(Actor(other_citizen, mandate=Mandate(principal=citizen)), idea)
    assert [actions.unsupport(other, idea), actions.unsupport(other, idea)] == [True, False]
    assert counters(idea) == (0, 0)


def test_a_comment_that_is_shown_again_meanwhile_is_counted_once(idea, other_citizen, moderator, second_moderator, monkeypatch):
    said, first = actions.comment(Actor(other_citizen), idea, "Das geht nicht"), Actor(moderator.account, moderator)
    made = actions.hide_comment(first, said, "insult", "")
    actions.appeal(Actor(other_citizen), made, "Das ist keine Beleidigung.")
    real = appealing.locked

    def slowly(pk, *among):
        actions.show_comment(first, said)  # before the contribution is ours
        return real(pk, *among)

    monkeypatch.setattr(appealing, "locked", slowly)
    actions.answer_appeal(Actor(second_moderator.account, second_moderator), made, False, "Stimmt.")
    assert counters(idea) == (0, 1)


def test_a_changed_text_that_is_rejected_is_explained_though_the_case_was_decided(idea, citizen, moderator):
    actions.edit(Actor(citizen), idea, {**IDEA, "text": "Hier steht jetzt Werbung."}, idea.version)
    actions.reject(Actor(moderator.account, moderator), idea, "spam", "Das ist Werbung.")
    assert "Das ist Werbung." in Message.objects.get(account=citizen, about=str(idea)).body


def test_a_link_names_no_title_its_readers_could_not_open(idea, make_process, citizen, other_citizen, moderator):
    inside = Contribution.objects.create(
        process=make_process("intern", audience="staff"), kind="RESULT", state="PUBLISHED", title="Noch geheim"
    )
    for account in (other_citizen, moderator.account):
        actions.follow(Actor(account), idea)
    made = actions.link(Actor(moderator.account, moderator), idea, inside, "BECAME")
    announcing.announce_link(made.pk)
    assert [letter.account for letter in Message.objects.filter(body__contains="Noch geheim")] == [moderator.account]
    actions.follow(Actor(other_citizen), inside.process)  # was a member of staff once
    Process.objects.filter(pk=inside.process.pk).update(state="CLOSED", result="Ein Ergebnis")
    announcing.announce_result(inside.process.pk)
    assert not Message.objects.filter(about=str(inside.process)).exists()


def test_after_five_years_and_for_who_goes_comments_and_appeals_name_nobody(
    idea, process, citizen, other_citizen, moderator, second_moderator
):
    other, first = Actor(other_citizen), Actor(moderator.account, moderator)
    actions.support(other, idea)
    kept, official = actions.comment(other, idea, "Gute Idee"), actions.comment(first, idea, "Danke")
    bad = actions.comment(other, idea, "Etwas Böses")
    made = actions.hide_comment(first, bad, "insult", "")
    actions.appeal(other, made, "Ich bin es doch.")
    now = timezone.now()
    assert keeping.tidy_up(now + timedelta(days=400)) == 0  # the appeal waits
    actions.answer_appeal(Actor(second_moderator.account, second_moderator), made, True, "Nein.")
    assert keeping.tidy_up(now + timedelta(days=300)) == 0
    assert keeping.tidy_up(now + timedelta(days=400)) == 2  # the text and the appeal
    bad.refresh_from_db()
    made.refresh_from_db()
    assert (bad.text, bad.account, made.appeal) == ("", other_citizen, "")
    Process.objects.filter(pk=process.pk).update(state="CLOSED", closed_at=now - timedelta(days=6 * 365))
    while keeping.tidy_up(now):
        pass
    kept.refresh_from_db()
    official.refresh_from_db()
    idea.refresh_from_db()
    assert (kept.text, kept.account, kept.author_shown) == ("Gute Idee", None, "")
    assert (official.account, official.author_shown) == (None, process.office.title)
    assert idea.supports == 1 and not Support.objects.exists() and not Comment.objects.exclude(account=None).exists()


def test_an_appeal_goes_with_its_author(idea, other_citizen, moderator):
    said = actions.comment(Actor(other_citizen), idea, "Etwas Böses")
    made = actions.hide_comment(Actor(moderator.account, moderator), said, "insult", "")
    actions.appeal(Actor(other_citizen), made, "Ich bin es doch.")
    actions.forget_of(other_citizen.pk)
    made.refresh_from_db()
    said.refresh_from_db()
    assert (made.appeal, made.appealed_at, said.text, said.account) == ("", None, "", None)
