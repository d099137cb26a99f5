"""Makes test/fixtures/tiny.gguf and tiny.json: a tiny trained model with its logits, greedy text and token ids, for the engine's tests.

    python training/golden.py [--keep-model]
"""

import argparse
import json
import tempfile
from itertools import islice
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from export import CONTROL_TOKENS, export_model
from model import Shape, TernaryTransformer
from reference import Reference
from tokenizer import of_exported
from tokenizer import train as train_tokenizer

ROOT = Path(__file__).resolve().parent.parent
SHAPE = Shape(vocabulary=512, width=256, layers=2, ffn=256, heads=4, kv_heads=2)
FLOAT_NOISE = 3e-7  # relative; five roundings of float32
TEXTS = [
    "",
    "def f(x):\n    return x + 1\n",
    "a\r\nb\r\n\r\n\tc\t \t d  \n",
    "\n\n\n   \n\t\n",
    "const naïve = 'Grüße, 世界 👩‍👩‍👧 e\u0301 ';",
    "it's I'LL we'Ve 'Tis x'y",
    "x = 1234567890 + 0x1F - 3.14e-10;",
    "<|endoftext|><|fim_prefix|>text<|fim_suffix|><|fim_middle|><|file_sep|>a.py\n",
    "<|fim_prefix <|endoftext |> <||>",
    " \u00a0\u2003\u3000wide\u2028spaces\ufeff ",
    "trailing blanks   ",
    "   leading\n   blanks",
    "٣٤५ Ⅷ ½ ²",
    "if(!a||b<c&&d){}//---- ====\n\n",
    "\u0000\u0001\u007f",
]


