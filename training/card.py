"""Writes the card of a bundled model: what it is, what it was trained on (from the shards themselves), and how well it does.

    python training/card.py --corpus DIR --run DIR --model models/FILE.gguf --lines "SENTENCE" --memorisation "SENTENCE"

The card is models/MODEL_CARD.md, that of a specialist has its file's name instead.
"""

import argparse
import collections
import json
from pathlib import Path

from gguf import read_gguf
from samples import Document, read_shards

ROOT = Path(__file__).resolve().parent.parent
NAMES = {
    **{"typescript": "TypeScript", "javascript": "JavaScript", "cpp": "C++", "csharp": "C#", "css": "CSS"},
    **{"html": "HTML", "json": "JSON", "shellscript": "shell", "yaml": "YAML"},
}
EARLY = {"stepTokens": 8192, "device": "two CPU cores"}  # of runs whose log does not say
CARD = """# Model card: {name}

{weights:.1f} million weights, {megabytes:.1f} MB. A decoder-only transformer for code completion with ternary weights (BitNet b1.58:
every matrix holds -1, 0, +1 and one scale; activations are int8 per token), trained {origin} by `training/`.

| | |
|---|---|
| Form | GGUF v3, architecture `bitnet` (llama.cpp loads it too); matrices TQ2_0, embedding and tied head Q8_0 |
| Size | width {width}, {layers} layers, feed-forward {ffn}, {heads} heads of 64 over {kv_heads} key-value heads |
| Vocabulary | {vocabulary} tokens, byte-level BPE, no token crosses a line end |
| Context | {context} tokens |
| Fill-in-the-middle | `<\\|fim_prefix\\|>P<\\|fim_suffix\\|>S<\\|fim_middle\\|>M` and `<\\|fim_prefix\\|><\\|fim_suffix\\|>S<\\|fim_middle\\|>PM`, each middle ended by `<\\|endoftext\\|>`; repository and paths in front by `<\\|repo_name\\|>` and `<\\|file_sep\\|>` |
| Languages | {languages} |
| Licence | MIT (the weights); the corpus under the licences listed below |

## Training
{tokens:.1f} million tokens in steps of {step_tokens:,} on {device}: Muon for the ternary matrices, AdamW for embedding and norms,
straight-through gradients, rates held and then lowered to zero. 78 % of the samples are fill-in-the-middle, three quarters of
these suffix first. The loss is that of the model together with the engine's cache (`training/cache.py`): it learns what its
context does not tell. `training/LOG.md` keeps the course of each run.

## Quality
Bits per byte of held-out text (the heads of files of sources that were never trained on, path in front): {bits} with
the cache, as the engine uses it; {alone} alone.
{lines}

## Memorisation
{memorisation}

## Limits
A small model that has seen little text: it completes what the file itself suggests, short idioms and common calls; it
knows few libraries and no facts, and its longer completions are often wrong. Other languages than those above were not
in its corpus. Its output is a suggestion to be read, not code to be trusted.

## Data
Rules: permissive licences only; generated, minified, vendored and data files, secrets and e-mail addresses removed; exact and
near duplicates (MinHash over 0.8) removed; at most 40 % from one language; sources whose name hashes below `0x0d` held out, and
nothing like a held-out file trained on. {train_megabytes:.0f} MB of text after that: {shares}.

### Trained on
{train_table}

### Held out
{held_out_table}
"""


def per_language(bits: dict[str, float]) -> str:
    return ", ".join(f"{language} {value:.3f}" for language, value in bits.items())


def source_table(documents: list[Document], listed: dict[str, dict]) -> str:
    """Raises KeyError for a document whose source is not in sources.json."""
    sizes = collections.Counter()
    for document in documents:
        sizes[document.source] += len(document.text)
    rows = ["| source | version | licence | kB |", "|---|---|---|---|"]
    for name in sorted(sizes, key=str.lower):
        source = listed[name]
        rows.append(f"| {name} | `{source['version'][:12]}` | {source['licence']} | {sizes[name] / 1000:,.0f} |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ("--corpus", "--run", "--model"):
        parser.add_argument(option, type=Path, required=True)
    parser.add_argument("--lines", required=True, help="how many of the held-out lines it and the baseline complete")
    parser.add_argument("--memorisation", required=True, help="what training/memorisation.py printed")
    parser.add_argument("--origin", default="from scratch", help="from what it was trained")
    parser.add_argument("--earlier-tokens", type=float, default=0, help="million tokens of the runs that this one went on from")
    arguments = parser.parse_args()
    metadata, tensors = read_gguf(arguments.model)
    log = [json.loads(line) for line in (arguments.run / "log.jsonl").read_text().splitlines()]
    begun = [EARLY, *(line for line in log if "stepTokens" in line)][-1]
    scored = [line for line in log if "withTheText" in line][-1]
    listed = {source["name"]: source for source in json.loads((ROOT / "training" / "sources.json").read_text())}
    languages = metadata.get("ryzanstein.languages")
    train = read_shards(arguments.corpus.glob("train-*.jsonl.zst"), languages)
    held_out = read_shards(arguments.corpus.glob("heldout-*.jsonl.zst"), languages)
    bits, alone = ({name: one for name, one in scored[key].items() if name in (languages or scored[key])} for key in ("withTheText", "heldOutBitsPerByte"))
    by_language = collections.Counter()
    for document in train:
        by_language[document.language] += len(document.text)
    total = by_language.total()
    card = CARD.format(
        name=metadata["general.name"],
        weights=sum(shape[0] * (shape[1] if len(shape) > 1 else 1) for _, shape, _ in tensors.values()) / 1e6,
        megabytes=arguments.model.stat().st_size / 1e6,
        width=metadata["bitnet.embedding_length"],
        layers=metadata["bitnet.block_count"],
        ffn=metadata["bitnet.feed_forward_length"],
        heads=metadata["bitnet.attention.head_count"],
        kv_heads=metadata["bitnet.attention.head_count_kv"],
        vocabulary=metadata["bitnet.vocab_size"],
        context=metadata["bitnet.context_length"],
        languages=", ".join(NAMES.get(language, language.capitalize()) for language, _ in by_language.most_common()),
        tokens=arguments.earlier_tokens + log[-1]["step"] * begun["stepTokens"] / 1e6,
        step_tokens=begun["stepTokens"],
        device=begun["device"],
        origin=arguments.origin,
        bits=per_language(bits),
        alone=per_language(alone),
        lines=arguments.lines,
        memorisation=arguments.memorisation,
        train_megabytes=total / 1e6,
        shares=", ".join(f"{language} {size / total:.0%}" for language, size in by_language.most_common()),
        train_table=source_table(train, listed),
        held_out_table=source_table(held_out, listed),
    )
    name = f"{arguments.model.stem}.md" if languages else "MODEL_CARD.md"
    (ROOT / "models" / name).write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
