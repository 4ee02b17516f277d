project = "Walks"
copyright = "its authors"


def setup(app):
    """In the kernel's tree its extension kfigure has this directive; elsewhere it is the figure that Sphinx has."""
    if "kfigure" not in app.extensions:
        from sphinx.directives.patches import Figure

        app.add_directive("kernel-figure", Figure)
