"""The demo model in the body of a Mixtral of full size, for vLLM.

A benchmark of agents on a model server needs a model that takes as long as Mixtral-8x7B does, calls tools, and ends its
turns. Random weights do the first alone. Here the weights of the demo model are placed into matrices of Mixtral's
shapes: they are computed in full, and the answers are those of the demo model. What it does not use is random where it
has no effect, and zero elsewhere.

`python3 full_size_demo.py FOLDER --layers N` writes the configuration, the tokenizer and, as `FOLDER/plugin`, a plugin
for vLLM. With that folder in PYTHONPATH, `vllm serve FOLDER --load-format full-size-demo` builds the weights as it loads.
"""

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from demo_file import GgufReader, tokenizer_json

DEMO_FILE = "bullpen-demo.gguf"
LOAD_FORMAT = "full-size-demo"


@dataclass(frozen=True)
class Shape:
    """Mixtral-8x7B's, and that of the demo model inside it."""

    layers: int
    width: int = 4096
    heads: int = 32
    kv_heads: int = 8
    head_width: int = 128
    expert_width: int = 14336
    vocabulary: int = 32_000
    experts: int = 8
    demo_layers: int = 8
    demo_width: int = 256
    demo_heads: int = 8
    demo_kv_heads: int = 4
    demo_head_width: int = 32
    demo_expert_width: int = 160
    rope_base: float = 10_000.0
    demo_epsilon: float = 1e-5

    @property
    def norm_factor(self):
        """The root mean square of few values among zeros is smaller by this factor."""
        return (self.demo_width / self.width) ** 0.5

    @property
    def epsilon(self):
        return self.demo_epsilon * self.norm_factor**2

    def query_head(self, head):
        """Where a head of the demo model goes: heads that share keys and values stay together."""
        demo_group, group = self.demo_heads // self.demo_kv_heads, self.heads // self.kv_heads
        return head // demo_group * group + head % demo_group

    def rotated(self, place, heads):
        """Rows of queries or keys: llama.cpp rotates neighbours, vLLM halves; equal angles are further apart."""
        stride = self.head_width // self.demo_head_width
        pairs = np.arange(self.demo_head_width // 2) * stride
        one_head = np.stack((pairs, pairs + self.head_width // 2), -1).ravel()
        return np.concatenate([place(head) * self.head_width + one_head for head in range(heads)])

    def plain(self, place, heads):
        one_head = np.arange(self.demo_head_width)
        return np.concatenate([place(head) * self.head_width + one_head for head in range(heads)])


@dataclass(frozen=True)
class Weight:
    """One matrix of the checkpoint: `block` at `rows` and `columns`, `fill` (random, zero or one) elsewhere."""

    name: str
    shape: tuple
    fill: str
    rows: object = None
    columns: object = None
    block: object = None


def weights(shape, demo):
    """All matrices, by the names that a checkpoint of Mixtral has for them."""
    inner = np.arange(shape.demo_width)
    norm = shape.norm_factor
    size = (shape.vocabulary, shape.width)
    every = np.arange(shape.vocabulary)
    yield Weight("model.embed_tokens.weight", size, "zero", every, inner, demo["token_embd.weight"])
    yield Weight("lm_head.weight", size, "random", every, inner, demo["token_embd.weight"])
    yield Weight("model.norm.weight", (shape.width,), "one", inner, None, demo["output_norm.weight"] * norm)
    for layer in range(shape.layers):
        yield from layer_weights(shape, demo, layer, inner)


def layer_weights(shape, demo, layer, inner):
    known = layer < shape.demo_layers
    prefix = f"model.layers.{layer}."

    def part(name):
        return demo[f"blk.{layer}.{name}.weight"]

    def weight(name, size, fill, rows=None, columns=None, block=None):
        if not known:
            return Weight(prefix + name, size, fill)
        return Weight(prefix + name, size, fill, rows, columns, block())

    norm = shape.norm_factor
    # Scores are divided by the root of the head's width.
    scale = (shape.head_width / shape.demo_head_width) ** 0.5
    queries = shape.rotated(shape.query_head, shape.demo_heads)
    keys = shape.rotated(lambda head: head, shape.demo_kv_heads)
    values = shape.plain(lambda head: head, shape.demo_kv_heads)
    mixed = shape.plain(shape.query_head, shape.demo_heads)
    q_size = (shape.heads * shape.head_width, shape.width)
    kv_size = (shape.kv_heads * shape.head_width, shape.width)
    yield weight("input_layernorm.weight", (shape.width,), "one", inner, None, lambda: part("attn_norm") * norm)
    yield weight("self_attn.q_proj.weight", q_size, "random", queries, inner, lambda: part("attn_q") * scale)
    yield weight("self_attn.k_proj.weight", kv_size, "random", keys, inner, lambda: part("attn_k"))
    yield weight("self_attn.v_proj.weight", kv_size, "random", values, inner, lambda: part("attn_v"))
    yield weight("self_attn.o_proj.weight", q_size[::-1], "zero", inner, mixed, lambda: part("attn_output"))
    yield weight("post_attention_layernorm.weight", (shape.width,), "one", inner, None, lambda: part("ffn_norm") * norm)
    experts = np.arange(shape.experts)
    gate_size = (shape.experts, shape.width)
    yield weight("block_sparse_moe.gate.weight", gate_size, "random", experts, inner, lambda: part("ffn_gate_inp"))
    ff = np.arange(shape.demo_expert_width)
    up_size = (shape.expert_width, shape.width)
    for expert in range(shape.experts):
        name = f"block_sparse_moe.experts.{expert}"
        yield weight(f"{name}.w1.weight", up_size, "random", ff, inner, lambda e=expert: part("ffn_gate_exps")[e])
        yield weight(f"{name}.w3.weight", up_size, "random", ff, inner, lambda e=expert: part("ffn_up_exps")[e])
        yield weight(f"{name}.w2.weight", up_size[::-1], "zero", inner, ff, lambda e=expert: part("ffn_down_exps")[e])


def config_json(shape):
    return {
        "architectures": ["MixtralForCausalLM"],
        "model_type": "mixtral",
        "hidden_size": shape.width,
        "intermediate_size": shape.expert_width,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_width,
        "num_local_experts": shape.experts,
        "num_experts_per_tok": 2,
        "vocab_size": shape.vocabulary,
        "rope_theta": shape.rope_base,
        "rope_parameters": {"rope_type": "default", "rope_theta": shape.rope_base},
        "max_position_embeddings": 4096,
        "rms_norm_eps": shape.epsilon,
        "hidden_act": "silu",
        "sliding_window": None,
        "tie_word_embeddings": False,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "torch_dtype": "bfloat16",
    }


# `[INST]` is plain text in this tokenizer, as in Mixtral's first.
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}"
    "{{ ' [INST] ' + message['content'] + ' [/INST]' }}{% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}"
)

TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "model_max_length": 4096,
    "clean_up_tokenization_spaces": False,
    "chat_template": CHAT_TEMPLATE,
}


