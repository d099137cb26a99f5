"""Tests of the corpus: held-out rule, filters, duplicates, shares, tokenizer, holes, and the n-gram baseline."""

import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import corpus
import duplicates
import eval_set
import filters
import holes
import ngram
import repositories
import sample
import sources
import tokenizer

OWN_CODE = "".join(file.read_text() for file in sorted(corpus.HERE.glob("*.py")))
CODE = "export function area(width: number, height: number) {\n  const all = width * height;\n  return all;\n}\n"


def words(seed: int, count: int) -> str:
    chance = random.Random(seed)
    return " ".join(
        "".join(chance.choices("abcdefghijklmnop", k=6)) + ("\n" if at % 9 == 8 else "") for at in range(count)
    )


class Repositories(unittest.TestCase):
    """Imports by what the languages write, found among the paths of one repository."""

    def imported(self, language: str, path: str, text: str, *paths: str) -> list[str]:
        return repositories.Repository([path, *paths]).imports(path, language, text)

    def test_script(self):
        text = "import { a } from './a';\nexport * from '../b/index.js';\nconst c = require('./c');\nimport x from 'x';\n"
        others = ("src/in/a.ts", "src/b/index.ts", "src/in/c/index.js", "x.ts")
        self.assertEqual(self.imported("typescript", "src/in/main.ts", text, *others), list(others[:3]))

    def test_python(self):
        text = "import os\nfrom . import near\nfrom ..up import thing\nfrom pack.inner import file as f\nimport pack.other, pack\n"
        others = ("lib/pack/sub/near.py", "lib/pack/up.py", "lib/pack/inner/file.py", "lib/pack/other.py", "lib/pack/__init__.py")
        self.assertEqual(set(self.imported("python", "lib/pack/sub/main.py", text, *others)), set(others))

    def test_rust(self):
        text = "mod inner;\nuse crate::tree::Node;\nuse std::fmt;\n"
        others = ("core/src/inner.rs", "core/src/tree/mod.rs", "other/src/tree.rs")
        self.assertEqual(self.imported("rust", "core/src/lib.rs", text, *others), list(others[:2]))

    def test_go(self):
        text = 'package a\n\nimport (\n\t"fmt"\n\n\tx "example.org/me/tool/pkg/store"\n)\n'
        others = ("pkg/store/store.go", "pkg/store/store_test.go", "store/other.go")
        self.assertEqual(self.imported("go", "main.go", text, *others), ["pkg/store/store.go"])

    def test_java(self):
        text = "package a;\nimport org.a.Tree;\nimport static org.a.Names.of;\nimport java.util.List;\n"
        others = ("src/main/java/org/a/Tree.java", "src/main/java/org/a/Names.java", "x/List.java")
        self.assertEqual(self.imported("java", "src/main/java/org/b/Main.java", text, *others), list(others[:2]))

    def test_include(self):
        text = '#include <stdio.h>\n#include "near.h"\n#include "lib/far.h"\n'
        others = ("src/near.h", "include/lib/far.h", "far.h")
        self.assertEqual(self.imported("cpp", "src/main.cc", text, *others), list(others[:2]))

    def test_what_is_imported_comes_first_even_in_circles(self):
        texts = {"a.ts": "import './c';", "b.ts": "import './a';", "c.ts": "import './d'; import './a';", "d.ts": ""}
        documents = [{"path": path, "language": "typescript", "text": text} for path, text in texts.items()]
        self.assertEqual([one["path"] for one in repositories.imports_first(documents)], ["d.ts", "c.ts", "a.ts", "b.ts"])


