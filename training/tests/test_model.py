"""Tests of the ternary model, its export, the training samples and exact resume."""

import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import corpus
from average import averaged
from export import export_model, load_exported, read_model
from gguf import TQ2_0, pack_tq2_0, quantise_rows, read_gguf, unpack_q8_0, unpack_tq2_0
from model import Shape, TernaryTransformer, quantise_ternary, quantise_tokens
from reference import Reference
from samples import MIDDLE_KINDS, Document, Sample, Sampler, ahead, choose_middle, parse_languages
from tokenizer import of_exported
from tokenizer import train as train_tokenizer
from train import (
    HELD_OUT_FILES,
    MIDDLE_WEIGHT,
    Schedule,
    Training,
    bits_per_byte,
    held_out_rows,
    next_token_losses,
    orthogonal,
    packed_loss,
    rate_factor,
)

ROOT = Path(__file__).resolve().parent.parent.parent
ENGINE = ROOT / "dist" / "cli.js"

TEXT = "\n".join(f"def f{i}(x, y):\n    total = x * {i} + y\n    return [total, 'été']\n" for i in range(60))
DOCUMENTS = [Document("some/repo", f"src/file{i}.py", "python", TEXT[i * 50 :]) for i in range(6)]
TOKENIZER = train_tokenizer([TEXT], vocabulary=280)
SHAPE = Shape(vocabulary=TOKENIZER.get_vocab_size(), width=256, layers=2, ffn=256, heads=4, kv_heads=2)


class Quantisers(unittest.TestCase):
    def test_tokens_become_whole_numbers_with_the_gradient_of_the_identity(self):
        x = torch.tensor([[0.5, -1.27, 0.004, 0.016], [0.0, 0.0, 0.0, 0.0]], requires_grad=True)
        levels, scale = quantise_tokens(x)
        self.assertEqual(levels.round().tolist(), [[50, -127, 0, 2], [0, 0, 0, 0]])
        (levels * scale).sum().backward()
        torch.testing.assert_close(x.grad[0], torch.ones(4))

    def test_weights_become_ternary_with_a_half_precision_scale_and_a_straight_through_gradient(self):
        weight = torch.tensor([[0.9, -0.1, 0.04], [-2.0, 0.3, 0.31]], requires_grad=True)
        levels, scale = quantise_ternary(weight)
        self.assertEqual(scale.item(), float(np.float16(weight.detach().abs().mean().item())))
        self.assertEqual(levels.round().tolist(), [[1, 0, 0], [-1, 0, 1]])
        (levels * scale * torch.arange(6.0).view(2, 3)).sum().backward()
        torch.testing.assert_close(weight.grad, torch.arange(6.0).view(2, 3))

    def test_a_token_sees_only_what_came_before(self):
        torch.manual_seed(0)
        model = TernaryTransformer(SHAPE)
        ids = torch.randint(SHAPE.vocabulary, (1, 20))
        changed = ids.clone()
        changed[0, 15] = (changed[0, 15] + 1) % SHAPE.vocabulary
        before, after = model(ids), model(changed)
        self.assertTrue(torch.equal(before[:, :15], after[:, :15]))
        self.assertFalse(torch.equal(before[:, 15:], after[:, 15:]))


