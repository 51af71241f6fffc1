"""Tasks for the Calculator."""

import re

from .expressions import expression
from .measures import conversion
from .narratives import narrative
from .phrasing import request
from .slots import SMALL_WORDS, number, percent
from .templates import capitalise, choose, put, read_blocks, tidy
from .transcript import Transcript
from .words import person

SUMS = read_blocks("arithmetic.txt")
STORIES, PROBLEMS = read_blocks("stories.txt"), read_blocks("problems.txt")
NUMBER_FORMAT_ERROR = 'Error: your reply was not a JSON object with exactly the keys "tool_name" and "input".'
COMMUTATIVE = re.compile(r"output = (\{\w+\}) ([*+]) (\{\w+\})")
ROUNDINGS = [
    "[Round|Please round] [it|the result|] to {places} [decimals|decimal places].",
    "[Give|Write|Tell me] [it|the result] [with|to] {places} [decimals|decimal places].",
    "[With|To] {places} [decimals|decimal places], please.",
]
SYMBOLS = {
    "+": ["+", "plus"],
    "-": ["-", "minus"],
    "*": ["*", "x", "×", "times"],
    "/": ["/", "÷", "divided by"],
}


class Unusable(Exception):
    """The drawn numbers give no result, or one too long to be copied."""


def run(code):
    """The text of `output` after running the code."""
    variables = {}
    try:
        exec(code, variables)  # only our own templates and, in the evaluation, the model's programs
        result = str(variables["output"])
    except (ArithmeticError, ValueError, MemoryError, TypeError) as error:
        raise Unusable from error
    if len(result) > 90 or "j)" in result:
        raise Unusable
    return result


def pick(r, blocks):
    return r.choices(blocks, [block.weight for block in blocks])[0]


def as_mentioned(code, template):
    """The code of a product or sum of two, in the order in which the words name them."""
    match = COMMUTATIVE.fullmatch(code)
    if not match or not all(part in template for part in (match[1], match[3])):
        return code
    if template.index(match[1]) < template.index(match[3]):
        return code
    return f"output = {match[3]} {match[2]} {match[1]}"


def from_block(r, block, slots):
    """Returns query, code and the answer with {v} for the result."""
    kind = r.choice(
        [kind for kind in ("np", "vp", "q") if kind in block.lines for _ in range(2 + (kind == "np"))]
    )
    template = choose(r, r.choice(block.lines[kind]))
    query, core = request(r, kind, put(template, slots))
    code = put(as_mentioned(block.only("code"), template), slots, code=True).replace("\\n", "\n")
    if block.only("answer"):
        return query, code, put(choose(r, block.only("answer")), slots)
    name = core if kind == "np" else put(choose(r, block.lines["np"][0]), slots)
    return query, code, f"{capitalise(name)} is {{v}}."


def chain(r):
    """A longer expression in symbols or words, at times with brackets."""
    size = r.randint(2, 5)
    numbers = [number(r) for _ in range(size)]
    signs = [r.choice("++--**/") for _ in range(size - 1)]
    opening = r.randrange(size - 1) if size > 2 and r.random() < 0.5 else None
    closing = None if opening is None else r.randint(opening + 1, min(size - 1, opening + 2))
    column = r.choice([0, 0, -1, 1, 2])
    tight = r.random() < 0.35 and column != -1
    said = {sign: forms[column if abs(column) < len(forms) else 0] for sign, forms in SYMBOLS.items()}
    text, code = "", ""
    for at, value in enumerate(numbers):
        before, after = "(" * (at == opening), ")" * (at == closing)
        text += before + value.text + after
        code += before + value.code + after
        if at < size - 1:
            text += said[signs[at]] if tight and len(said[signs[at]]) == 1 else f" {said[signs[at]]} "
            code += f" {signs[at]} "
    query, core = request(r, "np", text)
    return query, f"output = {code}", f"{capitalise(core)} is {{v}}."


def part(r):
    """A small expression: how it is said, its code, and whether the code must be bracketed in a product."""
    a, b, p = number(r), number(r), percent(r)
    return r.choice(
        [
            (f"{a.text} times {b.text}", f"{a.code} * {b.code}", False),
            (f"{a.text} x {b.text}", f"{a.code} * {b.code}", False),
            (f"the product of {a.text} and {b.text}", f"{a.code} * {b.code}", False),
            (f"{a.text} divided by {b.text}", f"{a.code} / {b.code}", False),
            (f"the square root of {a.text}", f"math.sqrt({a.code})", False),
            (f"the square of {a.text}", f"{a.code} ** 2", False),
            (f"{a.text} squared", f"{a.code} ** 2", False),
            (f"{p.text}% of {a.text}", f"{a.code} * {p.code} / 100", False),
            (f"half of {a.text}", f"{a.code} / 2", False),
            (f"twice {a.text}", f"{a.code} * 2", False),
            (f"the sum of {a.text} and {b.text}", f"{a.code} + {b.code}", True),
            (f"the difference between {a.text} and {b.text}", f"{a.code} - {b.code}", True),
            (a.text, a.code, False),
        ]
    )


