"""Cuts a seeded sample of the corpus to a size that travels to an accelerator, with its held-out part and the tokenizer.

    python training/sample.py --out DIR --megabytes 45
    python training/train.py --corpus DIR --run RUN --minutes 9 --device cuda --step-tokens 65536 --samplers 14 --shape 768,8,2048

A document is in a sample by a hash of its source and path: one of more megabytes holds all of a smaller one.
"""

import argparse
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import corpus

LEVEL = 19  # the sample is packed once, and travels each time
HELD_OUT_SHARE = 0.03  # of the megabytes: enough to see whether it learns


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--megabytes", type=float, default=45)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, share in (("train", 1 - HELD_OUT_SHARE), ("heldout", HELD_OUT_SHARE)):
        write_sample(name, options.megabytes * 1e6 * share, options.out)
    shutil.copy(corpus.data_folder() / "tokenizer.json", options.out)
    size = sum(file.stat().st_size for file in options.out.iterdir())
    print(f"{options.out}: {size / 1e6:.1f} MB")


def write_sample(name: str, size: float, out: Path) -> None:
    """At most `size` bytes of the shards of `name`."""
    packed = sum(file.stat().st_size for file in corpus.data_folder().glob(f"{name}-*.jsonl.zst"))
    share = min(1.0, size / packed)  # the sample is packed tighter than the corpus, which leaves some room
    for old in out.glob(f"{name}-*.jsonl.zst"):
        old.unlink()
    corpus.write_documents(out / f"{name}-000.jsonl.zst", sampled(name, share), LEVEL)


def sampled(name: str, share: float) -> Iterator[dict]:
    for document in corpus.read_shards(name):
        key = hashlib.sha256(corpus.SEED + f"{document['source']}/{document['path']}".encode()).digest()
        if int.from_bytes(key[:4], "big") < share * 2**32:
            yield document


if __name__ == "__main__":
    main()
