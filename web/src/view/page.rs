//! The page as a whole.

use pgtable::Level;
use scenario::Setup;
use scenario::link::View;

use super::{button, choices, code, locks, progress, ruler, say, tables};
use crate::el::{El, el};
use crate::keys::Command;
use crate::load::Loading;
use crate::pages::{Page, title};
use crate::run::Run;

/// The header: what can be chosen, the other view, the link to this step, the help.
pub fn header(setup: &Setup, view: View, copied: bool) -> El {
    el("header.top").child(title(Page::Walk)).child(choices(setup)).child(
        el("div.top-actions")
            .child(
                button(Command::Levels)
                    .attr("aria-pressed", if view == View::Levels { "true" } else { "false" })
                    .child("Levels"),
            )
            .child(button(Command::CopyLink).child(if copied { "Link copied" } else { "Copy link" }))
            .child(button(Command::Help).with("[aria-label=Help: keys and signs]").child("?")),
    )
}

/// What was wrong, until a person has read it.
pub fn notice(notice: &str) -> El {
    el("p.notice[role=alert]").child(el("span").child(notice)).child(button(Command::Dismiss).child("OK"))
}

/// What a person must know: what was wrong with a link, how loading goes.
pub fn messages(notice: Option<&str>, loading: &Loading) -> El {
    let notice = notice.map(self::notice);
    let (failed, under) = match loading {
        Loading::Idle => (None, None),
        Loading::Failed(what) => {
            let retry = button(Command::Retry).child("Try again");
            (Some(el("p.notice.failed[role=alert]").child(el("span").child(&**what)).child(retry)), None)
        }
        Loading::Under(machine, of) => (None, Some(progress(machine.title, *of))),
    };
    el("div.messages").child(notice).child(failed).child(under)
}

/// The step that is shown, without the controls; `hot` is the level that is pointed at.
pub fn step(run: &Run, hot: Option<Level>) -> [Option<El>; 6] {
    let point = run.point();
    [
        Some(say(point, run.index(), run.stops(), run.setup().scenario.about)),
        Some(ruler(&point.ruler, hot)),
        Some(tables(point, hot)),
        #[cfg(feature = "lab")]
        run.dump().as_ref().map(super::dump),
        #[cfg(not(feature = "lab"))]
        None,
        Some(locks(point)),
        Some(code(point, hot)),
    ]
}
