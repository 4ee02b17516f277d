"""Builds examples/sphinx with every builder that ships with Sphinx and a walk in it. Run with the extension installed:
``python -m unittest discover python/tests``.
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "sphinx"
SENTENCE = "The assertion on init_mm.mmap_lock fails"


def build(source, builder, out, *more):
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", builder, "-d", f"{out}/doctrees", *more, str(source), f"{out}/{builder}"]
    return subprocess.run(command, capture_output=True, text=True)


def text_of(folder):
    files = [path for path in Path(folder).rglob("*") if path.suffix in (".html", ".tex", ".txt", ".1", ".texi", ".xhtml")]
    return " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in files)


class Builders(unittest.TestCase):
    def test_every_output_has_the_step(self):
        with tempfile.TemporaryDirectory() as out:
            # All from one reading of the document.
            for builder in ("html", "epub", "latex", "text", "man", "texinfo"):
                done = build(EXAMPLE, builder, out)
                self.assertEqual(done.returncode, 0, f"{builder}: {done.stderr}")
                text = text_of(f"{out}/{builder}")
                for mark in ("\\allowbreak", "{}", "\\"):
                    text = text.replace(mark, "")
                self.assertIn(SENTENCE, text, builder)
                if builder in ("html", "epub"):
                    self.assertIn("<svg", text, builder)
                    self.assertEqual(text.count("<page-walk"), 0, builder)

    def test_a_live_walk_has_the_figure_inside(self):
        with tempfile.TemporaryDirectory() as out:
            done = build(EXAMPLE, "html", out, "-D", "pagewalk_live=1")
            self.assertEqual(done.returncode, 0, done.stderr)
            text = text_of(f"{out}/html")
            self.assertEqual(text.count("<page-walk"), 1)
            self.assertIn('step="2"><svg', text)
            self.assertEqual(text.count("page-walk.js"), 1)

    def test_a_strip_and_a_table_stay_figures_and_what_is_too_long_for_one_is_an_error_of_the_build(self):
        with tempfile.TemporaryDirectory() as out:
            source = Path(out) / "source"
            source.mkdir()
            (source / "conf.py").write_text('extensions = ["sphinx_pagewalk"]\npagewalk_page = "https://your.host/"\npagewalk_live = True\n')
            page = source / "index.rst"
            page.write_text("A\n=\n\n.. pagewalk:: again\n   :steps: 3..6\n\n.. pagewalk:: start\n   :steps: 3..6\n   :table:\n")
            done = build(source, "html", out)
            self.assertEqual(done.returncode, 0, done.stderr)
            text = text_of(f"{out}/html")
            self.assertEqual((text.count("<page-walk"), text.count("page-walk.js")), (0, 0))
            self.assertGreaterEqual(text.count("<svg"), 2)
            page.write_text("A\n=\n\n.. pagewalk:: kernel-walk/x86_64-5level/v7.3\n   :table:\n")
            # As text it has room; read for that, it is written as HTML later.
            self.assertEqual(build(source, "text", out).returncode, 0)
            for more in ((), ("-E",)):
                done = build(source, "html", out, *more)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("index.rst:4", done.stderr)
                self.assertNotIn("Traceback", done.stderr)

    def test_what_cannot_be_drawn_is_an_error_of_the_build(self):
        for link in ("nosuch", "debug-init-mm?lock=maybe", "--help", "'><script>"):
            with tempfile.TemporaryDirectory() as out:
                source = Path(out) / "source"
                source.mkdir()
                (source / "conf.py").write_text('extensions = ["sphinx_pagewalk"]\n')
                (source / "index.rst").write_text(f"A\n=\n\n.. pagewalk:: {link}\n")
                done = build(source, "text", out)
                self.assertNotEqual(done.returncode, 0, link)
                self.assertIn("index.rst:4", done.stderr, link)


if __name__ == "__main__":
    unittest.main()
