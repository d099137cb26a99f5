"""Puts the cache's settings of training/cache.py into a model file that was exported without them, or with others.

    python training/restate.py MODEL.gguf ...

All other metadata and the bytes of every tensor stay what they are.
"""

import argparse
from pathlib import Path

import cache
from gguf import read_gguf, restate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="+", metavar="MODEL.gguf")
    for path in parser.parse_args().models:
        tensors = read_gguf(path)[1]
        restate(path, cache.metadata())
        if list(read_gguf(path)[1].items()) != list(tensors.items()):
            raise SystemExit(f"{path}: its tensors are not what they were")
        print(f"{path}: {path.stat().st_size} bytes, {len(tensors)} tensors as before")


if __name__ == "__main__":
    main()
