"""Nodes of the condition language put together: comparisons, opposites, lists of values of one field."""

from typing import Any

from stadtkern.lib.forms.rules.german.words import NotUnderstood
from stadtkern.lib.forms.rules.model import Node
from stadtkern.lib.forms.rules.values import Codes

ALWAYS: Node = {"always": True}


def truth_node(value: bool, operand: dict[str, Any]) -> Node:
    """A yes_no field answered so."""
    return {"true": operand} if value else {"equal": [operand, {"value": False}]}


def codes_node(found: Codes, operand: dict[str, Any]) -> Node:
    """One of the texts chosen."""
    if len(found.texts) == 1:
        return {"equal": [operand, {"value": found.texts[0]}]}
    return {"one_of": [operand, list(found.texts)]}


ORDERS = ("<", "<=", ">", ">=")


def bounds(sign: str, text: str) -> tuple[str, str]:
    """The range of codes that a comparison means, both ends included."""
    if not text.isdecimal():
        raise NotUnderstood(f"„{text}“ ist kein Code, der sich ordnen lässt.")
    size = len(text)
    low, high = "0" * size, "9" * size
    if sign in (">", ">="):
        return str(int(text) + (sign == ">")).rjust(size, "0"), high
    return low, str(int(text) - (sign == "<")).rjust(size, "0")


def compare(sign: str, a: Any, b: Any) -> Node:
    """`a sign b`."""
    match sign:
        case "=":
            return {"equal": [a, b]}
        case "<":
            return {"less": [a, b]}
        case "<=":
            return {"at_most": [a, b]}
        case ">":
            return {"less": [b, a]}
        case ">=":
            return {"at_most": [b, a]}
    raise NotUnderstood(f"Der Vergleich „{sign}“ ist nicht bekannt.")


def unless_empty(held: Node, *operands: dict[str, Any]) -> Node:
    """It holds as soon as the operands are answered."""
    return {"or": [*({"is_empty": operand} for operand in operands), held]}


def negated(node: Node) -> Node:
    """The opposite."""
    if "not" in node:
        inner: Node = node["not"]
        return inner
    return {"not": node}


def joined(word: str, parts: list[Node]) -> Node:
    """Several nodes as one; values of one field as one list."""
    flat: list[Node] = []
    for each in parts:
        flat += each.get(word, [each])
    if len(flat) == 1:
        return flat[0]
    if word == "and" and all("not" in each for each in flat) and _same_path([each["not"] for each in flat]):
        return negated(joined("or", [each["not"] for each in flat]))
    path = _same_path(flat) if word == "or" else ""
    if path:
        texts = [text for each in flat for text in (each["one_of"][1] if "one_of" in each else [each["equal"][1]["value"]])]
        return {"one_of": [{"path": path}, list(dict.fromkeys(texts))]}
    return {word: flat}


def _same_path(nodes: list[Node]) -> str:
    """The one field that all nodes compare with texts; "" when there is none."""
    paths = set()
    for each in nodes:
        pair = each.get("equal") or each.get("one_of")
        if not pair or "path" not in pair[0] or ("equal" in each and not isinstance(pair[1].get("value"), str)):
            return ""
        paths.add(pair[0]["path"])
    return paths.pop() if len(paths) == 1 else ""


def exactly_one(parts: list[Node]) -> Node:
    """Exactly one of them holds."""
    return {"xor": parts}
