"""A walk of Linux's page tables in a document: a figure in every output, and the walk itself where there is a browser.

A document is read once for all builders, so each builder asks for its own form when it writes.
"""

import subprocess

from docutils import nodes
from docutils.parsers.rst import directives
from pagewalk import PagewalkError, __version__, element, figure
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)


class pagewalk(nodes.General, nodes.Element):  # noqa: N801, as docutils names its nodes
    """A step, a strip or a table of steps, or a race."""


def _of(node, form, config):
    return figure(node["link"], tuple(node["options"]), form, config.pagewalk_page)


def _step_range(text):
    low, _, high = (text or "").partition("..")
    if not (low.isdigit() and high.isdigit()):
        raise ValueError("two numbers as in 3..9 are expected")
    return f"{int(low)}..{int(high)}"


class PagewalkDirective(SphinxDirective):
    """``.. pagewalk:: LINK``"""

    required_arguments = 1
    final_argument_whitespace = False
    has_content = True
    option_spec = {
        "step": directives.nonnegative_int,
        "steps": _step_range,
        "table": directives.flag,
        "theme": lambda text: directives.choice(text, ("light", "dark", "print")),
        "name": directives.unchanged,
    }

    def run(self):
        options = [f"--{name}={self.options[name]}" for name in ("step", "steps", "theme") if name in self.options]
        if "table" in self.options:
            options.append("--table")
        node = pagewalk(link=self.arguments[0], options=options, step=self.options.get("step"))
        try:
            # What cannot be drawn is said where it stands, before anything is written; a table may be too long for a picture.
            _of(node, "svg" if self.env.app.builder.format == "html" else "text", self.config)
        except (PagewalkError, OSError, subprocess.TimeoutExpired) as error:
            raise self.error(f"pagewalk: {error}")
        self.set_source_info(node)
        self.add_name(node)
        parts = [node]
        if self.content:
            caption = nodes.container(classes=["pagewalk-caption"])
            self.state.nested_parse(self.content, self.content_offset, caption)
            parts.append(caption)
        return parts


def _visit_html(self, node):
    page = self.config.pagewalk_page
    try:
        svg = _of(node, "svg", self.config)
    except PagewalkError as error:
        # The document was read for another builder.
        logger.error("pagewalk: %s", error, location=node)
        raise nodes.SkipNode
    self.body.append('<div class="pagewalk" style="overflow-x:auto">')
    if _is_live(self.builder, node):
        self.body.append(element(node["link"], svg, page, node["step"], script=False))
    else:
        self.body.append(svg)
    self.body.append("</div>\n")
    raise nodes.SkipNode


def _is_live(builder, node):
    """Whether a walk is an element. A strip and a table are figures: an element shows one step at a time."""
    is_step = not any(option.startswith(("--steps", "--table")) for option in node["options"])
    config = builder.config
    return is_step and config.pagewalk_page and config.pagewalk_live and builder.name not in ("epub", "epub3")


def _add_script(app, pagename, templatename, context, doctree):
    """One script on each page with an element, however many there are."""
    if doctree is not None and any(_is_live(app.builder, node) for node in doctree.findall(pagewalk)):
        app.add_js_file(f"{app.config.pagewalk_page}page-walk.js", loading_method="async")


def _visit_latex(self, node):
    self.body.append("\n" + _of(node, "tex", self.config) + "\n")
    raise nodes.SkipNode


def _visit_text(self, node):
    self.new_state(0)
    self.add_text(_of(node, "text", self.config).rstrip("\n"))
    self.end_state(wrap=False)
    raise nodes.SkipNode


def _visit_literally(self, node):
    """For a builder that writes what docutils has: a block of text."""
    text = _of(node, "text", self.config)
    block = nodes.literal_block(text, text)
    block["language"] = "none"
    block.document = node.document
    block.walkabout(self)
    raise nodes.SkipNode


def setup(app):
    app.add_config_value("pagewalk_page", "", "env", (str,))
    app.add_config_value("pagewalk_live", False, "html", (bool,))
    app.add_node(
        pagewalk,
        html=(_visit_html, None),
        latex=(_visit_latex, None),
        text=(_visit_text, None),
        man=(_visit_literally, None),
        texinfo=(_visit_literally, None),
    )
    app.add_directive("pagewalk", PagewalkDirective)
    app.connect("html-page-context", _add_script)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
