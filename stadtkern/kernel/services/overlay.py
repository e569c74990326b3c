"""form.overlay.toml: the city's own labels, help, order and gaps over an imported form, which itself stays untouched."""

from dataclasses import replace

from stadtkern.lib.forms.model import Element, Form, Group, Step

from .table import Table


def laid_over(form: Form, table: Table) -> Form:
    """The form as this city asks it.

    Keys: `title`; `order` (keys of steps, the rest follows); `hide_steps`; `hide` (paths of optional elements);
    `[steps.<key>] title, help`; `[fields."<path>"] label, help`.
    """
    title, order, gone, hidden = table.text("title"), table.words("order"), table.words("hide_steps"), set(table.words("hide"))
    steps_table, fields_table = table.table("steps"), table.table("fields")
    texts = {path: fields_table.mapping(path) for path in fields_table.raw}
    table.done()
    _known([step.key for step in form.steps], [*order, *gone, *steps_table.raw], table)
    used: set[str] = set()
    steps = [_step(step, steps_table, texts, hidden, used, table) for step in form.steps if step.key not in gone]
    for path in sorted((hidden | set(texts)) - used):
        table.complain(path, "dieses Element gibt es im Formular nicht.")
    place = {key: n for n, key in enumerate(order)}
    steps.sort(key=lambda step: place.get(step.key, len(place)))
    return replace(form, title=title or form.title, steps=tuple(step for step in steps if step.children))


def _known(keys: list[str], named: list[str], table: Table) -> None:
    for key in named:
        if key not in keys:
            table.complain(key, f"diesen Schritt gibt es nicht (Schritte: {', '.join(keys)}).")


def _step(step: Step, words: Table, texts: dict[str, dict[str, str]], hidden: set[str], used: set[str], table: Table) -> Step:
    own = words.mapping(step.key) if step.key in words.raw else {}
    children = _elements(step.children, "", texts, hidden, used, table)
    return replace(step, title=own.get("title", step.title), help=own.get("help", step.help), children=children)


def _elements(
    elements: tuple[Element, ...],
    prefix: str,
    texts: dict[str, dict[str, str]],
    hidden: set[str],
    used: set[str],
    table: Table,
) -> tuple[Element, ...]:
    kept: list[Element] = []
    for element in elements:
        path = f"{prefix}{element.key}"
        used |= {path} & (hidden | set(texts))
        if path in hidden:
            if element.minimum:
                table.complain(path, "ist eine Pflichtangabe und lässt sich nicht ausblenden.")
            continue
        words = texts.get(path, {})
        element = replace(element, label=words.get("label", element.label), help=words.get("help", element.help))
        if isinstance(element, Group):
            element = replace(element, children=_elements(element.children, f"{path}/", texts, hidden, used, table))
        kept.append(element)
    return tuple(kept)
