"""Conversions of units: with factors that are learned, with factors that are given, and of two units at once."""

from .slots import Slot, count, fill, number
from .templates import capitalise, choose, content, put, read_lines
from .words import PLAIN, plural

UNITS = [[part.strip().split("|") for part in line.split(",")] for line in content("units.txt")]
LINES = read_lines("measures.txt")
DIMENSIONS = {
    "length": "kilometres miles metres feet inches centimetres yards millimetres",
    "weight": "kilograms pounds ounces grams tonnes stone",
    "volume": "litres gallons millilitres",
    "time": "hours minutes days weeks years months seconds centuries decades",
    "area": "hectares acres",
    "speed": "km/h mph knots m/s",
    "data": "bytes kilobytes gigabytes megabytes bits",
}
DIMENSIONS = {unit: name for name, units in DIMENSIONS.items() for unit in units.split()}
SINGULARS = {"feet": "foot", "inches": "inch", "centuries": "century"}
PAIRS = [
    (a, b, f)
    for a, b, (f,) in UNITS
    if a[0]
    in (
        "hours",
        "minutes",
        "feet",
        "weeks",
        "days",
        "years",
        "metres",
        "kilograms",
        "kilometres",
        "yards",
        "litres",
    )
    and float(f) > 1
    and "." not in f
]


def singular(unit):
    return SINGULARS.get(unit, unit[:-1] if unit.endswith("s") else unit)


def has_factor(source, target):
    return any(source[0] == unit[0] and target[0] == other[0] for unit, other, _ in UNITS)


def filled(r, kind, **parts):
    text = choose(r, r.choice(LINES[kind]))
    for name, value in parts.items():
        text = text.replace("{" + name.strip("_") + "}", value)
    return put(text, fill(r)) if "{" in text else text


def conversion(r):
    """A length, weight, time, … in another unit: the kind of request, its words, program and answer."""
    way = r.random()
    if way < 0.1:
        return both(r)
    if way < 0.24:
        return by_given_rate(r)
    if way < 0.29:
        return clock(r)
    source, target, (factor,) = r.choice(UNITS)
    value, a, b = number(r), r.choice(source), r.choice(target)
    if r.random() < 0.4:
        value = count(r)
    if a.endswith("s") and len(a) > 3 and r.random() < 0.08:
        value, a = r.choice([Slot("one", "1"), Slot("a", "1"), Slot("1")]), singular(a)
    dimension = DIMENSIONS.get(source[0])
    if value.code != "1" and r.random() < 0.4 and not has_factor(target, source):
        a, b = b, a
        code = f"output = {value.code} / {factor}"
    else:
        code = f"output = {value.code} * {factor}"
    kind = r.choice(["np", "vp", "q", "q", dimension or "q"])
    text = filled(r, kind, n=value.text, a=a, b=b)
    return kind if kind in ("np", "vp") else "q", text, code, f"{capitalise(value.text)} {a} are {{v}} {b}."


def both(r):
    source, target, factor = r.choice(PAIRS)
    n, k = r.randint(1, 30), r.randint(1, max(2, min(59, int(factor) - 1)))
    at = r.randrange(min(len(source), len(target)))
    a, b = source[at], target[at]
    text = filled(r, "both", n=str(n), a=a, b=b, k=str(k))
    kind = "np" if text[0].isdigit() else "vp" if text.startswith("convert") else "q"
    return kind, text, f"output = {n} * {factor} + {k}", f"That is {{v}} {b}."


def by_given_rate(r):
    if r.random() < 0.5:
        source, target, (factor,) = r.choice(UNITS)
        one, a, b = singular(source[0]), source[0], target[0]
    else:
        one, other = r.choice(PLAIN), r.choice(PLAIN)
        a, b, factor = plural(one), plural(other), number(r).code
    value, kind = number(r), r.choice(["rate", "rate", "back"])
    text = filled(r, kind, n=value.text, a=a, b=b, f=factor, _1=one)
    if kind == "rate":
        order = [value.code, factor] if text.rindex(value.text) < text.index(factor) else [factor, value.code]
        return "q", text, f"output = {order[0]} * {order[1]}", f"That is {{v}} {b}."
    return "q", text, f"output = {value.code} / {factor}", f"That is {{v}} {a}."


def clock(r):
    start = r.randint(0, 22 * 60)
    end = r.randint(start + 1, 24 * 60 - 1)
    if r.random() < 0.6:
        start, end = start // 5 * 5, end // 5 * 5 + 5
    (h1, m1), (h2, m2) = divmod(start, 60), divmod(end, 60)
    text = filled(r, "clock", t=f"{h1}:{m1:02}", u=f"{h2}:{m2:02}")
    code = f"output = ({h2} * 60 + {m2}) - ({h1} * 60 + {m1})"
    return "q", text, code, "That is {v} minutes."