class Export(unittest.TestCase):
    def test_a_model_that_begins_from_a_file_exports_to_the_same_file(self):
        torch.manual_seed(3)
        with tempfile.TemporaryDirectory() as folder:
            tokenizer, first, second = (Path(folder) / name for name in ("tokenizer.json", "first.gguf", "second.gguf"))
            TOKENIZER.save(str(tokenizer))
            export_model(TernaryTransformer(SHAPE), tokenizer, first, "test")
            model = TernaryTransformer(SHAPE)
            load_exported(model, first)
            export_model(model, tokenizer, second, "test")
            self.assertEqual(first.read_bytes(), second.read_bytes())
            wider = TernaryTransformer(Shape(SHAPE.vocabulary, width=256, layers=2, ffn=512, heads=4, kv_heads=2))
            with self.assertRaisesRegex(ValueError, "ffn_gate"):
                load_exported(wider, first)

    def test_ternary_blocks_follow_the_documented_bit_order(self):
        levels = np.zeros((1, 256), np.int8)
        levels[0, [0, 33, 66, 99, 128, 255]] = [1, -1, 1, -1, -1, 1]
        data = pack_tq2_0(levels, 0.5)
        expected = np.full(64, 0b01010101, np.uint8)
        for byte, shift, code in [(0, 0, 2), (1, 2, 0), (2, 4, 2), (3, 6, 0), (32, 0, 0), (63, 6, 2)]:
            expected[byte] = int(expected[byte]) & ~(3 << shift) & 255 | code << shift
        self.assertEqual(data[:64], expected.tobytes())
        self.assertEqual(np.frombuffer(data[64:], np.float16).tolist(), [0.5])

    def test_a_file_read_back_holds_the_weights_of_the_model_and_gives_its_logits(self):
        torch.manual_seed(3)
        model = TernaryTransformer(SHAPE)
        with tempfile.TemporaryDirectory() as folder:
            tokenizer_json, path = Path(folder) / "tokenizer.json", Path(folder) / "model.gguf"
            TOKENIZER.save(str(tokenizer_json))
            export_model(model, tokenizer_json, path, "test")
            metadata, tensors = read_gguf(path)
            reference = Reference(path, rounded=False)
        self.assertEqual(metadata["general.architecture"], "bitnet")
        self.assertEqual(metadata["tokenizer.ggml.tokens"][-7:][0], "<|endoftext|>")
        parameters = dict(model.named_parameters())
        self.assertEqual(set(tensors), set(parameters))
        for name, (kind, shape, data) in tensors.items():
            weight = parameters[name].detach()
            if kind == TQ2_0:
                levels, scales = unpack_tq2_0(data, shape[1], shape[0])
                expected, scale = quantise_ternary(weight)
                self.assertTrue((levels == expected.round().numpy()).all(), name)
                self.assertTrue((scales == scale.item()).all(), name)
        levels, scales = unpack_q8_0(tensors["token_embd.weight"][2], SHAPE.vocabulary, 256)
        expected_levels, expected_scales = quantise_rows(model.token_embd.weight.detach().numpy())
        self.assertTrue((levels == expected_levels).all() and (scales == expected_scales[:, None]).all())
        with torch.no_grad():
            model.token_embd.weight.copy_(torch.from_numpy(levels * scales[:, :1]))
            ids = TOKENIZER.encode(TEXT).ids[:40]
            difference = np.abs(model(torch.tensor([ids]))[0].numpy() - reference.logits(ids))
        self.assertLess(difference.mean(), 2e-3)


