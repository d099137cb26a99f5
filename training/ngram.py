"""The baseline to beat: a nested-cache n-gram model of order 6 over the model's token ids, on the same holes.

    python ngram.py [--holes test/fixtures/holes.json] > answers.json
    ryzanstein eval test/fixtures/holes.json --answers answers.json

Counts of the whole training corpus, interpolated as by Witten and Bell (1991) with a tuned strength per order; over
them, in the same way, the counts of the file itself (its prefix and its suffix): the nested cache of Hellendoorn and
Devanbu (FSE 2017). Strengths are tuned on held-out files that no hole comes from; laying the file over the corpus
order by order, and absolute discounting with one discount or three per order, were tuned too and predicted worse. The
answer is decoded greedily to the line's end, or for so many lines as a block may have, after the last word of the
prefix has been taken back to be spelled out again, so that a cut inside a word costs the baseline nothing.
"""

import argparse
import functools
import hashlib
import json
import random
import sys
import time
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

import corpus
import holes as drawn
from tokenizer import tokenizer_file

ORDER = 6
CONTEXT = ORDER - 1
VOCABULARY = 8192
MOST_TOKENS, MOST_BLOCK_TOKENS, BLOCK_LINES = 64, 256, 13  # as the engine's limits, and the line end behind an opener
TUNING_HOLES = 1500
GRID = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 12, 20, 40, 100, 200])


class Counts:
    """What followed each context of up to 5 tokens: positions sorted by their context, the nearest token first.

    A position's key holds the four tokens before it and 12 of the 13 bits of the fifth; the last bit lies beside the
    next token. So a context's positions are one range, and 10 bytes per token hold all orders.
    """

    def __init__(self, keys: np.ndarray, following: np.ndarray) -> None:
        self.keys, self.following = keys, following

    @staticmethod
    def of(ids: np.ndarray) -> "Counts":
        """ids [n] uint16; the first 5 are context only."""
        back = [ids[CONTEXT - distance : len(ids) - distance] for distance in range(CONTEXT + 1)]
        keys = back[1].astype(np.uint64)
        for column in back[2:5]:
            keys <<= np.uint64(13)
            keys |= column
        keys <<= np.uint64(12)
        keys |= back[5] >> 1
        order = np.argsort(keys)
        return Counts(keys[order], (back[0] | (back[5] & 1) << 15)[order])

    def after(self, context: tuple[int, ...]) -> np.ndarray:
        """Every token that followed `context` (nearest token last), once per occurrence."""
        low, bits = 0, 64
        for distance, token in enumerate(reversed(context), 1):
            bits -= 13 if distance < CONTEXT else 12
            low |= (token if distance < CONTEXT else token >> 1) << bits
        first = np.searchsorted(self.keys, np.uint64(low)) if context else 0
        last = np.searchsorted(self.keys, np.uint64(low | (1 << bits) - 1), "right") if context else len(self.keys)
        found = self.following[first:last]
        if len(context) == CONTEXT:
            found = found[found >> 15 == (context[0] & 1)]
        return found & 0x7FFF


