"""Makes tensor_vectors.inc: what random blocks of every tensor type decode to, for model_test.

    pip install gguf && python native/test/tensor_vectors.py [libggml-base.so]

The package gguf is llama.cpp's own and decodes with numpy. It lacks Q1_0 and Q2_0 of llama.cpp and the types of
PrismML, which are decoded here from their description, one weight at a time. With a library of llama.cpp all types
that it knows are compared with what it decodes them to; those of PrismML are in none.
"""

import ctypes
import sys

from importlib.metadata import version
from pathlib import Path

import gguf
import numpy as np

BLOCKS = 64
MASK = (1 << 64) - 1


class Random:
    """The generator of random.h."""

    def __init__(self, seed):
        self.state = (seed * 0x9E3779B97F4A7C15 + 1) & MASK

    def next(self):
        self.state ^= self.state << 13 & MASK
        self.state ^= self.state >> 7
        self.state ^= self.state << 17 & MASK
        return self.state * 0x2545F4914F6CDD1D & MASK


def half(block, at):
    return block[at : at + 2].view(np.float16).astype(np.float32)[0]


def q1_0(block):
    return [half(block, 0) * np.float32(1 if block[2 + i // 8] >> i % 8 & 1 else -1) for i in range(128)]


def q2_0(weights):
    return lambda block: [
        half(block, 0) * np.float32(int(block[2 + i // 4] >> 2 * (i % 4) & 3) - 1) for i in range(weights)
    ]


def ptq1_0(block):
    def weight(i):
        if i < 80:
            byte, digit = i % 16, i // 16
        elif i < 120:
            byte, digit = 16 + (i - 80) % 8, (i - 80) // 8
        else:
            byte, digit = 24 + (i - 120) % 2, (i - 120) // 2
        return (int(block[byte]) * 3**digit % 256 * 3 >> 8) - 1

    return [half(block, 26) * np.float32(weight(i)) for i in range(128)]


def by_package(name):
    kind = gguf.GGMLQuantizationType[name]
    return lambda block: gguf.quants.dequantize(block, kind)


# Id, name, bytes of a block, the bytes that hold a float's highest bits: there the largest exponents are avoided.
TYPES = [
    (0, "F32", 4, [3], by_package("F32")),
    (1, "F16", 2, [1], by_package("F16")),
    (30, "BF16", 2, [1], by_package("BF16")),
    (2, "Q4_0", 18, [1], by_package("Q4_0")),
    (3, "Q4_1", 20, [1, 3], by_package("Q4_1")),
    (6, "Q5_0", 22, [1], by_package("Q5_0")),
    (7, "Q5_1", 24, [1, 3], by_package("Q5_1")),
    (8, "Q8_0", 34, [1], by_package("Q8_0")),
    (10, "Q2_K", 84, [81, 83], by_package("Q2_K")),
    (11, "Q3_K", 110, [109], by_package("Q3_K")),
    (12, "Q4_K", 144, [1, 3], by_package("Q4_K")),
    (13, "Q5_K", 176, [1, 3], by_package("Q5_K")),
    (14, "Q6_K", 210, [209], by_package("Q6_K")),
    (20, "IQ4_NL", 18, [1], by_package("IQ4_NL")),
    (23, "IQ4_XS", 136, [1], by_package("IQ4_XS")),
    (34, "TQ1_0", 54, [53], by_package("TQ1_0")),
    (35, "TQ2_0", 66, [65], by_package("TQ2_0")),
    (39, "MXFP4", 17, [], by_package("MXFP4")),
    (41, "Q1_0", 18, [1], q1_0),
    (42, "Q2_0", 18, [1], q2_0(64)),
    (142, "PQ2_0", 34, [1], q2_0(128)),
    (143, "PTQ1_0", 28, [27], ptq1_0),
]


def random_blocks(identity, size, highest):
    random = Random(identity)
    for _ in range(BLOCKS):
        block = np.array([random.next() >> 56 for _ in range(size)], dtype=np.uint8)
        block[highest] &= 0xBF
        yield block


def decoded(identity, size, highest, decode):
    """The weights of BLOCKS blocks of random bytes, as the bits of floats."""
    words = []
    for block in random_blocks(identity, size, highest):
        with np.errstate(over="ignore"):
            words += np.asarray(decode(block), dtype=np.float32).reshape(-1).view(np.uint32).tolist()
    return words


def rounded_to_q8_0():
    """Random floats as blocks of Q8_0, decoded again."""
    random = Random(8)
    steps = np.array([random.next() >> 40 for _ in range(BLOCKS * 32)], dtype=np.float32)
    blocks = gguf.quants.quantize(np.float32(-1) + np.float32(2) * steps / np.float32(1 << 24), gguf.GGMLQuantizationType.Q8_0)
    return gguf.quants.dequantize(blocks, gguf.GGMLQuantizationType.Q8_0).view(np.uint32).tolist()


def fingerprint(words):
    result = 0xCBF29CE484222325
    for word in words:
        result = (result ^ word) * 0x100000001B3 & MASK
    return result


def compare(path):
    """Ends with a message if llama.cpp's library decodes a type otherwise."""
    library = ctypes.CDLL(path)
    for identity, name, size, highest, decode in TYPES:
        function = getattr(library, f"dequantize_row_{name.lower().replace('_k', '_K')}", None)
        if not function:
            print(f"{name}: not in the library")
            continue
        words = decoded(identity, size, highest, decode)
        weights = len(words) // BLOCKS
        theirs = []
        for block in random_blocks(identity, size, highest):
            y = np.zeros(weights, dtype=np.float32)
            function(block.ctypes.data_as(ctypes.c_void_p), y.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(weights))
            theirs += y.view(np.uint32).tolist()
        if theirs != words:
            sys.exit(f"{name}: llama.cpp decodes it otherwise")
        print(f"{name}: as llama.cpp decodes it")


def main():
    if len(sys.argv) > 1:
        compare(sys.argv[1])
    lines = [
        f"// Made by tensor_vectors.py with gguf {version('gguf')}: what {BLOCKS} blocks of random bytes decode to.",
        "// Id, bytes of a block, two bytes (or -1) that lack their highest bit but one, the first and the last weight",
        "// and the FNV-1a fingerprint of all, as the bits of floats.",
        "",
    ]
    for identity, name, size, highest, decode in TYPES:
        words = decoded(identity, size, highest, decode)
        places = ", ".join(str(place) for place in (highest + [-1, -1])[:2])
        lines.append(
            f"RYZANSTEIN_VECTOR({identity}, {size}, {places}, 0x{words[0]:08X}u, 0x{words[-1]:08X}u,"
            f" 0x{fingerprint(words):016X}u)  // {name}"
        )
    lines.append("")
    lines.append("// Random floats rounded to Q8_0 and decoded.")
    lines.append(f"RYZANSTEIN_ROUNDED(0x{fingerprint(rounded_to_q8_0()):016X}u)")
    Path(__file__).with_name("tensor_vectors.inc").write_text("\n".join(lines) + "\n")


main()
