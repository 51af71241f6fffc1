"""Python expressions that are put together from parts, with brackets where they are needed."""

import re
from functools import cache

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
OPERAND = re.compile(r"\{([a-zA-Z$0-9]+)\}")


@cache
def binding(code):
    """How tightly an expression's loosest operator binds: SUM for a sum, ATOM for a number or a call."""
    depth, loosest = 0, ATOM
    for word in re.findall(r"\*\*|//|[-+*/%()]|[^-+*/%()]+", code):
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in ("+", "-"):
            loosest = min(loosest, SUM)
        elif depth == 0 and word in ("*", "/", "//", "%"):
            loosest = min(loosest, PRODUCT)
        elif depth == 0 and word == "**":
            loosest = min(loosest, POWER)
    return loosest


def needed(before, after):
    """How tightly an operand must bind between these texts to need no brackets."""
    before, after = before.rstrip(), after.lstrip()
    if after.startswith("**") or before.endswith("**"):
        return ATOM
    if before.endswith(("*", "/", "%")):
        return POWER
    if before.endswith("-") or after.startswith(("*", "/", "%")):
        return PRODUCT
    return 0


def substitute(code, operands):
    """Puts expressions into a template: substitute("{q} * 2", {"q": "3 + 4"}) is "(3 + 4) * 2"."""
    parts, at = [], 0
    for match in OPERAND.finditer(code):
        value = operands[match[1]]
        if binding(value) < needed(code[: match.start()], code[match.end() :]):
            value = f"({value})"
        parts += [code[at : match.start()], value]
        at = match.end()
    return "".join(parts) + code[at:]


def program(expression):
    lead = "import math\n" if "math." in expression else ""
    return f"{lead}output = {expression}"
