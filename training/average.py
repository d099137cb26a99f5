"""Averages the weights of two runs, of which the second went on from the first: it keeps most of what either knows.

    python training/average.py --runs FIRST SECOND --share 0.75 --run OUT

OUT gets a checkpoint with that share of the second run's weights and its optimizers, and its log; `train.py --run OUT
--steps 1` has no steps left to do there, and writes the GGUF and how well it does.
"""

import argparse
import shutil
from pathlib import Path

import torch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, nargs=2, required=True, help="folders of two checkpoints of equal shape")
    parser.add_argument("--share", type=float, required=True, help="of the second run's weights, 0 to 1")
    parser.add_argument("--run", type=Path, required=True, help="folder that gets the checkpoint")
    arguments = parser.parse_args()
    first, second = (torch.load(run / "checkpoint.pt", weights_only=True, map_location="cpu") for run in arguments.runs)
    arguments.run.mkdir(parents=True, exist_ok=True)
    torch.save(averaged(first, second, arguments.share), arguments.run / "checkpoint.pt")
    shutil.copyfile(arguments.runs[1] / "log.jsonl", arguments.run / "log.jsonl")


def averaged(first: dict, second: dict, share: float) -> dict:
    """The second checkpoint with (1 - share) of the first one's weights and `share` of its own; ValueError if their shapes differ."""
    if first["shape"] != second["shape"]:
        raise ValueError(f"the runs hold models of other shapes: {first['shape']}, {second['shape']}")
    if not 0 <= share <= 1:
        raise ValueError(f"the share is {share}, not between 0 and 1")
    model = {name: (1 - share) * first["model"][name] + share * weights for name, weights in second["model"].items()}
    return {**second, "model": model}


if __name__ == "__main__":
    main()
