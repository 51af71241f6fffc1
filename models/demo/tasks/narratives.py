"""Word problems that are put together from clauses: a beginning, events, and a question."""

import math
import re
from dataclasses import dataclass

from .formulas import program, substitute
from .pools import DAYS, PEOPLE
from .slots import CURRENCIES, Slot, integer_text, price
from .templates import capitalise, choose, read_blocks
from .words import BOXES, FIRST_NAMES, PLACES, THINGS, noun_pair, person, singular_noun

FAMILIES = {name: read_blocks(f"{name}.txt") for name in ("amounts", "budgets", "purchases")}
NAME = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Subject:
    name: str
    pronoun: str
    objective: str
    possessive: str
    plural: bool


def subject(r, place):
    way = r.random()
    if way < 0.17:
        return Subject("I", "I", "me", "my", True)
    if way < 0.25:
        return Subject("we", "we", "us", "our", True)
    if way < 0.33:
        return Subject(f"the {place}", "it", "it", "its", False)
    if way < 0.37:
        name = r.choice([f"{r.choice(FIRST_NAMES)} and {r.choice(FIRST_NAMES)}", "they", "the children"])
        return Subject(name, "they", "them", "their", True)
    if way < 0.47:
        name = r.choice(
            ["my sister", "a farmer", "a teacher", "my mother", "the baker", "a girl", "our aunt"]
        )
        return Subject(name, "she", "her", "her", False)
    if way < 0.55:
        name = r.choice(
            ["my brother", "a boy", "a man", "my father", "the gardener", "our uncle", "a trader"]
        )
        return Subject(name, "he", "him", "his", False)
    pronouns = r.choice([("she", "her", "her"), ("he", "him", "his")])
    return Subject(person(r, full=False), *pronouns, False)


def small_count(r):
    value = r.randint(2, r.choice([6, 12, 12, 30, 60]))
    if value == 12 and r.random() < 0.3:
        return Slot("a dozen", "12")
    return Slot(integer_text(r, value) if r.random() < 0.5 else str(value), str(value))


def some_count(r):
    value = r.randint(2, 10 ** r.choice([1, 2, 2, 2, 3, 3, 4]))
    return Slot(integer_text(r, value), str(value))


def other_person(r, name):
    while True:
        other = (
            person(r, full=False)
            if r.random() < 0.7
            else r.choice(
                [
                    "her sister",
                    "a friend",
                    "my brother",
                    "her mother",
                    "a neighbour",
                    "his father",
                    "the teacher",
                    "my aunt",
                ]
            )
        )
        if other != name:
            return other


class Scene:
    """What a story is about, and the words that stay the same in it."""

    def __init__(self, r):
        self.r = r
        self.place = singular_noun(r, PLACES)
        self.subject = subject(r, self.place)
        self.named = False
        self.currency = r.choice(CURRENCIES)
        self.thing, self.things = noun_pair(r, THINGS)
        self.item, self.items = noun_pair(r, THINGS)
        self.box, self.boxes = noun_pair(r, BOXES)
        self.people, self.people1 = r.sample(PEOPLE, 2)
        self.other = other_person(r, self.subject.name)
        self.days = r.sample(DAYS, 2)

    def word(self, name):
        """A word of the story; None for a number."""
        who, plural = self.subject, self.subject.plural
        if name in ("S", "s") and not (name == "s" and self.named):
            self.named = True
            return who.name
        return {
            "s": who.pronoun,
            "S2": who.objective if who.name in ("I", "we", "they") else who.name,
            "s0": who.name,
            "obj": who.objective,
            "obj0": who.objective if who.name in ("I", "we", "they") else who.name,
            "obj2": "him",
            "h": who.possessive,
            "+": "" if plural else "s",
            "has": "have" if plural else "has",
            "is": {"I": "am"}.get(who.name, "are" if plural else "is"),
            "was": {"I": "was"}.get(who.name, "were" if plural else "was"),
            "does": "do" if plural else "does",
            "t": self.things,
            "t1": self.thing,
            "i": self.items,
            "i1": self.item,
            "box": self.box,
            "boxes": self.boxes,
            "people": self.people,
            "people1": self.people1,
            "W": self.other,
            "place": self.place,
            "day": self.days[0],
            "day2": self.days[1],
        }.get(name)

    def number(self, name, block):
        r = self.r
        if name in ("x", "y"):
            return price(r, self.currency)
        if name == "p":
            value = r.choice([5, 10, 15, 20, 25, 30, 40, 50, 60, 75, r.randint(1, 99)])
            return Slot(str(value))
        if name == "big":
            if block.name == "ask change" or "$" in (block.only("answer") or ""):
                value = r.choice([10, 20, 50, 100, 200, 500, 1000, r.randint(20, 5000)])
                return Slot(f"{self.currency[0]}{value}{self.currency[1]}", str(value))
            value = r.randint(20, 10 ** r.choice([2, 3, 4]))
            return Slot(integer_text(r, value), str(value))
        if name == "k":
            return small_count(r)
        if name == "year1":
            return Slot(str(r.randint(1900, 2030)))
        many = name == "n" and not (block.only("code") or "").count("{m}")
        return some_count(r) if many and r.random() < 0.8 else small_count(r)

    def clause(self, block, line, quantity):
        """Returns the clause's words and the quantity after it, as code."""
        numbers = {}

        def put(match):
            name = match[1]
            if name == "k0":
                numbers.setdefault("k", small_count(self.r))
                return str(int(numbers["k"].code) - 1)
            word = self.word(name)
            if word is not None:
                return word
            if name not in numbers:
                numbers[name] = self.number(name, block)
            return numbers[name].text

        text = NAME.sub(put, choose(self.r, line))
        codes = {name: slot.code for name, slot in numbers.items()}
        code = block.only("code") or "{q}"
        if code == "{n} * {m}" and line.find("{m}") < line.find("{n}"):
            code = "{m} * {n}"
        if code in ("{n} * {x}", "{n} * {y}") and line.find(code[6:]) < line.find("{n}"):
            code = f"{code[6:]} * {{n}}"
        return text, substitute(code, {**codes, "q": quantity})


