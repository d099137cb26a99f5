"""Tells as JSON what an engine asks of its system: binaries.py FOLDER_OF_LIEF FILE."""

import hashlib
import json
import struct
import sys

sys.path.insert(0, sys.argv[1])
import lief  # noqa: E402

lief.logging.disable()


def signature_is_right(data, blob):
    """Whether an ad-hoc signature holds the hash of every page before it: its code directory, from Apple's cs_blobs.h."""
    (count,) = struct.unpack(">I", blob[8:12])
    offsets = [struct.unpack(">2I", blob[12 + 8 * i : 20 + 8 * i])[1] for i in range(count)]
    directory = next(blob[at:] for at in offsets if blob[at : at + 4] == b"\xfa\xde\x0c\x02")
    hashes, pages, limit = struct.unpack(">I4x4x2I", directory[16:36][:4] + directory[20:36])
    size, page = directory[36], 1 << directory[39]
    wanted = [directory[hashes + size * i : hashes + size * (i + 1)] for i in range(pages)]
    found = [hashlib.sha256(data[at : min(at + page, limit)]).digest() for at in range(0, limit, page)]
    return wanted == found


def of_elf(binary):
    needs = {v.name: [a.name for a in v.get_auxiliary_symbols()] for v in binary.symbols_version_requirement}
    return {
        "kind": "ELF",
        "machine": str(binary.header.machine_type).split(".")[-1],
        "libraries": list(binary.libraries),
        "versions": sorted({version for versions in needs.values() for version in versions}),
        "exports": sorted(symbol.name for symbol in binary.exported_symbols),
        "imports": sorted(s.name for s in binary.dynamic_symbols if s.name and s.shndx == 0),
    }


def of_pe(binary):
    return {
        "kind": "PE",
        "machine": str(binary.header.machine).split(".")[-1],
        "libraries": [library.name for library in binary.imports],
        "exports": sorted(entry.name for entry in binary.get_export().entries),
        "imports": sorted(f"{entry.name}" for library in binary.imports for entry in library.entries),
    }


def of_macho(binary, data):
    signature = binary.code_signature
    blob = data[signature.data_offset :][: signature.data_size] if signature else None
    return {
        "kind": "Mach-O",
        "machine": str(binary.header.cpu_type).split(".")[-1],
        "libraries": [library.name for library in binary.libraries],
        "oldest": ".".join(map(str, binary.build_version.minos)),
        "signature": "none" if blob is None else "right" if signature_is_right(data, blob) else "wrong",
        "exports": sorted(symbol.name for symbol in binary.exported_symbols),
        "imports": sorted(symbol.name for symbol in binary.imported_symbols),
    }


with open(sys.argv[2], "rb") as file:
    content = file.read()
parsed = lief.parse(sys.argv[2])
if isinstance(parsed, lief.ELF.Binary):
    told = of_elf(parsed)
elif isinstance(parsed, lief.PE.Binary):
    told = of_pe(parsed)
else:
    told = of_macho(parsed, content)
print(json.dumps(told))