class Samples(unittest.TestCase):
    def setUp(self):
        self.sampler = Sampler(DOCUMENTS, TOKENIZER, seed=7)

    def drawn(self, seed: int, count: int, order: str) -> Iterator[Sample]:
        """Those of `count` samples that have this order."""
        rng = random.Random(seed)
        return (one for one in (self.sampler.sample(rng, 1024) for _ in range(count)) if one.order == order)

    def test_languages_are_drawn_by_their_weights(self):
        asked = parse_languages("go,csharp=0.3,yaml")
        self.assertEqual(asked, {"go": None, "csharp": 0.3, "yaml": None})
        weights = {name: weight for name, weight in asked.items() if weight is not None}
        documents = [Document("some/repo", f"a/{language}", language, TEXT) for language in asked]
        sampler, rng = Sampler(documents, TOKENIZER, 7, weights), random.Random(1)
        drawn = collections.Counter(sampler.draw_document(rng).language for _ in range(3000))
        whole = 0.37 + 0.3 + 0.02  # go is the one of all others, yaml has its usual small share
        for language, weight in (("go", 0.37), ("csharp", 0.3), ("yaml", 0.02)):
            self.assertAlmostEqual(drawn[language] / 3000, weight / whole, delta=0.03)

    def test_both_orders_keep_the_documented_form_and_end_with_endoftext(self):
        rng = random.Random(1)
        token = TOKENIZER.token_to_id
        fim_prefix, fim_suffix, fim_middle = (token(f"<|fim_{n}|>") for n in ("prefix", "suffix", "middle"))
        seen = set()
        for _ in range(300):
            sample = self.sampler.sample(rng, 1024)
            seen.add(sample.order)
            self.assertLessEqual(len(sample.ids), 1024)
            if sample.order == "ltr":
                continue
            marks = [i for i in sample.ids if i in (fim_prefix, fim_suffix, fim_middle)]
            begin, end = sample.middle
            self.assertEqual(marks, [fim_prefix, fim_suffix, fim_middle])
            self.assertEqual((sample.ids[end - 1], end), (token("<|endoftext|>"), len(sample.ids)))
            at = sample.ids.index(fim_prefix)
            if sample.order == "spm":
                self.assertEqual(sample.ids[at + 1], fim_suffix)
                self.assertLess(sample.ids.index(fim_middle), begin)
            else:
                self.assertEqual(sample.ids[begin - 1], fim_middle)
        self.assertEqual(seen, {"ltr", "spm", "psm"})

    def test_prefix_middle_and_suffix_join_to_a_piece_of_the_document(self):
        token = TOKENIZER.token_to_id
        checked = 0
        for sample in self.drawn(2, 200, "psm"):
            ids = sample.ids[sample.ids.index(token("<|fim_prefix|>")) + 1 :]
            suffix_at, middle_at = ids.index(token("<|fim_suffix|>")), ids.index(token("<|fim_middle|>"))
            prefix, suffix, middle = ids[:suffix_at], ids[suffix_at + 1 : middle_at], ids[middle_at + 1 : -1]
            self.assertIn("".join(map(TOKENIZER.decode, (prefix, middle, suffix))), TEXT)
            checked += 1
        self.assertGreater(checked, 10)

    def test_suffix_first_cuts_no_token_at_the_cursor(self):
        across = checked = 0
        for sample in self.drawn(4, 300, "spm"):
            begin, end = sample.middle
            ids = sample.ids[sample.ids.index(TOKENIZER.token_to_id("<|fim_middle|>")) + 1 : end - 1]
            joined = TOKENIZER.decode(ids)
            self.assertIn(joined, TEXT)
            if 0 < begin - (end - 1 - len(ids)) < 40:  # long prefixes begin with a token that depends on what was cut away
                self.assertEqual(TOKENIZER.encode(joined).ids, ids)
                checked += 1
        self.assertGreater(checked, 3)
        before, middle = TEXT[:25], TEXT[25:60]
        for cut in range(1, 25):
            prefix, answer = self.sampler.around(before[:cut], before[cut:] + middle)
            self.assertEqual(prefix + answer, TOKENIZER.encode(before + middle).ids)
            self.assertTrue(before[:cut].startswith(TOKENIZER.decode(prefix)))
            across += TOKENIZER.decode(prefix) != before[:cut]
        self.assertGreater(across, 3)

    def test_rows_mark_the_tokens_of_middles(self):
        rows = self.sampler.rows(9, 8, 512)
        ends = rows.ids == TOKENIZER.token_to_id("<|endoftext|>")
        starts = rows.ids == TOKENIZER.token_to_id("<|fim_middle|>")
        self.assertEqual((rows.middles & ends).sum(), starts.sum())  # each middle has its end
        self.assertFalse((rows.middles & (rows.numbers < 0)).any())
        self.assertTrue(0.005 < rows.middles.mean() < 0.3, rows.middles.mean())

    def test_middles_are_of_their_kind(self):
        rng = random.Random(3)
        for kind in MIDDLE_KINDS:
            for _ in range(200):
                start, end = choose_middle(rng, TEXT, kind)
                middle = TEXT[start:end]
                self.assertFalse(middle.endswith("\n"), (kind, middle))
                if kind != "block":
                    self.assertNotIn("\n", middle)
                if kind in ("rest-of-line", "line"):
                    self.assertIn(TEXT[end : end + 1], ("\n", ""))

    def test_rows_depend_only_on_seed_and_step(self):
        first = self.sampler.rows(5, 2, 256)
        again = Sampler(DOCUMENTS, TOKENIZER, seed=7).rows(5, 2, 256)
        self.assertTrue(all((a == b).all() for a, b in zip(first, again)))
        self.assertFalse((first[0] == self.sampler.rows(6, 2, 256)[0]).all())

    def test_rows_drawn_ahead_by_other_processes_are_the_same(self):
        rows = ahead(self.sampler, 2, lambda step: (1 + step % 2, 256))
        for step in range(3, 8):
            for drawn, expected in zip(rows(step, 1 + step % 2, 256), self.sampler.rows(step, 1 + step % 2, 256)):
                np.testing.assert_array_equal(drawn, expected)


