"""The values that questions and facts are made of."""

import re

from .pools import ALIASES, ARTISTS, ATTRIBUTES, BEGINNINGS, BEST, COUNTRIES, DAYS, DEEDS, KIND_WORDS
from .pools import MAKERS, ROLES, SYMBOLS, TERMS
from .slots import MONTHS, UNITS, integer
from .templates import SLOT, capitalise
from .words import (
    FOREIGN,
    PLAIN,
    PROPER,
    STARTS,
    VERBS,
    article,
    made_up_word,
    model_number,
    noun_pair,
    person,
    place,
    thing_name,
)


def digits(r, value):
    return f"{value:,}" if value >= 1000 and r.random() < 0.6 else str(value)


def decimal(r):
    return (
        f"{r.randint(0, 10 ** r.randint(1, 3))}.{r.randint(1, 99)}"
        if r.random() < 0.4
        else digits(r, integer(r, 1, 4))
    )


def day_text(r):
    day, month, year = r.randint(1, 28), r.choice(MONTHS), r.randint(1400, 2032)
    return r.choice(
        [
            f"{day} {month} {year}",
            f"{month} {day}, {year}",
            f"{day} {month}",
            f"{month} {year}",
            str(year),
            f"{year}-{r.randint(1, 12):02}-{day:02}",
        ]
    )


def clock(r):
    hour, minute = r.randint(1, 23), r.choice(["00", "30", "15", "45", f"{r.randint(0, 59):02}"])
    return r.choice(
        [
            f"{hour}:{minute}",
            f"{hour}:{minute}",
            f"{hour % 12 + 1} {r.choice(['am', 'pm'])}",
            f"{hour % 12 + 1}:{minute} {r.choice(['am', 'pm', 'a.m.', 'p.m.'])}",
        ]
    )


def some_words(r):
    pool = r.choice([PLAIN, PLAIN, PROPER, STARTS, FOREIGN])
    return " ".join(r.choices(pool, k=r.randint(1, 3)))


def value(r, kind):
    """Draws an answer of a kind that lookups.txt names."""
    number = decimal(r)
    drawn = {
        "person": person,
        "year": lambda r: str(r.randint(900, 2032)),
        "date": day_text,
        "time": clock,
        "place": lambda r: place(r) if r.random() < 0.7 else f"{place(r)}, {place(r)}",
        "number": lambda r: digits(r, integer(r, 1, r.choice([2, 3, 4, 7]))),
        "small number": lambda r: str(r.randint(2, 900)),
        "length": lambda r: f"{number} {r.choice(UNITS)}",
        "word": some_words,
        "weight": lambda r: (
            f"{number} {r.choice(['kg', 'kilograms', 'tonnes', 'grams', 'pounds', 'g', 'lbs'])}"
        ),
        "speed": lambda r: f"{number} {r.choice(['km/h', 'mph', 'kilometres per hour', 'm/s', 'knots'])}",
        "area": lambda r: (
            f"{number} {r.choice(['square metres', 'hectares', 'square kilometres', 'acres', 'm²'])}"
        ),
        "money": lambda r: (
            r.choice(["$%s", "€%s", "£%s", "%s euros", "%s dollars", "%s pounds", "%s crowns", "%s EUR"])
            % number
        ),
        "phone": lambda r: " ".join(str(r.randint(10, 9999)) for _ in range(r.randint(2, 4))),
        "email": lambda r: (
            f"{r.choice(PLAIN)}@{made_up_word(r).lower()}.{r.choice(['org', 'com', 'net', 'example', 'eu'])}"
        ),
        "duration": lambda r: (
            f"{r.randint(2, 90)} {r.choice(['years', 'months', 'days', 'hours', 'weeks', 'minutes'])}"
        ),
        "temperature": lambda r: (
            f"{r.randint(-30, 45)}{r.choice([' degrees', '°C', ' degrees Celsius', '°'])}"
        ),
    }
    if kind == "any":
        kind = r.choice(
            [
                "word",
                "word",
                "number",
                "date",
                "time",
                "money",
                "duration",
                "place",
                "person",
                "length",
                "code",
            ]
        )
    return model_number(r) if kind == "code" else drawn[kind](r)


def entity(r, kind):
    if kind == "country" and r.random() < 0.5:
        return r.choice(COUNTRIES) if r.random() < 0.6 else r.choice(r.choice(ALIASES))
    if kind in ("country", "place"):
        return place(r)
    return person(r) if kind == "person" else thing_name(r)


def alias(r, name):
    """Another name that documents may use for what a question names."""
    for names in ALIASES:
        if name in names:
            return r.choice(names)
    way = r.random()
    if way < 0.85 or not name or name[0].islower() and not name.startswith("the "):
        return name
    if way < 0.9:
        return f"{name} of {place(r)}"
    if way < 0.95:
        return name.removeprefix("the ")
    return f"{name.removeprefix('the ')} {r.choice(PROPER)}"


