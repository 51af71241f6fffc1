"""Transcripts in which the agent loop's guards speak: repeated calls that are not run again, and turns that must answer.

The sentences are those of packages/agent/src/guards.ts."""

from . import arithmetic, lookups
from .facts import Facts
from .slots import fill
from .transcript import Transcript

TOLD = "You made this very call before. It was not run again: this is its result."
ERRORS = [
    "Error: SyntaxError: invalid syntax",
    "Error: SyntaxError: '(' was never closed",
    "Error: NameError: name 'value' is not defined",
    "Error: the calculation took too long",
    "Error: the program left no variable named output",
    "Error: the calculation ran out of memory",
    "Error: TypeError: unsupported operand type(s) for +: 'int' and 'str'",
]
NO_RESULT = "I could not calculate this."


def notices(tool):
    return [
        f"{TOLD} Use it, or make another call.",
        f"{TOLD} In the next turn you cannot use {tool}.",
        f"{TOLD} Answer the user now.",
    ]


def repeated(r):
    """The model made a call again; now it answers from the result it has."""
    source = arithmetic.calculation(r, fill(r)) if r.random() < 0.5 else lookups.lookup(r)
    calls, last = source.turns[:-1], source.turns[-1]
    if not calls or calls[-1].observation.startswith("Error:"):
        return source
    transcript = Transcript("guarded", source.query, list(calls))
    call = calls[-1]
    for notice in notices(call.tool)[: r.choice([1, 1, 2, 3])]:
        transcript.call(call.tool, call.input, f"{call.observation}\n\n{notice}", learned=False)
    return transcript.answer(last.input)


def failed(r):
    """Calls that failed until the turn was held to Final Answer."""
    if r.random() < 0.5:
        query, code, _ = arithmetic.task(r, fill(r))
        tool, error, reply = "Calculator", r.choice(ERRORS), NO_RESULT
    else:
        facts = Facts(r, r.choices(lookups.BLOCKS, lookups.WEIGHTS)[0])
        query, code = lookups.ask(r, facts)
        tool, error = "Search", lookups.SEARCH_ERROR
        reply = f"The search failed, so I cannot answer this: {code}."
    transcript = Transcript("guarded", query)
    for at in range(r.randint(1, 3)):
        learned = at == 0 or tool == "Search"
        told = f"\n\n{r.choice(notices(tool)[1:])}" if at > 0 and tool == "Calculator" else ""
        transcript.call(tool, code, error + told, learned=learned)
    return transcript.answer(reply, forced=True)


def at_once(r):
    """A question whose only turn is held to Final Answer, although a tool would be needed."""
    if r.random() < 0.5:
        query, _, _ = arithmetic.task(r, fill(r))
    else:
        query, _ = lookups.ask(r, Facts(r, r.choices(lookups.BLOCKS, lookups.WEIGHTS)[0]))
    return Transcript("guarded", query).answer("I cannot answer this without a tool.", forced=True)


def guarded(r):
    return r.choices([repeated, failed, at_once], [60, 30, 10])[0](r)
