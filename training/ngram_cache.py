"""Tunes the engine's n-gram cache: how much what the context holds weighs against the model's probabilities.

    python training/ngram_cache.py --corpus DIR --model models/NAME.gguf [--holes 300]

Teacher forcing over holes of held-out repositories that no hole of test/fixtures/holes.json comes from, laid out as
the engine lays out a prompt, the last word taken back as the engine takes it back. Prints the constants for
training/cache.py and native/model/cache_settings.h (how fast the weight of a place falls with the likeness of its state,
what the model weighs beside those places, and what shorter contexts say per different token seen after a context) and
the bits per token of the answers before and after.
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

import holes as drawn
from cache import behind_like_states, behind_the_same_tokens, earlier_places
from export import read_model
from samples import read_shards
from tokenizer import CONTROL, of_exported

GRID = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 12, 20, 40, 100, 200, 1000, 1e4, 1e5])
CONTEXT = 1000
SHARPNESS = (8, 10, 12, 14, 16, 18, 20, 24)


def layout(tokenizer: Tokenizer, hole: dict) -> tuple[list[int], int]:
    """Ids of prompt, answer and line end, and where what the engine spells begins."""
    encode = lambda text: tokenizer.encode(text).ids  # noqa: E731
    token = tokenizer.token_to_id
    head = [token("<|file_sep|>"), *encode(hole["path"] + "\n")]
    suffix = encode(hole["suffix"])[:192]
    pieces = tokenizer.pre_tokenizer.pre_tokenize_str(hole["prefix"][hole["prefix"].rfind("\n") + 1 :])
    word = len(encode(tokenizer.decoder.decode([pieces[-1][0]]))) if pieces else 0
    before = len(encode(hole["prefix"])) - word
    text = encode(hole["prefix"] + hole["expected"] + "\n")
    start = max(0, before - (CONTEXT - len(head) - len(suffix) - 3))
    prompt = [*head, token("<|fim_prefix|>"), token("<|fim_suffix|>"), *suffix, token("<|fim_middle|>"), *text[start:before]]
    return (prompt + text[before:])[:1024], len(prompt)


def bits(by_model: np.ndarray, alike: np.ndarray, weight: float, rows: np.ndarray, strengths: np.ndarray) -> float:
    """Mean bits per token, as native/model/ngram_cache.cpp interpolates. alike [token, 2], rows [token, length of context, 3]."""
    chance = (alike[:, 0] + weight * by_model) / (alike[:, 1] + weight)
    for length, strength in enumerate(strengths):
        own, total, different = rows[:, length].T
        shorter = strength * different
        chance = np.where(total > 0, (own + shorter * chance) / np.maximum(shorter + total, 1e-9), chance)
    return float(-np.log2(np.maximum(chance, 1e-30)).mean())


def tuned(by_model: np.ndarray, alike: np.ndarray, rows: np.ndarray) -> tuple[float, float, tuple[float, ...]]:
    """Least bits per token, and the model's weight and the strengths that give them."""
    best = np.array([1, 1e5, 20, 5, 2, 1], float)
    for _ in range(4):
        for which in range(len(best)):
            losses = []
            for value in GRID:
                trial = best.copy()
                trial[which] = value
                losses.append(bits(by_model, alike, trial[0], rows, trial[1:]))
            best[which] = GRID[int(np.argmin(losses))]
    return bits(by_model, alike, best[0], rows, best[1:]), best[0], tuple(best[1:])


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--holes", type=int, default=300)
    parser.add_argument("--keep", type=Path, help="write the holes to this file, for `ryzanstein eval`")
    options = parser.parse_args()
    tokenizer, model = of_exported(options.model), read_model(options.model)
    avoid = {hole["source"] for hole in json.loads(drawn.TARGET.read_text())["holes"]}
    chance = random.Random(11)
    documents = [d for d in read_shards(options.corpus.glob("heldout-*.jsonl.zst")) if d.source not in avoid]
    by_language = {name: [d for d in documents if d.language == name] for name in drawn.LANGUAGES}
    holes = []
    while len(holes) < options.holes:
        document = chance.choice(by_language[drawn.LANGUAGES[len(holes) % len(drawn.LANGUAGES)]])
        fields = {"source": document.source, "path": document.path, "language": document.language, "text": document.text}
        hole = drawn.hole_in(fields, chance)
        if hole:
            holes.append(hole)
    if options.keep:
        options.keep.write_text(json.dumps({"holes": holes}))
    parts = []
    for hole in holes:
        ids, start = layout(tokenizer, hole)
        row = torch.tensor([ids])
        hidden = model.hidden(row[:, :-1])
        chances = torch.softmax(model.head(hidden).double(), -1).gather(2, row[:, 1:, None])[..., 0]
        earlier = earlier_places(row, torch.zeros_like(row), model.shape.vocabulary - len(CONTROL))
        alike = [torch.stack(behind_like_states(hidden, row, earlier, torch.float32, s), -1) for s in SHARPNESS]
        counts = [torch.stack(one, -1) for one in behind_the_same_tokens(row, torch.zeros_like(row), earlier)]
        asked = (chances, torch.stack(alike, -2), torch.stack(counts, -2))
        parts.append([told[0, start - 1 :].double().numpy() for told in asked])
    by_model, alike, rows = (np.concatenate(told) for told in zip(*parts))
    found = min((tuned(by_model, alike[:, i], rows), sharpness) for i, sharpness in enumerate(SHARPNESS))
    (least, weight, strengths), sharpness = found
    alone = float(-np.log2(np.maximum(by_model, 1e-30)).mean())
    none = min(tuned(by_model, np.zeros((len(rows), 2)), rows)[:1])
    print(f"{len(holes)} holes, {len(rows)} tokens: {alone:.4f} bits per token alone, {none:.4f} with n-grams, {least:.4f} with both")
    print(f"sharpness {sharpness:g}, model's weight {weight:g}, strengths " + ", ".join(f"{value:g}" for value in strengths))


if __name__ == "__main__":
    main()