def condition(r):
    return r.choice(
        [
            f"on {r.choice(DAYS)}s",
            f"on {r.choice(DAYS)}s",
            f"for {noun_pair(r)[1]}",
            f"for {r.choice(['adults', 'children', 'members', 'students'])}",
            f"in {r.choice(MONTHS)}",
            f"in {r.randint(1900, 2032)}",
            f"at the {r.choice(PLAIN)}",
            f"with {article(r.choice(PLAIN))}",
            f"in {place(r)}",
            "at night",
            "in winter",
            "in summer",
            f"after {clock(r)}",
        ]
    )


def attribute(r):
    if r.random() < 0.5:
        return r.choice(ATTRIBUTES)
    return r.choice(PLAIN) if r.random() < 0.7 else f"{r.choice(PLAIN)} {r.choice(PLAIN)}"


def verb_pair(r):
    """An infinitive and its past tense; the past tense may well be made up."""
    past = r.choice(VERBS)
    base = past[:-2] if past[:-2] in PLAIN_SET else past[:-1]
    return (base, past) if base in PLAIN_SET else (r.choice(PLAIN), past)


def made(r):
    """A noun for the one who did it, and the deed."""
    return r.choice(list(MAKERS.items())) if r.random() < 0.8 else (r.choice(PLAIN), r.choice(VERBS))


TIED = re.compile(r"<([^<>]*\|[^<>]*)>")
PLAIN_SET = set(PLAIN)
# Slots that only make sense together.
TOGETHER = {
    ("do", "did"): verb_pair,
    ("maker", "makes"): made,
    ("artist", "made", "done"): lambda r: r.choice(ARTISTS),
    ("begin", "began", "begins"): lambda r: r.choice(BEGINNINGS),
}


class Facts:
    """Slots that are drawn at first use and then stay."""

    def __init__(self, r, block, entity_name=None):
        self.r, self.block, self.known = r, block, {}
        self.known["E"] = entity_name or entity(r, block.only("kind"))
        self.tied = r.randrange(5040)

    def tie(self, text):
        """Settles <this|that>: the same place of every such list of a block."""
        return TIED.sub(lambda match: (options := match[1].split("|"))[self.tied % len(options)], text)

    def slot(self, name):
        if name not in self.known:
            self.known[name] = self.draw(name)
        return self.known[name]

    def draw(self, name):
        r = self.r
        if name in ("things", "things2", "thing", "thing2"):
            end = "2" if name.endswith("2") else ""
            self.known["thing" + end], self.known["things" + end] = noun_pair(r)
            return self.known[name]
        for names, draw_all in TOGETHER.items():
            if name in names:
                self.known.update(zip(names, draw_all(r)))
                return self.known[name]
        drawn = {
            "V": lambda: value(r, self.block.only("value")),
            "V2": lambda: value(r, self.block.only("value")),
            "P": lambda: person(r),
            "W": lambda: place(r),
            "Y": lambda: str(r.randint(1500, 2030)),
            "D": lambda: day_text(r),
            "O": lambda: digits(r, integer(r, 1, 4)),
            "role": lambda: role(r),
            "best": lambda: r.choice(BEST),
            "term": lambda: r.choice(TERMS) if r.random() < 0.8 else r.choice(PLAIN),
            "symbol": lambda: r.choice(SYMBOLS),
            "verb": lambda: deed(r),
            "verb2": lambda: deed(r),
            "attr": lambda: attribute(r),
            "attr2": lambda: attribute(r),
            "P2": lambda: person(r),
            "Y2": lambda: str(r.randint(1500, 2030)),
            "w2": lambda: r.choice(PLAIN),
            "a": lambda: article(self.slot("kind1")).split()[0],
            "kind1": lambda: kind_word(r),
            "kind2": lambda: kind_word(r),
            **dict.fromkeys(("u1", "u2", "u3", "u4"), lambda: any_word(r)),
            "on": lambda: condition(r),
            "on2": lambda: condition(r),
            "day": lambda: r.choice(DAYS),
            "day2": lambda: r.choice(DAYS),
            "work": lambda: (
                f'"{made_up_word(r)} {some_words(r)}"'
                if r.random() < 0.3
                else f"The {r.choice(PLAIN).capitalize()} of {made_up_word(r)}"
            ),
        }
        return drawn[name]()

    def put(self, text):
        """Fills a line; {w} is another word each time, {On} is {on} at a sentence's start."""

        def fill(match):
            name = match[1]
            if name == "w":
                return self.r.choice(PLAIN)
            if name in ("On", "On2", "Things", "U1", "Kind1"):
                return capitalise(self.slot(name.lower()))
            return self.slot(name)

        return SLOT.sub(fill, text)


def any_word(r):
    """A word for a question about anything: often a common one, at times a rare or a made-up one."""
    way = r.random()
    if way < 0.2:
        return r.choice(ATTRIBUTES)
    if way < 0.35:
        return r.choice(noun_pair(r))
    return r.choice(PLAIN) if way < 0.9 else made_up_word(r)


def kind_word(r):
    return r.choice(KIND_WORDS) if r.random() < 0.5 else r.choice(PLAIN)


def role(r):
    way = r.random()
    if way < 0.75:
        return r.choice(ROLES)
    return f"head of {r.choice(PLAIN)}" if way < 0.85 else f"{r.choice(PLAIN)} {r.choice(ROLES)}"


def deed(r):
    return r.choice(DEEDS) if r.random() < 0.6 else r.choice(VERBS)
