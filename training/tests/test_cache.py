"""Tests of what a text says of its own next tokens, against counting place by place."""

import math
import re
import sys
import tempfile
import unittest
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cache import LENGTHS, MODEL_WEIGHT, SHARPNESS, STRENGTHS, behind_the_same_tokens, earlier_places, metadata, with_the_text
from gguf import read_gguf, restate, write_gguf

ROOT = Path(__file__).resolve().parent.parent.parent
CONTROL = 5  # and what is above


def rows() -> tuple[torch.Tensor, torch.Tensor]:
    """Two rows of few different tokens with repeated stretches: two samples, and one with padding behind it."""
    torch.manual_seed(0)
    ids, samples = torch.randint(0, CONTROL + 1, (2, 61)), torch.zeros(2, 61, dtype=torch.long)
    ids[0, 20:38], ids[1, 36:57] = ids[0, 1:19], ids[1, 5:26]
    samples[0, 40:], samples[1, 58:] = 1, -1
    return ids, samples


def counted(text: list[int]) -> list[dict[int, int]]:
    """By length of context: what followed the end of `text` in it, and how often."""
    seen: list[dict[int, int]] = [{} for _ in LENGTHS]
    for place in range(1, len(text)):
        for followed, length in zip(seen, LENGTHS):
            if place < length or text[place - length : place] != text[-length:]:
                break
            if text[place] < CONTROL:
                followed[text[place]] = followed.get(text[place], 0) + 1
    return seen


class Cache(unittest.TestCase):
    def test_the_engine_weighs_the_same(self):
        native = ROOT / "native" / "model"
        source = "".join((native / name).read_text() for name in ("ngram_cache.h", "cache_settings.h"))

        def constant(name: str) -> list[float]:
            numbers = re.search(rf"\b{name} = \{{?([\d., ]+)", source)[1]
            return [float(number) for number in numbers.split(",")]

        self.assertEqual(constant("kContextLengths"), list(LENGTHS))
        for key, value in metadata().items():
            self.assertEqual(constant(key.split(".")[-1]), value if isinstance(value, list) else [value], key)

    def test_a_model_file_brings_them(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.gguf"
            stated, tensors = {"general.name": "small", "a.list": [1.5, 2.0]}, [("t", 0, (3,), bytes(range(12)))]
            write_gguf(path, {**stated, "ryzanstein.cache.sharpness": 1.0}, tensors)
            restate(path, metadata())
            self.assertEqual(read_gguf(path), ({**stated, **metadata()}, {"t": tensors[0][1:]}))
        bundled = read_gguf(ROOT / "models" / "ryzanstein-14m.gguf")[0]
        self.assertEqual({key: bundled.get(key) for key in metadata()}, metadata())

    def test_counts_are_those_of_a_scan(self):
        ids, samples = rows()
        by_length = list(behind_the_same_tokens(ids, samples, earlier_places(ids, samples, CONTROL)))
        longest = 0
        for row in range(2):
            for place in range(60):
                if samples[row, place] < 0:
                    continue
                start = samples[row].tolist().index(samples[row, place])
                answer = int(ids[row, place + 1])
                for length, followed in enumerate(counted(ids[row, start : place + 1].tolist())):
                    told = [int(part[row, place]) for part in by_length[length]]
                    self.assertEqual(told, [followed.get(answer, 0), sum(followed.values()), len(followed)], (row, place, length))
                    longest = max(longest, LENGTHS[length] if followed else 0)
        self.assertEqual(longest, LENGTHS[-1])

    def test_probabilities_are_interpolated_as_in_the_engine(self):
        ids, samples = rows()
        hidden = torch.randn(2, 60, 8)
        by_model = torch.full((2, 60), 0.1)
        chances = with_the_text(by_model, hidden, ids, samples, CONTROL, torch.float32)
        row, place = 0, 36
        text, answer = ids[row, : place + 1].tolist(), int(ids[row, place + 1])
        cosines = torch.cosine_similarity(hidden[row, :place], hidden[row, place], dim=-1).tolist()
        weights = [math.exp(SHARPNESS * (one - 1)) for one in cosines]
        usable = [(weight, token) for weight, token in zip(weights, text[1:]) if token < CONTROL]
        chance = sum(weight for weight, token in usable if token == answer) + MODEL_WEIGHT * 0.1
        chance /= sum(weight for weight, _ in usable) + MODEL_WEIGHT
        for strength, followed in zip(STRENGTHS, counted(text)):
            if followed:
                shorter, total = strength * len(followed), sum(followed.values())
                chance = (followed.get(answer, 0) + shorter * chance) / (shorter + total)
        self.assertAlmostEqual(chances[row, place].item(), chance, places=5)

    def test_over_all_tokens_they_add_up_to_one(self):
        ids, samples = rows()
        hidden, total = torch.randn(2, 60, 8), torch.zeros(2)
        for token in range(CONTROL):
            asked = ids.clone()
            asked[:, 38] = token
            total += with_the_text(torch.full((2, 60), 1 / CONTROL), hidden, asked, samples, CONTROL, torch.float32)[:, 37]
        torch.testing.assert_close(total, torch.ones(2))


if __name__ == "__main__":
    unittest.main()
