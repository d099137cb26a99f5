"""Writes test/fixtures/pretokens.json: how Hugging Face's tokenizers cut texts with each family's patterns.

Run it with an interpreter that has `tokenizers`: python test/unit/model/pretokens.py
"""

import json
import random
from pathlib import Path

from tokenizers import Regex
from tokenizers.pre_tokenizers import Sequence, Split

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
QUOTES = r"'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]"
MODERN = (
    r"(?:" + QUOTES + r")|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
FAMILIES = {
    "gpt-2": [GPT2],
    "llama-bpe": [MODERN % r"\p{N}{1,3}"],
    "qwen2": [MODERN % r"\p{N}"],
    "starcoder": [r"\p{N}", GPT2],
    "deepseek-coder": [r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", r"[一-龥ࠀ-一가-퟿]+", r"\p{N}"],
}

CODE = [
    "",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t\tif (x) {\n\t\t\treturn y;\n\t\t}\n",
    "    return [i for i in range(100) if i % 3 == 0]\n\n\n    x",
    "for (let i = 0; i < items.length; i++) {\r\n  total += items[i]!.price * 1.19;\r\n}",
    "def __init__(self, *args, **kwargs) -> None:  # it's we'll they've I'D DON'T\n",
    "x=1;y=22;z=333;w=4444;v=1234567890 0xFF 1e-5 3.14159",
    "const s = `a${b}c`; // \u00e9t\u00e9 na\u00efve \u4f60\u597d\uff0c\u4e16\u754c \ud55c\uad6d\uc5b4 \u65e5\u672c\u8a9e",
    "emoji \U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 flags \U0001f1e9\U0001f1ea \u2705!",
    "\u00a0nbsp\u2003em\u2028ls\u2029ps\u0085nel\ufeffbom\u200bzw",
    "e\u0301 combining \u0915\u094d\u0937\u093f \u0e44\u0e17\u0e22 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea",
    "\u0661\u0662\u0663 \u216b \u00bd \u00b2 \u2460 \u3007",
    "a  b   c    d\t\te \t f\n\n  \n g   ",
    "<|fim_middle|><|endoftext|> </s> <s>",
    "#include <vector>\n\nstd::vector<int> v{1, 2, 3};\n=====/////*****-----#####",
    "'s 'S 'll 'LL 're'Re 'd\u017f '\u017f",
]
ALPHABET = (
    list(" \t\n\r'\"(){}[]<>;:,.!?=+-*/%&|^~#@$_\\`") + list("aAbZsStTmMdDlLrReEvV019")
    + list("\u00e9\u00df\u0416\u4f60\uac00\u3042\u0661\u216b\u00bd\u00a0\u2003\u0085\u3000\u0301\u200d\ufeff")
    + ["\U0001f600", "    ", "\n\n", "'ll", "123", "foo", "_bar"]
)


def texts() -> list[str]:
    chance = random.Random(5)
    return CODE + ["".join(chance.choices(ALPHABET, k=chance.randint(1, 40))) for _ in range(300)]


def main() -> None:
    cases = texts()
    splits = {}
    for name, patterns in FAMILIES.items():
        cutter = Sequence([Split(Regex(pattern), "isolated") for pattern in patterns])
        splits[name] = [[piece for piece, _ in cutter.pre_tokenize_str(text)] for text in cases]
    target = Path(__file__).parents[2] / "fixtures" / "pretokens.json"
    target.write_text(json.dumps({"texts": cases, "splits": splits}, ensure_ascii=True, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
