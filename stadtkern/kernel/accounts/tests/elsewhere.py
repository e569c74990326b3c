"""Test help: walk to a means and back, as a browser without JavaScript does; hidden fields are read from the pages."""

import re
from html import unescape

from stadtkern.kernel.accounts.saml.partner import ourselves

SIMULATOR = {"bundid": "/konto/demo/anbieter/bundid/", "organisation": "/konto/demo/anbieter/organisation/"}


def fields(answer) -> dict[str, str]:
    """Names and values of the hidden fields on a page."""
    return {
        unescape(n): unescape(v)
        for n, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.content.decode())
    }


def leave(browser, means="bundid", *, step_up=False, target="/konto/angaben/", trust="") -> dict[str, str]:
    """Press the button of a means; returns the fields of the form that carries the question away."""
    door = "/konto/ausweisen/los/" if step_up else "/konto/anmelden-mit/"
    answer = browser.post(door, {"means": means, "next": target, **({"trust": trust} if trust else {})})
    page = browser.get(answer["Location"])
    assert page.status_code == 200, page.status_code
    return fields(page)


def choose(browser, means, sent, **choice) -> dict[str, str]:
    """At the simulator: who, level, or do; returns what its last form sends back to us."""
    page = browser.post(SIMULATOR[means], sent)
    assert page.status_code == 200, page.content.decode()[:500]
    done = browser.post(SIMULATOR[means], {"question": fields(page)["question"], **choice})
    assert done.status_code == 200
    return fields(done)


def bring_back(browser, means, answer, follow=False):
    """The provider's form, posted from another site: this request carries no cookies of ours. Then the GET does."""
    kept = browser.cookies.copy()
    browser.cookies.clear()
    path = "/" + ourselves(means).address.split("/", 3)[3]
    posted = browser.post(path, answer)
    browser.cookies = kept
    return browser.get(posted["Location"], follow=follow) if posted.status_code in (302, 303) else posted


def come_in(browser, means="bundid", follow=False, *, step_up=False, target="/konto/angaben/", trust="", **choice):
    """The whole way; `who` and `level` or `do`."""
    sent = leave(browser, means, step_up=step_up, target=target, trust=trust)
    return bring_back(browser, means, choose(browser, means, sent, **choice), follow)
