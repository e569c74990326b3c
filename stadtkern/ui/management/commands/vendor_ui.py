"""Copy the style sheet, fonts and scripts of others into our static files: named, hashed, trimmed to what pages use.

    npm pack @kern-ux/native@2.7.2 htmx.org@2.0.11 leaflet@1.9.4 --pack-destination DIR
    manage.py vendor_ui DIR

`ui/vendor.toml` says which file of which package. A source with another hash is refused. `written` is the hash of what lies in
our repository afterwards; a test compares it. Needed only to update; an installation never runs it (fonts: fontTools, brotli).
"""

import hashlib
import io
import re
import tarfile
import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

UI = Path(__file__).resolve().parents[2]
STATIC = UI / "static" / "ui"
VENDOR = UI / "vendor.toml"


class Command(BaseCommand):
    help = "Copy vendored files out of npm tarballs in a folder, as ui/vendor.toml says."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="folder with the tarballs made by npm pack")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = tomllib.loads(VENDOR.read_text(encoding="utf-8"))
        for package in plan["package"]:
            with tarfile.open(options["folder"] / package["tarball"]) as tarball:
                for entry in package["file"]:
                    source = _member(tarball, entry)
                    data = shape(source, entry, plan, f"{package['name']} {package['version']}")
                    target = STATIC / entry["to"]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(data)
                    self.stdout.write(f'{entry["to"]:28} {len(data):>8} bytes  written = "{digest(data)}"')


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _member(tarball: tarfile.TarFile, entry: dict[str, Any]) -> bytes:
    member = tarball.extractfile(f"package/{entry['from']}")
    if member is None:
        raise CommandError(f"{entry['from']} is not a file of the package")
    data = member.read()
    if digest(data) != entry["sha256"]:
        raise CommandError(f"{entry['from']}: sha256 is {digest(data)}, vendor.toml expects {entry['sha256']}")
    return data


def shape(source: bytes, entry: dict[str, Any], plan: dict[str, Any], origin: str) -> bytes:
    """The bytes we keep of one source file."""
    if "subset" in entry:
        return subset(source, plan["subset"][entry["subset"]])
    if "drop" in entry:
        note = (
            f"/* {origin}, EUPL-1.2; trimmed by vendor_ui (utilities, grid and unused icons left out), otherwise unchanged */"
        )
        own = "".join(file.read_text(encoding="utf-8") for file in STATIC.glob("*.css") if file.name != entry["to"])
        return (note + prune(trim(source.decode(), set(entry["drop"]), set(entry["icons"])), own)).encode()
    if "cut" in entry:  # references to files we do not ship
        return re.sub("|".join(entry["cut"]), "", source.decode()).encode()
    return source


def trim(css: str, families: set[str], icons: set[str]) -> str:
    """`css` without the rules of these class families (`.kern-<family>…`) and without icons not named."""
    kept = []
    for selector, body in rules(css):
        if body is None:
            kept.append(selector)
        elif selector.startswith("@media"):
            if inner := trim(body, families, icons):
                kept.append(f"{selector}{{{inner}}}")
        elif needed := [part for part in _parts(selector) if not _unused(part, families, icons)]:
            kept.append(f"{','.join(needed)}{{{body}}}")
    return "".join(kept)


def _parts(selector: str) -> list[str]:
    """`"a:is(b,c),d"` -> `["a:is(b,c)", "d"]`."""
    return re.findall(r"(?:[^,(]|\((?:[^()]|\([^()]*\))*\))+", selector)


def _unused(selector: str, families: set[str], icons: set[str]) -> bool:
    if any(family in families for family in re.findall(r"\.kern-([a-z]+)", re.sub(r":(?:not|has)\(.*?\)", "", selector))):
        return True
    icon = re.search(r"\.kern-icon--([a-z0-9-]+)", selector)
    return bool(icon and not icon[1].startswith(("small", "default", "large", "x-large")) and icon[1] not in icons)


def prune(css: str, own: str) -> str:
    """`css` without custom properties that neither it nor our `own` style sheets use."""
    wanted = set(re.findall(r"var\(\s*(--[\w-]+)", own))
    while True:
        used = wanted | set(re.findall(r"var\(\s*(--[\w-]+)", css))
        kept = re.sub(r"(--kern-[\w-]+):[^;{}]*(?:;|(?=\}))", lambda found: found[0] if found[1] in used else "", css)  # noqa: B023
        if kept == css:
            return css
        css = kept


def rules(css: str) -> list[tuple[str, str | None]]:
    """Top-level rules of a minified style sheet as (selector, body); a statement such as @charset has no body."""
    found: list[tuple[str, str | None]] = []
    at = 0
    while at < len(css):
        if statement := re.compile(r"@(?:charset|import)[^;]*;").match(css, at):
            found.append((statement[0], None))
            at = statement.end()
            continue
        opening = css.find("{", at)
        if opening < 0:
            break
        end = _closing(css, opening)
        found.append((css[at:opening], css[opening + 1 : end]))
        at = end + 1
    return found


def _closing(css: str, opening: int) -> int:
    depth, quote = 0, ""
    for at in range(opening, len(css)):
        mark = css[at]
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "\"'":
            quote = mark
        elif mark in "{}":
            depth += 1 if mark == "{" else -1
            if not depth:
                return at
    raise CommandError("The style sheet ends inside a rule.")


def subset(font: bytes, plan: dict[str, Any]) -> bytes:
    """A font with these characters only. Renamed, because a shortened font must not bear the original's name."""
    from fontTools import subset as tools  # type: ignore[import-not-found,import-untyped,unused-ignore]

    options = tools.Options(flavor="woff2", hinting=False, layout_features=plan["features"], name_IDs=[0, 1, 2, 4, 6, 13, 14])
    options.recalc_timestamp = False
    reader = tools.load_font(io.BytesIO(font), options)
    subsetter = tools.Subsetter(options)
    subsetter.populate(unicodes=characters(plan["unicodes"]) - characters(plan.get("without", "")))
    subsetter.subset(reader)
    for record in reader["name"].names:
        if record.nameID in (1, 4, 6):
            record.string = plan["name"]
    out = io.BytesIO()
    reader.flavor = "woff2"
    reader.save(out)
    return out.getvalue()


def characters(ranges: str) -> set[int]:
    """`"U+0020-007E, U+20AC"` as in CSS unicode-range."""
    found: set[int] = set()
    for part in ranges.replace(" ", "").split(","):
        if part:
            first, _, last = part.removeprefix("U+").partition("-")
            found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found
