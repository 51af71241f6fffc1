"""A small Mixtral: grouped-query attention with RoPE, and a mixture of eight experts a layer.

Weights and rotations have the layout that llama.cpp's `llama` architecture expects, so that the
converter only renames and quantises.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.attention.flex_attention import flex_attention


@dataclass(frozen=True)
class Shape:
    vocabulary: int = 32_000
    width: int = 256
    layers: int = 8
    heads: int = 8
    kv_heads: int = 4
    head_width: int = 32
    experts: int = 8
    experts_used: int = 2
    expert_width: int = 160
    context: int = 4096
    rope_base: float = 10_000.0
    norm_epsilon: float = 1e-5


class Norm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x):
        return F.rms_norm(x, x.shape[-1:], self.weight.to(x.dtype), self.epsilon)


def rotation(positions, shape):
    """Cosines and sines of shape [..., 1, head_width / 2] for integer positions [...]."""
    exponents = torch.arange(0, shape.head_width, 2, device=positions.device) / shape.head_width
    angles = positions[..., None, None].float() * shape.rope_base**-exponents
    return angles.cos(), angles.sin()


def rotate(x, cosines, sines):
    """RoPE over adjacent pairs (x0, x1), (x2, x3), …; x is [rows, length, heads, head_width]."""
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    turned = torch.stack((even * cosines - odd * sines, even * sines + odd * cosines), -1)
    return turned.flatten(-2).to(x.dtype)


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        inner, kv_inner = shape.heads * shape.head_width, shape.kv_heads * shape.head_width
        self.q = nn.Linear(shape.width, inner, bias=False)
        self.k = nn.Linear(shape.width, kv_inner, bias=False)
        self.v = nn.Linear(shape.width, kv_inner, bias=False)
        self.output = nn.Linear(inner, shape.width, bias=False)

    def forward(self, x, turn, mask):
        q, k, v = (layer(x).unflatten(-1, (-1, self.shape.head_width)) for layer in (self.q, self.k, self.v))
        q, k = rotate(q, *turn), rotate(k, *turn)
        q, k, v = (part.transpose(1, 2) for part in (q, k, v))
        # A plain tensor is a dense mask, for the CPU; on a GPU the mask is block-sparse.
        if isinstance(mask, torch.Tensor):
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)
        else:
            mixed = flex_attention(q, k, v, block_mask=mask, enable_gqa=True)
        return self.output(mixed.transpose(1, 2).flatten(-2))


class Experts(nn.Module):
    """All experts are computed and the unchosen weighted with zero: at this size that is faster."""

    def __init__(self, shape):
        super().__init__()
        self.used = shape.experts_used
        self.router = nn.Linear(shape.width, shape.experts, bias=False)
        size = (shape.experts, shape.expert_width, shape.width)
        self.gate = nn.Parameter(torch.empty(size))
        self.up = nn.Parameter(torch.empty(size))
        self.down = nn.Parameter(torch.empty(shape.experts, shape.width, shape.expert_width))

    def forward(self, x):
        """Returns the mixture and the load-balancing loss (1.0 when the load is even)."""
        with torch.autocast(x.device.type, enabled=False):
            logits = F.linear(x.float(), self.router.weight)
        chosen = logits.topk(self.used, dim=-1)
        weights = torch.zeros_like(logits).scatter(-1, chosen.indices, chosen.values.softmax(-1))
        share = (weights > 0).float().flatten(0, -2).mean(0) / self.used
        mass = logits.softmax(-1).flatten(0, -2).mean(0)
        balance = (share * mass).sum() * logits.shape[-1]

        hidden = F.silu(F.linear(x, self.gate.flatten(0, 1))) * F.linear(x, self.up.flatten(0, 1))
        hidden = hidden.unflatten(-1, (logits.shape[-1], -1)) * weights[..., None].to(hidden.dtype)
        down = self.down.transpose(0, 1).flatten(1)
        return F.linear(hidden.flatten(-2), down), balance


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.attention_norm = Norm(shape.width, shape.norm_epsilon)
        self.attention = Attention(shape)
        self.experts_norm = Norm(shape.width, shape.norm_epsilon)
        self.experts = Experts(shape)

    def forward(self, x, turn, mask):
        x = x + self.attention(self.attention_norm(x), turn, mask)
        mixture, balance = self.experts(self.experts_norm(x))
        return x + mixture, balance


class Mixtral(nn.Module):
    """The embedding also is the output matrix."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width, shape.norm_epsilon)
        self._initialise()

    def _initialise(self):
        # Matrices that write into the residual stream start smaller, as many of them add up there.
        for name, weight in self.named_parameters():
            if weight.dim() > 1:
                residual = name.endswith(("output.weight", "down"))
                scale = 0.02 / (2 * self.shape.layers) ** 0.5 if residual else 0.02
                nn.init.normal_(weight, std=scale)

    def forward(self, tokens, positions, mask):
        """tokens and positions [rows, length] to hidden states [rows, length, width]."""
        x = self.embedding(tokens)
        turn = rotation(positions, self.shape)
        balances = []
        for layer in self.layers:
            x, balance = layer(x, turn, mask)
            balances.append(balance)
        return self.norm(x), torch.stack(balances).mean()

    def logits(self, hidden):
        return F.linear(hidden, self.embedding.weight)