class HeldOut(unittest.TestCase):
    def test_names_known_to_be_held_out_and_not(self):
        for name in (
            "vuejs/router",
            "VueJS/Pinia",
            "inversify/InversifyJS",
            "visgl/deck.gl",
            "Textualize/textual",
            "pypa/setuptools",
        ):
            self.assertTrue(sources.held_out_name(name), name)
        for name in ("typeorm/typeorm", "vuejs/core", "django/django"):
            self.assertFalse(sources.held_out_name(name), name)

    def test_either_name_holds_a_source_out(self):
        by_package = {"kind": "npm", "name": "@deck.gl/core", "repository": "visgl/deck.gl"}
        self.assertTrue(sources.is_held_out(by_package))
        self.assertTrue(sources.is_held_out({"kind": "npm", "name": "redux", "repository": "typeorm/typeorm"}))
        self.assertFalse(sources.is_held_out({"kind": "pypi", "name": "Django", "repository": "django/django"}))

    def test_python_names_are_normalised(self):
        self.assertEqual(sources.python_name("Jupyter_Server.x"), "jupyter-server-x")

    def test_the_list_itself(self):
        listed = sources.load_sources(Path(corpus.HERE) / "sources.json")
        held = [source for source in listed if sources.is_held_out(source)]
        self.assertGreater(len(listed), 80)
        self.assertGreater(len(held), 10)
        self.assertNotIn("eclipse-theia/theia", [source["name"] for source in listed])

    def test_a_list_with_a_foreign_licence_or_a_missing_field_is_refused(self):
        whole = {"kind": "npm", "name": "x", "version": "1", "licence": "MIT", "repository": "a/x"}
        for change in ({"licence": "GPL-3.0"}, {"version": ""}):
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "sources.json"
                file.write_text(json.dumps([{**whole, **change}]))
                self.assertRaises(ValueError, sources.load_sources, file)


class Filters(unittest.TestCase):
    def refused(self, text: str) -> str | None:
        return filters.clean((CODE * 3 + text).encode())[1]

    def test_plain_code_passes(self):
        self.assertIsNone(self.refused(""))
        self.assertIsNone(
            self.refused('const password = "short";\nconst token = readToken(config.tokenName, options);\n')
        )

    def test_each_reason(self):
        cases = {
            "benchmark": "# from human_eval import data\n",
            "long lines": 'x = "' + "word " * 210 + '"\n',
            "few letters": "1, 2, 3, 4, 5, 6, 7, 8, 9, 10,\n" * 60,
            "secret": 'key = "AKIA' + 'ABCDEFGHIJKLMNOP"\n',
            "data": '"' + "QUJDREVGR0g" * 20 + '"\n',
        }
        for reason, text in cases.items():
            self.assertEqual(self.refused(text), reason)
        self.assertEqual(
            filters.clean(("// Code generated by protoc. DO NOT EDIT.\n" + CODE * 3).encode())[1], "generated"
        )
        self.assertEqual(filters.clean(("# GNU General Public License v3\n" + CODE * 3).encode())[1], "licence")
        self.assertEqual(filters.clean(b"\xff\xfe" * 200)[1], "encoding")
        self.assertEqual(
            self.refused("colours = ['red', 'green', 'blue'],\n" + "  'some word', 'another word',\n" * 60), "data"
        )

    def test_settings_and_markup(self):
        settings = "name: web\nimage: registry/web\nreplicas: 2\n" * 8
        for language, text, reason in (
            ("yaml", settings, None),
            ("yaml", settings + "api_key: 8f3kd92kdl39dk20dk39\n", "secret"),
            ("yaml", settings + "api_key: ${API_KEY}\n", None),
            ("shellscript", 'echo "ready to go now"\n' * 12 + "export DB_PASSWORD=k3kd92kdl39dk20dk39x\n", "secret"),
            ("json", '{\n' + '  "name": "value",\n' * 40 + '  "last": "one"\n}\n', None),
            ("json", '{\n' + '  "name": "value",\n' * 400 + '  "last": "one"\n}\n', "data"),
            ("typescript", 'export const all = [\n' + '  "name of it", "value",\n' * 40 + "];\n", "data"),
        ):
            self.assertEqual(filters.clean(text.encode(), language)[1], reason, text[-60:])
        notice = "<!-- Copyright 2020 Some One, all rights reserved -->\n"
        self.assertNotIn("Copyright", filters.clean((notice + "<p>text of a page</p>\n" * 20).encode(), "html")[0])

    def test_a_hash_begins_a_notice_where_it_begins_a_comment(self):
        code = "using System;\n\npublic class Area { public int Side { get; set; } }\n" * 5
        for head, language, kept in (
            ("# Copyright Some One\n", "python", ""),
            ("#!/bin/sh\n# Copyright Some One\n", "shellscript", "#!/bin/sh\n"),
            ("#region License\n// Copyright Some One\n#endregion\n\n", "csharp", ""),
            ("#if LICENSE_CHECK\n#endif\n", "csharp", "#if LICENSE_CHECK\n#endif\n"),
            ("#licence { color: red }\n", "css", "#licence { color: red }\n"),
            ('#pragma once\n#include "license.h"\n', "cpp", '#pragma once\n#include "license.h"\n'),
        ):
            self.assertEqual(filters.clean((head + code).encode(), language)[0], kept + code, head)

    def test_paths(self):
        for path, reason in {
            "src/Form.Designer.cs": "generated",
            "pnpm-lock.yaml": "data",
            "web/site.min.css": "generated",
            "node_modules/a/b.js": "vendored",
            "src/api_pb2.py": "generated",
            "a/app.min.js": "generated",
            "test/fixtures/a.ts": "data",
            "pip/_vendor/rich/text.py": "vendored",
        }.items():
            self.assertEqual(filters.refuse_path(path), reason, path)
        for path in ("src/builder/distance.ts", "src/Designer.cs", "package.json", ".github/workflows/test.yml"):
            self.assertIsNone(filters.refuse_path(path), path)
        self.assertIsNone(sources.language_of("types/index.d.ts"))
        self.assertEqual(sources.language_of("a/b.tsx"), "typescript")

    def test_mail_addresses_notices_and_line_ends_go(self):
        notice = "/**\r\n * Copyright 2020 Some One\r\n * Licensed under the MIT license.\r\n */\r\n"
        text, reason = filters.clean(
            (notice + CODE.replace("\n", "\r\n") * 2 + "// ask jane.doe@corp.com or pkg@1.2.3\r\n").encode()
        )
        self.assertIsNone(reason)
        self.assertTrue(text.startswith("export function area"))
        self.assertNotIn("\r", text)
        self.assertNotIn("jane", text)
        self.assertIn("pkg@1.2.3", text)

    def test_no_pattern_is_slow(self):
        for hard in ("[" * 100_000, '"a", ' * 40_000, " " * 150_000 + "x", "a." * 80_000 + "@", "-" * 150_000):
            lines = "\n".join(hard[at : at + 900] for at in range(0, len(hard), 900))
            self.assertLess(seconds(lambda text=lines: filters.clean((CODE + text).encode())), 5)


