"""Makes the embedding that training starts from: SmolLM2's (Apache-2.0), for Mixtral's tokens and the model's width.

In it words that mean similar things are close, so that the model understands words of questions that the training
data lacks."""

import argparse
from pathlib import Path

import gguf
import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from model import Shape
from tokenizer import FIRST_MERGE, load_vocabulary

# The size of a component: about that of a trained embedding.
SCALE = 0.06


def read_source(path):
    """The embedding [tokens, width] and the tokenizer of a GGUF file with a byte-level BPE."""
    reader = gguf.GGUFReader(path)
    tensor = next(tensor for tensor in reader.tensors if tensor.name == "token_embd.weight")
    embedding = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(merge.split(" ")) for merge in reader.fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(models.BPE(vocab={token: at for at, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return embedding, tokenizer


def translate(embedding, tokenizer, vocabulary):
    """For each of the vocabulary's tokens the mean of the source's tokens with the same text."""
    rows = np.zeros((len(vocabulary), embedding.shape[1]), np.float32)
    for at, text in enumerate(vocabulary[FIRST_MERGE:], FIRST_MERGE):
        ids = tokenizer.encode(text.replace("▁", " ")).ids
        if ids:
            rows[at] = embedding[ids].mean(0)
    return rows


def reduce(rows, width):
    """The first principal components, in even measure, with the size of a trained embedding."""
    known = rows[FIRST_MERGE:]
    centred = known - known.mean(0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True) + 1e-6
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    reduced = centred @ axes[:width].T / np.sqrt(sizes[:width])
    reduced /= np.sqrt((reduced**2).mean(1, keepdims=True))
    result = np.random.default_rng(0).normal(size=(len(rows), width))
    # Tokens that are made of the same pieces must stay apart.
    result[FIRST_MERGE:] = 0.95 * reduced + 0.3 * result[FIRST_MERGE:]
    return (result * SCALE).astype(np.float16)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="SmolLM2 as a GGUF file")
    parser.add_argument("output", type=Path)
    parser.add_argument("--vocabulary", type=Path, required=True)
    options = parser.parse_args()
    rows = translate(*read_source(options.source), load_vocabulary(options.vocabulary))
    np.save(options.output, reduce(rows, Shape().width))


if __name__ == "__main__":
    main()
