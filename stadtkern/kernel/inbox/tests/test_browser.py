"""The post box in a real browser: accessible in light and dark, narrow and wide, without scripts."""

import pytest
from django.urls import reverse

from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.inbox.models import Echo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_no_violations_and_no_sideways_scrolling(open_tab, transactional_db, letter, citizen, other_citizen, operator):
    paper = Document.objects.create(
        number="D-1", about="case:17", account=citizen, title="Bescheid", sha256="0", verify_code="v", size=2048
    )
    letter(citizen, documents=[paper], link="/vorgang/x/", body="Guten Tag,\n\n" + "ein-sehr-langes-wort" * 20)
    letter(citizen, title="Zweiter Brief " + "x" * 180)
    Echo.objects.filter(pk=Echo.objects.latest("pk").pk).update(attempts=3, last_error="MailUnavailable: switched off")
    tab = open_tab(account=citizen)
    for path in ("/post/", "/post/?nur=neu", reverse("inbox:message", args=[Echo.objects.earliest("pk").message_id])):
        assert tab.go(path).status == 200
        assert (path, tab.everywhere()) == (path, [])
    nobody = open_tab(account=other_citizen)
    nobody.go("/post/")
    assert nobody.everywhere() == []
    desk = open_tab(account=operator.account)
    desk.go(reverse("inbox:operate"))
    assert desk.everywhere() == []


def test_from_the_list_to_the_letter_without_scripts(open_tab, transactional_db, letter, citizen):
    letter(citizen)
    tab = open_tab(account=citizen, scripts=False)
    tab.go("/post/")
    assert "Neu" in tab.page.inner_text("main")
    tab.page.get_by_role("link", name="Ihr Bescheid über den Dackel").press("Enter")
    assert "der Dackel darf bleiben" in tab.page.inner_text("main")
    tab.go("/post/")
    assert "Neu" not in tab.page.inner_text("main").replace("Nur ungelesene", "")
