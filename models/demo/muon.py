"""Muon, an optimizer for matrices: the update is the momentum with all its singular values made about one.

Stacks of matrices [count, rows, columns] are taken as many matrices. See https://kellerjordan.github.io/posts/muon."""

import torch


def orthogonalise(matrices, steps=5):
    """Newton-Schulz iteration towards the nearest semi-orthogonal matrix; matrices is [count, rows, columns]."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrices.bfloat16()
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    def __init__(self, matrices, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(list(matrices), {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            by_shape = {}
            for weight in group["params"]:
                by_shape.setdefault(weight.shape, []).append(weight)
            for weights in by_shape.values():
                self._update(weights, group)

    def _update(self, weights, group):
        gradients = torch.stack([weight.grad for weight in weights])
        state = self.state[weights[0]]
        if not state:
            state["momentum"] = torch.zeros_like(gradients)
        state["momentum"].lerp_(gradients, 1 - group["momentum"])
        direction = gradients.lerp(state["momentum"], group["momentum"])
        rows, columns = direction.shape[-2:]
        turned = orthogonalise(direction.flatten(0, -3)).view_as(direction).to(weights[0].dtype)
        size = group["lr"] * max(1, rows / columns) ** 0.5
        torch._foreach_mul_(weights, 1 - group["lr"] * group["weight_decay"])
        torch._foreach_add_(weights, list(turned.unbind(0)), alpha=-size)
