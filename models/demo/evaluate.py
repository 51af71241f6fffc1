"""Evaluates the GGUF file in the runtime that Bullpen uses, on fresh tasks: node-llama-cpp, the real
prompt, temperature 0.1, top_p 0.15, repetition penalty 1.1, no grammar."""

import argparse
import random
from collections import Counter
from pathlib import Path

from agent import Episode, run_episodes
from tasks import arithmetic, chat, compound, facts, lookups, narratives
from tasks.phrasing import with_capitals
from tasks.slots import fill
from tasks.templates import capitalise, choose, put, read_blocks
from tasks.transcript import Transcript


def from_blocks(blocks):
    """Draws calculations that these blocks describe."""

    def draw(r):
        while True:
            slots = fill(r)
            try:
                query, code, answer = arithmetic.from_block(r, arithmetic.pick(r, blocks), slots)
                result = arithmetic.run(code)
            except arithmetic.Unusable:
                continue
            return Transcript("arithmetic", query).call("Calculator", code, result).answer(answer)

    return draw


def with_steps(steps):
    blocks = arithmetic.SUMS + arithmetic.STORIES + arithmetic.PROBLEMS
    return [block for block in blocks if (block.only("steps") == "2") == (steps == 2)]


def new_phrasing(r):
    """A calculation as held_out.txt words it, without any frame of the training data."""
    block = r.choice(read_blocks("held_out.txt"))
    while True:
        slots = fill(r)
        code = put(block.only("code"), slots, code=True).replace("\\n", "\n")
        try:
            result = arithmetic.run(code)
        except arithmetic.Unusable:
            continue
        query = with_capitals(capitalise(put(choose(r, r.choice(block.lines["q"])), slots))) + "?"
        return Transcript("arithmetic", query).call("Calculator", code, result).answer("{v}")


def new_question(r):
    subject = facts.Facts(r, r.choice(read_blocks("held_out_lookups.txt")))
    question = lookups.line(r, subject, "q")
    observation, sentence = lookups.found(r, subject)
    transcript = Transcript("lookup", capitalise(question) + "?")
    return transcript.call("Search", question, observation).answer(sentence)


def lookup_of(kind, latin=False):
    """Look-ups of a kind; `latin` leaves out names in other scripts."""

    def draw(r):
        while True:
            transcript = lookups.lookup(r)
            texts = [transcript.query, *(turn.observation or "" for turn in transcript.turns)]
            ascii_only = all(text.replace("·", "").replace("…", "").isascii() for text in texts)
            if transcript.kind == kind and (ascii_only or not latin):
                return transcript

    return draw


def new_story(r):
    """A word problem of clauses that are kept out of training."""
    while True:
        text, code, answer = narratives.narrative(r, kind="dev")
        try:
            result = arithmetic.run(code)
        except arithmetic.Unusable:
            continue
        query = with_capitals(capitalise(text)) + "?"
        return Transcript("arithmetic", query).call("Calculator", code, result).answer(answer)


SETS = [
    ("word problems, clauses kept out of training", new_story, 100),
    (
        "word problems of clauses",
        lambda r: calculated(r, lambda r: arithmetic.worded(r, ("q", *narratives.narrative(r)))),
        100,
    ),
    (
        "sequences of operations",
        lambda r: calculated(r, lambda r: arithmetic.worded(r, arithmetic.expression(r))),
        100,
    ),
    ("one-step calculations", from_blocks(with_steps(1)), 300),
    ("two-step calculations", from_blocks(with_steps(2)), 200),
    ("units", lambda r: calculated(r, lambda r: arithmetic.worded(r, arithmetic.conversion(r))), 50),
    ("expressions of 2 to 5 numbers", lambda r: calculated(r, arithmetic.chain), 50),
    ("division by zero", arithmetic.failing, 30),
    ("look-ups", lookup_of("lookup"), 300),
    ("look-ups, names in Latin letters only", lookup_of("lookup", latin=True), 200),
    ("look-ups without a result", lookup_of("lookup-nothing"), 100),
    ("look-ups when the search fails", lookup_of("lookup-error"), 30),
    ("two searches and a calculation", compound.two_counts, 60),
    ("a search and a calculation", compound.priced, 60),
    ("two questions in one", compound.two_questions, 60),
    ("no tool needed", chat.chat, 60),
    ("calculations, phrasing kept out of training", new_phrasing, 150),
    ("look-ups, phrasing kept out of training", new_question, 100),
]


def calculated(r, task):
    while True:
        query, code, answer = task(r)
        try:
            return (
                Transcript("arithmetic", query).call("Calculator", code, arithmetic.run(code)).answer(answer)
            )
        except arithmetic.Unusable:
            continue


def observer(transcript):
    """Answers searches with what the transcript's searches found, in their order."""
    found = iter([turn.observation for turn in transcript.turns if turn.tool == "Search"])
    return lambda phrase: next(found, lookups.NOTHING)


def same_number(one, other):
    try:
        return abs(float(one) - float(other)) <= 1e-9 * max(1, abs(float(other)))
    except ValueError:
        return one == other


def right_input(text, observation, turn):
    """A calculation is right by its result, a search phrase by its words: at least 80 % of those wanted."""
    if turn.tool == "Search":
        wanted, given = turn.input.casefold().split(), text.casefold().split()
        return sum(word in given for word in wanted) >= 0.8 * len(wanted) and len(given) <= len(wanted) + 2
    both_fail = observation.startswith("Error: ZeroDivision") and turn.observation.startswith(
        "Error: ZeroDivision"
    )
    return both_fail or same_number(observation, turn.observation)


def judge(episode, transcript):
    """Returns whether tools, their inputs, and the answer are right."""
    wanted = transcript.turns[:-1]
    tools = [tool for tool, _ in episode.actions[:-1]] == [turn.tool for turn in wanted] and episode.done
    inputs = tools and all(
        right_input(text, observation, turn)
        for (_, text), observation, turn in zip(episode.actions, episode.observations, wanted)
    )
    if transcript.kind == "arithmetic":
        return tools, inputs, inputs and episode.observations[-1] in episode.answer
    return tools, inputs, inputs and episode.answer == transcript.turns[-1].input


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the tasks to run")
    parser.add_argument("--failures", type=int, default=0, help="failures to print for each set")
    options = parser.parse_args()
    r = random.Random("evaluation")
    cases = [(name, draw(r)) for name, draw, size in SETS for _ in range(max(5, int(size * options.scale)))]
    episodes = [Episode(transcript.query, observer(transcript)) for _, transcript in cases]
    run_episodes(options.model, episodes)

    totals, scores, shown = Counter(), Counter(), Counter()
    for (name, transcript), episode in zip(cases, episodes):
        totals[name] += 1
        verdict = judge(episode, transcript)
        for part, right in zip(("tools", "inputs", "answer"), verdict):
            scores[name, part] += right
        if not all(verdict) and shown[name] < options.failures:
            shown[name] += 1
            print(f"{name}: {transcript.query}\n  {episode.actions}\n  wanted {transcript.turns}")
    print("| tasks | number | right tools | right inputs | right answer |\n| --- | --- | --- | --- | --- |")
    for name, _, _ in SETS:
        cells = [f"{100 * scores[name, part] / totals[name]:.1f} %" for part in ("tools", "inputs", "answer")]
        print(f"| {name} | {totals[name]} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
