//! What is drawn of a walk besides its step.

use scenario::Link;
use scenario::link::View;

use super::Walk;
use crate::el::{El, el};
use crate::later::{Part, Verdicts};
use crate::run::Run;
use crate::shared::{Loading, Shared};
use crate::view;

impl Walk {
    /// What is known of the walk whose assertion is shown.
    pub(super) fn beside_of(&self, run: &Run) -> Option<&dyn Verdicts> {
        let of = run.point().beside?;
        self.besides.iter().find(|known| known.of() == of).map(|known| &**known)
    }

    /// Whether the walk whose assertion is shown is safe beside other CPUs, as far as that is known.
    pub(super) fn beside(&self, run: &Run, shared: &Shared) -> Option<El> {
        run.point().beside?;
        self.beside_of(run).map(Verdicts::view).or_else(|| {
            let (failed, under) = view::header::coming(shared, Part::Lab);
            failed.map(|failed| el("p.beside").child(failed)).or(under)
        })
    }

    /// The step that is shown and the controls, or the levels, in the element that is around them.
    pub(in crate::pages) fn drawn_in(&self, around: El, shared: &Shared) -> El {
        let shows_levels = self.link.view == View::Levels;
        let run = self.run.as_ref().filter(|_| !shows_levels);
        let later = shared.later;
        let levels = later.filter(|_| shows_levels);
        let levels = levels.map(|later| (later.levels)(self.link.setup.tables.model(), self.machine_before));
        around.children(
            run.map(|run| {
                view::step(run, self.hot, later, self.beside(run, shared), self.asks == Some(run.index()))
            })
            .into_iter()
            .flatten()
            .chain([run.map(|run| view::transport(&self.controls(run))), levels]),
        )
    }

    pub(in crate::pages) fn messages(&self, shared: &Shared) -> El {
        let state = self.waits.and_then(|folder| shared.captures.state(folder));
        let failed = match state {
            Some(Loading::Failed(error)) => Some(error.clone()),
            _ => self.failed.clone(),
        };
        let under = match state {
            Some(Loading::Under(progress)) => Some(view::progress(
                &format!("Loading the page tables of {}", self.link.setup.tables.model().title),
                *progress,
            )),
            _ => None,
        };
        let offer = self.missing.is_some().then(view::header::open);
        view::header::messages(shared, offer, failed, under)
    }

    pub(super) fn controls<'a>(&self, run: &'a Run) -> view::Controls<'a> {
        view::Controls {
            index: run.index(),
            len: run.len(),
            complete: run.is_complete(),
            cut_off: run.is_cut_off().then(|| run.actions()),
            grain: run.grain(),
            filter: self.filter,
            speed: self.speed,
            playing: self.playing,
            ticks: run.ticks(),
            says: &run.point().sentence,
            has_why: run.point().assertion.is_some() || run.point().delegation.is_some(),
            // The same step in the whole page, for the widget's way out.
            full_link: self.link.embed.then(|| format!("#{}", Link { embed: false, ..*self.address() })),
        }
    }
}