def seconds(work) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


class Duplicates(unittest.TestCase):
    @staticmethod
    def shingles(data: bytes) -> set[bytes]:
        return {data[at : at + duplicates.SHINGLE] for at in range(len(data) - duplicates.SHINGLE + 1)}

    def alike(self, one: str, other: str) -> bool:
        index = duplicates.NearIndex()
        index.add(duplicates.signature(duplicates.space_free(one)))
        return index.find(duplicates.signature(duplicates.space_free(other))) is not None

    def test_space_does_not_matter_for_equality(self):
        def key(text):
            return duplicates.exact_key(duplicates.space_free(text))

        self.assertEqual(key("a = 1;\n\tb()"), key("a=1; b()"))
        self.assertNotEqual(key("a = 1"), key("a = 2"))

    def test_nearly_equal_is_found_and_different_is_not(self):
        text = words(1, 800)
        self.assertTrue(self.alike(text, text.replace(text[4000:4040], "changed here")))
        self.assertFalse(self.alike(text, words(2, 800)))
        self.assertFalse(self.alike(text, text[: len(text) // 2] + words(3, 400)))
        self.assertFalse(self.alike("short one", "another"))

    def test_the_estimate_is_near_the_true_similarity(self):
        pool = [words(seed, 60) for seed in range(40)]
        for shared in (10, 20, 30):
            one, other = "".join(pool[:30]), "".join(pool[30 - shared : 60 - shared][:30])
            left, right = (duplicates.space_free(text) for text in (one, other))
            true = len(self.shingles(left) & self.shingles(right)) / len(self.shingles(left) | self.shingles(right))
            estimate = float(np.mean(duplicates.signature(left) == duplicates.signature(right)))
            self.assertLess(abs(true - estimate), 0.15)


class Pipeline(unittest.TestCase):
    """The whole way on three small git repositories, one of them held out and one with its near copy."""

    def test_from_sources_to_shards(self):
        files = {
            "typeorm/typeorm": {
                "src/a.ts": words(10, 200),
                "src/copy.ts": words(11, 300) + " end",
                "b.py": words(12, 200),
                "c.js": words(13, 200),
                "packages/x/package.json": '{"name": "redux"}',
                "packages/x/held.ts": words(14, 200),
                "src/again.ts": words(10, 200),
            },
            "vuejs/router": {"src/original.ts": words(11, 300)},
        }
        with tempfile.TemporaryDirectory() as folder:
            mirror, listed = Path(folder) / "mirror", []
            for name, content in files.items():
                commit = repository(mirror / name.replace("/", "+") / "repo", content)
                listed.append({"kind": "git", "name": name, "version": commit, "licence": "MIT", "repository": name})
            list_file = Path(folder) / "sources.json"
            list_file.write_text(json.dumps(listed))
            environment = {**os.environ, "RYZANSTEIN_DATA": str(Path(folder) / "out")}
            command = [
                sys.executable,
                str(corpus.HERE / "corpus.py"),
                "--sources",
                str(list_file),
                "--mirror",
                str(mirror),
            ]
            for _ in range(2):  # the second run goes on from what the first collected
                subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
                shard = Path(folder) / "out/train-000.jsonl.zst"
                paths = [one["path"] for one in corpus.read_documents(shard)]
                held = [one["path"] for one in corpus.read_documents(Path(folder) / "out/heldout-000.jsonl.zst")]
                stats = json.loads((Path(folder) / "out/stats.json").read_text())
                self.assertEqual(held, ["src/original.ts"])
                self.assertEqual(len([path for path in paths if path in ("src/a.ts", "src/again.ts")]), 1)
                self.assertFalse({"src/copy.ts", "packages/x/held.ts"} & set(paths))
                self.assertEqual(stats["removed"]["equal text"], 1)
                self.assertEqual(stats["removed"]["nearly equal text"], 1)

    def test_a_larger_sample_holds_the_smaller_one(self):
        documents = [{"source": "a/b", "path": f"{i}.ts", "language": "typescript", "text": words(i, 9)} for i in range(400)]
        with tempfile.TemporaryDirectory() as folder, unittest.mock.patch.dict(os.environ, {"RYZANSTEIN_DATA": folder}):
            corpus.write_documents(Path(folder) / "train-000.jsonl.zst", documents)
            few, many, all_of_it = ([one["path"] for one in sample.sampled("train", share)] for share in (0.2, 0.5, 1))
            self.assertTrue(40 < len(few) < 120 and 150 < len(many) < 250, f"{len(few)}, {len(many)}")
            self.assertLess(set(few), set(many))
            self.assertEqual(len(all_of_it), 400)

    def test_no_language_has_over_two_fifths(self):
        limits = corpus.language_limits({"typescript": 200, "python": 80, "javascript": 60})
        self.assertAlmostEqual(limits["typescript"] / sum(limits.values()), 0.4, places=2)
        limits = corpus.language_limits({"typescript": 200, "python": 190, "javascript": 60})
        self.assertLessEqual(max(limits.values()), 0.4 * sum(limits.values()) + 2)
        self.assertEqual(corpus.language_limits({"typescript": 30, "python": 30, "javascript": 30})["python"], 30)


def repository(folder: Path, content: dict[str, str]) -> str:
    """A git repository with one commit; returns its id."""
    for path, text in content.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text + "\n")
    git = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "all"], check=True)
    return subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = OWN_CODE + 'if (é > "🙂") {\r\n\r\n\t\treturn;\n\n\n}\n' * 50
        cls.tokenizer = tokenizer.train([cls.text], vocabulary=600)

    def test_no_token_crosses_a_line_and_control_tokens_are_last(self):
        tokenizer.check_line_ends(self.tokenizer)
        self.assertEqual(self.tokenizer.token_to_id("<|file_sep|>"), 599)

    def test_a_merge_over_a_line_end_is_noticed(self):
        broken = json.loads(self.tokenizer.to_str())
        broken["model"]["vocab"]["ĊĊ"] = broken["model"]["vocab"].pop(max(broken["model"]["vocab"], key=len))
        broken["model"]["merges"] = []
        with self.assertRaises(AssertionError):
            tokenizer.check_line_ends(tokenizer.Tokenizer.from_str(json.dumps(broken)))

    def test_plain_qwen2_gives_the_same_ids(self):
        chance = random.Random(5)
        letters = "ab_ .;(){}\n\n\r\t\"'1é🙂　 \x0b  "
        fuzz = ["".join(chance.choice(letters) for _ in range(chance.randrange(1, 60))) for _ in range(2000)]
        tokenizer.check_same_ids(self.tokenizer, [self.text, *fuzz])


