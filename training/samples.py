"""Training samples drawn from the corpus: fill-in-the-middle in both orders and left-to-right text, packed into rows of token ids.

A sample depends only on (seed, step), so that a resumed run sees what the uninterrupted one would have seen.
"""

import bisect
import io
import json
import math
import multiprocessing
import random
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import numpy as np
import zstandard
from tokenizers import Tokenizer

from repositories import Repository

LANGUAGE_WEIGHTS = {
    **{"typescript": 0.22, "python": 0.18, "javascript": 0.15},
    **{"shellscript": 0.02, "yaml": 0.02, "html": 0.015, "css": 0.015, "json": 0.01},
}
OTHER_LANGUAGES_WEIGHT = 0.37  # of all others together, in equal parts
FIM_SHARE = 0.78
SPM_SHARE = 0.75  # of fill-in-the-middle; the rest has the prefix first
PATH_SHARE = 0.75
REPOSITORY_SHARE = 0.15
MIDDLE_KINDS = {"rest-of-line": 0.45, "line": 0.20, "block": 0.15, "within-line": 0.20}
SHORTEST, LONGEST = 128, 1024
SUFFIX_TOKENS = 192
RELATED_TOKENS = 256
IMPORTED_SHARE = 0.7  # of the related files, where a file imports any of its repository
CHARACTERS_PER_TOKEN = 6  # generous: text is cut to this before it is tokenised, then to the exact number of tokens


@dataclass(frozen=True)
class Document:
    source: str
    path: str
    language: str
    text: str


def read_shards(paths: Iterable[Path], languages: Collection[str] | None = None) -> list[Document]:
    """The documents of some languages, or of all."""
    documents = []
    for path in sorted(paths):
        with path.open("rb") as file:
            for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
                fields = json.loads(line)
                if languages and fields["language"] not in languages:
                    continue
                text = fields["text"].replace("\r\n", "\n").replace("\r", "\n")
                documents.append(Document(fields["source"], fields["path"], fields["language"], text))
    return documents


def parse_languages(text: str) -> dict[str, float | None]:
    """`c,csharp=0.3`: the languages, and the weights of those that have another than usual."""
    pairs = (part.partition("=") for part in text.split(","))
    return {name: float(weight) if weight else None for name, _, weight in pairs}


@dataclass(frozen=True)
class Sample:
    """Token ids of one sample, and where its middle begins and ends (both 0 for left-to-right text)."""

    ids: list[int]
    kind: str
    order: str = "ltr"
    middle: tuple[int, int] = (0, 0)


class Rows(NamedTuple):
    """Packed samples, each array [rows, row length + 1]."""

    ids: np.ndarray  # int64
    numbers: np.ndarray  # int64, of the sample in its row; padding has -1
    middles: np.ndarray  # bool: tokens of a middle, its end included


