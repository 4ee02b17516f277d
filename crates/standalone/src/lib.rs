//! A walk as one HTML file, which opens from a disk without a network.
//!
//! It is the page that `cargo xtask dist` built, with what a link needs inside: style and script are in place, and what the script
//! fetches is taken from the file itself. Before the program runs, and where it cannot, the figure of the step stands there.
//! There is no file system here: who calls reads the site.

mod base64;
mod parts;

pub use parts::{named, needed};

/// What hands out the script's files.
const SHIM: &str = include_str!("shim.js");

/// Where the script thinks that it is: what it names relative to that is handed out.
const BASE: &str = "https://pagewalk.invalid/";

/// What holds the step that is seen before the program runs.
const FIRST: &str = "<div class=\"first\">";

/// What stands around what is said where no scripts run.
const UNSCRIPTED: (&str, &str) = ("<noscript>", "</noscript>");

/// The policy of the page, which lets nothing run that stands in the HTML.
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\"";

/// Whether an address asks for a page that is embedded.
pub(crate) fn is_embedded(hash: &str) -> bool {
    hash.split(['?', '&']).any(|option| option == "embed")
}

/// A file cannot be made of this site: one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// A file is missing.
    #[error("the site has no {0}: build it with `cargo xtask dist`")]
    Missing(String),
    /// The HTML is not as this program knows it.
    #[error("index.html is not that of a site that this program knows: it has no {0}")]
    Html(&'static str),
    /// A text is not UTF-8.
    #[error("{0} is not a text")]
    NotText(String),
    /// A file is to be packed by who calls, and is not.
    #[error("{0} is not packed")]
    NotPacked(String),
}

/// A built site: its files by their names, with `/` between folders.
pub type Site<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// The name of the directory with everything but the HTML.
///
/// # Errors
/// [`SiteError`] if the HTML is not that of a site.
pub fn app_of(html: &str) -> Result<&str, SiteError> {
    let start = html.find("\"app").ok_or(SiteError::Html("folder of the program"))? + 1;
    html[start..].split('/').next().ok_or(SiteError::Html("folder of the program"))
}

/// The one file: `hash` is what it shows, without the `#`; `names` are the files that the script may fetch, packed with gzip if this
/// cannot pack; `still` is the figure of the step as SVG.
///
/// # Errors
/// [`SiteError`] if the site lacks something.
pub fn file(site: Site<'_>, hash: &str, names: &[String], still: &str) -> Result<String, SiteError> {
    let html = text(site, "index.html")?;
    let app = app_of(&html)?;
    let read = |name: &str| text(site, &format!("{app}/{name}"));
    let [start, style] = [read("start.js")?, read("styles/first.css")?];
    let icon = read("icon.svg")?;
    let mut packed = String::new();
    for name in names {
        push_file(&mut packed, name, site(name).ok_or_else(|| SiteError::Missing(name.clone()))?)?;
    }
    let here = format!("{BASE}{app}/start.js");
    let start = start.replace("import.meta.url", &format!("\"{here}\""));
    let mut icon_text = String::from("data:image/svg+xml;base64,");
    base64::push(&mut icon_text, icon.as_bytes());
    // Here it needs no address to say why it does not start.
    let first = format!(
        "if(location.hash.length<2)try{{history.replaceState(null,\"\",\"#{hash}\")}}catch{{location.hash=\"#{hash}\"}}\n\
         window.stuck=cause=>{{window.cause=cause;\n{}}};\n",
        closed(&read("stuck.js")?, "script")
    );
    let manners = if is_embedded(hash) {
        let here = format!("{{src:\"{BASE}{app}/embed.js\"}}");
        closed(&read("embed.js")?.replace("document.currentScript", &here), "script")
    } else {
        String::new()
    };
    let mut out = html.clone();
    let mut put = |what: &'static str, by: &str| -> Result<(), SiteError> {
        let from = out.find(&what.replace("app/", &format!("{app}/"))).ok_or(SiteError::Html(what))?;
        let length = out[from..].find('>').ok_or(SiteError::Html(what))? + 1;
        let end =
            if what.starts_with("<script") { out[from..].find("</script>").map(|end| end + 9) } else { None };
        out.replace_range(from..from + end.unwrap_or(length), by);
        Ok(())
    };
    put("<link rel=\"icon\" href=\"app/icon.svg\"", &format!("<link rel=\"icon\" href=\"{icon_text}\">"))?;
    put(
        "<link rel=\"stylesheet\" href=\"app/styles/first.css\"",
        &format!("<style>{}</style>", closed(&style, "style")),
    )?;
    // The page's own script hides the step that stands in it where another one is asked for. Here that is the right one.
    put("<script src=\"app/early.js\"", &format!("<script>{first}</script>"))?;
    put("<link rel=\"preload\" href=\"app/pagewalk_bg.wasm\"", "")?;
    put("<link rel=\"preload\" href=\"app/pack_page.wasm\"", "")?;
    put(
        "<script type=\"module\" src=\"app/start.js\"",
        &format!(
            "<script type=\"application/json\" id=\"pagewalk-files\">{{{packed}}}</script>\n    <script type=\"module\">{}{manners}{}</script>",
            closed(SHIM, "script"),
            closed(&start, "script")
        ),
    )?;
    let from = out.find(UNSCRIPTED.0).ok_or(SiteError::Html(UNSCRIPTED.0))? + UNSCRIPTED.0.len();
    let to = from + out[from..].find(UNSCRIPTED.1).ok_or(SiteError::Html(UNSCRIPTED.1))?;
    out.replace_range(from..to, "<p class=\"start\">Scripts are off here, and stepping needs them: this is a picture of one step.</p>");
    // Its scripts and its style are inside.
    if let Some(from) = out.find(POLICY) {
        let end = out[from..].find('>').ok_or(SiteError::Html(POLICY))? + 1;
        out.replace_range(from..from + end, "");
    }
    let from = out.find(FIRST).ok_or(SiteError::Html(FIRST))? + FIRST.len();
    let to = out.rfind("</div>").filter(|to| *to >= from).ok_or(SiteError::Html("step"))?;
    out.replace_range(from..to, still);
    Ok(out)
}

fn text(site: Site<'_>, name: &str) -> Result<String, SiteError> {
    let bytes = site(name).ok_or_else(|| SiteError::Missing(name.to_owned()))?;
    String::from_utf8(bytes).map_err(|_| SiteError::NotText(name.to_owned()))
}

/// A script or a style sheet inside HTML: what would end it there is written otherwise, which says the same in both.
fn closed(text: &str, tag: &str) -> String {
    text.replace(&format!("</{tag}"), &format!("<\\/{tag}"))
}

/// Adds a file to a JSON object: packed with gzip, what is packed already as it is.
fn push_file(out: &mut String, name: &str, bytes: Vec<u8>) -> Result<(), SiteError> {
    let packed = if bytes.starts_with(&[0x1f, 0x8b]) { Some(bytes) } else { packed(&bytes) };
    let packed = packed.ok_or_else(|| SiteError::NotPacked(name.to_owned()))?;
    if !out.is_empty() {
        out.push(',');
    }
    out.push('"');
    out.push_str(name);
    out.push_str("\":\"");
    base64::push(out, &packed);
    out.push('"');
    Ok(())
}

#[cfg(feature = "gzip")]
fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).ok()
}

#[cfg(not(feature = "gzip"))]
const fn packed(_: &[u8]) -> Option<Vec<u8>> {
    None
}
