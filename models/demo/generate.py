"""Draws transcripts and packs them, as tokens, into rows for training.

Run as a program it prints transcripts, to look at: python generate.py --count 20
"""

import argparse
import json
import random
from dataclasses import asdict

import numpy as np

from disjoint import read_questions
from tasks import arithmetic, chat, compound, guarded, lookups
from tasks.slots import fill
from tokenizer import EOS, Tokenizer, open_next_turn, open_query, read_instructions, render_action

ROW = 4096
LONGEST = 1000
SPACE_TOKEN = 28705
# The instructions stand once at the head of a row; every transcript sees them and itself.
INSTRUCTIONS, PADDING = 0, 60_000

MIXTURE = [
    (0.50, lambda r: arithmetic.calculation(r, fill(r))),
    (0.02, arithmetic.failing),
    (0.05, chat.chat),
    (0.33, lookups.lookup),
    (0.03, compound.two_counts),
    (0.02, compound.priced),
    (0.03, compound.two_questions),
    (0.02, guarded.guarded),
]


def transcript(r):
    return r.choices([draw for _, draw in MIXTURE], [share for share, _ in MIXTURE])[0](r)


def forced_length(tokenizer, action):
    """How many tokens of an action the grammar wrote: all before the text of the input."""
    at = 1
    while not tokenizer.decode(action[:at]).endswith('"input": "'):
        at += 1
    return at - 1


def encode(r, tokenizer, drawn):
    """Tokens, and for each the token to be predicted after it (0 where there is nothing to learn).

    Each segment is tokenised apart, as at inference. Some runtimes put a space token before a
    segment; drawing it at times makes the model indifferent to that.
    """
    lead = [SPACE_TOKEN] if r.random() < 0.25 else []
    tokens = lead + tokenizer.encode(open_query(drawn.query))
    labels = [0] * len(tokens)
    for turn in drawn.turns:
        action = tokenizer.encode(render_action(turn.tool, turn.input))
        if turn.learned:
            unlearned = forced_length(tokenizer, action) if turn.forced else 0
            labels[-1] = 0 if turn.forced else action[0]
            following = [*action[1:], EOS]
            labels += [0] * unlearned + following[unlearned:]
        else:
            labels += [0] * len(action)
        tokens += action
        if turn.observation is not None:
            opening = lead + tokenizer.encode(open_next_turn(turn.observation))
            tokens += opening
            labels += [0] * len(opening)
    return tokens, labels


class Packer:
    """Fills rows of ROW tokens: the instructions, then transcripts as long as they fit."""

    def __init__(self, vocabulary, seed):
        self.r = random.Random(seed)
        self.tokenizer = Tokenizer(vocabulary)
        self.instructions = self.tokenizer.encode_instructions(read_instructions())
        self.reserved = read_questions()
        self.pending = None

    def draw(self):
        while True:
            drawn = transcript(self.r)
            if self.reserved.has_one_like(drawn.query):
                continue
            tokens, labels = encode(self.r, self.tokenizer, drawn)
            if len(tokens) <= LONGEST:
                return tokens, labels

    def row(self):
        """An array [4, ROW]: tokens, labels, positions, number of the transcript."""
        head = len(self.instructions)
        row = np.zeros((4, ROW), dtype=np.int32)
        row[0, :head], row[2, :head] = self.instructions, np.arange(head)
        row[3, head:] = PADDING
        at, number = head, 1
        while True:
            tokens, labels = self.pending or self.draw()
            end = at + len(tokens)
            if end > ROW:
                self.pending = (tokens, labels)
                return row
            self.pending = None
            row[:, at:end] = tokens, labels, np.arange(head, head + len(tokens)), np.full(len(tokens), number)
            at, number = end, number + 1

    def rows(self, count):
        return np.stack([self.row() for _ in range(count)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    r = random.Random(options.seed)
    for _ in range(options.count):
        print(json.dumps(asdict(transcript(r)), ensure_ascii=False))


if __name__ == "__main__":
    main()
