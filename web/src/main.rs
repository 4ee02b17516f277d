//! Starts the page, and says how its later part is reached.

use pagewalk_web::Shell;
use pagewalk_web::shell::Start;

fn main() {
    yew::Renderer::<Shell>::with_props(Start { reach: || Box::pin(reach()) }).render();
}

/// Everything is here already.
#[cfg(feature = "lab")]
fn reach() -> std::future::Ready<Result<pagewalk_web::lab::Lab, pagewalk_web::later::LabError>> {
    std::future::ready(Ok(pagewalk_web::lab::lab()))
}

/// It is in the whole page.
#[cfg(not(feature = "lab"))]
async fn reach() -> Result<pagewalk_web::lab::Lab, pagewalk_web::later::LabError> {
    use pagewalk_web::browser;

    // Without a history entry for this page, which would lead there again.
    let leaves = browser::leave_for(&format!("lab.html{}", browser::hash()));
    leaves.ok_or(pagewalk_web::later::LabError)?;
    std::future::pending().await
}
