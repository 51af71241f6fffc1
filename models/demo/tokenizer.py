"""The Mixtral tokenizer (SentencePiece BPE, 32,000 entries), and a transcript's segments as tokens."""

import json
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto

FOLDER = Path(__file__).parent
UNKNOWN, BOS, EOS = 0, 1, 2
FIRST_BYTE, FIRST_MERGE = 3, 259

PRIMER = '\nAssistant: ```json\n{\n"tool_name": '


def load_vocabulary(path):
    """The texts of the 32,000 tokens, in the order of their ids."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def token_score(token_id):
    """Merges are applied by descending score; the vocabulary is sorted by it."""
    return float(FIRST_MERGE - token_id) if token_id >= FIRST_MERGE else 0.0


def piece_type(token_id, types):
    """`types` is an enumeration with UNKNOWN, CONTROL, BYTE and NORMAL members."""
    if token_id == UNKNOWN:
        return types.UNKNOWN
    if token_id < FIRST_BYTE:
        return types.CONTROL
    return types.BYTE if token_id < FIRST_MERGE else types.NORMAL


class Tokenizer:
    def __init__(self, vocabulary):
        model = proto.ModelProto()
        for token_id, text in enumerate(vocabulary):
            kind = piece_type(token_id, proto.ModelProto.SentencePiece)
            model.pieces.add(piece=text, score=token_score(token_id), type=kind)
        model.trainer_spec.model_type = proto.TrainerSpec.BPE
        model.trainer_spec.byte_fallback = True
        model.trainer_spec.vocab_size = len(vocabulary)
        model.normalizer_spec.name = "identity"
        model.normalizer_spec.add_dummy_prefix = False
        model.normalizer_spec.remove_extra_whitespaces = False
        self._pieces = sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())

    def encode(self, text):
        return self._pieces.encode(text)

    def decode(self, tokens):
        return self._pieces.decode(list(tokens))

    def encode_instructions(self, instructions):
        return [BOS, *self.encode(f" [INST] {instructions} [/INST]")]


def read_instructions():
    return (FOLDER / "instructions.txt").read_text(encoding="utf-8").removesuffix("\n")


def open_query(query):
    """The segment that puts a user's query and opens the first action."""
    return f"\nUser: {query}{PRIMER}"


def open_next_turn(observation):
    """The segment that hands over a tool's result and opens the next action."""
    return f"\n```\nTool Output: {observation}{PRIMER}"


def render_action(tool_name, text):
    """What the model writes in one turn. JSON.stringify escapes as json.dumps does here."""
    quoted = json.dumps(text, ensure_ascii=False)
    return f'{json.dumps(tool_name)},\n"input": {quoted}\n}}'
