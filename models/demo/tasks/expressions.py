"""Calculations of two or three steps with bare numbers, put together from operations.txt and sequences.txt."""

from .formulas import ATOM, SUM, binding, program, substitute
from .slots import Slot, integer_text, number, percent
from .templates import capitalise, choose, read_blocks, read_lines

OPERATIONS, JOINTS = read_blocks("operations.txt"), read_lines("sequences.txt")
BY_FORM = {
    form: [block for block in OPERATIONS if form in block.lines]
    for form in ("np", "in", "rev", "tail", "imp", "ger", "pas", "first", "gfirst")
}
# The four basic operations come up as often as all others together.
BASIC = {"plus": 3, "minus": 3, "times": 3, "divide": 3}
BY_FORM = {
    form: [block for block in blocks for _ in range(BASIC.get(block.name, 1))]
    for form, blocks in BY_FORM.items()
}


def operand(r, block):
    """The second operand of an operation."""
    if block.only("small"):
        return percent(r)
    if block.name in ("times", "divide") and r.random() < 0.6:
        value = r.randint(2, r.choice([9, 12, 20, 99]))
        return Slot(integer_text(r, value) if r.random() < 0.6 else str(value), str(value))
    return number(r)


def apply(block, code, second):
    return substitute(block.only("code"), {"A": code, "B": second.code})


def words(r, block, form, first="", second=None):
    text = choose(r, r.choice(block.lines[form]))
    return text.replace("{A}", first).replace("{B}", second.text if second else "")


def closed(r):
    """A noun phrase of one operation: its words and code."""
    block, a = r.choice(BY_FORM["np"]), number(r)
    second = operand(r, block)
    return words(r, block, "np", a.text, second), apply(block, a.code, second)


def infix(r):
    block, a = r.choice(BY_FORM["in"]), number(r)
    second = operand(r, block)
    return words(r, block, "in", a.text, second), apply(block, a.code, second)


def is_open(text):
    """Whether more words after this phrase could be taken for a part of it, as in "the sum of 3 and 4 | times 5"."""
    return not text.startswith(("the ", "what ", "one "))


def phrase(r):
    """A noun phrase of two or three operations."""
    text, code = closed(r) if r.random() < 0.7 else infix(r)
    for _ in range(1 if r.random() < 0.8 else 2):
        text, code = around(r, text, code)
    return text, code


def around(r, text, code):
    way = r.random()
    if way < 0.35 and (binding(code) == ATOM or not is_open(text)):
        block = r.choice(BY_FORM["rev"])
        second = operand(r, block)
        return words(r, block, "rev", text, second), apply(block, code, second)
    if way < 0.5:
        block = r.choice(
            [block for block in OPERATIONS if block.name in ("plus", "minus", "times", "divide")]
        )
        other, other_code = closed(r) if r.random() < 0.6 else (lambda n: (n.text, n.code))(number(r))
        templates = [line for line in block.lines["np"] if line.startswith(("the ",))]
        pair = substitute(block.only("code"), {"A": code, "B": other_code})
        return choose(r, r.choice(templates)).replace("{A}", text).replace("{B}", other), pair
    block = r.choice(BY_FORM["tail"])
    second = operand(r, block)
    separator = "" if block and (tail := words(r, block, "tail", "", second)).startswith(",") else " "
    if separator == " " and binding(code) == SUM and "*" in apply(block, "x", second):
        return around(r, text, code)
    return text + separator + tail, apply(block, code, second)


def sequence(r):
    """Instructions one after the other, as imperatives: words and code."""
    first = r.choice(BY_FORM["first"])
    a, second = number(r), operand(r, first)
    step_one, code = words(r, first, "first", a.text, second), apply(first, a.code, second)
    template = r.choice(JOINTS["imp"])
    steps = {"1": step_one}
    for name in ("2", "3"):
        if "{" + name + "}" in template:
            steps[name], code = step(r, "imp", code)
    return fill(choose(r, template), steps), code


def step(r, form, code):
    block = r.choice(BY_FORM[form])
    second = operand(r, block)
    return words(r, block, form, "", second), apply(block, code, second)


def fill(template, parts):
    for name, text in parts.items():
        template = template.replace("{" + name + "}", text)
    return template


def from_start(r):
    """A number, and what is done to it."""
    a = number(r)
    text, code = fill(choose(r, r.choice(JOINTS["start"])), {"a": a.text}), a.code
    two, code = step(r, "imp", code)
    three, code = step(r, "imp", code)
    joint = fill(choose(r, r.choice(JOINTS["then"])), {"2": two, "3": three})
    text += ("" if joint[0] in ",." else " ") + joint
    if r.random() < 0.25:
        four, code = step(r, "imp", code)
        text += r.choice([", then ", " and ", ". ", ", "]) + four
    return text, code


def gerunds(r):
    first = r.choice(BY_FORM["gfirst"])
    a, second = number(r), operand(r, first)
    text, code = words(r, first, "gfirst", a.text, second), apply(first, a.code, second)
    more, code = step(r, "ger", code)
    return text + r.choice([" and ", " and then ", ", then ", " and after that "]) + more, code


def passive(r):
    """What is done to a number or to a small calculation, in the passive."""
    template = choose(r, r.choice(JOINTS["passive"]))
    parts = {}
    if "{X}" in template:
        text, code = closed(r)
        parts["X"] = text
    else:
        a = number(r)
        parts["a"], code = a.text, a.code
    for name in ("2", "3"):
        if "{" + name + "}" in template:
            parts[name], code = step(r, "pas", code)
    return fill(template, parts), code


def backwards(r):
    """The second step is named before the first."""
    first, second = r.choice(BY_FORM["first"]), r.choice(BY_FORM["imp"])
    a, b, c = number(r), operand(r, first), operand(r, second)
    code = apply(second, apply(first, a.code, b), c)
    template = r.choice(JOINTS["before"])
    parts = {"1": words(r, first, "first", a.text, b), "2": words(r, second, "imp", "", c)}
    if "{G}" in template:
        if "gfirst" not in first.lines:
            return backwards(r)
        parts["G"] = words(r, first, "gfirst", a.text, b)
    return fill(choose(r, template), parts), code


def expression(r):
    """Returns the kind of request (np, vp or q), its words and its program."""
    way = r.random()
    if way < 0.36:
        kind, (text, code) = "np", phrase(r)
    elif way < 0.56:
        text, code = sequence(r)
        kind = "vp"
        if ". " not in text and ") " not in text and r.random() < 0.45:
            kind, text = (
                "q",
                choose(r, r.choice([line for line in JOINTS["ask"] if "{I}" in line])).replace("{I}", text),
            )
        elif r.random() < 0.4:
            kind, text = "q", f"{text}. {choose(r, r.choice(JOINTS['end']))}"
    elif way < 0.76:
        kind, (text, code) = "q", from_start(r)
        text = text if r.random() < 0.1 else f"{text}. {choose(r, r.choice(JOINTS['end']))}"
    elif way < 0.84:
        text, code = gerunds(r)
        kind, text = (
            "q",
            choose(r, r.choice([line for line in JOINTS["ask"] if "{G}" in line])).replace("{G}", text),
        )
    elif way < 0.93:
        kind, (text, code) = "q", passive(r)
    else:
        kind, (text, code) = "vp", backwards(r)
    answer = f"{capitalise(text)} is {{v}}." if kind == "np" and len(text) < 60 else "The result is {v}."
    return kind, text, program(code), answer
