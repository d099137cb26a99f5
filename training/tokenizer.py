"""Trains the byte-level BPE tokenizer of the model on a weighted sample of the corpus and writes tokenizer.json.

    python tokenizer.py [--sample-megabytes 40]
    python tokenizer.py --of models/NAME.gguf      # the tokenizer of an exported model, to train on from it

The saved form is what llama.cpp runs as `tokenizer.ggml.pre = qwen2`: its regular expression, then byte-level BPE.
While training, line ends are cut off on their own first, so no merge holds one and no token crosses a line; with
such merges the plain qwen2 expression gives the same ids, which is checked here on held-out text.
"""

import argparse
import collections
import hashlib
import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

import corpus
from gguf import read_gguf

VOCABULARY = 8192
CONTROL = [
    "<|endoftext|>",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
]
MIXTURE = {
    **{"typescript": 0.35, "javascript": 0.15, "python": 0.27},
    **{"rust": 0.06, "go": 0.05, "java": 0.05, "cpp": 0.05, "c": 0.02},
}
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample-megabytes", type=float, default=40)
    parser.add_argument("--of", type=Path, help="exported model whose tokenizer to take")
    options = parser.parse_args()
    if options.of:
        tokenizer = of_exported(options.of)
    else:
        tokenizer = train(sample("train", options.sample_megabytes * 1e6))
    check_line_ends(tokenizer)
    held = sample("heldout", 3e6, dict.fromkeys(MIXTURE, 1 / len(MIXTURE)), labelled=True)
    check_same_ids(tokenizer, [text for _, text in held])
    file = tokenizer_file()
    tokenizer.save(str(file))
    print(f"{file}: {tokenizer.get_vocab_size()} entries")
    for language, ratio in bytes_per_token(tokenizer, held).items():
        print(f"{language}: {ratio:.3f} bytes per token on held-out text")


def tokenizer_file() -> Path:
    return corpus.data_folder() / "tokenizer.json"


def sample(name: str, amount: float, mixture: dict[str, float] = MIXTURE, labelled: bool = False) -> list:
    """Texts of about `amount` characters, languages in the given shares, documents drawn by a hash of their path."""
    candidates = collections.defaultdict(list)
    for document in corpus.read_shards(name):
        if document["language"] in mixture:
            key = hashlib.sha256(f"{document['source']}/{document['path']}".encode()).digest()[:8]
            candidates[document["language"]].append((key, document["text"]))
    texts = []
    for language, share in mixture.items():
        left = amount * share
        for _, text in sorted(candidates[language]):
            if left <= 0:
                break
            texts.append((language, text) if labelled else text)
            left -= len(text)
    return texts


def qwen2_pieces() -> list[pre_tokenizers.PreTokenizer]:
    return [
        pre_tokenizers.Split(Regex(QWEN2), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]


def line_end_pieces() -> list[pre_tokenizers.PreTokenizer]:
    return [pre_tokenizers.Split(Regex(r"[\r\n]"), "isolated"), *qwen2_pieces()]


def train(texts: list[str], vocabulary: int = VOCABULARY) -> Tokenizer:
    """Byte-level BPE with `vocabulary` entries in all; the control tokens are its last ones."""
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Sequence(line_end_pieces())
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(CONTROL),
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    learner.train_from_iterator(texts, trainer)
    learned = json.loads(learner.to_str())["model"]
    if len(learned["vocab"]) != vocabulary - len(CONTROL):
        raise ValueError(
            f"the sample gave {len(learned['vocab'])} entries, not {vocabulary - len(CONTROL)}: it is too small"
        )
    merges = [tuple(merge.split(" ")) if isinstance(merge, str) else tuple(merge) for merge in learned["merges"]]
    return of_merges(learned["vocab"], merges)


def of_exported(path: Path) -> Tokenizer:
    metadata = read_gguf(path)[0]
    vocabulary = {token: number for number, token in enumerate(metadata["tokenizer.ggml.tokens"]) if token not in CONTROL}
    return of_merges(vocabulary, [tuple(merge.split(" ")) for merge in metadata["tokenizer.ggml.merges"]])


def of_merges(vocabulary: dict[str, int], merges: list[tuple[str, str]]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(qwen2_pieces())
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in CONTROL])
    return tokenizer


def check_line_ends(tokenizer: Tokenizer) -> None:
    """A token that holds a line end must be that one byte; the control tokens must be the last ids."""
    letters = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str("\n\r")[0][0]
    for token, number in tokenizer.get_vocab().items():
        if len(token) > 1 and any(letter in token for letter in letters):
            raise AssertionError(f"token {number} {token!r} crosses a line")
    first = tokenizer.get_vocab_size() - len(CONTROL)
    assert [tokenizer.token_to_id(token) for token in CONTROL] == list(range(first, first + len(CONTROL)))


def check_same_ids(tokenizer: Tokenizer, texts: list[str]) -> None:
    """The plain qwen2 expression must give the ids that cutting off the line ends first gives; texts must survive."""
    cut = Tokenizer.from_str(tokenizer.to_str())
    cut.pre_tokenizer = pre_tokenizers.Sequence(line_end_pieces())
    for text in texts:
        ids = tokenizer.encode(text).ids
        assert ids == cut.encode(text).ids, f"other ids without cutting line ends first: {text[:80]!r}"
        assert tokenizer.decode(ids, skip_special_tokens=False) == text, f"not the same text again: {text[:80]!r}"


def bytes_per_token(tokenizer: Tokenizer, texts: list[tuple[str, str]]) -> dict[str, float]:
    size, tokens = collections.Counter(), collections.Counter()
    for language, text in texts:
        size[language] += len(text.encode())
        tokens[language] += len(tokenizer.encode(text).ids)
    return {language: size[language] / tokens[language] for language in size}


if __name__ == "__main__":
    main()
