"""A phone shows its ticket without network, its screen is read at an angle and dim, the inspector judges offline."""

import base64
import io
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.utils import timezone
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from stadtkern.domains.mobility.actions import ticket_copies
from stadtkern.domains.mobility.models import InspectionCount, Order, Ticket, TicketCopy
from stadtkern.domains.mobility.tickets import keys
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff, Trust
from stadtkern.lib.uic import Known, aztec, inspect, issue
from stadtkern.lib.uic.tests import hostile
from stadtkern.lib.uic.tests.forgeries import CITY, content, on_phone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def distorted(screen: bytes) -> dict[str, Image.Image]:
    """As a camera may see a screen: turned, from the side, in the dark with noise, out of focus, all at once."""
    flat = ImageOps.expand(Image.open(io.BytesIO(screen)).convert("L"), 160, fill=128)
    noise = Image.effect_noise((2000, 2000), 12).point(lambda value: value // 3)

    def turned(picture: Image.Image, angle: float) -> Image.Image:
        return picture.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=128)

    def aside(picture: Image.Image) -> Image.Image:
        """The right edge is a fifth farther away than the left one."""
        wide, high = picture.size
        far = 0.2 / wide  # x and y shrink to the right, around the middle line
        lens = (1, 0, 0, -far * high / 2, 1, 0, -far, 0)
        return picture.transform(picture.size, Image.Transform.PERSPECTIVE, lens, Image.Resampling.BICUBIC, fillcolor=128)

    def dim(picture: Image.Image) -> Image.Image:
        dark = ImageEnhance.Brightness(ImageEnhance.Contrast(picture).enhance(0.45)).enhance(0.3)
        return Image.blend(dark, noise.crop((0, 0, *dark.size)), 0.12)

    soft = flat.filter(ImageFilter.GaussianBlur(2.5))
    return {
        "flat": flat, "turned": turned(flat, 31), "side": aside(flat), "dim": dim(flat), "soft": soft,
        "all": dim(turned(aside(flat), 14)),
    }  # fmt: skip


def a_ticket(account) -> Ticket:
    now = timezone.now()
    order = Order.objects.create(
        account=account, once="1", product="einzel", title="Einzelfahrschein", kind="ride", zones=["A"], full_cents=220,
        due_cents=220, status="PAID", paid_at=now,
    )  # fmt: skip
    told = {"since": now - timedelta(minutes=5), "until": now + timedelta(minutes=85), "zones": ["A"], "title": order.title}
    return Ticket.objects.create(number="7QK2M9T4X", account=account, order=order, **told)


