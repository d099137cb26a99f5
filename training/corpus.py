"""From the list of sources to the corpus: collect, filter, drop duplicates, cap the languages, write shards.

    python corpus.py --mirror FOLDER      # git snapshots as FOLDER/owner+name/repo; what is absent is fetched

Output folder: $RYZANSTEIN_DATA (default ~/.cache/ryzanstein-training/corpus): `train-NNN.jsonl.zst` and
`heldout-NNN.jsonl.zst`, one JSON document {"source", "path", "language", "text"} per line, the documents of one
source together, each behind those that it imports; `stats.json` says what each step removed. Run again, it goes on where it stopped.
"""

import argparse
import collections
import hashlib
import io
import json
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import zstandard

import duplicates
import filters
import repositories
import sources as origin

HERE = Path(__file__).parent
SHARE = 0.40
PER_SOURCE = 10_000_000  # characters of one language from one source: variety over bulk
SHARD = 16_000_000
SEED = b"ryzanstein"
RULES = b"".join((HERE / name).read_bytes() for name in ("filters.py", "sources.py"))


def data_folder() -> Path:
    return Path(os.environ.get("RYZANSTEIN_DATA", Path.home() / ".cache/ryzanstein-training/corpus"))


def main() -> None:
    options = parse_options()
    out = data_folder()
    listed = origin.load_sources(options.sources)
    collected = collect(listed, options, out)
    stats = {"sources": {"listed": len(listed), "held out": sum(map(origin.is_held_out, listed))}, **add_up(collected)}
    held, training = drop_duplicates(listed, out, stats)
    training = cap(training, stats)
    write_shards(out, "heldout", held)
    write_shards(out, "train", training)
    stats["kept"] = {"train": sizes(training), "heldout": sizes(held)}
    (out / "stats.json").write_text(json.dumps(stats, indent=1) + "\n")
    print(json.dumps(stats, indent=1))


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=Path, default=HERE / "sources.json")
    parser.add_argument("--mirror", type=Path, default=Path("mirror"), help="folder of git snapshots")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


# Stage 1: each source on its own, filtered, to <out>/sources/<key>.jsonl.zst; the key names source, version and rules.


def collect(listed: list[dict], options: argparse.Namespace, out: Path) -> list[dict]:
    (out / "sources").mkdir(parents=True, exist_ok=True)
    jobs = [(source, options.mirror, out) for source in listed]
    with multiprocessing.Pool(options.jobs) as pool:
        return list(pool.imap(collect_one, jobs, chunksize=1))


def source_file(source: dict, out: Path) -> Path:
    digest = hashlib.sha256(json.dumps(source, sort_keys=True).encode() + RULES).hexdigest()[:12]
    return out / "sources" / f"{source['kind']}-{source['name'].replace('/', '+')}-{digest}.jsonl.zst"


def collect_one(job: tuple[dict, Path, Path]) -> dict:
    """Returns {"files": n, "removed": {reason: n}} of one source and leaves its documents in its file."""
    source, mirror, out = job
    file = source_file(source, out)
    counts_file = file.with_suffix(".counts")
    if counts_file.exists():
        return json.loads(counts_file.read_text())
    removed, documents, files = collections.Counter(), [], 0
    for path, data in origin.files_of(source, mirror, out / "downloads"):
        files += 1
        reason = filters.refuse_path(path)
        text = None
        if not reason:
            text, reason = filters.clean(data, origin.language_of(path))
        if reason:
            removed[reason] += 1
        else:
            documents.append(
                {"source": source["name"], "path": path, "language": origin.language_of(path), "text": text}
            )
    write_documents(file, documents)
    counts = {"files": files, "removed": dict(removed)}
    counts_file.write_text(json.dumps(counts))
    print(f"{source['name']}: {len(documents)} of {files} files", flush=True)
    return counts


def add_up(collected: list[dict]) -> dict:
    removed = collections.Counter()
    for counts in collected:
        removed.update(counts["removed"])
    return {"files": sum(counts["files"] for counts in collected), "removed": dict(removed)}


# Stage 2: across the sources. Only positions and sizes are held; texts are read again when shards are written.


