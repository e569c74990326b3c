"""Figures in words, colours that can be read, and vendored files that are what vendor.toml says."""

import re
import tomllib
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from stadtkern.ui import colour, words
from stadtkern.ui.management.commands.vendor_ui import STATIC, UI, VENDOR, characters, digest, prune, rules, trim

TODAY = date(2026, 11, 22)  # a Sunday


def show(source: str, **context) -> str:
    return Template(source).render(Context(context))


def test_money_in_both_languages():
    assert show("{{ cents|euro }}", cents=123456) == "1.234,56\N{NO-BREAK SPACE}€"
    assert show("{{ cents|euro }}", cents=-5) == "-0,05\N{NO-BREAK SPACE}€"
    assert show("{{ cents|euro }}", cents=None) == ""
    with translation.override("en"):
        assert show("{{ cents|euro }}", cents=123456) == "€1,234.56"


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "heute"), (1, "morgen (Montag)"), (-1, "gestern (Samstag)"), (3, "in 3 Tagen (Mittwoch)"),
        (-2, "vor 2 Tagen (Freitag)"), (12, "in 12 Tagen (04.12.)"), (31, "23.12.2026"), (-400, "18.10.2025"),
    ],
)  # fmt: skip
def test_days_from_today(days, expected):
    assert words.relative_day(TODAY + timedelta(days=days), TODAY) == expected


def test_a_moment_is_told_in_local_time():
    late = datetime(2026, 11, 24, 23, 30, tzinfo=ZoneInfo("UTC"))
    assert words.moment(late) == "25.11.2026, 00:30\N{NO-BREAK SPACE}Uhr"
    with translation.override("en"):
        assert words.day(late) == "25 November 2026"


def test_a_title_is_escaped_everywhere():
    evil = "<script>alert(1)</script>"
    source = (
        "{% alert 'info' evil evil %}{% badge evil %}{% empty evil evil %}{{ evil|reference }}{% breadcrumb evil '/' evil %}"
        "{% facts rows %}{% track stages %}{% stepper stages %}{% summary section '/' %}"
    )
    stage = {"title": evil, "state": "current", "note": evil}
    row = {"label": evil, "text": evil}
    page = show(source, evil=evil, rows=[(evil, evil, evil)], stages=[stage], section={"title": evil, "rows": [row]})
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 15


def test_steps_say_which_is_current_and_which_is_done():
    steps = [{"title": "A", "state": "done", "url": "/a"}, {"title": "B", "state": "current", "url": "/b"}, {"title": "C"}]
    page = show("{% stepper steps %}", steps=steps)
    assert "Schritt 2 von 3" in page
    assert page.count('aria-current="step"') == 1
    assert '<a href="/a">A</a>' in page and "/b" not in page


@given(st.from_regex("#[0-9a-f]{6}", fullmatch=True), st.from_regex("#[0-9a-f]{6}", fullmatch=True))
def test_any_colour_becomes_readable_on_any_background(text, page):
    reachable = max(colour.contrast("#000000", page), colour.contrast("#ffffff", page))
    wanted = min(4.5, reachable - 0.01)
    assert colour.contrast(colour.readable(text, page, wanted), page) >= wanted - 0.01
    assert colour.contrast(colour.ink(page), page) >= 4.5


def test_contrast_is_that_of_wcag():
    assert colour.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colour.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_vendored_files_are_unchanged():
    for package in tomllib.loads(VENDOR.read_text())["package"]:
        for entry in package["file"]:
            assert digest((STATIC / entry["to"]).read_bytes()) == entry["written"], entry["to"]


def test_trimming_keeps_the_rest_of_a_style_sheet():
    css = '@charset "UTF-8";.kern-row{a:b}.kern-btn{c:"}"}@media (x){.kern-mt-1{d:e}.kern-btn{f:g}}@media (y){.kern-row{h:i}}'
    assert trim(css, {"row", "mt"}, set()) == '@charset "UTF-8";.kern-btn{c:"}"}@media (x){.kern-btn{f:g}}'


def test_pruning_drops_chains_of_variables_nobody_uses():
    css = ":root{--kern-a:1;--kern-b:var(--kern-a);--kern-c:2;--kern-d:var(--kern-c)}p{color:var(--kern-b)}"
    assert prune(css, "") == ":root{--kern-a:1;--kern-b:var(--kern-a);}p{color:var(--kern-b)}"
    assert "--kern-c" in prune(css, "q{x:var( --kern-d )}")


def test_every_variable_our_style_sheets_use_is_there():
    used = {name for file in STATIC.glob("*.css") for name in re.findall(r"var\(\s*(--kern-[\w-]+)\s*\)", file.read_text())}
    defined = set(re.findall(r"(--kern-[\w-]+):", "".join(file.read_text() for file in STATIC.glob("*.css"))))
    assert not used - defined


def test_every_letter_of_a_font_is_declared_once():
    """What the font file holds is what unicode-range promises; a letter in two ranges would be fetched twice."""
    ranges = re.findall(r"names-400.*?unicode-range: ([^;]+);", (STATIC / "stadtkern.css").read_text())
    basic = characters(tomllib.loads(VENDOR.read_text())["subset"]["basic"]["unicodes"])
    assert ranges and not characters(ranges[0]) & basic


def test_every_class_in_a_template_has_a_style():
    """A class nobody styled is a typing error or a leftover of KERN's grid and utilities, which we do not ship."""
    styles = "".join(file.read_text() for file in UI.parent.rglob("static/**/*.css"))
    styles = " ".join(selector for selector, _ in _selectors(styles))
    known = set(re.findall(r"\.((?:kern|sk)-[a-z0-9_-]+)", styles))
    unknown = {}
    for template in UI.parent.rglob("templates/**/*.html"):
        text = re.sub(r"\{[%#{].*?[%#}]\}", "\0", template.read_text(), flags=re.DOTALL)
        for value in re.findall(r'class="([^"]*)"', text):
            for name in value.split():
                if re.fullmatch(r"(kern|sk)-[a-z0-9_-]+", name) and name not in known and name not in HOOKS:
                    unknown.setdefault(name, template.name)
    assert not unknown, sorted(unknown.items())


# Classes that carry no style of their own: KERN's structure, and handles for scripts and tests.
HOOKS = {"kern-table__head", "sk-add", "sk-assist__title", "sk-desk__case"}


def _selectors(css: str):
    for selector, body in rules(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)):
        selector = selector.strip()
        if body is not None and selector.startswith("@media"):
            yield from _selectors(body)
        else:
            yield selector, body
