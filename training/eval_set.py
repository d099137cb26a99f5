"""Brings the files of the frozen evaluation sets (eval.json) into a folder, or chooses the files of new sets.

    python eval_set.py --mirror FOLDER            # git snapshots as FOLDER/owner+name/repo; what is absent is fetched
    python eval_set.py --mirror FOLDER --freeze   # other files than before: their holes are other holes
    python eval_set.py --mirror FOLDER --sets eval-more.json    # the sets of the other languages

Output folder: $RYZANSTEIN_EVAL (default ~/.cache/ryzanstein-training/eval): the files of one source together under its
name, those that holes are punched into and the others, which are its repository context. Run again, it brings what is
missing. The holes themselves are drawn by `ryzanstein eval`, by the seeds in the list. Of the `development` sources no
file is in a set: what is learnt or chosen by held-out code is so by theirs, and by the other files of the `sources`.
"""

import argparse
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import corpus
import duplicates
import filters
import sources as origin

HERE = Path(__file__).parent
CHARACTERS = range(1_000, 40_000)


def eval_folder() -> Path:
    return Path(os.environ.get("RYZANSTEIN_EVAL", Path.home() / ".cache/ryzanstein-training/eval"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=Path, default=HERE / "eval.json")
    parser.add_argument("--mirror", type=Path, default=Path("mirror"), help="folder of git snapshots")
    parser.add_argument("--freeze", action="store_true", help="choose the files anew and write them into the list")
    options = parser.parse_args()
    sets = load_sets(options.sets)
    for source in [*sets["sources"], *sets.get("development", [])]:
        collect(source, options.mirror, eval_folder(), keep=not options.freeze)
    if options.freeze:
        freeze(sets, eval_folder())
        options.sets.write_text(json.dumps(sets, indent=1) + "\n")
    missing = [
        f"{source['name']}/{path}"
        for source in sets["sources"]
        for path in source["files"]
        if not (eval_folder() / source["name"] / path).is_file()
    ]
    if missing:
        raise SystemExit(f"{eval_folder()} lacks {len(missing)} files that {options.sets} lists, first {missing[0]}")
    print(f"{eval_folder()}: {len(sets['sources'])} sources, {sum(len(one['files']) for one in sets['sources'])} files")


def load_sets(file: Path) -> dict:
    """Reads eval.json; refuses what sources.json may not have either, and a source that is not held out."""
    sets = json.loads(file.read_text())
    for source in origin.checked([*sets["sources"], *sets.get("development", [])], file):
        if not origin.is_held_out(source):
            raise ValueError(f"{file}: {source['name']} is not held out, models may have been trained on it")
    return sets


def collect(source: dict, mirror: Path, out: Path, keep: bool) -> None:
    """Writes the files of a source that the corpus would take, as they are; under a temporary name first, so that a
    folder with its stamp is whole."""
    folder = out / source["name"]
    stamp = folder / ".version"
    version = f"{source['version']} {hashlib.sha256(corpus.RULES).hexdigest()[:12]}"
    if keep and stamp.exists() and stamp.read_text() == version:
        return
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in origin.files_of(source, mirror, out / ".downloads"):
        if not path.startswith(tuple(source.get("without", []))) and not filters.refuse_path(path):
            if filters.clean(data, origin.language_of(path))[0] is not None:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(data)
    stamp.write_text(version)
    print(f"{source['name']}: {sum(1 for file in folder.rglob('*') if file.is_file()) - 1} files", flush=True)


def freeze(sets: dict, out: Path) -> None:
    """Chooses the files for holes: `filesPerLanguage` of each of `languages`, the sources of a language in turn."""
    listed, wanted = sets["sources"], sets["filesPerLanguage"]
    waiting = {source["name"]: candidates(source, out) for source in listed}
    chosen: dict[str, list[str]] = {source["name"]: [] for source in listed}
    near = duplicates.NearIndex()
    for language in sets["languages"]:
        found = 0
        while found < wanted:
            if not any(waiting[name].get(language) for name in waiting):
                raise ValueError(f"the sources have only {found} files in {language}")
            for name, files in waiting.items():
                if not files.get(language) or found == wanted:
                    continue
                path, text = files[language].pop()
                signature = duplicates.signature(duplicates.space_free(text))
                if near.find(signature) is None:
                    near.add(signature)
                    chosen[name].append(path)
                    found += 1
    for source in listed:
        source["files"] = sorted(chosen[source["name"]])


def candidates(source: dict, out: Path) -> dict[str, list[tuple[str, str]]]:
    """(path, text) per language, in an order drawn by hash. Only files that the corpus takes unchanged: without a
    licence notice, which would be a hole that is known by heart, and whatever becomes of the cleaning later; none of
    the settings of a tool."""
    by_language: dict[str, list[tuple[str, str]]] = {}
    for path, data in files_in(out / source["name"]):
        text = filters.clean(data, origin.language_of(path))[0]
        is_of_a_tool = path.startswith(".") and not path.startswith(".github/")
        if text is not None and text.encode() == data and len(text) in CHARACTERS and not is_of_a_tool:
            by_language.setdefault(language_of(path), []).append((path, text))
    for files in by_language.values():
        files.sort(key=lambda file: hashlib.sha256(f"{source['name']}/{file[0]}".encode()).digest())
    return by_language


def language_of(path: str) -> str | None:
    """As an editor tells it: headers are C++, and what the corpus counts under CSS is not all CSS."""
    if path.endswith((".scss", ".less")):
        return None
    return "cpp" if path.endswith(".h") else origin.language_of(path)


def files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield file.relative_to(folder).as_posix(), file.read_bytes()


if __name__ == "__main__":
    main()
