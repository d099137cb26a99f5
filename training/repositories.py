"""Which files of a repository a file imports, and the order in which what is imported comes before what imports it."""

import collections
import posixpath
import re
from collections.abc import Iterable, Iterator

SCRIPT = re.compile(r"""(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*['"](\.{1,2}(?:/[^'"\n]*)?)['"]""")
PYTHON = re.compile(r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+([^#\n]*)|import[ \t]+([\w., \t]+))", re.M)
RUST_MODULE = re.compile(r"^[ \t]*(?:pub(?:\([\w: ]+\))?[ \t]+)?mod[ \t]+(\w+);", re.M)
RUST_USE = re.compile(r"\b(?:crate|super)::((?:\w+::)*\w+)")
GO_BLOCK = re.compile(r"^import[ \t]*(?:\(([^)]*)\)|[\w.]*[ \t]*(\"[^\"\n]+\"))", re.M)
QUOTED = re.compile(r'"([^"\n]+)"')
JAVA = re.compile(r"^import[ \t]+(?:static[ \t]+)?([\w.]+)", re.M)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]', re.M)

SCRIPT_ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
FILES_OF_PACKAGE = 4  # of a Go package, which is imported as a whole


class Repository:
    """The paths of one repository, found by their endings: a module's name says how its path ends, not where it begins."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = set(paths)
        self.by_name: dict[str, list[str]] = collections.defaultdict(list)
        self.by_folder: dict[str, list[str]] = collections.defaultdict(list)
        for path in sorted(self.paths):
            self.by_name[posixpath.basename(path)].append(path)
            self.by_folder[posixpath.dirname(path)].append(path)

    def imports(self, path: str, language: str, text: str) -> list[str]:
        """The files of the repository that the text at `path` imports, each once, in the order of the text."""
        named = {"python": python, "rust": rust, "go": go, "java": java, "c": include, "cpp": include}.get(language, script)
        found = dict.fromkeys(target for target in named(self, path, text) if target != path)
        return list(found)

    def at(self, *candidates: str) -> Iterator[str]:
        """The first candidate that is a path here."""
        yield from [path for path in map(posixpath.normpath, candidates) if path in self.paths][:1]

    def ending(self, *candidates: str) -> Iterator[str]:
        """The shortest path that is or ends with the first candidate that any does."""
        for candidate in candidates:
            same = [
                path
                for path in self.by_name.get(posixpath.basename(candidate), ())
                if path == candidate or path.endswith("/" + candidate)
            ]
            if same:
                yield min(same, key=len)
                return


def script(repository: Repository, path: str, text: str) -> Iterator[str]:
    for relative in SCRIPT.findall(text):
        base = posixpath.join(posixpath.dirname(path), relative)
        stem = re.sub(r"\.[cm]?js$", "", base)
        yield from repository.at(base, *(stem + end for end in SCRIPT_ENDINGS), *(f"{stem}/index{end}" for end in SCRIPT_ENDINGS))


def python(repository: Repository, path: str, text: str) -> Iterator[str]:
    for dots, module, names, modules in PYTHON.findall(text):
        for absolute in re.split(r"[\s,]+", re.sub(r"\s+as\s+\w+", "", modules).strip()) if modules else []:
            yield from repository.ending(*python_files(absolute.replace(".", "/")))
        if not (dots or module):
            continue
        inner = module.replace(".", "/")
        home = posixpath.normpath(posixpath.join(posixpath.dirname(path), "../" * (len(dots) - 1))) if dots else ""
        base = posixpath.join(home, inner) if inner else home
        find = repository.at if dots else repository.ending
        for name in re.findall(r"\w+", re.sub(r"\bas\s+\w+", "", names)):
            yield from find(posixpath.join(base, name) + ".py")
        yield from find(*python_files(base))


def python_files(module: str) -> tuple[str, str]:
    return f"{module}.py", f"{module}/__init__.py"


def rust(repository: Repository, path: str, text: str) -> Iterator[str]:
    folder, name = posixpath.split(path)
    inner = folder if name in ("mod.rs", "lib.rs", "main.rs") else path.removesuffix(".rs")
    for module in RUST_MODULE.findall(text):
        yield from repository.at(f"{inner}/{module}.rs", f"{inner}/{module}/mod.rs", f"{folder}/{module}.rs")
    for used in RUST_USE.findall(text):
        parts = used.split("::")
        ends = ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]
        crate = path[: path.index("src/") + 4] if "src/" in path else ""
        yield from repository.at(*(f"{crate}{end}{file}" for end in ends for file in (".rs", "/mod.rs")))


def go(repository: Repository, path: str, text: str) -> Iterator[str]:
    for block, single in GO_BLOCK.findall(text):
        for imported in QUOTED.findall(block or single):
            parts = imported.split("/")
            for start in range(len(parts)):
                files = [file for file in repository.by_folder.get("/".join(parts[start:]), ()) if not file.endswith("_test.go")]
                if files:
                    yield from files[:FILES_OF_PACKAGE]
                    break


def java(repository: Repository, path: str, text: str) -> Iterator[str]:
    for imported in JAVA.findall(text):
        parts = imported.split(".")
        yield from repository.ending("/".join(parts) + ".java", "/".join(parts[:-1]) + ".java")


def include(repository: Repository, path: str, text: str) -> Iterator[str]:
    for included in INCLUDE.findall(text):
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), included))
        yield from [beside] if beside in repository.paths else repository.ending(included)


def imports_first(documents: list[dict]) -> list[dict]:
    """The documents {"path", "language", "text"} of one repository, each behind those that it imports; a circle is entered
    at its first path, and what nothing orders stays in path order."""
    by_path = {document["path"]: document for document in documents}
    repository = Repository(by_path)
    ordered: dict[str, dict] = {}
    entered: set[str] = set()
    for start in sorted(by_path):
        stack = [(start, iter(()))] if start not in entered else []
        if stack:
            entered.add(start)
            stack = [(start, iter(imports_of(repository, by_path[start])))]
        while stack:
            path, targets = stack[-1]
            target = next((one for one in targets if one not in entered), None)
            if target is None:
                ordered[path] = by_path[path]
                stack.pop()
            else:
                entered.add(target)
                stack.append((target, iter(imports_of(repository, by_path[target]))))
    return list(ordered.values())


def imports_of(repository: Repository, document: dict) -> list[str]:
    return repository.imports(document["path"], document["language"], document["text"])