class NestedCache:
    """Global counts under the counts of one file. strengths [2][order], global and file: of what shorter contexts say,
    in units of the number of different tokens seen after a context."""

    def __init__(self, everything: Counts, strengths: np.ndarray) -> None:
        self.everything, self.strengths = everything, strengths
        self.global_counts = functools.lru_cache(200_000)(self._global_counts)

    def _global_counts(self, context: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        return counted(self.everything.after(context))

    def levels(self, file: Counts, context: tuple[int, ...]) -> list[tuple[int, int, np.ndarray, np.ndarray]]:
        """(0 global or 1 file, length of context, tokens, counts), in the order of mixing, where anything was seen."""
        found = []
        for level, seen in enumerate((self.global_counts, lambda part: counted(file.after(part)))):
            for length in range(len(context) + 1):
                tokens, counts = seen(context[len(context) - length :])
                if len(tokens):
                    found.append((level, length, tokens, counts))
        return found

    def probabilities(self, file: Counts, context: tuple[int, ...]) -> np.ndarray:
        """Of every next token, [vocabulary] float64."""
        answer = np.full(VOCABULARY, 1 / VOCABULARY)
        for level, length, tokens, counts in self.levels(file, context):
            shorter = self.strengths[level, length] * len(tokens)
            answer *= shorter / (shorter + counts.sum())
            answer[tokens] += counts / (shorter + counts.sum())
        return answer


def counted(tokens: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if len(tokens) > 20_000:
        counts = np.bincount(tokens, minlength=VOCABULARY)
        seen = np.nonzero(counts)[0]
        return seen, counts[seen]
    return np.unique(tokens, return_counts=True)


class Text:
    """Texts as the n-gram model sees them: ids, with an end-of-text token on both sides of a document."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.end = tokenizer.token_to_id("<|endoftext|>")
        self.spelling = [tokenizer.id_to_token(number) or "" for number in range(VOCABULARY)]
        self.line_end = tokenizer.encode("\n").ids[0]

    def ids(self, text: str) -> list[int]:
        return self.tokenizer.encode(text).ids

    def length_of_last_piece(self, prefix: str) -> int:
        """Tokens of the last word, run of signs or run of spaces that the answer may go on with; 0 after a line end."""
        pieces = self.tokenizer.pre_tokenizer.pre_tokenize_str(prefix[prefix.rfind("\n") + 1 :])
        return len(self.ids(self.tokenizer.decoder.decode([pieces[-1][0]]))) if pieces else 0

    def file_counts(self, prefix: list[int], suffix: list[int]) -> Counts:
        separator = [self.end] * CONTEXT
        return Counts.of(np.array(separator + prefix + separator + suffix, np.uint16))

    def context(self, ids: list[int]) -> tuple[int, ...]:
        return tuple(([self.end] * CONTEXT + ids)[-CONTEXT:])

    def may_spell(self, rest: str) -> np.ndarray:
        """Mask [vocabulary]: the tokens that begin with `rest`, or that `rest` begins with."""
        return np.array([bool(token) and (token.startswith(rest) or rest.startswith(token)) for token in self.spelling])


def complete(model: NestedCache, text: Text, prefix: str, suffix: str, lines: int = 1) -> list[tuple[str, float]]:
    """What comes next, greedily, to the end of so many lines: texts of tokens with their log-probabilities."""
    before = text.ids(prefix)
    kept = len(before) - text.length_of_last_piece(prefix)
    rest = "".join(text.spelling[token] for token in before[kept:])
    typed = len(text.tokenizer.decoder.decode([rest])) if rest else 0
    before = before[:kept]
    file = text.file_counts(before, text.ids(suffix))
    answer: list[int] = []
    log_probabilities: list[float] = []
    while len(answer) < (MOST_TOKENS if lines == 1 else MOST_BLOCK_TOKENS):
        chances = model.probabilities(file, text.context(before + answer))
        chances[text.end :] = 0
        if rest:
            chances[~text.may_spell(rest)] = 0
        best = int(chances.argmax())
        if best == text.line_end:
            lines -= 1
            if lines == 0:
                break
        answer.append(best)
        log_probabilities.append(float(np.log(chances[best] / chances.sum())))
        rest = rest[len(text.spelling[best]) :]
    return list(zip(texts_of(answer, typed, text), log_probabilities, strict=True))


def texts_of(answer: list[int], typed: int, text: Text) -> list[str]:
    """The text that each token adds, without the `typed` characters that the first ones spell again. What is not a
    whole character yet comes with the token that completes it."""
    texts, spelled, told = [], "", typed
    for token in answer:
        spelled += text.spelling[token]
        known = text.tokenizer.decoder.decode([spelled]).rstrip("\ufffd")
        texts.append(known[told:])
        told = max(told, len(known))
    return texts


def training_counts(text: Text) -> Counts:
    """Counts of all training shards; kept in the data folder under a name made from the shards and the tokenizer."""
    folder = corpus.data_folder()
    files = sorted(folder.glob("train-*.jsonl.zst")) + [tokenizer_file()]
    stamp = hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()[:12]
    keys, following = folder / f"ngram-{stamp}-keys.npy", folder / f"ngram-{stamp}-next.npy"
    if not following.exists():
        counts = Counts.of(training_ids(text))
        np.save(keys, counts.keys)
        np.save(following, counts.following)
    return Counts(np.load(keys, mmap_mode="r"), np.load(following, mmap_mode="r"))


def training_ids(text: Text) -> np.ndarray:
    parts, batch = [np.full(CONTEXT, text.end, np.uint16)], []

    def flush() -> None:
        for encoding in text.tokenizer.encode_batch_fast(batch):
            parts.append(np.array([*encoding.ids, text.end], np.uint16))
        batch.clear()

    for document in corpus.read_shards("train"):
        batch.append(document["text"])
        if len(batch) == 500:
            flush()
    flush()
    return np.concatenate(parts)


def tune(everything: Counts, text: Text, avoid: set[tuple[str, str]], seed: int = 7) -> np.ndarray:
    """Strengths [2][6] of least log-loss over the answers of holes drawn from held-out files not in `avoid`, which has
    (source, path)."""
    documents = [
        one
        for one in corpus.read_shards("heldout")
        if (one["source"], one["path"]) not in avoid and one["language"] in drawn.LANGUAGES
    ]
    chance = random.Random(seed)
    chance.shuffle(documents)
    found = [hole for hole in (drawn.hole_in(one, chance) for one in documents[:TUNING_HOLES]) if hole]
    rows = tuning_rows(NestedCache(everything, np.zeros((2, ORDER))), text, found)
    strengths = np.full((2, ORDER), 2.0)
    for _ in range(3):
        for level in range(2):
            for length in range(ORDER):
                losses = []
                for value in GRID:
                    trial = strengths.copy()
                    trial[level, length] = value
                    losses.append(bits(rows, trial))
                strengths[level, length] = GRID[int(np.argmin(losses))]
    return strengths


def tuning_rows(model: NestedCache, text: Text, found: list[dict]) -> np.ndarray:
    """[tokens, order, 2, 3] float: count of the answer's token, of all tokens, of different tokens (0 where unseen)."""
    rows = []
    for hole in found:
        kept = len(text.ids(hole["prefix"])) - text.length_of_last_piece(hole["prefix"])
        ids = text.ids(hole["prefix"] + hole["expected"] + "\n")
        before = ids[:kept]
        file = text.file_counts(before, text.ids(hole["suffix"]))
        for token in ids[kept:]:
            row = np.zeros((ORDER, 2, 3))
            for level, length, tokens, counts in model.levels(file, text.context(before)):
                at = np.searchsorted(tokens, token)
                own = counts[at] if at < len(tokens) and tokens[at] == token else 0
                row[length, level] = own, counts.sum(), len(tokens)
            rows.append(row)
            before.append(token)
    return np.array(rows)


def bits(rows: np.ndarray, strengths: np.ndarray) -> float:
    """Mean bits per token: the interpolation of NestedCache.probabilities for one token of each row."""
    chance = np.full(len(rows), 1 / VOCABULARY)
    for level in range(2):
        for length in range(ORDER):
            own, total, different = rows[:, length, level].T
            shorter = strengths[level, length] * different
            chance = np.where(total > 0, (own + shorter * chance) / np.maximum(shorter + total, 1), chance)
    return float(-np.log2(np.maximum(chance, 1e-30)).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--holes", type=Path, default=drawn.TARGET)
    options = parser.parse_args()
    text = Text(Tokenizer.from_file(str(tokenizer_file())))
    listed = json.loads(options.holes.read_text())["holes"]
    everything = training_counts(text)
    strengths = tune(everything, text, {(hole["source"], hole["path"]) for hole in listed})
    model = NestedCache(everything, strengths)
    answers = []
    for number, hole in enumerate(listed, 1):
        started = time.perf_counter()
        lines = BLOCK_LINES if hole["kind"] == "block" else 1
        tokens = complete(model, text, hole["prefix"], hole["suffix"], lines)
        answers.append({"id": number, "tokens": tokens, "milliseconds": (time.perf_counter() - started) * 1000})
        if number % 100 == 0:
            print(f"{number} of {len(listed)} holes", file=sys.stderr)
    about = {
        "engine": "n-gram",
        "model": f"nested cache of order {ORDER}",
        "type": f"counts of {len(everything.keys) / 1e6:.0f} million tokens",
        "kernel": "numpy",
        "threads": 1,
    }
    print(json.dumps({**about, "strengths": strengths.tolist(), "answers": answers}))


if __name__ == "__main__":
    main()
