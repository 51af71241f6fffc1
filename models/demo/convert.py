"""Writes a trained checkpoint as a GGUF file that llama.cpp and node-llama-cpp load."""

import argparse
from pathlib import Path

import gguf
import torch

from model import Mixtral, Shape
from tokenizer import BOS, EOS, UNKNOWN, load_vocabulary, piece_type, token_score

LAYER_NAMES = {
    "attention_norm.weight": "attn_norm.weight",
    "attention.q.weight": "attn_q.weight",
    "attention.k.weight": "attn_k.weight",
    "attention.v.weight": "attn_v.weight",
    "attention.output.weight": "attn_output.weight",
    "experts_norm.weight": "ffn_norm.weight",
    "experts.router.weight": "ffn_gate_inp.weight",
    "experts.gate": "ffn_gate_exps.weight",
    "experts.up": "ffn_up_exps.weight",
    "experts.down": "ffn_down_exps.weight",
}
TOP_NAMES = {"embedding.weight": "token_embd.weight", "norm.weight": "output_norm.weight"}


def gguf_name(name):
    if name in TOP_NAMES:
        return TOP_NAMES[name]
    _, layer, rest = name.split(".", 2)
    return f"blk.{layer}.{LAYER_NAMES[rest]}"


def write_shape(writer, shape):
    writer.add_name("Bullpen demo")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.expert_width)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    writer.add_expert_count(shape.experts)
    writer.add_expert_used_count(shape.experts_used)


def write_vocabulary(writer, vocabulary):
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text.encode() for text in vocabulary])
    writer.add_token_scores([token_score(token) for token in range(len(vocabulary))])
    writer.add_token_types([piece_type(token, gguf.TokenType) for token in range(len(vocabulary))])
    writer.add_bos_token_id(BOS)
    writer.add_eos_token_id(EOS)
    writer.add_unk_token_id(UNKNOWN)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)


def write_tensors(writer, weights):
    for name, weight in weights.items():
        array = weight.float().contiguous().numpy()
        # Norms and routers are small and decide much: they keep full precision.
        if array.ndim == 1 or "router" in name:
            writer.add_tensor(gguf_name(name), array)
            continue
        packed = gguf.quants.quantize(array, gguf.GGMLQuantizationType.Q8_0)
        writer.add_tensor(gguf_name(name), packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)


def write_gguf(path, weights, vocabulary, shape):
    writer = gguf.GGUFWriter(path, "llama")
    write_shape(writer, shape)
    write_vocabulary(writer, vocabulary)
    write_tensors(writer, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read_gguf(path):
    """The weights of a GGUF that `write_gguf` wrote, by the model's own names."""
    names = {gguf_name(name): name for name in Mixtral(Shape()).state_dict()}
    weights = {}
    for tensor in gguf.GGUFReader(path).tensors:
        array = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        weights[names[tensor.name]] = torch.from_numpy(array.copy())
    return weights


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--vocabulary", type=Path, required=True)
    options = parser.parse_args()
    weights = torch.load(options.checkpoint, map_location="cpu", weights_only=True)
    write_gguf(options.output, weights, load_vocabulary(options.vocabulary), Shape())
    print(f"{options.output}: {options.output.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
