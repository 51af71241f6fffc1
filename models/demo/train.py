"""Trains the demo model on transcripts that are drawn while it trains.

One GPU is assumed; --device cpu serves to try the code at a small size.
"""

import argparse
import math
import multiprocessing
import os
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.attention.flex_attention import create_block_mask

from convert import read_gguf
from generate import INSTRUCTIONS, ROW, Packer
from model import Mixtral, Shape
from muon import Muon
from tokenizer import load_vocabulary

WARMUP_STEPS, BALANCE_WEIGHT = 200, 0.01
# Peak learning rates. The embedding learns slowly, so that words of similar meaning, which it starts with, stay close.
MATRIX_RATE, OTHER_RATE, EMBEDDING_RATE = 0.015, 2e-3, 5e-4
# Batches that are kept, to be seen again when the producers cannot keep up.
KEPT_BATCHES = 1000
# About the share of tokens that are learned; a fixed number of them keeps shapes static.
LEARNED_SHARE = 0.36


def produce(seed, vocabulary, rows, queue):
    packer = Packer(vocabulary, seed)
    while True:
        queue.put(packer.rows(rows))


def start_producers(count, seed, vocabulary, rows):
    """Processes that draw batches for ever; they end with the main process."""
    # Forking is safe here: nothing has touched the GPU yet.
    context = multiprocessing.get_context("fork")
    queue = context.Queue(maxsize=64)
    for worker in range(count):
        arguments = (seed * 1000 + worker, vocabulary, rows, queue)
        context.Process(target=produce, args=arguments, daemon=True).start()
    return queue


def attention_mask(numbers, device):
    """Causal, within a transcript and back to the instructions; numbers is [rows, ROW]."""

    def visible(row, head, query, key):
        same = (numbers[row, key] == numbers[row, query]) | (numbers[row, key] == INSTRUCTIONS)
        return (query >= key) & same

    if device == "cpu":
        at = torch.arange(numbers.shape[1])
        same = (numbers[:, None, :] == numbers[:, :, None]) | (numbers[:, None, :] == INSTRUCTIONS)
        return (same & (at[None, :, None] >= at[None, None, :]))[:, None]
    return build_block_mask(visible, numbers.shape[0], None, ROW, ROW, device=device)


build_block_mask = torch.compile(create_block_mask)


def to_device(batch, device):
    batch = torch.from_numpy(batch)
    if device != "cpu":
        batch = batch.pin_memory().to(device, non_blocking=True)
    return batch.unbind(1)


def learned_places(labels):
    """Flat indices of the tokens with a label, padded to a fixed number with unlabelled ones."""
    flat = labels.flatten()
    order = torch.argsort((flat == 0).to(torch.uint8), stable=True)
    return order[: int(LEARNED_SHARE * flat.numel())]


def prediction_loss(hidden, embedding, labels):
    """Mean cross-entropy over the labelled places, and the share that was predicted right."""
    logits = F.linear(hidden, embedding).float()
    labels = labels.long()
    learned = (labels != 0).float()
    losses = F.cross_entropy(logits, labels, reduction="none")
    right = (logits.argmax(-1) == labels).float()
    return (losses * learned).sum() / learned.sum(), (right * learned).sum() / learned.sum()


def forward(model, score, batch, device):
    tokens, labels, positions, numbers = to_device(batch, device)
    with torch.autocast(device, torch.bfloat16, enabled=device != "cpu"):
        hidden, balance = model(tokens, positions, attention_mask(numbers, device))
        places = learned_places(labels)
        loss, accuracy = score(hidden.flatten(0, 1)[places], model.embedding.weight, labels.flatten()[places])
    return loss, accuracy, balance


def make_optimizers(model, device):
    """Muon for the matrices of attention and experts, AdamW for the rest."""
    named = dict(model.named_parameters())
    embedding = [named.pop("embedding.weight")]
    matrices = [named.pop(name) for name in list(named) if named[name].dim() > 1 and "router" not in name]
    groups = [{"params": list(named.values()), "lr": OTHER_RATE}, {"params": embedding, "lr": EMBEDDING_RATE}]
    adam = torch.optim.AdamW(groups, betas=(0.9, 0.95), eps=1e-9, weight_decay=0.0, fused=device != "cpu")
    optimizers = [Muon(matrices, lr=MATRIX_RATE, weight_decay=0.02), adam]
    for group in (group for optimizer in optimizers for group in optimizer.param_groups):
        group["peak"] = group["lr"]
    return optimizers


