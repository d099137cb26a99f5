"""Counts runs of over 50 tokens that a trained model reproduces verbatim from its corpus at temperature 0.

    python training/memorisation.py --corpus DIR --model FILE.gguf --prompts 100
"""

import argparse
import random
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from export import read_model
from model import TernaryTransformer
from samples import Document, Sampler, parse_languages, read_shards

RUN_TOKENS = 51
PROMPT_TOKENS, GENERATED_TOKENS = 128, 96


def run_hashes(ids: np.ndarray) -> np.ndarray:
    """Hash of each window of RUN_TOKENS ids, uint64 [len(ids) - RUN_TOKENS + 1]."""
    hashes = np.zeros(max(0, len(ids) - RUN_TOKENS + 1), np.uint64)
    ids = ids.astype(np.uint64) + np.uint64(1)
    for offset in range(RUN_TOKENS):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + ids[offset : offset + len(hashes)]
    return hashes


def draw_prompts(sampler: Sampler, count: int, rng: random.Random) -> list[list[int]]:
    """Heads and inner parts of training files, each with its path in front, all of PROMPT_TOKENS tokens."""
    prompts = []
    while len(prompts) < count:
        document = sampler.draw_document(rng)
        start = document.text.rfind("\n", 0, rng.randrange(len(document.text))) + 1 if rng.random() < 0.5 else 0
        title = [sampler.file_sep, *sampler.encode(document.path + "\n")]
        prompt = (title + sampler.encode(document.text[start : start + 6 * PROMPT_TOKENS]))[:PROMPT_TOKENS]
        if len(prompt) == PROMPT_TOKENS:
            prompts.append(prompt)
    return prompts


@torch.no_grad()
def continue_greedily(model: TernaryTransformer, prompts: list[list[int]]) -> np.ndarray:
    """-> ids [prompts, GENERATED_TOKENS]"""
    ids = torch.tensor(prompts)
    for _ in range(GENERATED_TOKENS):
        ids = torch.cat((ids, model.head(model.hidden(ids)[:, -1:]).argmax(-1)), 1)
    return ids[:, PROMPT_TOKENS:].numpy()


def count_reproduced(generated: np.ndarray, documents: list[Document], tokenizer: Tokenizer) -> int:
    """How many of `generated` hold a run of RUN_TOKENS ids that stands in a document."""
    wanted = [run_hashes(row) for row in generated]
    every = np.unique(np.concatenate(wanted))
    found = np.zeros(len(every), bool)
    for start in range(0, len(documents), 500):
        for encoding in tokenizer.encode_batch([d.text for d in documents[start : start + 500]]):
            hashes = run_hashes(np.array(encoding.ids))
            found |= np.isin(every, hashes)
    return sum(bool(found[np.searchsorted(every, hashes)].any()) for hashes in wanted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="exported model; without the engine's n-gram cache")
    parser.add_argument("--languages", help="of the corpus that it was trained on, separated by commas; all of them unless told otherwise")
    parser.add_argument("--prompts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(arguments.corpus / "tokenizer.json"))
    languages = parse_languages(arguments.languages) if arguments.languages else None
    documents = read_shards(arguments.corpus.glob("train-*.jsonl.zst"), languages)
    prompts = draw_prompts(Sampler(documents, tokenizer, arguments.seed), arguments.prompts, random.Random(arguments.seed))
    generated = continue_greedily(read_model(arguments.model), prompts)
    count = count_reproduced(generated, documents, tokenizer)
    print(
        f"{count} of {len(prompts)} continuations of {GENERATED_TOKENS} tokens (temperature 0, prompts of {PROMPT_TOKENS} tokens from "
        f"training files) hold a run of over {RUN_TOKENS - 1} tokens that stands verbatim in the corpus"
    )


if __name__ == "__main__":
    main()
