"""Reads and writes GGUF v3 files, and packs weights in the two block types that they have.

Formats after ggml's documentation of GGUF and its block types: TQ2_0 (256 ternary weights: 64 bytes of 2-bit codes,
then the half-precision scale) and Q8_0 (32 weights: half-precision scale, then 32 int8).
"""

import os
import struct
from pathlib import Path

import numpy as np

F32, Q8_0, TQ2_0 = 0, 8, 35
ALIGNMENT = 32
UINT32, FLOAT32, BOOL, STRING, ARRAY, INT32 = 4, 6, 7, 8, 9, 5


def pack_tq2_0(levels: np.ndarray, scale: float) -> bytes:
    """levels int8 [rows, columns] of -1, 0, 1. In each half block of 128, byte m holds weights m, m+32, m+64, m+96."""
    codes = (levels + 1).astype(np.uint8).reshape(-1, 2, 4, 32)
    packed = codes[:, :, 0] | codes[:, :, 1] << 2 | codes[:, :, 2] << 4 | codes[:, :, 3] << 6
    blocks = np.empty((packed.shape[0], 66), np.uint8)
    blocks[:, :64] = packed.reshape(-1, 64)
    blocks[:, 64:] = np.frombuffer(np.float16(scale).tobytes(), np.uint8)
    return blocks.tobytes()


def unpack_tq2_0(data: bytes, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """-> levels int8 [rows, columns] and scales float32 [rows, columns / 256]."""
    blocks = np.frombuffer(data, np.uint8).reshape(-1, 66)
    codes = blocks[:, :64].reshape(-1, 2, 1, 32) >> np.array([0, 2, 4, 6], np.uint8)[None, None, :, None] & 3
    scales = blocks[:, 64:].copy().view(np.float16).astype(np.float32)
    return codes.astype(np.int8).reshape(rows, columns) - 1, scales.reshape(rows, -1)


def quantise_rows(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 [rows, columns] -> int8 levels and the half-precision scale of each row, float32 [rows]."""
    scales = (np.abs(weights).max(1) / 127).astype(np.float16).astype(np.float32)
    levels = np.rint(weights / np.maximum(scales, 2.0**-24)[:, None]).clip(-127, 127).astype(np.int8)
    return levels, scales


def pack_q8_0(weights: np.ndarray) -> bytes:
    """float32 [rows, columns]; all blocks of a row carry the row's scale, so that a row is one int8 product."""
    levels, scales = quantise_rows(weights)
    rows, columns = weights.shape
    blocks = np.empty((rows, columns // 32, 34), np.uint8)
    blocks[:, :, :2] = scales.astype(np.float16).view(np.uint8).reshape(rows, 1, 2)
    blocks[:, :, 2:] = levels.view(np.uint8).reshape(rows, -1, 32)
    return blocks.tobytes()


def unpack_q8_0(data: bytes, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """-> levels int8 [rows, columns] and scales float32 [rows, columns / 32]."""
    blocks = np.frombuffer(data, np.uint8).reshape(rows, columns // 32, 34)
    scales = blocks[:, :, :2].copy().view(np.float16).astype(np.float32).reshape(rows, -1)
    return blocks[:, :, 2:].copy().view(np.int8).reshape(rows, columns), scales


def encode_string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def encode_value(value) -> bytes:
    """A metadata value with its type in front; lists hold one type and keep whole numbers as int32."""
    if isinstance(value, bool):
        return struct.pack("<IB", BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", UINT32, value)
    if isinstance(value, float):
        return struct.pack("<If", FLOAT32, value)
    if isinstance(value, str):
        return struct.pack("<I", STRING) + encode_string(value)
    if value and isinstance(value[0], int):
        return struct.pack(f"<IIQ{len(value)}i", ARRAY, INT32, len(value), *value)
    if value and isinstance(value[0], float):
        return struct.pack(f"<IIQ{len(value)}f", ARRAY, FLOAT32, len(value), *value)
    return struct.pack("<IIQ", ARRAY, STRING, len(value)) + b"".join(map(encode_string, value))


def write_gguf(path: Path, metadata: dict, tensors: list[tuple[str, int, tuple[int, ...], bytes]]) -> None:
    """tensors: (name, ggml type, shape with columns first, data). The file appears whole or not at all."""
    header = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata))
    header += b"".join(encode_string(key) + encode_value(value) for key, value in metadata.items())
    offset = 0
    for name, kind, shape, data in tensors:
        header += encode_string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)
        offset += -(-len(data) // ALIGNMENT) * ALIGNMENT
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        for data in (header, *(data for *_, data in tensors)):
            file.write(data + bytes(-len(data) % ALIGNMENT))
    os.replace(unfinished, path)


def read_gguf(path: Path) -> tuple[dict, dict[str, tuple[int, tuple[int, ...], bytes]]]:
    """-> metadata and tensors by name as (ggml type, shape with columns first, data), for the types written above."""
    data = path.read_bytes()
    position = 0

    def take(form: str):
        nonlocal position
        values = struct.unpack_from("<" + form, data, position)
        position += struct.calcsize("<" + form)
        return values[0]

    def take_string() -> str:
        nonlocal position
        length = take("Q")
        position += length
        return data[position - length : position].decode()

    def take_value(kind: int):
        if kind == ARRAY:
            element, count = take("I"), take("Q")
            return [take_value(element) for _ in range(count)]
        if kind == STRING:
            return take_string()
        return bool(take("B")) if kind == BOOL else take({UINT32: "I", INT32: "i", FLOAT32: "f"}[kind])

    if take("4s") != b"GGUF" or take("I") != 3:
        raise ValueError(f"{path} is no GGUF v3 file")
    tensor_count, key_count = take("Q"), take("Q")
    metadata = {take_string(): take_value(take("I")) for _ in range(key_count)}
    infos = []
    for _ in range(tensor_count):
        name = take_string()
        shape = tuple(take("Q") for _ in range(take("I")))
        infos.append((name, shape, take("I"), take("Q")))
    start = -(-position // ALIGNMENT) * ALIGNMENT
    tensors = {}
    for name, shape, kind, offset in infos:
        block, size = {F32: (1, 4), Q8_0: (32, 34), TQ2_0: (256, 66)}[kind]
        length = int(np.prod(shape)) // block * size
        tensors[name] = (kind, shape, data[start + offset : start + offset + length])
    return metadata, tensors


def restate(path: Path, changes: dict) -> None:
    """Writes an exported file again with these metadata added or changed; every tensor keeps its bytes and its place in the order."""
    metadata, tensors = read_gguf(path)
    write_gguf(path, {**metadata, **changes}, [(name, kind, shape, data) for name, (kind, shape, data) in tensors.items()])
