"""Figures of walks of Linux's page tables, drawn by the program ``pagewalk``, which comes with this package or is on the path.

In a notebook, ``Walk("debug-init-mm/x86_64-4level/v7.3?lock=read", step=2)`` as the last line of a cell shows the step: as SVG and as text, in
a paper of it as LaTeX, and with ``page=`` the address of a built site as the walk itself.
"""

import shutil
import subprocess
from functools import lru_cache
from html import escape
from pathlib import Path

__version__ = "0.1.0"


class PagewalkError(Exception):
    """Why no figure could be drawn: one sentence."""


def _program():
    own = Path(__file__).parent / "bin" / "pagewalk"
    found = str(own) if own.is_file() else shutil.which("pagewalk")
    if found is None:
        raise PagewalkError("the program pagewalk is neither in this package nor on the path")
    return found


@lru_cache(maxsize=None)
def figure(link, options=(), form="svg", page=""):
    """What ``pagewalk figure`` prints for a link. ``options`` are its own, such as ``"--step=2"``."""
    # Only an SVG has colours.
    options = [option for option in options if form == "svg" or not option.startswith("--theme")]
    command = [_program(), "figure", "--format", form, *options]
    if page:
        command += ["--page", page]
    # A link is never an option.
    command += ["--", link]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)
    if done.returncode != 0:
        # What is wrong comes first, then perhaps how the program is called.
        said = done.stderr.strip().partition("\n")[0].removeprefix("pagewalk: ").removeprefix("error: ")
        raise PagewalkError(said or "pagewalk could not draw it")
    return done.stdout


def element(link, still, page, step=None, script=True):
    """The walk itself as HTML, for a page that may run scripts of ``page``; until it is live, what stands in it is seen. Where the page has the
    element's script otherwise, it is left out."""
    link = link.split("#")[-1]
    link = link if link.startswith("v1/") else f"v1/{link}"
    step = "" if step is None else f' step="{int(step)}"'
    script = f'<script async src="{escape(page)}page-walk.js"></script>' if script else ""
    return f'{script}<page-walk link="{escape(link)}"{step}>{still}</page-walk>'


class Walk:
    """A step, a strip (``steps=(3, 9)``) or a table (``table=True``) of steps, or a race, in a notebook."""

    def __init__(self, link, step=None, *, steps=None, table=False, theme=None, page=""):
        self.link, self.step, self.page = link, step, page
        options = [] if step is None else [f"--step={int(step)}"]
        if steps is not None:
            options.append(f"--steps={int(steps[0])}..{int(steps[1])}")
        if table:
            options.append("--table")
        if theme is not None:
            options.append(f"--theme={theme}")
        self.options = tuple(options)
        # What cannot be drawn is said where it is written.
        self._of("text")

    def _of(self, form):
        return figure(self.link, self.options, form, self.page)

    def __repr__(self):
        return self._of("text").rstrip("\n")

    def _repr_html_(self):
        still = self._of("svg")
        return element(self.link, still, self.page, self.step) if self.page else still

    def _repr_latex_(self):
        return self._of("tex")
