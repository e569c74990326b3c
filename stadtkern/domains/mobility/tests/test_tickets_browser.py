"""A phone shows its ticket without network; its screen is read turned, from the side, dim and all at once."""

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from stadtkern.domains.mobility.models import Order, Ticket, TicketCopy
from stadtkern.domains.mobility.tickets import keys
from stadtkern.lib.uic import Known, aztec, inspect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def look(tab, name):
    """Kept where somebody wants to look (`STADTKERN_SHOTS=/some/folder`); checked everywhere."""
    if folder := os.environ.get("STADTKERN_SHOTS"):
        for width in (390, 1280):
            tab.page.set_viewport_size({"width": width, "height": 844})
            tab.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        tab.page.set_viewport_size({"width": 390, "height": 844})
    assert tab.axe() == []
    assert tab.overflow() <= 0


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


def test_shown_without_network_and_read_by_another_reader(citizen, open_tab, settings, tmp_path):
    settings.HOME = tmp_path
    row = a_ticket(citizen)
    phone = open_tab(width=390, account=citizen, device_scale_factor=3)  # as phones have it
    for name, path in (("kaufen", "kaufen/?produkt=einzel&zonen=A,B"), ("karte", f"{row.pk}/"), ("meine", "meine/")):
        phone.go(f"/mobil/tickets/{path}")
        look(phone, name)
    phone.go("/mobil/tickets/zeigen/")
    phone.page.locator(f"#t{row.pk}.is-valid svg path[d^=M]").nth(1).wait_for(timeout=20_000)
    look(phone, "zeigen")
    assert TicketCopy.objects.get(ticket=row).kind == "PHONE"
    phone.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    phone.context.set_offline(True)
    phone.page.reload()
    phone.page.locator(f"#t{row.pk}.is-valid svg path[d^=M]").nth(1).wait_for(timeout=20_000)
    screen = phone.page.locator(f"#t{row.pk} .tk-code").screenshot()
    now, ring = datetime.now(UTC), {("MVB", one.number): one.private.public_key() for one in keys.ring()}
    for name, picture in distorted(screen).items():
        codes = aztec.read_image(picture)
        assert codes and inspect(codes[0], ring, Known(), now, 1).state == "valid", f"not read: {name}"
    assert inspect(codes[0], ring, Known(), now + timedelta(seconds=60), 1).state == "replay", "a picture dies in seconds"