def two_parts(r):
    """Two small expressions and what is done with both."""
    (first, first_code, first_sum), (second, second_code, second_sum) = part(r), part(r)
    template, sign = r.choice(
        [
            ("{a} plus {b}", "+"),
            ("{a} + {b}", "+"),
            ("the sum of {a} and {b}", "+"),
            ("{a} and {b} together", "+"),
            ("{a} minus {b}", "-"),
            ("{a} less {b}", "-"),
            ("the difference between {a} and {b}", "-"),
            ("{a} multiplied by {b}", "*"),
            ("the product of {a} and {b}", "*"),
            ("{a}, divided by {b}", "/"),
            ("the ratio of {a} to {b}", "/"),
        ]
    )
    if first_sum and sign in "*/":
        first_code = f"({first_code})"
    if second_sum and sign != "+" or sign == "/" and " " in second_code:
        second_code = f"({second_code})"
    code = f"output = {first_code} {sign} {second_code}"
    if "math" in code:
        code = "import math\n" + code
    query, core = request(r, "np", template.replace("{a}", first).replace("{b}", second))
    return query, code, f"{capitalise(core)} is {{v}}."


def negative(r):
    """Negative operands, which people write in several ways."""
    a, b = number(r), number(r)
    sign = r.choice(["-", "-", "minus ", "negative "])
    word, symbol = r.choice([("plus", "+"), ("times", "*"), ("minus", "-"), ("divided by", "/")])
    if r.random() < 0.5:
        text, code = f"{sign}{a.text} {word} {b.text}", f"output = -{a.code} {symbol} {b.code}"
    else:
        text, code = f"{a.text} {word} {sign}{b.text}", f"output = {a.code} {symbol} -{b.code}"
    query, core = request(r, "np", text)
    return query, code, f"{capitalise(core)} is {{v}}."


def worded(r, drawn):
    """Puts a task (kind, words, program, answer) into a whole request."""
    kind, text, code, answer = drawn
    query, _ = request(r, kind, text)
    return query, code, answer


def task(r, slots):
    """Draws any calculation: query, code, answer with {v}."""
    way = r.random()
    if way < 0.20:
        return from_block(r, pick(r, SUMS), slots)
    if way < 0.32:
        return from_block(r, pick(r, STORIES), slots)
    if way < 0.46:
        return from_block(r, pick(r, PROBLEMS), slots)
    if way < 0.69:
        return worded(r, ("q", *narrative(r)))
    if way < 0.85:
        return worded(r, expression(r))
    if way < 0.92:
        return worded(r, conversion(r))
    if way < 0.95:
        return two_parts(r)
    return chain(r) if way < 0.99 else negative(r)


def failing(r):
    """A division by zero, in one of the ways people ask for it."""
    a, zero = number(r), r.choice(["0", "zero", "0"])
    core = (
        choose(
            r,
            r.choice(
                [
                    "{a} divided by {z}",
                    "{a} / {z}",
                    "{a} over {z}",
                    "the quotient of {a} and {z}",
                    "the remainder of {a} divided by {z}",
                ]
            ),
        )
        .replace("{a}", a.text)
        .replace("{z}", zero)
    )
    sign = "%" if core.startswith("the remainder") else "/"
    query, _ = request(r, "np", core)
    if r.random() < 0.25:
        items = f"{r.choice(['apples', 'coins', 'cakes', 'books'])} among {zero} {r.choice(['people', 'friends', 'children'])}"
        query, _ = request(r, "q", f"how many does each get if I share {a.text} {items}")
    code = f"output = {a.code} {sign} 0"
    kind = "integer modulo by zero" if sign == "%" and "." not in a.code else "division by zero"
    transcript = Transcript("arithmetic-error", query)
    return transcript.call("Calculator", code, f"Error: ZeroDivisionError: {kind}").answer(
        "That cannot be calculated: division by zero has no result."
    )


def rounded(r, query, code):
    """Asks for fewer decimals of a result."""
    places = r.choice([0, 1, 2, 2, 2, 3])
    wish = choose(r, r.choice(ROUNDINGS)).replace("{places}", r.choice([str(places), SMALL_WORDS[places]]))
    if places == 0:
        wish = choose(
            r,
            "[Round|Please round] [it|the result|] to [a whole number|the nearest whole number|an integer].",
        )
    if places == 1:
        wish = wish.replace("decimals", "decimal").replace("places", "place")
    head, expression = code.rsplit("output = ", 1)
    separator = " " if query[-1] in ".?!" else ". "
    return query + separator + tidy(
        wish
    ), f"{head}output = round({expression}{f', {places}' if places else ''})"


def calculation(r, slots):
    """A query, one or two calls of the Calculator, and the answer."""
    while True:
        try:
            query, code, answer = task(r, slots)
            result = run(code)
            if r.random() < 0.15 and len(result.partition(".")[2]) > 3 and "round(" not in code:
                query, code = rounded(r, query, code)
                result = run(code)
            break
        except Unusable:
            slots.update({name: number(r) for name in "abc"})
    transcript = Transcript("arithmetic", query)
    if r.random() < 0.04:
        add_mistake(r, transcript, code)
    return transcript.call("Calculator", code, result).answer(answer.replace("{v}", result))


def add_mistake(r, transcript, code):
    """A first call that fails; the next one puts it right."""
    way = r.random()
    if way < 0.35:
        transcript.call("Calculator", code, NUMBER_FORMAT_ERROR, learned=False)
    elif way < 0.7:
        wrong = code.split("\n")[-1].replace("math.", "")
        name = r.choice(["sqrt", "math", "x", "date", "pi", "values", person(r, full=False).lower()])
        transcript.call("Calculator", wrong, f"Error: NameError: name '{name}' is not defined", learned=False)
    elif way < 0.85:
        transcript.call("Calculator", code + ")", "Error: SyntaxError: unmatched ')'", learned=False)
    else:
        error = r.choice(
            [
                "the calculation took too long",
                "the program left no variable named output",
                "the calculation ran out of memory",
            ]
        )
        transcript.call("Calculator", code.replace("output", "result"), f"Error: {error}", learned=False)
