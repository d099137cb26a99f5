"""Equal and nearly equal texts: a hash of the space-free text, and MinHash by one permutation with banding."""

import hashlib

import numpy as np

BINS = 128
BANDS = 32
ROWS = BINS // BANDS
THRESHOLD = 0.8
SHINGLE = 24


def space_free(text: str) -> bytes:
    return "".join(text.split()).encode()


def exact_key(squeezed: bytes) -> bytes:
    return hashlib.blake2b(squeezed, digest_size=16).digest()


def signature(squeezed: bytes) -> np.ndarray:
    """MinHash [128] uint64 of the 24-byte shingles of a space-free text.

    One permutation hashing (Li, Owen, Zhang 2012): one hash per shingle, the range cut in 128 bins, the least hash
    of each bin kept; an empty bin takes the next bin's, as in Shrivastava and Li's rotation (2014).
    """
    data = np.frombuffer(squeezed, np.uint8)
    if len(data) < SHINGLE:
        data = np.pad(data, (0, SHINGLE - len(data)))
    with np.errstate(over="ignore"):
        one = (data.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        power, width, wide = np.uint64(0xD6E8FEB86659FD93), 1, {1: one}
        while width < 16:  # doubling: a hash of 2w bytes from two hashes of w bytes
            wide[2 * width] = wide[width][:-width] * power + wide[width][width:]
            power, width = power * power, 2 * width
        hashes = wide[16][:-8] * np.uint64(0xA0761D6478BD642F) + wide[8][16:]
        hashes ^= hashes >> np.uint64(32)
        hashes *= np.uint64(0xE7037ED1A0B428DB)
        hashes ^= hashes >> np.uint64(29)
    hashes.sort()
    bounds = (np.arange(BINS, dtype=np.uint64)) << np.uint64(64 - 7)
    return hashes[np.searchsorted(hashes, bounds) % len(hashes)]


class NearIndex:
    """Signatures of the texts kept so far; finds one that is at least 0.8 alike."""

    def __init__(self) -> None:
        self.kept: list[np.ndarray] = []
        self.buckets: list[dict[bytes, list[int]]] = [{} for _ in range(BANDS)]

    def find(self, one: np.ndarray) -> int | None:
        """Index of a kept text whose estimated Jaccard similarity with `one` is at least the threshold."""
        tried = set()
        for band, key in zip(self.buckets, self.keys(one), strict=True):
            for index in band.get(key, ()):
                if index not in tried:
                    tried.add(index)
                    if np.mean(self.kept[index] == one) >= THRESHOLD:
                        return index
        return None

    def add(self, one: np.ndarray) -> None:
        for band, key in zip(self.buckets, self.keys(one), strict=True):
            band.setdefault(key, []).append(len(self.kept))
        self.kept.append(one)

    @staticmethod
    def keys(one: np.ndarray) -> list[bytes]:
        data = one.tobytes()
        return [data[at : at + 8 * ROWS] for at in range(0, len(data), 8 * ROWS)]