class Average(unittest.TestCase):
    def test_weights_are_between_those_of_the_runs_and_all_else_is_the_second_ones(self):
        first, second = (
            {"shape": SHAPE.as_dict(), "model": TernaryTransformer(SHAPE).state_dict(), "optimizers": [name], "step": step}
            for name, step in (("first", 10), ("second", 20))
        )
        for share in (0.0, 0.75, 1.0):
            made = averaged(first, second, share)
            self.assertEqual((made["step"], made["optimizers"], set(made["model"])), (20, ["second"], set(second["model"])))
            for name, weights in made["model"].items():
                expected = first["model"][name] + share * (second["model"][name] - first["model"][name])
                torch.testing.assert_close(weights, expected)
        self.assertRaises(ValueError, averaged, first, second, 1.5)
        self.assertRaises(ValueError, averaged, first, {**second, "shape": {}}, 0.5)


class Score(unittest.TestCase):
    """Bits per byte by the engine's command line and by PyTorch on the same rows."""

    FILES, LANGUAGES = 0.005, 0.002  # relative; activations near a rounding boundary, queries, keys and values in int8

    @unittest.skipUnless(ENGINE.exists(), f"{ENGINE} is missing: run `npm run build` first")
    def test_the_engine_gives_the_bits_per_byte_of_pytorch(self):
        path = next((ROOT / "models").glob("*.gguf"))
        model, tokenizer = read_model(path), of_exported(path)
        for language, files in (
            ("python", ROOT.glob("training/*.py")),
            ("typescript", ROOT.glob("src/model/*.ts")),
            ("javascript", ROOT.glob("scripts/*.mjs")),
        ):
            texts = {f"{language}/{file.name}": file.read_text(encoding="utf-8") for file in sorted(files)}
            # The trainer's tokenizer takes a control token that is spelled out for one, the engine's for text.
            documents = [Document("", name, language, text) for name, text in texts.items() if "<|" not in text]
            rows = held_out_rows(documents, Sampler(documents, tokenizer, seed=1))[language]
            self.assertGreater(len(rows), 4)
            with tempfile.TemporaryDirectory() as folder:
                for document in documents:
                    target = Path(folder) / document.path
                    target.parent.mkdir(exist_ok=True)
                    target.write_text(document.text, encoding="utf-8", newline="")
                score = self.engine(path, folder, HELD_OUT_FILES)
                alone = self.engine(path, str(Path(folder) / documents[0].path), 1)
            text = score["text"][language]
            self.assertEqual(text["files"], len(rows))
            self.assertEqual(text["tokens"], sum(len(ids) - start for ids, start, _ in rows))
            self.assertEqual(text["bytes"], sum(size for *_, size in rows))
            self.assertLess(abs(score["bitsPerByte"][language] / bits_per_byte(model, rows)[0] - 1), self.LANGUAGES)
            # A file that is named is shown to the model without its folder.
            named = [Document("", documents[0].path.partition("/")[2], language, documents[0].text)]
            expected, _ = bits_per_byte(model, held_out_rows(named, Sampler(named, tokenizer, seed=1))[language])
            self.assertLess(abs(alone["bitsPerByte"][language] / expected - 1), self.FILES)

    def engine(self, model: Path, source: str, files: int) -> dict:
        command = ["node", str(ENGINE), "eval", "--bits", source, "--model", str(model), "--limit", str(files), "--json"]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


