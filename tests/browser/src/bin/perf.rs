//! `cargo xtask perf`: what a step costs the page's main thread, and how long a long walk takes to open and to seek.
//!
//! Each figure is a JSON line. With a second site (PAGEWALK_BESIDE), both are measured by turns in one run, and ratios are printed:
//! times of another day or machine mean nothing.

use std::path::PathBuf;

use pagewalk_browser_tests::{Page, Screen, Site, Tracing, dist, test};
use serde_json::{Value, json};

/// How often everything is measured; the figures are medians.
const ROUNDS: usize = 3;

/// How many steps are traced, and where they are: in a captured kernel's tables.
const STEPS: u32 = 120;
const WALK: &str = "#v1/kernel-walk/x86_64-4level/v6.17?t=60";

/// A walk of more than a million actions.
const LONG: &str = "#v1/ptdump/x86_64-4level/v6.17?by=actions";

/// Presses the right arrow so many times, once a frame, and marks each press: what it changes is drawn in that frame.
const PRESS: &str = "
    const slider = document.querySelector('[role=slider]');
    slider.focus();
    const frame = () => new Promise(done => requestAnimationFrame(done));
    for (let i = 0; i < COUNT; i++) {
        await frame();
        performance.mark('step');
        slider.ownerDocument.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
    }
    await frame();
    performance.mark('step');
    await frame();
    return document.querySelector('.sentence').dataset.step;";

/// Goes to a hash, and says how many milliseconds it takes until a condition is true.
const GO: &str = "
    const start = performance.now();
    location.hash = HASH;
    while (!(CONDITION)) await new Promise(done => requestAnimationFrame(done));
    return performance.now() - start;";

/// What was measured of a site in one round, in milliseconds.
struct Round {
    steps: Vec<f64>,
    longest: f64,
    opens: f64,
    seeks: Vec<f64>,
}

fn main() {
    let beside = std::env::var_os("PAGEWALK_BESIDE").map(PathBuf::from);
    let sites: Vec<(&str, PathBuf)> = [("this", Some(dist())), ("beside", beside)]
        .into_iter()
        .filter_map(|(name, of)| Some((name, of?)))
        .collect();
    let mut rounds: Vec<Vec<Round>> = sites.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((_, site), rounds) in sites.iter().zip(&mut rounds) {
            rounds.push(test(Screen::WIDE, async |page| round(page, &Site::serve_from(site)).await));
        }
    }
    let figures: Vec<[(&str, f64); 5]> = rounds.iter().map(|rounds| figures(rounds)).collect();
    for ((name, _), figures) in sites.iter().zip(&figures) {
        for (figure, ms) in figures {
            println!("{}", json!({ "figure": figure, "site": name, "ms": rounded(*ms), "rounds": ROUNDS }));
        }
    }
    if let [this, beside] = &figures[..] {
        for ((figure, this), (_, beside)) in this.iter().zip(beside) {
            println!(
                "{}",
                json!({ "figure": "ratio", "of": figure, "this to beside": rounded(this / beside) })
            );
        }
    }
}

async fn round(page: &Page, site: &Site) -> Round {
    page.open(&site.url(WALK)).await;
    page.last_step().await;
    let before = page.step().await;
    let tracing = Tracing::start(&page.protocol());
    let after = page.eval_async(&PRESS.replace("COUNT", &STEPS.to_string())).await;
    let (steps, longest) = tracing.end().busy_between("step");
    assert_eq!(after, json!((before + u64::from(STEPS)).to_string()), "each press is a step");
    assert_eq!(steps.len(), STEPS as usize);
    // The machine is here already.
    let opens =
        go(page, LONG, "+document.querySelector('[role=slider]')?.getAttribute('aria-valuemax') > 1e6").await;
    page.last_step().await;
    let mut seeks = Vec::new();
    for step in [1_000_000, 3, 500_000, 750_001, 250_000, 999_999, 123_456] {
        let there = format!("document.querySelector('.sentence')?.dataset.step === '{step}'");
        seeks.push(go(page, &format!("{LONG}&t={step}"), &there).await);
    }
    Round { steps, longest, opens, seeks }
}

async fn go(page: &Page, hash: &str, condition: &str) -> f64 {
    let script = GO.replace("HASH", &Value::from(hash).to_string()).replace("CONDITION", condition);
    page.eval_async(&script).await.as_f64().expect("milliseconds")
}

/// The figures of a site: medians of its rounds.
fn figures(rounds: &[Round]) -> [(&'static str, f64); 5] {
    let median = |of: &dyn Fn(&Round) -> f64| quantile(rounds.iter().map(of).collect(), 50);
    [
        ("a step, p50", median(&|of| quantile(of.steps.clone(), 50))),
        ("a step, p95", median(&|of| quantile(of.steps.clone(), 95))),
        ("longest task while stepping", median(&|of| of.longest)),
        ("a walk of a million actions opens", median(&|of| of.opens)),
        ("it seeks, worst", median(&|of| quantile(of.seeks.clone(), 100))),
    ]
}

/// The value below which so many of a hundred values are.
fn quantile(mut values: Vec<f64>, percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last * percent + 50) / 100).copied().unwrap_or(f64::NAN)
}

fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let values = vec![5.0, 1.0, 3.0, 2.0, 4.0];
        let quantiles = [0, 50, 95, 100].map(|percent| quantile(values.clone(), percent));
        assert_eq!(format!("{quantiles:?}"), "[1.0, 3.0, 5.0, 5.0]");
    }
}
