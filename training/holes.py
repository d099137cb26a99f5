"""Draws the single-line holes on which models are scored, from held-out packages, and writes test/fixtures/holes.json.

    python holes.py [--seed 1] [--holes 100]

A hole is the rest of a line from a drawn place in code (never inside a comment or a string), or a whole line. Only
packages from the npm and Python registries are used: their licences allow the excerpts, and each hole names its
source, version and licence.
"""

import argparse
import io
import json
import random
import re
import tokenize
from pathlib import Path

import corpus
import sources as origin

TARGET = Path(__file__).parent.parent / "test/fixtures/holes.json"
LANGUAGES = ("typescript", "python")
PREFIX, SUFFIX = 3000, 800
WHOLE_LINES = 0.2
LEAST_PREFIX = 300
LEAST_OPEN = 4  # characters of the answer that are neither space nor closing punctuation
MOST_BYTES = 450_000
SCRIPT_QUIET = re.compile(
    r'//[^\n]*|/\*[\s\S]*?\*/|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`(?:[^`\\]|\\[\s\S])*`|'
    r"(?<=[(,=:\[!&|?{};\n])[ \t]*/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--holes", type=int, default=100)
    options = parser.parse_args()
    listed = {
        source["name"]: source
        for source in origin.load_sources(Path(__file__).parent / "sources.json")
        if source["kind"] in ("npm", "pypi") and origin.is_held_out(source)
    }
    documents = [document for document in corpus.read_shards("heldout") if document["source"] in listed]
    holes = draw(documents, options.seed, options.holes)
    for number, hole in enumerate(holes):
        source = listed[hole["source"]]
        hole.update(id=number + 1, version=source["version"], licence=source["licence"])
    text = json.dumps({"seed": options.seed, "holes": holes}, indent=1, ensure_ascii=False) + "\n"
    if len(text.encode()) > MOST_BYTES:
        raise ValueError(f"{len(text.encode())} bytes of holes, at most {MOST_BYTES} are wanted: draw fewer")
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text)
    packages = len({hole["source"] for hole in holes})
    print(f"{TARGET}: {len(holes)} holes of {packages} packages, {len(text.encode())} bytes")


def draw(documents: list[dict], seed: int, count: int) -> list[dict]:
    """Equal numbers per language, the packages of a language in turn, at most one hole per document."""
    chance, holes = random.Random(seed), []
    for language in LANGUAGES:
        packages: dict[str, list[dict]] = {}
        for document in documents:
            if document["language"] == language:
                packages.setdefault(document["source"], []).append(document)
        for remaining in packages.values():
            chance.shuffle(remaining)
        wanted, found = count // len(LANGUAGES), 0
        while found < wanted:
            if not any(packages.values()):
                raise ValueError(f"the held-out packages give only {found} of {wanted} holes in {language}")
            for name in sorted(packages):
                hole = hole_in(packages[name].pop(), chance) if packages[name] and found < wanted else None
                if hole:
                    holes.append(hole)
                    found += 1
    return holes


def hole_in(document: dict, chance: random.Random) -> dict | None:
    """One hole of a document {"source", "path", "language", "text"}, or None where it offers no fit place."""
    text = document["text"]
    quiet = quiet_places(text, document["language"])
    if quiet is None:
        return None
    code = [at for at, letter in enumerate(text) if at >= LEAST_PREFIX and not quiet[at] and not letter.isspace()]
    whole = chance.random() < WHOLE_LINES
    for _ in range(20):
        if not code:
            return None
        at = chance.choice(code)
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        if whole:
            at = start + len(text[start:end]) - len(text[start:end].lstrip())
        expected = text[at:end].rstrip()
        commented = any(quiet[place] == COMMENT for place in range(at, end))
        if not commented and not quiet[at] and len(re.sub(r"[\s)\]};,]", "", expected)) >= LEAST_OPEN:
            return {
                "source": document["source"],
                "path": document["path"],
                "language": document["language"],
                "kind": "line" if whole else "rest",
                "prefix": cut_head(text[:at]),
                "suffix": cut_tail(text[end:]),
                "expected": expected,
            }
    return None


def cut_head(prefix: str) -> str:
    """The last 3,000 characters or less, from the start of a line."""
    return prefix if len(prefix) <= PREFIX else prefix[prefix.index("\n", len(prefix) - PREFIX - 1) + 1 :]


def cut_tail(suffix: str) -> str:
    """The first 800 characters or less, to the end of a line; begins with the line end after the hole."""
    return suffix if len(suffix) <= SUFFIX else suffix[: suffix.rindex("\n", 0, SUFFIX) + 1]


COMMENT, STRING = 1, 2


def quiet_places(text: str, language: str) -> bytearray | None:
    """Per character: 0 code, 1 comment, 2 inside a string. None for Python that does not parse."""
    quiet = bytearray(len(text))
    spans = python_spans(text) if language == "python" else script_spans(text)
    if spans is None:
        return None
    for start, end, kind in spans:
        quiet[start:end] = bytes([kind]) * (end - start)
    return quiet


def script_spans(text: str) -> list[tuple[int, int, int]]:
    """The first letter of a string counts as code: a string may be what is completed, but not its middle."""
    return [
        (found.start(), found.end(), COMMENT)
        if found.group().startswith(("//", "/*"))
        else (found.start() + 1, found.end(), STRING)
        for found in SCRIPT_QUIET.finditer(text)
    ]


def python_spans(text: str) -> list[tuple[int, int, int]] | None:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    spans = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            start = starts[token.start[0] - 1] + token.start[1]
            end = starts[token.end[0] - 1] + token.end[1]
            if token.type == tokenize.COMMENT or token.type == tokenize.STRING and "\n" in token.string:
                spans.append((start, end, COMMENT))
            elif token.type == tokenize.STRING:
                spans.append((start + 1, end, STRING))
    except (tokenize.TokenError, SyntaxError):
        return None
    return spans


if __name__ == "__main__":
    main()