def rate_factor(step, progress):
    """Linear warm-up, then a cosine over the time that training may take."""
    return min(1.0, (step + 1) / WARMUP_STEPS) * (0.005 + 0.995 * 0.5 * (1 + math.cos(math.pi * progress)))


class Batches:
    """Fresh batches, or earlier ones while none is ready."""

    def __init__(self, queue):
        self.queue, self.kept, self.fresh = queue, [], 0

    def next(self):
        if self.queue.empty() and len(self.kept) == KEPT_BATCHES:
            return random.choice(self.kept)
        batch = self.queue.get()
        if len(self.kept) < KEPT_BATCHES:
            self.kept.append(batch)
        else:
            self.kept[self.fresh % KEPT_BATCHES] = batch
        self.fresh += 1
        return batch


def save(model, path):
    temporary = path.with_suffix(".part")
    torch.save({name: weight.detach().cpu() for name, weight in model.state_dict().items()}, temporary)
    os.replace(temporary, path)


@torch.no_grad()
def validate(model, score, batches, device):
    scores = [forward(model, score, batch, device)[:2] for batch in batches]
    return [sum(part).item() / len(scores) for part in zip(*scores)]


def make_model(options):
    torch.manual_seed(options.seed)
    torch.set_float32_matmul_precision("high")
    model = Mixtral(Shape()).to(options.device)
    if options.resume:
        model.load_state_dict(read_gguf(options.resume))
    elif options.vectors:
        vectors = torch.from_numpy(np.load(options.vectors))
        model.embedding.weight.data.copy_(vectors)
    if options.device == "cpu":
        return model, prediction_loss
    model.compile()
    return model, torch.compile(prediction_loss)


def learn(model, score, optimizers, batch, device):
    loss, accuracy, balance = forward(model, score, batch, device)
    (loss + BALANCE_WEIGHT * balance).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return loss, accuracy, balance


def train(options):
    device = options.device
    vocabulary = load_vocabulary(options.vocabulary)
    batches = Batches(start_producers(options.workers, options.seed, vocabulary, options.rows))
    held_out = Packer(vocabulary, "validation")
    validation = [held_out.rows(options.rows) for _ in range(4)]
    model, score = make_model(options)
    optimizers = make_optimizers(model, device)

    begin = last_save = last_report = time.monotonic()
    step = 0
    while True:
        now = time.monotonic()
        if step == 3:
            # The clock starts anew once everything is compiled.
            begin = now
        progress = max(options.progress, (now - begin) / (options.minutes * 60), step / options.steps)
        if options.progress and step >= 3:
            progress = options.progress + (1 - options.progress) * (now - begin) / (options.minutes * 60)
        if progress >= 1:
            break
        factor = rate_factor(step, progress)
        for group in (group for optimizer in optimizers for group in optimizer.param_groups):
            group["lr"] = group["peak"] * factor
        loss, accuracy, balance = learn(model, score, optimizers, batches.next(), device)
        step += 1
        if step <= 3 or now - last_report > 15:
            last_report = now
            print(
                f"{now - begin:6.0f} s  step {step:6}  loss {loss.item():.4f}  right {accuracy.item():.4f}"
                f"  balance {balance.item():.3f}  fresh batches {batches.fresh}",
                flush=True,
            )
        if now - last_save > 60:
            last_save = now
            save(model, options.output)
    loss, accuracy = validate(model, score, validation, device)
    save(model, options.output)
    tokens = step * options.rows * ROW
    print(f"{step} steps, {tokens:,} tokens; validation loss {loss:.5f}, right {accuracy:.5f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--vocabulary", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--steps", type=int, default=10**9)
    parser.add_argument("--rows", type=int, default=16, help="rows of 4,096 tokens a step")
    parser.add_argument("--vectors", type=Path, help="the embedding to start from, by word_vectors.py")
    parser.add_argument(
        "--progress", type=float, default=0, help="the share of the schedule that is done already"
    )
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 3))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", type=Path, help="a GGUF file to go on from")
    parser.add_argument("--device", default="cuda")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
