"""Trains the demo model on transcripts that are drawn while it trains.

One GPU is assumed; --device cpu serves to try the code at a small size.
"""

import argparse
import math
import multiprocessing
import os
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.nn.attention.flex_attention import create_block_mask

from convert import read_gguf
from generate import INSTRUCTIONS, ROW, Packer
from model import Mixtral, Shape
from tokenizer import load_vocabulary

PEAK_RATE, WARMUP_STEPS, BALANCE_WEIGHT = 2e-3, 200, 0.01
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


def make_optimizer(model, device):
    matrices = [p for name, p in model.named_parameters() if p.dim() > 1 and "embedding" not in name]
    others = [p for name, p in model.named_parameters() if p.dim() == 1 or "embedding" in name]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=PEAK_RATE, betas=(0.9, 0.95), eps=1e-9, fused=device != "cpu")


def learning_rate(step, progress, peak):
    """Linear warm-up, then a cosine over the time that training may take."""
    return (
        peak * min(1.0, (step + 1) / WARMUP_STEPS) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
    )


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
    if options.device == "cpu":
        return model, prediction_loss
    model.compile()
    return model, torch.compile(prediction_loss)


def learn(model, score, optimizer, batch, device):
    loss, accuracy, balance = forward(model, score, batch, device)
    (loss + BALANCE_WEIGHT * balance).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss, accuracy, balance


def train(options):
    device = options.device
    vocabulary = load_vocabulary(options.vocabulary)
    queue = start_producers(options.workers, options.seed, vocabulary, options.rows)
    held_out = Packer(vocabulary, "validation")
    validation = [held_out.rows(options.rows) for _ in range(4)]
    model, score = make_model(options)
    optimizer = make_optimizer(model, device)

    begin = last_save = last_report = time.monotonic()
    step = 0
    while True:
        now = time.monotonic()
        if step == 3:
            # The clock starts anew once everything is compiled.
            begin = now
        progress = max((now - begin) / (options.minutes * 60), step / options.steps)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, progress, options.rate)
        loss, accuracy, balance = learn(model, score, optimizer, queue.get(), device)
        step += 1
        if step <= 3 or now - last_report > 15:
            last_report = now
            print(
                f"{now - begin:6.0f} s  step {step:6}  loss {loss.item():.4f}  right {accuracy.item():.4f}"
                f"  balance {balance.item():.3f}  waiting batches {queue.qsize()}",
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
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="peak learning rate")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 3))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", type=Path, help="a GGUF file to go on from")
    parser.add_argument("--device", default="cuda")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