def pick(r, blocks):
    return r.choices(blocks, [float(block.only("weight") or 1) for block in blocks])[0]


WEIGHTS = {
    "amounts": {
        "begin plain": 6,
        "begin packed": 8,
        "gain": 8,
        "loss": 12,
        "loss packed": 3,
        "gain packed": 3,
        "ask count": 8,
        "ask left": 5,
        "begin two": 2,
        "begin more than": 2,
    }
}
for family, weights in WEIGHTS.items():
    for block in FAMILIES[family]:
        block.lines.setdefault("weight", [str(weights.get(block.name, 1))])


def parts_of(family):
    blocks = FAMILIES[family]
    begins = [block for block in blocks if block.name.startswith("begin")]
    asks = [block for block in blocks if block.name.startswith("ask")]
    noise = next(block for block in blocks if block.name == "noise")
    events = [block for block in blocks if block not in begins and block not in asks and block is not noise]
    return begins, events, asks, noise


PARTS = {family: parts_of(family) for family in FAMILIES}


def value_of(code):
    return eval(code, {"math": math})  # codes are of our own templates


def plausible(code):
    """Nobody has less than nothing."""
    try:
        return 0 <= value_of(code) < 1e9
    except ArithmeticError:
        return False


def compose(r, family, kind="c"):
    """A story of a family: its sentences, and its program and answer."""
    begins, events, asks, noise = PARTS[family]
    begins, events, asks = (
        [block for block in blocks if kind in block.lines] for blocks in (begins, events, asks)
    )
    scene = Scene(r)
    count = r.choices([0, 1, 2, 3], [14, 60, 21, 5])[0]
    begin, chosen, ask = pick(r, begins), [pick(r, events) for _ in range(count)], pick(r, asks)
    if count == 0 and begin.name in ("begin plain", "begin one") and ask.only("code") == "{q}":
        return None
    if (
        ask.name == "ask left"
        and family == "amounts"
        and not any("loss" in b.name or "lost" in b.name for b in chosen)
    ):
        return None
    text, quantity = scene.clause(begin, r.choice(begin.lines[kind]), "")
    sentences = [text]
    for block in chosen:
        text, quantity = scene.clause(block, r.choice(block.lines[kind]), quantity)
        if not plausible(quantity):
            return None
        sentences.append(text)
    if r.random() < 0.22:
        text, _ = scene.clause(noise, r.choice(noise.lines["c"]), quantity)
        sentences.insert(r.randint(1 if scene.named else 0, len(sentences)), text)
    question, quantity = scene.clause(ask, r.choice(ask.lines[kind]), quantity)
    if not plausible(quantity):
        return None
    answer = (ask.only("answer") or "The result is {v}.").replace(
        "{$v}", scene.currency[0] + "{v}" + scene.currency[1]
    )
    answer = NAME.sub(lambda match: scene.word(match[1]) or match[0], answer)
    return tell(r, sentences, question), program(quantity), capitalise(answer)


def tell(r, sentences, question):
    """Joins the sentences of a story and its question."""
    way = r.random()
    has_statement = ". " in question
    if way < 0.16 and not has_statement and len(sentences) < 4:
        lead = r.choice(["if ", "if ", "when ", "suppose ", "say ", "given that ", "assuming "])
        return f"{lead}{run_on(r, sentences)}, {question}"
    if way < 0.26 and not has_statement and len(sentences) < 4 and question.startswith(("how", "what")):
        return f"{question} {r.choice(['if', 'if', 'when', 'after'])} {run_on(r, sentences)}"
    if way < 0.31 and not has_statement and question.startswith(("how", "what")):
        return f"{question}? {full_stops(sentences)}".rstrip(".")
    if way < 0.65:
        return f"{full_stops(sentences)} {question if not r.random() < 0.1 else 'so ' + question}"
    return f"{run_on(r, sentences)}. {question}"


def full_stops(sentences):
    return " ".join(sentence + "." for sentence in sentences)


def run_on(r, sentences):
    text = sentences[0]
    for at, sentence in enumerate(sentences[1:], 1):
        joints = [" and ", ", ", ", then ", " and then ", ", and ", "; ", " but "]
        if at < len(sentences) - 1:
            joints = [", ", ", ", " and ", "; "]
        text += r.choice(joints) + sentence
    return text


def narrative(r, kind="c"):
    """Returns a question, its program and its answer."""
    while True:
        family = r.choices(list(FAMILIES), [50, 22, 28])[0]
        story = compose(r, family, kind)
        if story is not None:
            return story
