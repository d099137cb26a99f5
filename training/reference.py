"""The model's arithmetic written out over an exported file: whole products in int32, the rest in float64; slow and plain."""

from pathlib import Path

import numpy as np

from gguf import Q8_0, TQ2_0, read_gguf, unpack_q8_0, unpack_tq2_0

LARGEST_WEIGHT = 16383  # as in native/kernels/contracts.h


class Reference:
    """Logits of a file as the engine must give them, up to rounding of floats.

    `noise` multiplies every value that is about to be quantised or rounded by 1 ± noise: it shows how far rounding errors
    of that relative size, which may move a value over a rounding boundary, can move the logits. With `squared_relu`
    the file is computed as architecture `bitnet-b1.58`, which differs in nothing else. Queries, keys and values are
    rounded to int8 by head, and what positions weigh to 14 bits, as in the engine and not in the trainer, unless `rounded`
    is false.
    """

    def __init__(self, path: Path, noise: float = 0.0, seed: int = 0, squared_relu: bool = False, rounded: bool = True):
        metadata, tensors = read_gguf(path)
        self.layers = metadata["bitnet.block_count"]
        self.heads = metadata["bitnet.attention.head_count"]
        self.kv_heads = metadata["bitnet.attention.head_count_kv"]
        self.head_size = metadata["bitnet.embedding_length"] // self.heads
        self.epsilon = metadata["bitnet.attention.layer_norm_rms_epsilon"]
        self.rope_base = metadata["bitnet.rope.freq_base"]
        self.squared_relu, self.rounded = squared_relu, rounded
        self.noise, self.random = noise, np.random.default_rng(seed)
        self.weights = {name: self._unpack(name, *tensor) for name, tensor in tensors.items()}

    @staticmethod
    def _unpack(name: str, kind: int, shape: tuple[int, ...], data: bytes):
        if kind not in (Q8_0, TQ2_0):
            return np.frombuffer(data, np.float32).astype(np.float64)
        levels, scales = (unpack_q8_0 if kind == Q8_0 else unpack_tq2_0)(data, shape[1], shape[0])
        if (scales != scales[:, :1]).any():
            raise ValueError(f"{name}: the scale changes within a row")
        return levels.astype(np.int32), scales[:, 0].astype(np.float64)

    def _norm(self, x: np.ndarray, name: str) -> np.ndarray:
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + self.epsilon) * self.weights[name]

    def _levels(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """x [..., n] -> int32 levels within ±127 [..., n] and their scale [..., 1]."""
        if self.noise:
            x = x * (1 + self.noise * self.random.uniform(-1, 1, x.shape))
        scale = np.abs(x).max(-1, keepdims=True) / 127
        return np.rint(x / np.where(scale == 0, 1, scale)).clip(-127, 127).astype(np.int32), scale

    def _product(self, x: np.ndarray, name: str) -> np.ndarray:
        """x [tokens, columns] -> [tokens, rows] through int8 activations with one scale per token."""
        levels, scale = self._levels(x)
        weights, row_scales = self.weights[name]
        return (levels @ weights.T) * row_scales * scale

    def _rotate(self, x: np.ndarray) -> np.ndarray:
        half = self.head_size // 2
        frequency = self.rope_base ** (-np.arange(half) / half)
        angle = np.arange(len(x))[:, None, None] * frequency
        a, b = x[..., :half], x[..., half:]
        return np.concatenate((a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)), -1)

    def _attention(self, h: np.ndarray, block: str) -> np.ndarray:
        tokens = len(h)
        q = self._rotate(self._product(h, block + "attn_q.weight").reshape(tokens, self.heads, -1))
        k = self._rotate(self._product(h, block + "attn_k.weight").reshape(tokens, self.kv_heads, -1))
        v = self._product(h, block + "attn_v.weight").reshape(tokens, self.kv_heads, -1)
        group = self.heads // self.kv_heads
        value_scale = np.ones((tokens, self.kv_heads, 1))
        if self.rounded:
            (q, q_scale), (k, k_scale), (v, value_scale) = self._levels(q), self._levels(k), self._levels(v)
            q, k = q * q_scale, k * k_scale
        scores = np.einsum("qhd,khd->hqk", q, k.repeat(group, 1)) / np.sqrt(self.head_size)
        scores = np.where(np.tri(tokens, dtype=bool), scores, -np.inf)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        total = weights.sum(-1, keepdims=True)
        weights = weights * value_scale[:, :, 0].T.repeat(group, 0)[:, None]
        if self.rounded:
            if self.noise:
                weights = weights * (1 + self.noise * self.random.uniform(-1, 1, weights.shape))
            step = weights.max(-1, keepdims=True) / LARGEST_WEIGHT
            weights = np.rint(weights / np.where(step == 0, 1, step)) * step
        return np.einsum("hqk,khd->qhd", weights / total, v.repeat(group, 1)).reshape(tokens, -1)

    def logits(self, ids: list[int]) -> np.ndarray:
        """-> float64 [len(ids), vocabulary]"""
        embedding, row_scales = self.weights["token_embd.weight"]
        x = embedding[ids] * row_scales[ids, None]
        for layer in range(self.layers):
            block = f"blk.{layer}."
            attention = self._attention(self._norm(x, block + "attn_norm.weight"), block)
            x = x + self._product(self._norm(attention, block + "attn_sub_norm.weight"), block + "attn_output.weight")
            h = self._norm(x, block + "ffn_norm.weight")
            gate, up = self._product(h, block + "ffn_gate.weight"), self._product(h, block + "ffn_up.weight")
            active = np.maximum(gate, 0) ** 2 if self.squared_relu else gate / (1 + np.exp(-gate))
            hidden = self._norm(active * up, block + "ffn_sub_norm.weight")
            x = x + self._product(hidden, block + "ffn_down.weight")
        return self._product(self._norm(x, "output_norm.weight"), "token_embd.weight")

    def greedy(self, ids: list[int], count: int) -> tuple[list[int], float]:
        """The next `count` most likely ids, and the least distance of a choice from its runner-up."""
        ids, start, margin = list(ids), len(ids), np.inf
        for _ in range(count):
            last = self.logits(ids)[-1]
            second, first = np.argsort(last)[-2:]
            margin = min(margin, last[first] - last[second])
            ids.append(int(first))
        return ids[start:], float(margin)
