"""Keeps the questions of evaluation/ out of training: a drawn query that is nearly one of them is left out.

That is a query with 75 % of a question's words in their order, all numbers being alike. The templates themselves are
compared with the questions by test/evaluation-sets/held-out.test.ts."""

import json
import re
from pathlib import Path

SETS = Path(__file__).parent.parent.parent / "evaluation"
TOO_CLOSE = 0.75
WORD = re.compile(r"[a-z']+|\*")


def words_of(text):
    return WORD.findall(re.sub(r"\d[\d,.:]*", " * ", text.lower()))


def common_length(one, two):
    """The length of the longest common subsequence."""
    row = [0] * (len(two) + 1)
    for word in one:
        following = [0]
        for at, other in enumerate(two):
            following.append(row[at] + 1 if word == other else max(row[at + 1], following[at]))
        row = following
    return row[-1]


class Questions:
    """The questions, with a bit for each of their words, by which most queries are told apart at once."""

    def __init__(self, texts):
        self.bits, self.questions = {}, []
        for text in texts:
            words = words_of(text)
            mask = self.mask(words, learn=True)
            # Words of the question that may be missing; a repeated word is one bit.
            missing = int(len(words) * (1 - TOO_CLOSE))
            self.questions.append((words, mask, mask.bit_count() - missing))

    def mask(self, words, learn=False):
        mask = 0
        for word in words:
            if learn:
                self.bits.setdefault(word, len(self.bits))
            if word in self.bits:
                mask |= 1 << self.bits[word]
        return mask

    def has_one_like(self, query):
        words = words_of(query)
        mask = self.mask(words)
        for wanted, wanted_mask, least in self.questions:
            if (mask & wanted_mask).bit_count() < least:
                continue
            if common_length(wanted, words) >= TOO_CLOSE * len(wanted):
                return True
        return False


def read_questions():
    lines = [
        line for name in ("held-out", "everyday") for line in (SETS / f"{name}.jsonl").open(encoding="utf-8")
    ]
    return Questions(json.loads(line)["question"] for line in lines)
