"""Citizens in front of their browsers: they apply, reload when a page breaks, give up sometimes, and pay."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape

import httpx

from .people import Citizen

SERVICE = "meldebescheinigung"
PATIENCE = 240.0  # seconds somebody keeps reloading
GIVES_UP = 0.04  # share of people who close the window at the first broken page
REFERENCE = re.compile(r"/vorgang/([A-Z]+-[0-9A-Z]{4}-[0-9A-Z]{4})/")


class GaveUp(Exception):
    """The window is closed; whatever happened on the other side, nobody saw a confirmation."""


@dataclass
class Application:
    """What a client knows: it counts as confirmed only after the confirmation page was seen."""

    account: int
    costs: bool
    reference: str = ""
    confirmed: bool = False
    by_hand: bool = False
    paid: bool = False
    troubles: int = 0


@dataclass
class Crowd:
    """All applications so far, from several threads."""

    applications: list[Application] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    surprises: Counter[str] = field(default_factory=Counter)  # pages that should not exist: 4xx on the normal way
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def confirmed(self) -> int:
        return sum(application.confirmed for application in self.applications)


class Browser:
    """One person's browser: reloads after connection errors and 5xx, sends the form again as the reload button does."""

    def __init__(self, address: str, citizen: Citizen, crowd: Crowd, dice: random.Random, loyal: bool = False) -> None:
        self.crowd, self.dice, self.loyal = crowd, dice, loyal
        self.http = httpx.Client(base_url=address, timeout=20, trust_env=False)
        self.http.cookies.set("sessionid", citizen.session, domain="127.0.0.1")
        self.troubles = 0

    def get(self, url: str) -> httpx.Response:
        return self._ask("GET", url, None)

    def send(self, page: httpx.Response, url: str, **answers: str) -> httpx.Response:
        """Fill in and send the form on `page`; what is not answered goes as it stands there, as browsers do."""
        return self._ask("POST", url, {**fields(page), **answers})

    def follow(self, answer: httpx.Response) -> httpx.Response:
        while answer.is_redirect:
            answer = self.get(answer.headers["location"])
        return answer

    def _ask(self, method: str, url: str, form: dict[str, str] | None) -> httpx.Response:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.http.request(method, url, data=form, headers={"Referer": str(self.http.base_url)})
            except httpx.HTTPError as error:
                self._count(type(error).__name__)
            else:
                self._count(str(answer.status_code))
                # Django answers 400 when the database dies while the session is saved; people reload that page, too.
                if answer.status_code < 500 and answer.status_code != 400:
                    return answer
            self.troubles += 1
            if time.monotonic() > until or (not self.loyal and self.dice.random() < GIVES_UP):
                raise GaveUp
            time.sleep(self.dice.uniform(0.3, 1.5))

    def _count(self, what: str) -> None:
        with self.crowd.lock:
            self.crowd.answers[what] += 1


def fields(page: httpx.Response) -> dict[str, str]:
    """Names and values of the text and hidden fields in the main part of a page."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page.text.partition("<main")[2].partition("</main>")[0]):
        marks = dict(re.findall(r'(name|value|type)="([^"]*)"', tag))
        if "name" in marks and marks.get("type", "text") in ("text", "hidden"):
            found[unescape(marks["name"])] = unescape(marks.get("value", ""))
    return found


def apply(browser: Browser, citizen: Citizen, application: Application) -> None:
    """The citizen's way: consent, two pages, check, send, confirmation. RuntimeError: a page we do not know."""
    start = f"/vorgang/neu/{SERVICE}/"
    page = browser.get(start)
    if "_token" not in fields(page):
        raise RuntimeError(f"no start page: {page.status_code} {page.text[:200]!r}")
    page = browser.follow(browser.send(page, start, _prefill="yes"))
    for _page in range(8):
        place = str(page.url.path)
        if found := REFERENCE.search(place):
            application.reference = found[1]
        if place.endswith("/angaben/bescheinigung/"):
            purpose = "bank" if application.costs else "pension"
            answers = {"kind": "simple", "purpose": purpose, "language": "de", "copies": browser.dice.choice("112")}
        elif place.endswith("/angaben/daten/"):
            application.by_hand = not fields(page).get("person/family_name")
            answers = citizen.facts if application.by_hand else {}
        elif place.endswith("/pruefen/"):
            page = browser.follow(browser.send(page, place.replace("/pruefen/", "/senden/")))
            continue
        elif place.endswith("/danke/") and page.status_code == 200 and application.reference in page.text:
            application.confirmed = True
            return
        elif place == f"/vorgang/{application.reference}/":  # sent already, the answer was lost: that page confirms, too
            page = browser.get(f"/vorgang/{application.reference}/danke/")
            continue
        else:
            raise RuntimeError(f"unknown page {place}: {page.status_code}")
        page = browser.follow(browser.send(page, place, _next="1", **answers))
    raise RuntimeError(f"going round in circles at {page.url.path}")


