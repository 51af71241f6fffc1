"""Puts a task into words as different people would: frames, greetings, asides, typing habits."""

import re

from .slots import fill
from .templates import capitalise, choose, put, read_lines

FRAMES = read_lines("frames.txt")


def say(r, kind, slots=None):
    """A line of frames.txt, filled; slots are drawn anew unless given."""
    return put(choose(r, r.choice(FRAMES[kind])), slots or fill(r))


def frame(r, kind, core):
    """Wraps a noun phrase (np), an imperative (vp) or a question (q) into a whole request."""
    before, after = choose(r, r.choice(FRAMES[kind]).replace("{x}", "\0")).split("\0", 1)
    return (before, core, after)


def typo(r, text):
    """One slip of the finger in a text without digits."""
    if len(text) < 4:
        return text
    at = r.randrange(1, len(text) - 1)
    way = r.random()
    if way < 0.35:
        return text[:at] + text[at + 1 :]
    if way < 0.7:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at] + text[at:]


SENTENCE = re.compile(r"(?<=[a-z0-9)][.?!:] )[a-z]")


def with_capitals(text):
    """Each sentence begins with a capital letter."""
    return SENTENCE.sub(lambda match: match[0].upper(), text)


def letter_case(r, before, core, after):
    """Returns the three parts as typed; a core that was lower-cased is returned as such."""
    way = r.random()
    if way < 0.2:
        return before.lower(), core.lower(), after.lower()
    if way < 0.22:
        return before.upper(), core.upper(), after.upper()
    if way < 0.8:
        return (capitalise(before), core, after) if before else (before, capitalise(core), after)
    return before, core, after


def joined_by_commas(r, core):
    """Runs the sentences of a story together, as in "I have 3 bags with 4 books, how many is that"."""
    return core.replace(". ", r.choice([", ", ", ", " and ", "; "]))


def wrap(r, text):
    """Surrounds a request with greetings, asides and thanks, or not."""
    parts = [text]
    if r.random() < 0.3:
        parts.insert(0, capitalise(say(r, "opener")) if r.random() < 0.8 else say(r, "opener"))
    if r.random() < 0.1:
        parts.insert(len(parts) - 1, capitalise(say(r, "aside")))
    if r.random() < 0.12:
        parts.append(say(r, "closer"))
    elif r.random() < 0.04:
        parts.append(capitalise(say(r, "aside")))
    for at in range(len(parts) - 1):
        # A task that ends without a mark runs into what follows, as people do write.
        if parts[at] is text and parts[at][-1:] not in "?.!" and r.random() < 0.7:
            parts[at] += "."
    separator = "\n" if r.random() < 0.02 else " "
    return separator.join(part for part in parts if part)


def request(r, kind, core):
    """Returns the whole query, and the core as it stands in it."""
    if kind == "q" and r.random() < 0.12:
        core = f"{say(r, 'lead')} {core}"
    elif kind == "q" and r.random() < 0.12:
        core = joined_by_commas(r, core)
    elif kind == "q" and r.random() < 0.08:
        core = core.replace(". ", f". {say(r, 'aside')} ", 1)
    if r.random() < 0.8:
        core = with_capitals(core)
    before, core, after = letter_case(r, *frame(r, kind, core))
    if r.random() < 0.06:
        before = typo(r, before)
    text = before + core + after
    if r.random() < 0.15:
        text = text.rstrip("?")
    elif kind == "np" and text[-1:] not in "?.!" and r.random() < 0.2:
        text += "."
    return wrap(r, text.strip()), core
