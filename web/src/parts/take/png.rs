//! A figure as a picture of points.
//!
//! A browser would draw an SVG as an image, but only from an address that `img-src` allows, and the policy of the page allows none that a
//! page makes itself (`blob:`, `data:`). So the few kinds of shapes that our figures have are drawn here, one by one. A browser test
//! compares that with what the browser makes of the same SVG.

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

use crate::browser::{call, constructed, member, object, promised};

/// Points per unit of the figure: sharp on paper as wide as a page.
const SCALE: f64 = 3.0;

/// What is written where nothing else is said.
const SIZE: &str = "11";

/// The picture, as a `Blob`; nothing if the browser cannot.
pub(super) async fn drawn(svg: &str) -> Option<JsValue> {
    let parser = constructed("DOMParser", &[])?;
    let figure = call(&parser, "parseFromString", &[svg.into(), "image/svg+xml".into()])?;
    let root = member(&figure, "documentElement")?;
    let sides = ["width", "height"].map(|side| (number(&root, side) * SCALE).into());
    let canvas = constructed("OffscreenCanvas", &sides)?;
    let pen = Pen { on: call(&canvas, "getContext", &["2d".into()])?, ink: said(&root, "fill")? };
    pen.does("scale", &[SCALE, SCALE]);
    each(&root, |shape| pen.draw(shape));
    promised(&canvas, "convertToBlob", &[object(&[("type", "image/png".into())])]).await
}

/// Calls `does` for each element in another one. Returns whether there is any.
fn each(of: &JsValue, mut does: impl FnMut(&JsValue)) -> bool {
    let mut next = member(of, "firstElementChild");
    let any = next.is_some();
    while let Some(child) = next {
        does(&child);
        next = member(&child, "nextElementSibling");
    }
    any
}

/// What an attribute says, if it is there.
fn said(of: &JsValue, name: &str) -> Option<String> {
    call(of, "getAttribute", &[name.into()])?.as_string()
}

fn number(of: &JsValue, name: &str) -> f64 {
    said(of, name).and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// What is drawn with.
struct Pen {
    on: JsValue,
    /// The colour where nothing else is said.
    ink: String,
}

impl Pen {
    fn does(&self, what: &str, numbers: &[f64]) {
        let numbers: Vec<JsValue> = numbers.iter().map(|of| JsValue::from_f64(*of)).collect();
        call(&self.on, what, &numbers);
    }

    fn is(&self, name: &str, value: &JsValue) {
        let _ = Reflect::set(&self.on, &name.into(), value);
    }

    fn draw(&self, of: &JsValue) {
        match &*member(of, "tagName").and_then(|name| name.as_string()).unwrap_or_default() {
            "rect" => {
                self.does("beginPath", &[]);
                self.does("roundRect", &["x", "y", "width", "height", "rx"].map(|name| number(of, name)));
                self.paint(of, &[]);
            }
            "path" => {
                let Some(path) = said(of, "d").and_then(|path| constructed("Path2D", &[path.into()])) else {
                    return;
                };
                self.does("save", &[]);
                let moved = said(of, "transform").unwrap_or_default();
                let moved =
                    moved.strip_prefix("translate(").and_then(|of| of.strip_suffix(')')?.split_once(' '));
                if let Some((x, y)) = moved {
                    self.does("translate", &[x, y].map(|of| of.parse().unwrap_or_default()));
                }
                self.paint(of, &[path]);
                self.does("restore", &[]);
            }
            "text" => {
                let at = match said(of, "text-anchor").as_deref() {
                    Some("middle") => "center",
                    Some("end") => "right",
                    _ => "left",
                };
                self.is("textAlign", &at.into());
                let (mut x, y) = (number(of, "x"), number(of, "y"));
                if !each(of, |span| x += self.write(span, x, y)) {
                    self.write(of, x, y);
                }
            }
            _ => {}
        }
    }

    /// Fills and outlines what was said, or a path.
    fn paint(&self, of: &JsValue, path: &[JsValue]) {
        let fill = said(of, "fill").unwrap_or_else(|| self.ink.clone());
        if fill != "none" {
            self.is("fillStyle", &fill.into());
            call(&self.on, "fill", path);
        }
        if let Some(stroke) = said(of, "stroke") {
            self.is("strokeStyle", &stroke.into());
            let width = said(of, "stroke-width").and_then(|of| of.parse().ok()).unwrap_or(1.0);
            self.is("lineWidth", &width.into());
            let dashes = said(of, "stroke-dasharray").unwrap_or_default();
            let dashes = dashes.split([' ', ',']).filter_map(|of| of.parse::<f64>().ok());
            let dashes: Array = dashes.map(JsValue::from_f64).collect();
            call(&self.on, "setLineDash", &[dashes.into()]);
            call(&self.on, "stroke", path);
        }
    }

    /// Writes a text. Returns how wide it is.
    fn write(&self, of: &JsValue, x: f64, y: f64) -> f64 {
        let said = |name: &str, usual: &str| said(of, name).unwrap_or_else(|| usual.to_owned());
        let font = [
            &*said("font-weight", "400"),
            " ",
            &said("font-size", SIZE),
            "px ",
            &said("font-family", "sans-serif"),
        ]
        .concat();
        self.is("font", &font.into());
        self.is("fillStyle", &said("fill", &self.ink).into());
        let text = member(of, "textContent").unwrap_or_default();
        let measured = call(&self.on, "measureText", std::slice::from_ref(&text));
        call(&self.on, "fillText", &[text, x.into(), y.into()]);
        measured.and_then(|of| member(&of, "width")?.as_f64()).unwrap_or_default()
    }
}