class Resume(unittest.TestCase):
    def test_two_steps_a_checkpoint_and_two_steps_equal_four_steps_bit_for_bit(self):
        def fresh() -> Training:
            return Training(SHAPE, Sampler(DOCUMENTS, TOKENIZER, seed=7).rows, seed=7, step_tokens=1024, compiled=False)

        whole, before, after = fresh(), fresh(), fresh()
        losses = [whole.train_step(step / 4)[0] for step in range(4)]
        resumed = [before.train_step(step / 4)[0] for step in range(2)]
        with tempfile.TemporaryDirectory() as folder:
            before.save(Path(folder) / "checkpoint.pt")
            with torch.no_grad():
                next(after.model.parameters()).zero_()
            after.load(Path(folder) / "checkpoint.pt")
        resumed += [after.train_step(step / 4)[0] for step in range(2, 4)]
        self.assertEqual(losses, resumed)
        for (name, a), b in zip(whole.model.named_parameters(), after.model.parameters()):
            self.assertTrue(torch.equal(a, b), name)

    def test_a_sample_of_the_corpus_becomes_a_model_in_so_many_minutes(self):
        """What is to need no debugging on an accelerator: packed, sampled, drawn by processes, compiled, exported, resumed."""
        with tempfile.TemporaryDirectory() as folder:
            data, packed, run = (Path(folder) / name for name in ("corpus", "sample", "run"))
            data.mkdir()
            documents = [{"source": d.source, "path": d.path, "language": d.language, "text": d.text} for d in DOCUMENTS]
            for name in ("train", "heldout"):
                corpus.write_documents(data / f"{name}-000.jsonl.zst", documents)
            TOKENIZER.save(str(data / "tokenizer.json"))
            commands = [
                ["sample.py", "--out", packed],
                ["train.py", "--corpus", packed, "--run", run, "--minutes", 0.01, "--shape", "256,1,256", "--samplers", 2],
            ]
            for command in [*commands, commands[-1]]:
                subprocess.run(
                    [sys.executable, ROOT / "training" / command[0], *map(str, command[1:])],
                    check=True,
                    env={**os.environ, "RYZANSTEIN_DATA": str(data)},
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            self.assertEqual(read_gguf(run / "latest.gguf")[0]["bitnet.block_count"], 1)
            lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
            self.assertEqual(max(line["step"] for line in lines), 1, "the second run had no time left")
            self.assertEqual(lines[0]["stepTokens"], 8192)
            self.assertRegex(lines[0]["device"], r"^\d+ CPU cores$")

    def test_a_run_that_lay_still_has_the_minutes_left_that_it_did_not_train(self):
        with tempfile.TemporaryDirectory() as folder:
            run = Path(folder)

            def schedule(minutes=None, until=None, steps=None) -> Schedule:
                return Schedule(argparse.Namespace(minutes=minutes, until=until, steps=steps), run)

            stopped = schedule(minutes=10)
            stopped.begun -= 300  # as if it had trained so many seconds
            stopped.keep()
            clock = json.loads((run / "clock.json").read_text())
            (run / "clock.json").write_text(json.dumps({**clock, "started": "2020-01-01T00:00:00"}))
            self.assertAlmostEqual(schedule(minutes=10).progress(7), 0.5, places=2)
            self.assertAlmostEqual(schedule(minutes=20).progress(7), 0, places=2, msg="another time is a new schedule")
            self.assertEqual(schedule(steps=28).progress(7), 0.25)
            self.assertLess(schedule(until="07:30").progress(7), 0.01)
            clock = json.loads((run / "clock.json").read_text())
            (run / "clock.json").write_text(json.dumps({**clock, "started": "2020-01-01T00:00:00"}))
            self.assertGreater(schedule(until="07:30").progress(7), 1, "its end has come and gone")

    def test_muon_in_float32_makes_singular_values_alike(self):
        torch.manual_seed(2)
        for shape in ((64, 96), (96, 64)):
            values = torch.linalg.svdvals(orthogonal(torch.randn(shape), (3.4445, -4.775, 2.0315), 5, 1e-7))
            self.assertTrue(0.6 < values.min() and values.max() < 1.3, str(values))

    def test_the_rate_warms_up_holds_and_falls_to_zero(self):
        factors = [rate_factor(step, step / 1000) for step in range(1001)]
        self.assertLess(factors[0], 0.1)
        self.assertEqual(factors[500], 1.0)
        self.assertTrue(0.4 < factors[825] < 0.6)
        self.assertEqual(factors[1000], 0.0)

    def test_padding_and_the_first_token_of_a_sample_are_no_targets(self):
        torch.manual_seed(0)
        model = TernaryTransformer(SHAPE)
        ids = torch.randint(SHAPE.vocabulary, (1, 12))
        samples = torch.tensor([[0] * 5 + [1] * 4 + [-1] * 3])
        middles = torch.tensor([[False] * 3 + [True] * 2 + [False] * 7])
        losses, alone = (told[0].tolist() for told in next_token_losses(model, ids, samples))
        plain = model(ids[:, :-1])[0].log_softmax(-1)
        torch.testing.assert_close(torch.tensor(alone), -plain.gather(1, ids[0, 1:, None])[:, 0])
        weights = {1: 1, 2: 1, 3: MIDDLE_WEIGHT, 4: MIDDLE_WEIGHT, 6: 1, 7: 1, 8: 1}
        expected = sum(losses[at - 1] * weight for at, weight in weights.items()) / sum(weights.values())
        self.assertAlmostEqual(packed_loss(model, ids, samples, middles).item(), expected, places=4)


if __name__ == "__main__":
    unittest.main()