class Holes(unittest.TestCase):
    SCRIPT = 'const a = "text // no"; // comment here\nconst pattern = /[/"]+/g; /* more\nlines */ call(`x${1}`, a);\n'

    def test_comments_and_strings_are_quiet(self):
        quiet = holes.quiet_places(self.SCRIPT, "typescript")
        code = "".join(letter for at, letter in enumerate(self.SCRIPT) if not quiet[at])
        self.assertEqual(code, 'const a = "; \nconst pattern = ' + code[code.index("pattern = ") + 10 :])
        self.assertNotIn("comment", code)
        self.assertNotIn("more", code)
        self.assertIn(", a);", code)
        python = 'x = "a # b"  # note\ny = 2\n'
        quiet = holes.quiet_places(python, "python")
        self.assertEqual("".join(letter for at, letter in enumerate(python) if not quiet[at]), 'x = "  \ny = 2\n')

    def test_a_hole_joins_to_its_document(self):
        text = "".join(f"export const value{number} = compute({number}, options.first);\n" for number in range(300))
        document = {"source": "s", "path": "p.ts", "language": "typescript", "text": text}
        for seed in range(20):
            hole = holes.hole_in(document, random.Random(seed))
            self.assertIn(hole["prefix"] + hole["expected"] + hole["suffix"], text)
            self.assertLessEqual(len(hole["prefix"]), holes.PREFIX)
            self.assertLessEqual(len(hole["suffix"]), holes.SUFFIX)
            self.assertTrue(hole["suffix"].startswith("\n"))
            self.assertNotIn("\n", hole["expected"])

    def test_the_committed_holes(self):
        stored = json.loads(holes.TARGET.read_text())
        listed = {source["name"]: source for source in sources.load_sources(corpus.HERE / "sources.json")}
        self.assertEqual(len(stored["holes"]), 100)
        self.assertLessEqual(holes.TARGET.stat().st_size, holes.MOST_BYTES)
        for language in holes.LANGUAGES:
            chosen = [hole for hole in stored["holes"] if hole["language"] == language]
            self.assertEqual(len(chosen), 50)
            self.assertGreaterEqual(len({hole["source"] for hole in chosen}), 5)
        for hole in stored["holes"]:
            self.assertTrue(sources.is_held_out(listed[hole["source"]]), hole["source"])


