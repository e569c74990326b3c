"""The HTML of XZuFi modules: the small subset the federal portal allows, rebuilt from scratch; everything else becomes text.

Allowed (PVOG, Sammlerdienst): p br h1-h6 b strong i em sup sub ul ol li a[href]. Nothing of the input reaches the output
unescaped, so no parser difference can smuggle a tag or an attribute through.
"""

import re
from html import escape, unescape
from html.parser import HTMLParser

TAGS = frozenset({"p", "br", "h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "i", "em", "sup", "sub", "ul", "ol", "li", "a"})
_MUTED = frozenset({"script", "style", "template", "iframe", "object", "noscript", "textarea", "title", "svg", "math", "head"})
_BLOCKS = frozenset(
    {"p", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "div", "br", "table", "tr", "td", "th", "section"}
)
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s\x00-\x20\"'<>\\]+", re.IGNORECASE)
_HEADING = re.compile(r"<h([1-6])\b", re.IGNORECASE)
_ITEM = re.compile(r"[-•*–]\s+")
_DEEPEST = 20
_SPACE = re.compile(r"[^\S\n]+")


class _Cleaner(HTMLParser):
    """Builds the clean text tag by tag; `levels` renames headings."""

    def __init__(self, levels: dict[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.levels = levels
        self.out: list[str] = []
        self.open: list[str] = []
        self.muted: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _MUTED:
            self.muted.append(tag)
        if self.muted:
            return
        if tag not in TAGS:
            if tag in _BLOCKS:
                self.out.append(" ")
            return
        if tag == "br":
            self.out.append("<br>")
            return
        name = self._name(tag)
        href = self._href(dict(attrs)) if tag == "a" else ""
        if (tag == "a" and (not href or "a" in self.open)) or len(self.open) >= _DEEPEST:
            return
        if tag == "p" or name.startswith("h"):
            self._close("p", *(f"h{n}" for n in range(1, 7)))
        if tag == "li":
            self._begin_item()
        self.out.append(f'<a href="{escape(href)}">' if href else f"<{name}>")
        self.open.append(name)

    def _begin_item(self) -> None:
        lists = [n for n, name in enumerate(self.open) if name in ("ul", "ol")]
        if not lists:
            self.out.append("<ul>")
            self.open.append("ul")
        elif "li" in self.open[lists[-1] :]:
            self._back_to(lists[-1] + 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self.muted:
            if tag in self.muted:
                self.muted = self.muted[: self.muted.index(tag)]
            return
        if tag in TAGS:
            self._close(self._name(tag))
        elif tag in _BLOCKS:
            self.out.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.muted:
            self.out.append(escape(data, quote=False))

    def _name(self, tag: str) -> str:
        return self.levels.get(tag, tag)

    def _href(self, attributes: dict[str, str | None]) -> str:
        href = (attributes.get("href") or "").strip()
        return href if _LINK.fullmatch(href) else ""

    def _close(self, *names: str) -> None:
        found = [n for n, name in enumerate(self.open) if name in names]
        if found:
            self._back_to(found[-1])

    def _back_to(self, place: int) -> None:
        while len(self.open) > place:
            self.out.append(f"</{self.open.pop()}>")

    def result(self) -> str:
        self.close()
        self._back_to(0)
        return "".join(self.out).strip()


def clean(text: str, top: int | None = None) -> str:
    """Safe HTML of a module. Plain text becomes paragraphs, and lists where its lines begin with a dash.

    `top`: the level of the highest heading on the page where it is shown; the others follow without a gap.
    """
    text = text.replace("\0", "")
    used = sorted(set(_HEADING.findall(text))) if top else []
    cleaner = _Cleaner({f"h{level}": f"h{min(6, (top or 1) + place)}" for place, level in enumerate(used)})
    cleaner.feed(text)
    result = cleaner.result()
    if "<" in result:  # only tags of ours: every other one is escaped
        return result
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", result.replace("\r\n", "\n")) if part.strip()]
    return "".join(_paragraph([line.strip() for line in part.splitlines()]) for part in paragraphs)


def _paragraph(lines: list[str]) -> str:
    """Lines of plain text; those that all begin with a dash are a list."""
    if all(_ITEM.match(line) for line in lines):
        return "<ul>" + "".join(f"<li>{_ITEM.sub('', line)}</li>" for line in lines) + "</ul>"
    return f"<p>{'<br>'.join(lines)}</p>"


def plain(text: str) -> str:
    """The words alone, blocks on lines of their own: for search, summaries and fields without HTML."""
    spaced = re.sub(r"<br>|</(?:p|li|h[1-6])>", "\n", clean(text))
    words = unescape(re.sub(r"<[^>]*>", "", spaced))
    return "\n".join(line for line in (_SPACE.sub(" ", line).strip() for line in words.splitlines()) if line)


def items(text: str) -> list[str]:
    """The entries of a list, or the lines of a text: "documents needed" one by one."""
    return [line.removeprefix("- ").removeprefix("• ").strip() for line in plain(text).splitlines()]
