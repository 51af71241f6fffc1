"""Tasks that take several calls: two searches, or a search and a calculation."""

from .facts import Facts
from .lookups import BLOCKS, WEIGHTS, found, line, pose, results
from .slots import integer
from .templates import capitalise, choose
from .transcript import Transcript
from .words import noun_pair, thing_name


def counted(r, names, things):
    """For each name: its search phrase, results that give its number of things, and the number."""
    block = next(block for block in BLOCKS if block.name == "count")
    found_numbers = []
    for name in names:
        facts = Facts(r, block, name)
        facts.known.update(things=things, thing=things, V=str(integer(r, 1, 4)))
        number = facts.slot("V")
        text = f"{int(number):,}" if int(number) > 999 and r.random() < 0.4 else number
        facts.known["V"] = text
        phrase = f"number of {things} of {name}"
        found_numbers.append((phrase, results(r, facts, capitalise(line(r, facts, "fact"))), number))
    return found_numbers


def two_counts(r):
    """Two searches and a calculation with what they found."""
    things = noun_pair(r)[1]
    first, second = thing_name(r), thing_name(r)
    sign, question, answer = r.choice(
        [
            (
                "+",
                "how many {t} do {a} and {b} have [together|in total|altogether|combined]",
                "Together they have {v} {t}.",
            ),
            (
                "+",
                "how many {t} are there in {a} and {b} [together|in total|]",
                "Together they have {v} {t}.",
            ),
            ("+", "what is the total number of {t} of {a} and {b}", "Together they have {v} {t}."),
            ("-", "how many more {t} does {a} have than {b}", "The difference is {v} {t}."),
            (
                "-",
                "what is the difference between the number of {t} of {a} and [that of|of] {b}",
                "The difference is {v} {t}.",
            ),
        ]
    )
    core = choose(r, question).replace("{t}", things).replace("{a}", first).replace("{b}", second)
    query, _ = pose(r, "q", core)
    if query.islower():
        first, second, things = first.lower(), second.lower(), things.lower()
    elif query.isupper():
        query = core + "?"
    transcript = Transcript("two-searches", query)
    numbers = counted(r, (first, second), things)
    for phrase, observation, _ in numbers:
        transcript.call("Search", phrase, observation)
    a, b = (int(number) for *_, number in numbers)
    result = str(a + b if sign == "+" else a - b)
    transcript.call("Calculator", f"output = {a} {sign} {b}", result)
    return transcript.answer(answer.replace("{v}", result).replace("{t}", things))


def priced(r):
    """A search for a price and its multiplication."""
    block = next(block for block in BLOCKS if block.name == "price")
    facts = Facts(r, block)
    name, n = facts.slot("E"), integer(r, 1, 3)
    number = (
        f"{r.randint(1, 900)}.{r.randint(1, 9)}{r.randint(0, 9)}"
        if r.random() < 0.5
        else str(integer(r, 1, 4))
    )
    before, after = r.choice(
        [("$", ""), ("€", ""), ("£", ""), ("", " euros"), ("", " dollars"), ("", " crowns")]
    )
    facts.known["V"] = before + number + after
    bare = name.removeprefix("the ")
    core = choose(
        r,
        f"[how much|what] do {n} [pieces of|units of|of|times|x|] {name} cost [together|in total|altogether|]",
    )
    query, _ = pose(r, "q", core)
    bare = bare.lower() if query.islower() else bare.upper() if query.isupper() else bare
    transcript = Transcript("search-then-calculate", query)
    transcript.call("Search", f"price of {bare}", results(r, facts, capitalise(line(r, facts, "fact"))))
    total = str(n * (float(number) if "." in number else int(number)))
    transcript.call("Calculator", f"output = {n} * {number}", total)
    return transcript.answer(f"{n} {bare} cost {before}{total}{after}.")


def two_questions(r):
    """Two questions in one query: a search for each, and both sentences in the reply."""
    first, second = (Facts(r, r.choices(BLOCKS, WEIGHTS)[0]) for _ in range(2))
    parts = []
    for facts in (first, second):
        kind = r.choice(
            [
                kind
                for kind in ("np", "who", "q")
                if kind in facts.block.lines and facts.block.name != "head of government"
            ]
            or ["q"]
        )
        core = line(r, facts, kind)
        lead = {"np": "what is the ", "who": "who is the ", "q": ""}[kind]
        if core.startswith("the ") or core[0].isupper():
            lead = lead.removesuffix("the ")
        parts.append((lead + core, core.removeprefix("the ")))
    separator = r.choice([" and ", " and ", ", and ", "? And ", "? ", " and also "])
    query = capitalise(parts[0][0]) + separator + parts[1][0] + r.choice(["?", "?", ""])
    transcript = Transcript("two-searches", query)
    answers = []
    for facts, (_, phrase) in zip((first, second), parts):
        observation, sentence = found(r, facts)
        transcript.call("Search", phrase, observation)
        answers.append(sentence)
    return transcript.answer(" ".join(answers))