def drop_duplicates(listed: list[dict], out: Path, stats: dict) -> tuple[list[dict], list[dict]]:
    """Held-out documents come first, so that a training document like one of them is the one that goes."""
    kept: dict[bool, list[dict]] = {True: [], False: []}
    exact, near, removed = set(), duplicates.NearIndex(), collections.Counter()
    for source in sorted(listed, key=lambda source: not origin.is_held_out(source)):
        held = origin.is_held_out(source)
        file = source_file(source, out)
        for position, document in enumerate(read_documents(file)):
            squeezed = duplicates.space_free(document["text"])
            key = duplicates.exact_key(squeezed)
            if key in exact:
                removed["equal text"] += 1
                continue
            exact.add(key)
            signature = duplicates.signature(squeezed)
            if near.find(signature) is not None:
                removed["nearly equal text"] += 1
                continue
            near.add(signature)
            kept[held].append(
                {
                    "file": str(file),
                    "position": position,
                    "source": document["source"],
                    "path": document["path"],
                    "language": document["language"],
                    "characters": len(document["text"]),
                }
            )
    stats["removed"].update(removed)
    return kept[True], kept[False]


def cap(documents: list[dict], stats: dict) -> list[dict]:
    """At most PER_SOURCE characters of one language from one source, then at most 40 % of all from one language.

    Which documents go is decided by a hash of source and path, so that a longer list of sources moves little else.
    """
    order = sorted(documents, key=lambda one: hashlib.sha256(SEED + f"{one['source']}/{one['path']}".encode()).digest())
    used, first = collections.Counter(), []
    for one in order:
        used[one["source"], one["language"]] += one["characters"]
        if used[one["source"], one["language"]] <= PER_SOURCE:
            first.append(one)
    limits = language_limits(collections.Counter(sizes(first)))
    used, chosen = collections.Counter(), set()
    for one in first:
        used[one["language"]] += one["characters"]
        if used[one["language"]] <= limits[one["language"]]:
            chosen.add((one["file"], one["position"]))
    stats["removed"]["over the share of a source"] = len(order) - len(first)
    stats["removed"]["over the share of a language"] = len(first) - len(chosen)
    return [one for one in documents if (one["file"], one["position"]) in chosen]


def language_limits(amounts: dict[str, int]) -> dict[str, float]:
    """The most characters of each language such that none has over 40 % of what is kept (three languages or more)."""
    limits = dict(amounts)
    if len(limits) < 3:
        return limits
    while max(limits.values()) > SHARE * sum(limits.values()) + 1:
        largest = max(limits, key=limits.__getitem__)
        limits[largest] = SHARE / (1 - SHARE) * (sum(limits.values()) - limits[largest])
    return limits


def sizes(documents: Iterable[dict]) -> dict[str, int]:
    """Characters per language."""
    amounts = collections.Counter()
    for one in documents:
        amounts[one["language"]] += one["characters"]
    return dict(sorted(amounts.items()))


# Shards


def write_shards(folder: Path, name: str, documents: list[dict]) -> None:
    """Sources in an order drawn by seed, so that every shard mixes the languages; old shards of the name go."""
    for old in folder.glob(f"{name}-*.jsonl.zst"):
        old.unlink()
    by_file: dict[str, set[int]] = collections.defaultdict(set)
    for one in documents:
        by_file[one["file"]].add(one["position"])
    shard, filled, number = [], 0, 0
    for file in sorted(by_file, key=lambda file: hashlib.sha256(SEED + Path(file).name.encode()).digest()):
        documents = [one for position, one in enumerate(read_documents(Path(file))) if position in by_file[file]]
        for document in repositories.imports_first(documents):
            shard.append(document)
            filled += len(document["text"])
            if filled >= SHARD:
                write_documents(folder / f"{name}-{number:03}.jsonl.zst", shard)
                shard, filled, number = [], 0, number + 1
    if shard:
        write_documents(folder / f"{name}-{number:03}.jsonl.zst", shard)


def write_documents(file: Path, documents: Iterable[dict], level: int = 6) -> None:
    """Writes to a temporary name first: a shard that exists is whole."""
    part = file.with_suffix(".part")
    with part.open("wb") as raw, zstandard.ZstdCompressor(level=level).stream_writer(raw) as packed:
        for document in documents:
            packed.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")
    part.rename(file)


def read_documents(file: Path) -> Iterator[dict]:
    with file.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as packed:
        for line in io.TextIOWrapper(packed, encoding="utf-8", newline="\n"):
            yield json.loads(line)


def read_shards(name: str) -> Iterator[dict]:
    """Every document of `train` or `heldout`, in order."""
    files = sorted(data_folder().glob(f"{name}-*.jsonl.zst"))
    if not files:
        raise FileNotFoundError(f"no {name} shards in {data_folder()}: run corpus.py first")
    for file in files:
        yield from read_documents(file)


if __name__ == "__main__":
    main()
