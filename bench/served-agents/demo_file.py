"""Reads the demo model's GGUF file: matrices, metadata, and its vocabulary as a tokenizer."""

import struct
from pathlib import Path

import numpy as np


class GgufReader:
    """As much of a GGUF file as the demo model's holds: its metadata, and matrices in F32 and Q8_0."""

    SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
    STRING, ARRAY = 8, 9
    F32, Q8_0 = 0, 8
    BLOCK = np.dtype([("scale", "<f2"), ("values", "i1", 32)])

    def __init__(self, path):
        self._data = Path(path).read_bytes()
        self._at = 0
        magic, _, tensors, entries = self._read("4sIQQ")
        if magic != b"GGUF":
            raise ValueError(f"{path} is no GGUF file")
        self.metadata = dict(self._entry() for _ in range(entries))
        described = [self._description() for _ in range(tensors)]
        alignment = self.metadata.get("general.alignment", 32)
        start = -(-self._at // alignment) * alignment
        self.tensors = {name: self._tensor(start + offset, *rest) for name, offset, *rest in described}

    def _read(self, form):
        values = struct.unpack_from("<" + form, self._data, self._at)
        self._at += struct.calcsize("<" + form)
        return values

    def _string(self):
        (length,) = self._read("Q")
        self._at += length
        return self._data[self._at - length : self._at].decode()

    def _value(self, kind):
        if kind == self.STRING:
            return self._string()
        if kind == self.ARRAY:
            inner, count = self._read("IQ")
            return [self._value(inner) for _ in range(count)]
        return self._read(self.SCALARS[kind])[0]

    def _entry(self):
        name = self._string()
        return name, self._value(self._read("I")[0])

    def _description(self):
        name = self._string()
        (dimensions,) = self._read("I")
        size = self._read("Q" * dimensions)[::-1]
        kind, offset = self._read("IQ")
        return name, offset, size, kind

    def _tensor(self, offset, size, kind):
        count = int(np.prod(size))
        if kind == self.F32:
            return np.frombuffer(self._data, "<f4", count, offset).reshape(size)
        if kind != self.Q8_0:
            raise ValueError(f"type {kind} is not read here")
        blocks = np.frombuffer(self._data, self.BLOCK, count // 32, offset)
        return (blocks["values"] * blocks["scale"].astype("<f4")[:, None]).reshape(size)


def tokenizer_json(metadata):
    """The SentencePiece vocabulary of a GGUF file for the library `tokenizers`, with merges in order of rank."""
    pieces = metadata["tokenizer.ggml.tokens"]
    ids = {piece: index for index, piece in enumerate(pieces)}
    first_piece = 259
    merges = []
    for piece in pieces[first_piece:]:
        found = [
            (ids[piece[:cut]], ids[piece[cut:]], piece[:cut], piece[cut:])
            for cut in range(1, len(piece))
            if piece[:cut] in ids and piece[cut:] in ids
        ]
        merges += [[left, right] for _, _, left, right in sorted(found)]
    special = [
        {**dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)}
        | {"id": index, "content": pieces[index], "special": True}
        for index in range(3)
    ]
    space, sentence_space = {"String": " "}, "\u2581"
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Prepend", "prepend": sentence_space},
                {"type": "Replace", "pattern": space, "content": sentence_space},
            ],
        },
        "pre_tokenizer": None,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
        },
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": sentence_space}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0},
            ],
        },
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": "<unk>",
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": True,
            "byte_fallback": True,
            "ignore_merges": False,
            "vocab": ids,
            "merges": merges,
        },
    }
