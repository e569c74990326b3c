"""The town of the demo for stories through the browser, and a worker that runs when the story says so."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from stadtkern.kernel.accounts.models import Account
from stadtkern.ui.testing import Tab


@pytest.fixture
def town(transactional_db: None) -> Callable[[str], Account]:
    """Seeded people and offices; `town("zoe")` is the demo person whose e-mail begins so."""
    call_command("seed", people=40, bare=True, stdout=StringIO())
    return lambda name: Account.objects.get(email__startswith=f"{name}.")


@pytest.fixture
def press() -> Callable[[Tab, str], None]:
    """Press the button with these words."""

    def click(tab: Tab, words: str) -> None:
        button = tab.page.get_by_role("button", name=words, exact=True)
        assert button.count() == 1, f"no button {words!r} on {tab.page.url}:\n{tab.page.inner_text('body')}"
        button.click()
        tab.page.wait_for_load_state()

    return click


@pytest.fixture
def heading() -> Callable[[Tab], str]:
    """The page's one heading."""

    def read(tab: Tab) -> str:
        titles: Any = tab.page.locator("h1")
        titles.first.wait_for()
        assert titles.count() == 1, f"{titles.count()} headings of the first order on {tab.page.url}"
        return str(titles.inner_text())

    return read