def train_briefly(texts: list[str], tokenizer: Tokenizer, steps: int = 300) -> TernaryTransformer:
    """Enough training that logits spread and greedy choices have a clear winner."""
    torch.manual_seed(1)
    model = TernaryTransformer(SHAPE)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.0)
    ids = torch.tensor([i for text in texts for i in tokenizer.encode(text).ids])
    for step in range(steps):
        starts = torch.randint(len(ids) - 129, (8,))
        rows = torch.stack([ids[start : start + 129] for start in starts])
        loss = F.cross_entropy(model(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"loss {loss.item():.3f} after {steps} steps")
    return model


def prompts(texts: list[str], tokenizer: Tokenizer) -> list[list[int]]:
    """Ids of the cases: one token, code, both fill-in-the-middle orders, every control token, a long context."""
    encode = lambda text: tokenizer.encode(text).ids
    control = {token: tokenizer.token_to_id(token) for token in CONTROL_TOKENS}
    prefix, suffix = encode("def add(a, b):\n    return "), encode("\n\nprint(add(1, 2))\n")
    fim_prefix, fim_suffix, fim_middle = (control[f"<|fim_{part}|>"] for part in ("prefix", "suffix", "middle"))
    return [
        [control["<|endoftext|>"]],
        encode("def forward(self, x: Tensor) -> Tensor:\n"),
        [fim_prefix, *prefix, fim_suffix, *suffix, fim_middle],
        [fim_prefix, fim_suffix, *suffix, fim_middle, *prefix],
        list(range(SHAPE.vocabulary - 40, SHAPE.vocabulary)),
        encode(texts[0])[:300],
    ]


def rounding_spread(path: Path, ids: list[int], exact: np.ndarray, trials: int = 8, squared_relu: bool = False) -> float:
    """Largest move of a logit when every value before its quantisation is disturbed by FLOAT_NOISE."""
    disturbed = (Reference(path, FLOAT_NOISE, seed, squared_relu).logits(ids) for seed in range(trials))
    return max(float(np.abs(logits - exact).max()) for logits in disturbed)


def steady_windows(path: Path, ids: list[int], count: int, length: int = 6) -> list[list[int]]:
    """Windows of `ids` in which no value lies near a rounding boundary, so that logits must agree closely."""
    windows = (ids[start : start + length] for start in range(0, len(ids) - length, length))
    steady = (w for w in windows if rounding_spread(path, w, Reference(path).logits(w), trials=24) < 1e-4)
    return list(islice(steady, count))


def scores(logits: np.ndarray, ids: list[int]) -> list[float]:
    """Natural log-probability of each id but the first, given those before it."""
    known = torch.from_numpy(logits[:-1]).log_softmax(-1)
    return [round(known[i, following].item(), 5) for i, following in enumerate(ids[1:])]


def case(path: Path, ids: list[int], squared_relu: bool = False) -> dict:
    reference = Reference(path, squared_relu=squared_relu)
    logits = reference.logits(ids)
    tolerance = float(f"{max(4 * rounding_spread(path, ids, logits, squared_relu=squared_relu), 1e-4):.2g}")
    positions = sorted({0, len(ids) // 2, len(ids) - 1})
    greedy, margin = reference.greedy(ids, 16)
    return {
        "ids": ids,
        "tolerance": tolerance,
        "logits": [{"position": p, "values": [round(float(v), 5) for v in logits[p]]} for p in positions],
        "scores": scores(logits, ids),
        "greedy": greedy,
        "greedyMargin": round(margin, 5),
    }


def squared_relu_cases(path: Path, texts: list[list[int]]) -> list[dict]:
    """The same file as architecture `bitnet-b1.58`: the heads of the texts, as far as rounding leaves them comparable."""
    cases = (case(path, ids[:length], squared_relu=True) for ids in texts[1:] for length in (24, 12))
    return list(islice((each for each in cases if each["tolerance"] < 0.01), 4))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep-model", action="store_true", help="compute anew what the tiny.gguf that is there gives")
    options = parser.parse_args()
    fixtures = ROOT / "test" / "fixtures"
    texts = [(ROOT / "training" / "model.py").read_text(encoding="utf-8")]
    path = fixtures / "tiny.gguf"
    if options.keep_model:
        tokenizer = of_exported(path)
    else:
        tokenizer = train_tokenizer(texts, SHAPE.vocabulary)
        model = train_briefly(texts, tokenizer)
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            tokenizer.save(file.name)
            export_model(model, Path(file.name), path, "ryzanstein-tiny")
    texts_of_cases = prompts(texts, tokenizer)
    cases = [case(path, ids) for ids in texts_of_cases + steady_windows(path, texts_of_cases[-1], 4)]
    golden = {
        "description": "Logits, greedy ids and scores (natural log-probability of each id but the first) of tiny.gguf, computed as it is and "
        "with squared ReLU as architecture bitnet-b1.58, by "
        "training/reference.py: int32 products, queries, keys and values in int8, float64 for the rest; "
        "ids of texts by the `tokenizers` library with control tokens recognised in text.",
        "toleranceReason": f"A case's tolerance is the largest absolute difference of a logit. Disturbing every value before its "
        f"quantisation or rounding by a relative {FLOAT_NOISE:g}, as float32 sums in another order do, moves a few over a rounding boundary, "
        "which moves logits; the tolerance is four times the largest move in eight trials, at least 1e-4. A greedy run whose "
        "greedyMargin (least lead of a choice over its runner-up) is over twice the tolerance must be reproduced exactly.",
        "cases": cases,
        "squaredRelu": squared_relu_cases(path, texts_of_cases),
        "text": [{"text": text, "ids": tokenizer.encode(text).ids} for text in TEXTS],
    }
    (fixtures / "tiny.json").write_text(json.dumps(golden, ensure_ascii=True, separators=(",", ":")) + "\n")
    print(f"{path}: {path.stat().st_size} bytes")
    for c in cases:
        print(f"{len(c['ids'])} ids, tolerance {c['tolerance']}, greedy margin {c['greedyMargin']}")


if __name__ == "__main__":
    main()
