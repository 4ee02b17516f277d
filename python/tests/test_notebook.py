"""What a cell of a notebook shows. Run as the other tests: ``python -m unittest discover python/tests``."""

import unittest

from pagewalk import PagewalkError, Walk

LINK = "debug-init-mm/x86_64-4level/v7.3?lock=read"
SENTENCE = "The assertion on init_mm.mmap_lock fails"


class Notebook(unittest.TestCase):
    def test_a_step_is_there_in_every_form(self):
        walk = Walk(LINK, step=2)
        self.assertIn(SENTENCE, " ".join(repr(walk).split()))
        self.assertTrue(walk._repr_html_().startswith("<svg"))
        self.assertIn("assertion", walk._repr_latex_())

    def test_with_a_page_it_is_live_and_has_the_figure_inside(self):
        html = Walk(LINK, step=2, page="https://your.host/pagewalk/")._repr_html_()
        self.assertIn('src="https://your.host/pagewalk/page-walk.js"', html)
        self.assertIn('step="2"><svg', html)

    def test_a_strip_has_its_steps(self):
        self.assertIn("steps 3 to 4", repr(Walk(LINK, steps=(3, 4))))

    def test_what_is_not_there_is_an_error_where_it_is_written(self):
        for link in ("nosuch", "--help", "'><script>"):
            with self.assertRaises(PagewalkError, msg=link):
                Walk(link)


if __name__ == "__main__":
    unittest.main()
