"""The small templates of form fields, turned into plain functions: a page of two hundred fields renders a template for each.

Texts, variables, `if` on a variable, `for` and `translate` are understood; a template with anything else is left to Django.
"""

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from django.template import Context, Node, Template
from django.template.base import FilterExpression, TextNode, Variable, VariableNode
from django.template.defaulttags import ForNode, IfNode, TemplateLiteral
from django.template.loader import get_template
from django.templatetags.i18n import TranslateNode
from django.utils.safestring import SafeString
from django.utils.translation import gettext

Piece = Callable[[dict[str, Any]], str]
Read = Callable[[dict[str, Any]], Any]


def render(name: str, context: dict[str, Any]) -> SafeString:
    """`ui/form/<name>.html` with this context, trimmed; texts are escaped as Django does."""
    wrapped: Any = get_template(f"ui/form/{name}.html")
    template: Template = wrapped.template
    piece: Piece | None = template.__dict__.get("_quick")
    if piece is None:
        try:
            piece = _joined(template.nodelist)
        except NotPlain:
            piece = _by_django(template)
        template.__dict__["_quick"] = piece
    return SafeString(piece(context).strip())


class NotPlain(Exception):
    """A tag or filter that is not among the few."""


def _by_django(template: Template) -> Piece:
    return lambda context: template.render(Context(context))


def _joined(nodes: Iterable[Node]) -> Piece:
    pieces = [_piece(node) for node in nodes]
    if len(pieces) == 1:
        return pieces[0]
    return lambda context: "".join([piece(context) for piece in pieces])


def _piece(node: Node) -> Piece:
    if isinstance(node, TextNode):
        text = node.s
        return lambda context: text
    if type(node) is VariableNode:
        return _escaped(_variable(node.filter_expression))
    if type(node) is TranslateNode and not (node.noop or node.asvar or node.message_context):
        words: Any = node.filter_expression.var.literal
        if isinstance(words, str) and not node.filter_expression.filters:
            return lambda context: gettext(words)
    if type(node) is IfNode:
        return _branches(node)
    if type(node) is ForNode:
        return _loop(node)
    raise NotPlain


def _variable(expression: Any) -> Read:
    """A name or a name in a dictionary."""
    variable: Any = expression.var if isinstance(expression, FilterExpression) else None
    if not isinstance(variable, Variable) or expression.filters or variable.literal is not None or variable.translate:
        raise NotPlain
    names: tuple[str, ...] = variable.lookups or ()
    if len(names) == 1:
        name = names[0]
        return lambda context: context.get(name, "")
    if len(names) == 2:
        outer, inner = names
        return lambda context: context[outer].get(inner, "")
    raise NotPlain


def _escaped(read: Read) -> Piece:
    def piece(context: dict[str, Any]) -> str:
        value = read(context)
        return value if type(value) is SafeString else value.__html__() if hasattr(value, "__html__") else escape(str(value))

    return piece


def _branches(node: IfNode) -> Piece:
    branches: list[tuple[Read | None, Piece]] = []
    for condition, nodes in node.conditions_nodelists:
        read: Read | None = None
        if condition is not None:
            read = _variable(condition.value if isinstance(condition, TemplateLiteral) else None)
        branches.append((read, _joined(nodes)))

    def piece(context: dict[str, Any]) -> str:
        for read, inner in branches:
            if read is None or read(context):
                return inner(context)
        return ""

    return piece


def _loop(node: ForNode) -> Piece:
    if len(node.loopvars) != 1 or node.is_reversed or node.nodelist_empty:
        raise NotPlain
    read = _variable(node.sequence)
    nodes: Any = node.nodelist_loop
    name, inner = node.loopvars[0], _joined(nodes)

    def piece(context: dict[str, Any]) -> str:
        return "".join([inner({**context, name: each}) for each in read(context)])

    return piece
