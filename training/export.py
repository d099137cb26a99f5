"""Writes a trained model and its tokenizer as a GGUF file that llama.cpp loads as architecture `bitnet`, and reads such models."""

import json
from pathlib import Path

import numpy as np
import torch

import cache
from gguf import F32, Q8_0, TQ2_0, pack_q8_0, pack_tq2_0, read_gguf, unpack_q8_0, unpack_tq2_0, write_gguf
from model import EPSILON, HEAD_SIZE, ROPE_BASE, Shape, TernaryTransformer, quantise_ternary
from tokenizer import CONTROL as CONTROL_TOKENS

NORMAL_TOKEN, CONTROL_TOKEN = 1, 3
CONTROL_KEYS = ["eos", "fim_pre", "fim_suf", "fim_mid", "fim_pad", "fim_rep", "fim_sep"]
# Languages that the corpus counts under others, or that were in none and are like these (LOG.md says how often the models are right there).
ALIKE = {
    **{"c": ["objective-c"], "cpp": ["cuda-cpp", "objective-cpp"], "java": ["kotlin", "scala"], "rust": ["swift"]},
    **{"css": ["less", "scss"], "json": ["jsonc"], "yaml": ["dockercompose"]},
}


def tokenizer_metadata(tokenizer_json: Path) -> dict:
    """The tokenizer.ggml.* keys from a byte-level BPE in the JSON form of the `tokenizers` library."""
    tokenizer = json.loads(tokenizer_json.read_text(encoding="utf-8"))
    vocabulary = dict(tokenizer["model"]["vocab"])
    vocabulary.update({token["content"]: token["id"] for token in tokenizer["added_tokens"]})
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    if [vocabulary[token] for token in tokens] != list(range(len(tokens))):
        raise ValueError(f"{tokenizer_json}: the ids are not 0..{len(tokens) - 1} without gaps")
    if tokens[-len(CONTROL_TOKENS) :] != CONTROL_TOKENS:
        raise ValueError(f"{tokenizer_json}: the last tokens are not {' '.join(CONTROL_TOKENS)}")
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in tokenizer["model"]["merges"]]
    kinds = [CONTROL_TOKEN if token in CONTROL_TOKENS else NORMAL_TOKEN for token in tokens]
    ids = {f"tokenizer.ggml.{key}_token_id": vocabulary[token] for key, token in zip(CONTROL_KEYS, CONTROL_TOKENS)}
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.merges": merges,
        "tokenizer.ggml.add_bos_token": False,
        **ids,
    }


def with_alike(languages: list[str]) -> list[str]:
    """What a model that was trained on some languages answers in: these, and those of which it is right oftener than another one."""
    return sorted({*languages, *(other for language in languages for other in ALIKE.get(language, []))})


def export_model(model: TernaryTransformer, tokenizer_json: Path, path: Path, name: str, languages: list[str] | None = None) -> None:
    """Writes `model` to `path`, for some languages and those like them alone if any are given; raises ValueError if tokenizer and model differ in size."""
    shape = model.shape
    tokenizer = tokenizer_metadata(tokenizer_json)
    if len(tokenizer["tokenizer.ggml.tokens"]) != shape.vocabulary:
        raise ValueError(f"{tokenizer_json} has {len(tokenizer['tokenizer.ggml.tokens'])} tokens, the model {shape.vocabulary}")
    metadata = {
        "general.architecture": "bitnet",
        "general.name": name,
        "general.license": "mit",
        "bitnet.context_length": shape.context,
        "bitnet.embedding_length": shape.width,
        "bitnet.block_count": shape.layers,
        "bitnet.feed_forward_length": shape.ffn,
        "bitnet.attention.head_count": shape.heads,
        "bitnet.attention.head_count_kv": shape.kv_heads,
        "bitnet.attention.layer_norm_rms_epsilon": EPSILON,
        "bitnet.rope.dimension_count": HEAD_SIZE,
        "bitnet.rope.freq_base": ROPE_BASE,
        "bitnet.vocab_size": shape.vocabulary,
        **tokenizer,
        "ryzanstein.fim.orders": ["psm", "spm"],
        **({"ryzanstein.languages": with_alike(languages)} if languages else {}),
        **cache.metadata(),
    }
    ternary = {id(parameter) for parameter in model.ternary_parameters()}
    tensors = []
    for tensor_name, parameter in model.named_parameters():
        values = parameter.detach().cpu()
        columns_first = tuple(reversed(parameter.shape))
        if id(parameter) in ternary:
            levels, scale = quantise_ternary(values)
            data = pack_tq2_0(levels.round().numpy().astype(np.int8), scale.item())
            tensors.append((tensor_name, TQ2_0, columns_first, data))
        elif parameter.dim() == 2:
            tensors.append((tensor_name, Q8_0, columns_first, pack_q8_0(values.numpy())))
        else:
            tensors.append((tensor_name, F32, columns_first, values.numpy().tobytes()))
    write_gguf(path, metadata, tensors)


@torch.no_grad()
def load_exported(model: TernaryTransformer, path: Path) -> None:
    """Gives `model` weights that export to the file at `path`, to train on from it; raises ValueError on another shape.

    The mean of a ternary matrix's absolute weights is its scale, so its levels are spread by the share that is not zero.
    """
    tensors = read_gguf(path)[1]
    for name, parameter in model.named_parameters():
        kind, shape, data = tensors[name]
        if tuple(reversed(shape)) != tuple(parameter.shape):
            raise ValueError(f"{path}: {name} is {shape}, the model's is {tuple(reversed(parameter.shape))}")
        if kind == F32:
            values = np.frombuffer(data, np.float32)
        else:
            levels, scales = (unpack_q8_0 if kind == Q8_0 else unpack_tq2_0)(data, shape[1], shape[0])
            spread = np.abs(levels).mean() if kind == TQ2_0 else 1
            values = levels * scales[:, :1] / spread
        parameter.copy_(torch.from_numpy(values.astype(np.float32)).reshape(parameter.shape))


def read_model(path: Path) -> TernaryTransformer:
    """The exported model, with float32 products."""
    metadata = read_gguf(path)[0]
    sizes = ["embedding_length", "block_count", "feed_forward_length", "attention.head_count", "attention.head_count_kv"]
    model = TernaryTransformer(Shape(metadata["bitnet.vocab_size"], *(metadata[f"bitnet.{size}"] for size in sizes)))
    load_exported(model, path)
    return model.eval()