STRENGTHS = np.array(
    [[1, 1, 1, 1, 1, 1], [20, 3, 2, 2, 2, 2]]
)  # about as tuning finds them: the file's single tokens weigh little


class EvalSet(unittest.TestCase):
    def write(self, folder: Path, **changes: str) -> Path:
        source = {"kind": "git", "name": "vuejs/router", "version": "1", "licence": "MIT", "repository": "vuejs/router"}
        file = folder / "eval.json"
        file.write_text(json.dumps({"sets": {}, "sources": [{**source, "files": [], **changes}]}))
        return file

    def test_a_source_that_is_not_held_out_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(len(eval_set.load_sets(self.write(Path(folder)))["sources"]), 1)
            for changes, message in (
                ({"name": "vuejs/core", "repository": "vuejs/core"}, "vuejs/core is not held out"),
                ({"licence": "GPL-3.0"}, "licence GPL-3.0 of vuejs/router is not a permissive one"),
                ({"version": ""}, "vuejs/router lacks version"),
            ):
                with self.assertRaisesRegex(ValueError, message):
                    eval_set.load_sets(self.write(Path(folder), **changes))

    def test_the_frozen_lists_are_of_held_out_sources_and_have_as_many_files_of_each_language(self):
        for file in ("eval.json", "eval-more.json"):
            sets = eval_set.load_sets(corpus.HERE / file)
            files = [eval_set.language_of(path) for source in sets["sources"] for path in source["files"]]
            self.assertEqual(collections.Counter(files), dict.fromkeys(sets["languages"], sets["filesPerLanguage"]))

    def test_only_files_that_the_corpus_takes_unchanged_are_chosen(self):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "vuejs/router"
            home.mkdir(parents=True)
            body = "".join(f"export const name{at} = compute(first, second);\n" for at in range(40))
            for name, text in (
                ("plain.ts", body),
                ("licensed.ts", "// Copyright somebody\n" + body),
                ("small.ts", body[:300].rsplit("\n", 1)[0] + "\n"),
                ("spaces.ts", body.replace(";\n", "; \n")),
                ("header.h", body),
            ):
                (home / name).write_text(text)
            found = eval_set.candidates({"name": "vuejs/router"}, Path(folder))
            paths = {language: [path for path, _ in files] for language, files in found.items()}
            self.assertEqual(paths, {"typescript": ["plain.ts"], "cpp": ["header.h"]})