def test_shown_without_network_and_inspected_without_network(citizen, other_citizen, offices, open_tab, settings, tmp_path):
    settings.HOME = tmp_path
    row = a_ticket(citizen)
    phone = open_tab(width=390, account=citizen, device_scale_factor=3)  # as phones have it
    for name, path in (("1-kaufen", "kaufen/?produkt=einzel&zonen=A,B"), ("2-eines", f"{row.pk}/"), ("3-meine", "meine/")):
        phone.go(f"/mobil/tickets/{path}")
        phone.look(f"ticket-{name}")
    phone.go("/mobil/tickets/zeigen/")
    phone.page.locator(f"#t{row.pk}.is-valid svg path[d^=M]").nth(1).wait_for(timeout=20_000)
    phone.look("ticket-4-zeigen")
    assert TicketCopy.objects.get(ticket=row).kind == "PHONE"
    phone.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    phone.context.set_offline(True)
    phone.page.reload()
    phone.page.locator(f"#t{row.pk}.is-valid svg path[d^=M]").nth(1).wait_for(timeout=20_000)
    phone.look("ticket-5-zeigen-ohne-netz")
    screen = phone.page.locator(f"#t{row.pk} .tk-code").screenshot()
    now, ring = datetime.now(UTC), {("MVB", one.number): one.private.public_key() for one in keys.ring()}
    for name, picture in distorted(screen).items():
        codes = aztec.read_image(picture)
        assert codes and inspect(codes[0], ring, Known(), now, 1).state == "valid", f"not read: {name}"
    assert inspect(codes[0], ring, Known(), now + timedelta(seconds=60), 1).state == "replay", "a picture dies in seconds"

    small = open_tab(
        width=320, account=citizen, scheme="dark", device_scale_factor=2
    )  # the smallest phones, drawn by the server
    small.go(f"/mobil/tickets/{row.pk}/code/")
    screen, now = small.page.locator(".tk-code").screenshot(), datetime.now(UTC)
    for name, picture in distorted(screen).items():
        codes = aztec.read_image(picture)
        assert codes and inspect(codes[0], ring, Known(), now, 1).state == "valid", f"not read on a small screen: {name}"

    Staff.objects.create(account=other_citizen, office=offices["ordnungsamt"], role="CLERK")
    paper = ticket_copies.on_paper(Actor(account=citizen, trust=Trust.BASIC), row)
    eye = open_tab(width=390, account=other_citizen)
    eye.go("/mobil/tickets/kontrolle/")
    eye.page.locator("#pruefung[data-ready]").wait_for(timeout=20_000)
    eye.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    eye.context.set_offline(True)  # after a single visit
    once = phone.page.evaluate(f"document.getElementById('t{row.pk}').dataset.shown")
    for state in ("valid", "replay"):  # the same picture after the page was loaded anew
        eye.page.reload()
        eye.page.locator("#pruefung[data-ready]").wait_for(timeout=20_000)
        assert eye.page.evaluate(JUDGE, [once, 1]) == state
    eye.look("kontrolle-1-ohne-netz")
    phone.page.wait_for_function(
        "([id, before]) => document.getElementById(id).dataset.shown !== before", arg=[f"t{row.pk}", once]
    )
    eye.page.reload()
    eye.page.locator("#pruefung[data-ready]").wait_for(timeout=20_000)
    shown = phone.page.evaluate(f"document.getElementById('t{row.pk}').dataset.shown")
    judged = [
        (shown, 1, "valid"), (shown, 1, "replay"), (b64(paper), 1, "again"), (b64(paper), 2, "zone"),
        (b64(paper[:-3] + bytes(3)), 1, "forged"), (b64(on_phone(content(), signer=CITY)), 1, "unknown_key"),
        (b64(b"#UT02"), 1, "format"), (b64(mine(minutes=-200)), 1, "expired"), (b64(mine(minutes=200)), 1, "early"),
        (b64(mine(name="Zoë", kind="child", tariff="Kind", check_age=True)), 1, "valid"),
    ]  # fmt: skip
    false = list(hostile.barcodes(600, 5, hostile.genuine(keys.signing().private, "MVB", now, keys.signing().number)))
    false += [hostile.unasked(keys.signing().private, "MVB", keys.signing().number, dice) for dice in map(Random, range(150))]
    here = [inspect(code, ring, Known(), now, 1).state for code in false]
    there = eye.page.evaluate(ALL, [[b64(code) for code in false], now.timestamp()])
    assert [state in ("again", "valid") for state in there[:600]] == [False] * 600
    assert [pair for pair in zip(here, there, strict=True) if pair[0] != pair[1].replace("again", "valid")] == []
    said = [eye.page.evaluate(JUDGE, [code, zone]) for code, zone, _state in judged]
    assert said == [state for _code, _zone, state in judged]
    eye.page.locator("#bild").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": aztec.png(mine(), 4)})
    eye.page.locator(".tk-result[data-state]").wait_for(timeout=20_000)
    eye.look("kontrolle-2-gueltig")
    assert eye.page.get_attribute(".tk-result", "data-state") == "valid"
    eye.page.locator("#warten").filter(has_text="auf Netz warten: 1").wait_for()
    assert not InspectionCount.objects.exists()
    eye.context.set_offline(False)
    eye.page.locator("#warten:empty").wait_for(state="attached", timeout=20_000)
    assert InspectionCount.objects.get().count == 1
    eye.go("/mobil/tickets/schalter/")
    eye.look("kontrolle-4-schalter")

    late = open_tab(width=390, account=other_citizen)  # an inspector whose clock is two hours ahead
    late.page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=2))
    late.go("/mobil/tickets/kontrolle/")
    late.page.locator("#pruefung[data-ready]").wait_for(timeout=20_000)
    assert "Die Uhr dieses Geräts geht falsch" in late.page.locator("#stand").text_content()
    assert late.page.evaluate(NOW, b64(mine())) == "valid", "the city's clock counts"


JUDGE = """async ([code, zone]) => {
  const bytes = Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0));
  return (await document.getElementById("pruefung").inspect(bytes, Date.now() / 1000, zone)).state;
}"""
NOW = """async (code) => (await document.getElementById("pruefung").inspect(
  Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0)))).state"""
ALL = """async ([codes, now]) => {
  const { inspect } = document.getElementById("pruefung");
  const bytes = (code) => Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0));
  const said = [];
  for (const code of codes) said.push((await inspect(bytes(code), now, 1)).state);
  return said;
}"""
COUNT = iter(range(100))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def mine(minutes: int = 0, **more) -> bytes:
    """A paper of our own city, shifted in time."""
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10) + timedelta(minutes=minutes)
    issued = min(begin, datetime.now(UTC)).replace(second=0, microsecond=0)
    told = content(begin, issuer="MVB", reference=f"MINE{next(COUNT)}-1", **{**more})
    told = type(told)(**{**vars(told), "issued": issued})
    return issue(told, keys.signing().private, key_id=keys.signing().number)
