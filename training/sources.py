"""Where the corpus comes from: the list of sources, the held-out rule, and the files of one source."""

import hashlib
import json
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

LANGUAGES = {
    ".ts": "typescript",
    ".tsx": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".py": "python",
    ".rs": "rust",
    ".go": "go",
    ".java": "java",
    ".c": "c",
    ".h": "c",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".cxx": "cpp",
    ".hh": "cpp",
    ".hpp": "cpp",
    ".cs": "csharp",
    ".html": "html",
    ".css": "css",
    ".scss": "css",
    ".less": "css",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".sh": "shellscript",
    ".bash": "shellscript",
    ".zsh": "shellscript",
}
MAX_BYTES = 200_000
MIN_BYTES = 200
HELD_OUT_BELOW = 0x0D
LICENCES = {
    "MIT",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Apache-2.0",
    "PSF-2.0",
    "Zlib",
    "Unlicense",
    "CC0-1.0",
    "0BSD",
}


def held_out_name(name: str) -> bool:
    """True if one name (`owner/name`, npm name with scope, Python name) is never to be trained on."""
    return hashlib.sha256(name.lower().encode()).digest()[0] < HELD_OUT_BELOW


def python_name(name: str) -> str:
    """A Python package's name as the held-out rule wants it: runs of `-_.` become one `-`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def source_names(source: dict) -> list[str]:
    """Every name under which a source is known: its repository and its package."""
    package = source.get("package") or (source["name"] if source["kind"] in ("pypi", "npm") else None)
    names = [source["repository"]] if source.get("repository") else []
    if package:
        names.append(python_name(package) if source["kind"] == "pypi" or source.get("python") else package)
    return names


def is_held_out(source: dict) -> bool:
    return any(held_out_name(name) for name in source_names(source))


def load_sources(file: Path) -> list[dict]:
    return checked(json.loads(file.read_text()), file)


def checked(sources: list[dict], file: Path) -> list[dict]:
    """Refuses an entry without version, licence or repository, and a name given twice; `file` is named in errors."""
    seen = set()
    for source in sources:
        missing = [key for key in ("kind", "name", "version", "licence", "repository") if not source.get(key)]
        if missing:
            raise ValueError(f"{file}: source {source.get('name')} lacks {', '.join(missing)}")
        if not set(source["licence"].split(" OR ")) & LICENCES:
            raise ValueError(f"{file}: licence {source['licence']} of {source['name']} is not a permissive one")
        if (source["kind"], source["name"]) in seen:
            raise ValueError(f"{file}: {source['kind']} {source['name']} is listed twice")
        seen.add((source["kind"], source["name"]))
    return sources


def files_of(source: dict, mirror: Path, downloads: Path) -> Iterator[tuple[str, bytes]]:
    """Yields (path, bytes) of every file of a known language and a usable size, in path order. A `.h` counts as C.

    Packages inside a repository whose own name (package.json) is held out are left out.
    """
    read = {"git": git_files, "pypi": wheel_files, "npm": npm_files, "python": library_files}[source["kind"]]
    return read(source, mirror, downloads)


def language_of(path: str) -> str | None:
    return None if re.search(r"\.d\.[cm]?ts$", path) else LANGUAGES.get(PurePosixPath(path).suffix)


def wanted(path: str, size: int) -> bool:
    return MIN_BYTES <= size <= MAX_BYTES and language_of(path) is not None


def git_directory(source: dict, mirror: Path, downloads: Path) -> Path:
    """The git directory that holds the source's commit: in the mirror, else fetched (depth 1) into downloads."""
    folder = source["name"].replace("/", "+")
    for place in (mirror / folder / "repo" / ".git", mirror / folder / "repo", downloads / f"{folder}.git"):
        if (place / "HEAD").is_file() and run_git(place, "cat-file", "-e", source["version"]).returncode == 0:
            return place
    place = downloads / f"{folder}.git"
    place.mkdir(parents=True, exist_ok=True)
    run_git(place, "init", "--bare", "--quiet")
    url = f"https://github.com/{source['name']}"
    done = run_git(place, "fetch", "--depth", "1", "--quiet", url, source["version"])
    if done.returncode:
        raise RuntimeError(
            f"commit {source['version']} of {url} is neither in {mirror} nor can it be fetched: "
            f"{done.stderr.decode(errors='replace').strip()}"
        )
    return place