def answer(model: ngram.NestedCache, text: ngram.Text, prefix: str, suffix: str, lines: int = 1) -> str:
    return "".join(piece for piece, _ in ngram.complete(model, text, prefix, suffix, lines))


class Ngram(unittest.TestCase):
    def test_counts_agree_with_counting(self):
        ids = np.array(random.Random(1).choices([0, 1, 2, 4095, 8190, 8191], k=3000), np.uint16)
        counts = ngram.Counts.of(ids)
        chance = random.Random(2)
        for _ in range(300):
            length = chance.randrange(0, 6)
            at = chance.randrange(ngram.CONTEXT, len(ids))
            context = tuple(int(token) for token in ids[at - length : at])
            expected = sorted(
                int(ids[place])
                for place in range(ngram.CONTEXT, len(ids))
                if tuple(ids[place - length : place]) == context
            )
            self.assertEqual(sorted(int(token) for token in counts.after(context)), expected)

    def test_probabilities_sum_to_one_and_tuning_sees_the_same_ones(self):
        chance = np.random.default_rng(3)
        model = ngram.NestedCache(ngram.Counts.of(chance.integers(0, 50, 5000).astype(np.uint16)), np.full((2, 6), 0.7))
        file = ngram.Counts.of(chance.integers(0, 60, 200).astype(np.uint16))
        for _ in range(20):
            context = tuple(int(token) for token in chance.integers(0, 50, 5))
            self.assertAlmostEqual(float(model.probabilities(file, context).sum()), 1, places=9)
            token, row = int(chance.integers(0, 70)), np.zeros((1, 6, 2, 3))
            for level, length, tokens, counts in model.levels(file, context):
                row[0, length, level] = counts[tokens == token].sum(), counts.sum(), len(tokens)
            self.assertAlmostEqual(
                ngram.bits(row, model.strengths), float(-np.log2(model.probabilities(file, context)[token])), places=6
            )

    def test_it_completes_what_it_has_seen_even_from_within_a_word(self):
        line = "    result = compute_total(items, price)\n"
        seen = tokenizer.train([line * 20 + OWN_CODE], vocabulary=600)
        text = ngram.Text(seen)
        everything = ngram.Counts.of(np.array([text.end] * 5 + text.ids(line * 3), np.uint16))
        model = ngram.NestedCache(everything, STRENGTHS)
        self.assertEqual(answer(model, text, "    resu", "\n"), "lt = compute_total(items, price)")
        self.assertEqual(answer(model, text, "    result = compute_total(", ""), "items, price)")

    def test_the_file_itself_outweighs_the_corpus(self):
        seen = tokenizer.train(["alpha beta gamma delta\n" * 50 + OWN_CODE], vocabulary=600)
        text = ngram.Text(seen)
        everything = ngram.Counts.of(np.array([text.end] * 5 + text.ids("alpha beta\n" * 3), np.uint16))
        model = ngram.NestedCache(everything, STRENGTHS)
        tokens = ngram.complete(model, text, "alpha gamma\nalpha gamma\nalpha", "")
        self.assertEqual("".join(piece for piece, _ in tokens), " gamma")
        self.assertTrue(all(-3 < log_probability <= 0 for _, log_probability in tokens), tokens)
        block = answer(model, text, "alpha gamma\nalpha gamma\nalpha", "", lines=3)
        self.assertEqual(block.split("\n")[0], " gamma")
        self.assertEqual(block.count("\n"), 2)

    def test_the_text_of_a_token_that_ends_within_a_character_comes_with_the_next(self):
        text = ngram.Text(tokenizer.train([OWN_CODE], vocabulary=600))
        ids = text.ids("aé€")
        self.assertEqual("".join(ngram.texts_of(ids, 0, text)), "aé€")
        self.assertEqual("".join(ngram.texts_of(ids, 1, text)), "é€")
        self.assertEqual(ngram.texts_of(ids[-3:], 0, text), ["", "", "€"])


if __name__ == "__main__":
    unittest.main()