class Sampler:
    """Draws samples: language by weight, file by length, place by line. `weights` says otherwise for some languages."""

    def __init__(self, documents: list[Document], tokenizer: Tokenizer, seed: int, weights: dict[str, float] | None = None):
        self.tokenizer, self.seed = tokenizer, seed
        by_language: dict[str, list[Document]] = {}
        self.by_source: dict[str, list[Document]] = {}
        for document in documents:
            if document.text.strip():
                by_language.setdefault(document.language, []).append(document)
                self.by_source.setdefault(document.source, []).append(document)
        self.repositories = {name: Repository(one.path for one in files) for name, files in self.by_source.items()}
        self.by_place = {(one.source, one.path): one for files in self.by_source.values() for one in files}
        self.languages = sorted(by_language)
        known = {**LANGUAGE_WEIGHTS, **(weights or {})}
        others = [language for language in self.languages if language not in known]
        other_weight = OTHER_LANGUAGES_WEIGHT / max(1, len(others))
        self.language_weights = [known.get(language, other_weight) for language in self.languages]
        self.documents = by_language
        self.lengths = {name: list(accumulate(len(d.text) for d in by_language[name])) for name in self.languages}
        token = tokenizer.token_to_id
        self.end, self.pad = token("<|endoftext|>"), token("<|fim_pad|>")
        self.fim_prefix, self.fim_suffix, self.fim_middle = (token(f"<|fim_{n}|>") for n in ("prefix", "suffix", "middle"))
        self.repo_name, self.file_sep = token("<|repo_name|>"), token("<|file_sep|>")
        self.line_end = self.encode("\n")[0]

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text).ids

    def rows(self, step: int, count: int, length: int) -> Rows:
        """`count` rows of `length` + 1 tokens, the samples of a step packed one after another."""
        rng = random.Random(f"{self.seed}/{step}")
        ids = np.full((count, length + 1), self.pad, np.int64)
        numbers = np.full((count, length + 1), -1, np.int64)
        middles = np.zeros((count, length + 1), bool)
        for row in range(count):
            position, number = 0, 0
            while length + 1 - position >= SHORTEST:
                room = min(length + 1 - position, LONGEST)
                sample = self.sample(rng, room)
                end = position + len(sample.ids)
                ids[row, position:end], numbers[row, position:end] = sample.ids, number
                begin, middle_end = sample.middle
                middles[row, position + begin : position + middle_end] = True
                position, number = end, number + 1
        return Rows(ids, numbers, middles)

    def sample(self, rng: random.Random, room: int) -> Sample:
        """One sample of at most `room` tokens, of varied length so that many endings are seen."""
        budget = min(room, int(math.exp(rng.uniform(math.log(SHORTEST), math.log(LONGEST)))))
        document = self.draw_document(rng)
        header = self.header(rng, document, budget // 4)
        if rng.random() < FIM_SHARE:
            return self.fill_in_the_middle(rng, document.text, header, budget)
        return self.left_to_right(rng, document.text, header, budget)

    def draw_document(self, rng: random.Random) -> Document:
        language = rng.choices(self.languages, self.language_weights)[0]
        lengths = self.lengths[language]
        return self.documents[language][bisect.bisect_right(lengths, rng.randrange(lengths[-1]))]

    def header(self, rng: random.Random, document: Document, budget: int) -> list[int]:
        """Repository with heads of related files (a share of samples), then the path (a larger share); may be empty."""
        ids = []
        if rng.random() < REPOSITORY_SHARE:
            ids += [self.repo_name, *self.encode(document.source + "\n")]
            room = min(RELATED_TOKENS, budget) - len(ids)
            for other in self.related(rng, document, rng.randint(1, 2)):
                title = [self.file_sep, *self.encode(other.path + "\n")]
                content = self.encode(other.text[: max(0, room) * CHARACTERS_PER_TOKEN] + "\n")
                content = self.whole_lines(content[: max(0, room - len(title))])
                if other is not document and content:
                    ids += title + content
                    room -= len(title) + len(content)
            return ids + [self.file_sep, *self.encode(document.path + "\n")]
        if rng.random() < PATH_SHARE:
            ids += [self.file_sep, *self.encode(document.path + "\n")]
        return ids if len(ids) <= budget else []

    def related(self, rng: random.Random, document: Document, count: int) -> list[Document]:
        """Other files of the repository: mostly such as `document` imports, as they are open in an editor."""
        siblings = self.by_source[document.source]
        paths = self.repositories[document.source].imports(document.path, document.language, document.text)
        imported = [self.by_place[document.source, path] for path in paths]
        pool = imported if imported and rng.random() < IMPORTED_SHARE else siblings
        return rng.sample(pool, min(len(pool), count))

    def whole_lines(self, ids: list[int]) -> list[int]:
        """The head of `ids` up to and with its last line end."""
        last = next((i for i in range(len(ids) - 1, -1, -1) if ids[i] == self.line_end), -1)
        return ids[: last + 1]

    def left_to_right(self, rng: random.Random, text: str, header: list[int], budget: int) -> Sample:
        start = text.rfind("\n", 0, rng.randrange(len(text))) + 1
        if rng.random() < 0.3:
            start = 0
        body = self.encode(text[start : start + budget * CHARACTERS_PER_TOKEN]) + [self.end]
        return Sample((header + body)[:budget], "text")

    def fill_in_the_middle(self, rng: random.Random, text: str, header: list[int], budget: int) -> Sample:
        kind = rng.choices(list(MIDDLE_KINDS), MIDDLE_KINDS.values())[0]
        start, end = choose_middle(rng, text, kind)
        order = "spm" if rng.random() < SPM_SHARE else "psm"
        before_text = text[max(0, start - budget * CHARACTERS_PER_TOKEN) : start]
        if order == "spm":
            before_ids, middle = self.around(before_text, text[start:end])
        else:
            before_ids, middle = self.encode(before_text), self.encode(text[start:end])
        middle = middle + [self.end]
        room = budget - len(header) - len(middle) - 3
        if room < 8:
            return self.left_to_right(rng, text, header, budget)
        suffix = self.suffix(rng, text[end : end + SUFFIX_TOKENS * CHARACTERS_PER_TOKEN], min(SUFFIX_TOKENS, room // 2))
        prefix = self.prefix(before_ids, room - len(suffix))
        if order == "spm":
            before = [self.fim_prefix, self.fim_suffix, *suffix, self.fim_middle, *prefix]
        else:
            before = [self.fim_prefix, *prefix, self.fim_suffix, *suffix, self.fim_middle]
        begin = len(header) + len(before)
        return Sample(header + before + middle, kind, order, (begin, begin + len(middle)))

    def suffix(self, rng: random.Random, text: str, budget: int) -> list[int]:
        """What follows the middle, in whole lines; sometimes little or nothing of it, as when a file is being written."""
        if rng.random() < 0.15:
            text = text[: max(0, text.find("\n"))] if rng.random() < 0.5 else ""
        elif rng.random() < 0.3:
            budget = rng.randint(1, max(1, budget))
        ids = self.encode(text)
        if len(ids) <= budget:
            return ids
        return self.whole_lines(ids[:budget]) or ids[:budget]

    def around(self, before: str, middle: str) -> tuple[list[int], list[int]]:
        """Tokens of `before` and of `middle` where no token is cut: the one across the cursor belongs to the middle.

        So stands a prompt whose last, partial token was healed. (`before` and `middle` are one text in the order
        suffix, prefix, middle; only there is a token across the cursor possible.)
        """
        encoding = self.tokenizer.encode(before + middle)
        first = next((i for i, (_, end) in enumerate(encoding.offsets) if end > len(before)), len(encoding.ids))
        return encoding.ids[:first], encoding.ids[first:]

    def prefix(self, ids: list[int], budget: int) -> list[int]:
        """The end of what precedes the middle, from the start of a line if a line fits."""
        if len(ids) <= budget:
            return ids
        ids = ids[-budget:]
        first = ids.index(self.line_end) + 1 if self.line_end in ids else 0
        return ids[first:] or ids


def choose_middle(rng: random.Random, text: str, kind: str) -> tuple[int, int]:
    """Start and end of a middle in `text` by kind of span; no middle ends with a line end.

    rest-of-line: from a cut inside a line to its end; line: a whole line, with or without its indentation;
    block: to the end of the line 1 to 9 lines below; within-line: a span that stops short of the line's end.
    """
    for _ in range(8):  # most places are not on blank lines; then take what comes
        place = rng.randrange(len(text))
        line_start = text.rfind("\n", 0, place) + 1
        line_end = text.find("\n", place)
        line_end = len(text) if line_end < 0 else line_end
        if text[line_start:line_end].strip():
            break
    line = text[line_start:line_end]
    code_start = line_start + len(line) - len(line.lstrip())
    cut = rng.randint(code_start, max(code_start, line_end - 1))
    if kind == "rest-of-line":
        return cut, line_end
    if kind == "within-line":
        return cut, rng.randint(cut, max(cut, line_end - 1))
    start = code_start if rng.random() < 0.6 else line_start
    if kind == "line":
        return start, line_end
    end = line_end
    for _ in range(rng.randint(1, 9)):
        below = text.find("\n", end + 1)
        end = below if below >= 0 else len(text)
    start = start if rng.random() < 0.7 else cut
    return start, start + len(text[start:end].rstrip("\n"))


# (step, number of rows, length) -> what Sampler.rows returns for them
RowSource = Callable[[int, int, int], Rows]

STEPS_AHEAD_PER_PROCESS = 4
_shared: Sampler | None = None  # what the drawing processes inherit when they are forked


def _rows_of_shared(step: int, count: int, length: int) -> Rows:
    assert _shared is not None
    return _shared.rows(step, count, length)


def ahead(sampler: Sampler, processes: int, shape_of: Callable[[int], tuple[int, int]]) -> RowSource:
    """The rows of `sampler`, drawn for coming steps by other processes. `shape_of` gives number and length by step.

    A step's rows depend on its number only, so the result is the same as without. Call it before the first use of
    an accelerator: its state does not survive a fork.
    """
    global _shared
    _shared = sampler
    pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("fork"))
    pool.submit(_rows_of_shared, 0, 0, SHORTEST).result()  # forks now
    coming: dict[int, Future] = {}

    def rows(step: int, count: int, length: int) -> Rows:
        for later in range(step, step + STEPS_AHEAD_PER_PROCESS * processes):
            if later not in coming:
                coming[later] = pool.submit(_rows_of_shared, later, *shape_of(later))
        for past in [known for known in coming if known < step]:
            del coming[past]
        drawn = coming.pop(step).result()
        assert drawn.ids.shape == (count, length + 1)
        return drawn

    return rows