def run_git(place: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(["git", "--git-dir", str(place), *arguments], capture_output=True, **options)


def git_files(source: dict, mirror: Path, downloads: Path) -> Iterator[tuple[str, bytes]]:
    place = git_directory(source, mirror, downloads)
    listing = run_git(place, "ls-tree", "-r", "-l", "-z", source["version"], check=True).stdout.decode(errors="replace")
    rows = [row.split("\t", 1) for row in listing.split("\0") if row]
    blobs = [
        (path, *meta.split()[2:4]) for meta, path in rows if meta.split()[1] == "blob" and meta.split()[3].isdigit()
    ]
    manifests = [blob for blob in blobs if PurePosixPath(blob[0]).name == "package.json"]
    held = [
        str(PurePosixPath(path).parent) + "/"
        for path, text in read_blobs(place, manifests)
        if "/" in path and held_out_name(manifest_name(text))
    ]
    chosen = [blob for blob in blobs if wanted(blob[0], int(blob[2])) and not blob[0].startswith(tuple(held))]
    yield from read_blobs(place, chosen)


def manifest_name(text: bytes) -> str:
    try:
        return str(json.loads(text).get("name", ""))
    except (ValueError, AttributeError):
        return ""


def read_blobs(place: Path, blobs: list[tuple[str, str, str]]) -> Iterator[tuple[str, bytes]]:
    """blobs: (path, object id, size). One `git cat-file --batch` for all. Objects absent from the snapshot have no size
    in the listing, or are missing here: both are skipped."""
    wanted_ids = "\n".join(blob[1] for blob in blobs)
    output = run_git(place, "cat-file", "--batch", input=wanted_ids.encode(), check=True).stdout
    at = 0
    for path, _, _ in blobs:
        end = output.index(b"\n", at)
        header = output[at:end].split()
        at = end + 1
        if header[-1] != b"missing":
            size = int(header[2])
            yield path, output[at : at + size]
            at += size + 1


def wheel_files(source: dict, mirror: Path, downloads: Path) -> Iterator[tuple[str, bytes]]:
    """Python wheels hold the sources as they are."""
    folder = downloads / f"{python_name(source['name'])}-{source['version']}"
    if not list(folder.glob("*.whl")):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary",
                ":all:",
                "--dest",
                str(folder),
                f"{source['name']}=={source['version']}",
            ],
            check=True,
        )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        for entry in sorted(wheel.infolist(), key=lambda entry: entry.filename):
            if wanted(entry.filename, entry.file_size):
                yield entry.filename, wheel.read(entry)


def npm_files(source: dict, mirror: Path, downloads: Path) -> Iterator[tuple[str, bytes]]:
    """npm packages are used only for the sources under `src/`; everything else in them is built."""
    folder = downloads / f"{source['name'].replace('/', '+')}-{source['version']}"
    if not list(folder.glob("*.tgz")):
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{source['name']}@{source['version']}"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        for entry in sorted(package.getmembers(), key=lambda entry: entry.name):
            path = entry.name.split("/", 1)[-1]
            if entry.isfile() and path.startswith("src/") and wanted(path, entry.size):
                yield path, package.extractfile(entry).read()


def library_files(source: dict, mirror: Path, downloads: Path) -> Iterator[tuple[str, bytes]]:
    """The standard library of the Python that runs this; its version must be the listed one."""
    if sys.version.split()[0] != source["version"]:
        raise RuntimeError(
            f"the standard library listed is {source['version']}, this Python is {sys.version.split()[0]}"
        )
    root = Path(sysconfig.get_path("stdlib"))
    for file in sorted(root.rglob("*.py")):
        path = file.relative_to(root).as_posix()
        if "site-packages" not in path and wanted(path, file.stat().st_size):
            yield path, file.read_bytes()
