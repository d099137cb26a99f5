"""Tunes the engine's n-gram cache: how much the context's own n-grams weigh against the model's probabilities.

    python training/ngram_cache.py --corpus DIR --model models/NAME.gguf [--holes 300]

Teacher forcing over holes of held-out repositories that no hole of test/fixtures/holes.json comes from, laid out as
the engine lays out a prompt, the last word taken back as the engine takes it back. Prints the strengths for
native/model/ngram_cache.cpp (what shorter contexts say, per different token seen after a context) and the bits per
token of the answers before and after.
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

import holes as drawn
from export import read_model
from samples import read_shards
from tokenizer import CONTROL, of_exported

LONGEST = 5
GRID = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 12, 20, 40, 100, 200, 1000, 1e4, 1e5])
CONTEXT = 1000


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


def counts_before(ids: list[int], place: int, control: set[int]) -> np.ndarray:
    """[order, 3]: how often ids[place] followed, how many tokens followed, how many different ones."""
    row = np.zeros((LONGEST + 1, 3))
    seen: list[dict[int, int]] = [{} for _ in range(LONGEST + 1)]
    for i in range(place):
        if ids[i] in control:
            continue
        for length in range(min(LONGEST, i) + 1):
            if length and ids[i - length] != ids[place - length]:
                break
            seen[length][ids[i]] = seen[length].get(ids[i], 0) + 1
    for length, followed in enumerate(seen):
        row[length] = followed.get(ids[place], 0), sum(followed.values()), len(followed)
    return row


def bits(by_model: np.ndarray, rows: np.ndarray, strengths: np.ndarray) -> float:
    """Mean bits per token, as native/model/ngram_cache.cpp interpolates."""
    chance = by_model
    for length in range(LONGEST + 1):
        own, total, different = rows[:, length].T
        shorter = strengths[length] * different
        chance = np.where(total > 0, (own + shorter * chance) / np.maximum(shorter + total, 1e-9), chance)
    return float(-np.log2(np.maximum(chance, 1e-30)).mean())


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--holes", type=int, default=300)
    parser.add_argument("--keep", type=Path, help="write the holes to this file, for `ryzanstein eval`")
    options = parser.parse_args()
    tokenizer, model = of_exported(options.model), read_model(options.model)
    control = {tokenizer.token_to_id(name) for name in CONTROL}
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
    by_model, rows = [], []
    for hole in holes:
        ids, start = layout(tokenizer, hole)
        logits = model(torch.tensor([ids[:-1]]))[0, start - 1 :]
        chances = torch.softmax(logits.double(), -1)
        for place in range(start, len(ids)):
            by_model.append(chances[place - start, ids[place]].item())
            rows.append(counts_before(ids, place, control))
    by_model, rows = np.array(by_model), np.array(rows)
    strengths = np.array([1e5, 1e5, 20, 5, 2, 1], float)
    for _ in range(4):
        for length in range(LONGEST + 1):
            losses = []
            for value in GRID:
                trial = strengths.copy()
                trial[length] = value
                losses.append(bits(by_model, rows, trial))
            strengths[length] = GRID[int(np.argmin(losses))]
    alone = float(-np.log2(np.maximum(by_model, 1e-30)).mean())
    print(f"{len(holes)} holes, {len(rows)} tokens: {alone:.4f} bits per token alone, {bits(by_model, rows, strengths):.4f} with the cache")
    print("strengths " + ", ".join(f"{value:g}" for value in strengths))


if __name__ == "__main__":
    main()