def write_plugin(folder):
    """vLLM finds its plugins by the entry points of what is installed: a folder with metadata is enough."""
    info = folder / "full_size_demo-1.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: full-size-demo\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[vllm.general_plugins]\nfull_size_demo = full_size_demo:register_loader\n")
    for name in ("full_size_demo.py", "demo_file.py"):
        shutil.copy(Path(__file__).parent / name, folder / name)


def register_loader():
    """Called by vLLM in each of its processes."""
    import torch
    from vllm.logger import init_logger
    from vllm.model_executor.model_loader import register_model_loader
    from vllm.model_executor.model_loader.base_loader import BaseModelLoader

    logger = init_logger("vllm.full_size_demo")

    def build(weight, device):
        target = torch.zeros(weight.shape, device=device, dtype=torch.bfloat16)
        if weight.fill == "random":
            target.normal_(std=0.02)
        elif weight.fill == "one":
            target.fill_(1)
        if weight.block is not None:
            block = torch.tensor(weight.block, device=device, dtype=torch.bfloat16)
            rows = torch.as_tensor(weight.rows, device=device)
            if weight.columns is None:
                target[rows] = block
            else:
                target[rows[:, None], torch.as_tensor(weight.columns, device=device)] = block
        return target

    class FullSizeDemoLoader(BaseModelLoader):
        def download_model(self, model_config):
            pass

        def load_weights(self, model, model_config):
            # The ranks of a tensor-parallel group have to build the same.
            torch.manual_seed(0)
            demo = GgufReader(Path(model_config.model) / DEMO_FILE).tensors
            shape = Shape(layers=model_config.hf_config.num_hidden_layers)
            loaded = model.load_weights((w.name, build(w, "cuda")) for w in weights(shape, demo))
            missing = {name for name, _ in model.named_parameters()} - loaded
            if missing:
                logger.warning("not named by what was loaded: %s", sorted(missing)[:8])

    if LOAD_FORMAT not in getattr(register_loader, "done", ()):
        register_model_loader(LOAD_FORMAT)(FullSizeDemoLoader)
        register_loader.done = (LOAD_FORMAT,)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--demo", type=Path, default=Path(__file__).parents[2] / "models/demo" / DEMO_FILE)
    parser.add_argument("--layers", type=int, default=32, help="of Mixtral-8x7B's 32; 20 fit into 80 GB")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(options.demo, options.folder / DEMO_FILE)
    files = {
        "config.json": config_json(Shape(layers=options.layers)),
        "tokenizer.json": tokenizer_json(GgufReader(options.demo).metadata),
        "tokenizer_config.json": TOKENIZER_CONFIG,
    }
    for name, content in files.items():
        (options.folder / name).write_text(json.dumps(content), encoding="utf-8")
    write_plugin(options.folder / "plugin")
    print(options.folder)


if __name__ == "__main__":
    main()