def pay(browser: Browser, application: Application) -> None:
    """From the confirmation page to the pay page; half of the people close the window there and never come back."""
    until = time.monotonic() + 3600
    while time.monotonic() < until:
        page = browser.get(f"/vorgang/{application.reference}/danke/")
        button = re.search(r'action="(/zahlung/\d+/(?:bezahlen|noch-einmal)/)"', page.text)
        if button is None:
            application.paid = True  # nothing to pay any more: somebody pressed and the answer was lost
            return
        answer = browser.send(page, button[1])
        if browser.dice.random() < 0.2:
            answer = browser.send(page, button[1])  # a double click
        if not answer.is_redirect or "demo-anbieter" not in answer.headers["location"]:
            time.sleep(browser.dice.uniform(1, 3))  # "the payment service does not answer, try again later"
            continue
        pay_page = _once(browser, answer.headers["location"])
        if pay_page is None:
            continue
        if "abgeschlossen" not in pay_page.text:
            pay_page = _once(browser, answer.headers["location"], pay_page)
            if pay_page is None:
                continue
        application.paid = True
        if pay_page.is_redirect and browser.dice.random() < 0.5:
            browser.get(pay_page.headers["location"])
        return
    raise RuntimeError(f"{application.reference} could not be paid in an hour")


def _once(browser: Browser, url: str, page: httpx.Response | None = None) -> httpx.Response | None:
    """The provider's page, which is away during its outage; None means: back to the city and try again."""
    form = {**fields(page), "press": browser.dice.choice(["card", "giro"])} if page else None
    try:
        answer = browser.http.request("POST" if page else "GET", url, data=form, headers={"Referer": url})
    except httpx.HTTPError:
        return None
    if answer.status_code >= 400:
        time.sleep(browser.dice.uniform(1, 3))
        return None
    return answer


class Street(threading.Thread):
    """One of several people at a time: takes the next citizen when it is their moment, applies, pays."""

    def __init__(self, address: str, citizens: "Queue", crowd: Crowd, seed: int) -> None:
        super().__init__(daemon=True)
        self.address, self.citizens, self.crowd, self.dice = address, citizens, crowd, random.Random(seed)

    def run(self) -> None:
        for citizen in self.citizens:
            application = Application(citizen.account, costs=self.dice.random() < 0.5)
            with self.crowd.lock:
                self.crowd.applications.append(application)
            browser = Browser(self.address, citizen, self.crowd, self.dice)
            try:
                apply(browser, citizen, application)
                if application.confirmed and application.costs:
                    threading.Thread(target=self._pay, args=(citizen, application), daemon=True).start()
            except GaveUp:
                pass
            except RuntimeError as surprise:
                with self.crowd.lock:
                    self.crowd.surprises[str(surprise)[:120]] += 1
            application.troubles = browser.troubles

    def _pay(self, citizen: Citizen, application: Application) -> None:
        time.sleep(self.dice.uniform(0, 3))
        try:
            pay(Browser(self.address, citizen, self.crowd, random.Random(application.account), loyal=True), application)
        except (GaveUp, RuntimeError) as surprise:
            with self.crowd.lock:
                self.crowd.surprises[f"pay: {surprise}"[:120]] += 1


class Queue:
    """Hands out citizens evenly over `seconds` until enough applications are confirmed."""

    def __init__(self, citizens: Iterable[Citizen], crowd: Crowd, wanted: int, seconds: float) -> None:
        self._left, self._crowd, self._wanted = iter(citizens), crowd, wanted
        self._pause, self._next, self._lock = seconds / wanted, time.monotonic(), threading.Lock()
        self.closed = False

    def __iter__(self) -> "Queue":
        return self

    def __next__(self) -> Citizen:
        with self._lock:
            if self.closed or self._crowd.confirmed >= self._wanted:
                raise StopIteration
            moment, self._next = self._next, max(self._next, time.monotonic() - 20) + self._pause
            citizen = next(self._left)
        time.sleep(max(0.0, moment - time.monotonic()))
        return citizen
