//! A lesson on paper: its text, and what its figures say.

use lessons::{Piece, pieces};
use narrate::sheet::{Block, Sheet};

use super::{Here, Learn, address};
use crate::pages::{Page, Shown};
use crate::view;

/// What a figure says where it stands.
pub(super) fn says(figure: &dyn Page) -> Option<String> {
    match figure.shown()? {
        Shown::Walk { run, .. } => Some(run.point().sentence.clone()),
        Shown::Race { point, .. } => Some(point.sentence.clone()),
        Shown::Pair { says, .. } => Some(says),
    }
}

/// A text without the signs for names of code and for terms.
fn plain(text: &str) -> String {
    let words = pieces(text).map(|piece| match piece {
        Piece::Words(words) | Piece::Code(words) | Piece::Term(words) => words,
    });
    words.collect()
}

impl Learn {
    /// The lesson, stop by stop. What a figure says is there as soon as it has been shown; all have their link.
    pub(super) fn written(&self) -> Option<Sheet> {
        let (here, (name, lesson)) = self.here.zip(self.lesson())?;
        let mut blocks = vec![Block::Text(lesson.about.to_owned())];
        for (at, stop) in lesson.stops.iter().enumerate() {
            blocks.push(Block::Heading(format!("{}. {}", at + 1, stop.heading)));
            blocks.extend(stop.paragraphs.iter().map(|of| Block::Text(plain(&of.text))));
            let of = Here { stop: at, ..here };
            let said = if of == here {
                self.figure_of().and_then(|figure| says(figure))
            } else {
                self.said.iter().find(|(known, _)| *known == of).map(|(_, says)| says.clone())
            };
            let says = said.map_or_else(|| "Figure".to_owned(), |says| format!("Figure: {says}"));
            blocks.push(Block::Links(vec![(says, address(stop))]));
            let glosses = stop.glosses.iter().map(|of| (of.term.to_owned(), plain(of.text)));
            blocks.push(Block::Facts(glosses.collect()));
        }
        Some(Sheet { title: lesson.title.to_owned(), blocks, link: view::learn::link(name, here.stop) })
    }
}
