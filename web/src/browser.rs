//! Everything that a browser may lack or refuse, and nothing else asks for it.
//!
//! `web-sys` promises that all of it is there and never throws. That is not so: a page on plain HTTP has no clipboard, a
//! frame without an address of its own cannot change it, a webview may have no history. An exception that passes through
//! the program leaves Yew's state borrowed, and nothing works until the page is loaded again. So these interfaces are
//! called by name, what is missing or throws is a value, and whoever asked says it in a sentence.

use gloo_events::EventListener;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomRect, Element, Event, EventTarget, ReadableStream, ReadableStreamDefaultReader, Response};
use yew::Callback;

use crate::later::Part;
use crate::progress::Progress;

/// What became of a text that was to be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// It is in the clipboard.
    Done,
    /// There is no clipboard, or the browser does not let the page use it.
    Refused,
}

/// What is reached from the window by these names, one after the other.
fn reach(names: &[&str]) -> Option<JsValue> {
    names.iter().try_fold(js_sys::global().into(), |of: JsValue, name| member(&of, name))
}

/// The member with this name, if there is one.
pub fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    let found = Reflect::get(of, &JsValue::from_str(name)).ok()?;
    (!found.is_undefined() && !found.is_null()).then_some(found)
}

/// What a method returns; nothing if it is missing or throws.
pub fn call(object: &JsValue, method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let method: Function = Reflect::get(object, &JsValue::from_str(method)).ok()?.dyn_into().ok()?;
    method.apply(object, &arguments.iter().collect::<Array>()).ok()
}

/// What a method's promise comes to; nothing if the method is missing or throws, or if the promise is broken.
pub async fn promised(object: &JsValue, method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    JsFuture::from(Promise::resolve(&call(object, method, arguments)?)).await.ok()
}

/// Copies a text. It is done when the browser says so, not before: it may ask the person first.
pub async fn copy(text: String) -> Copied {
    let Some(clipboard) = reach(&["navigator", "clipboard"]) else { return Copied::Refused };
    match promised(&clipboard, "writeText", &[JsValue::from_str(&text)]).await {
        Some(_) => Copied::Done,
        None => Copied::Refused,
    }
}

/// The page's address without what is behind `#`.
pub fn base() -> String {
    let href = reach(&["location", "href"]).and_then(|href| href.as_string()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// The part of the page's address behind `#`, with it.
pub fn hash() -> String {
    reach(&["location", "hash"]).and_then(|hash| hash.as_string()).unwrap_or_default()
}

/// Writes `hash`, with its `#`, into the address, in a `new` entry of the history or in the one that there is. Returns whether it
/// is there now: a page without an address of its own (`srcdoc`, some webviews) cannot change it, and works without.
pub fn write_hash(hash: &str, new: bool) -> bool {
    let arguments = [JsValue::NULL, JsValue::from_str(""), JsValue::from_str(hash)];
    let method = if new { "pushState" } else { "replaceState" };
    let answer = reach(&["history"]).and_then(|history| call(&history, method, &arguments));
    answer.is_some() && self::hash() == hash
}

/// Sets the title of the window.
pub fn set_title(title: &str) {
    if let Some(document) = reach(&["document"]) {
        let _ = Reflect::set(&document, &"title".into(), &title.into());
    }
}

/// Opens another address instead of this one. Returns whether the browser does it.
pub fn leave_for(address: &str) -> Option<()> {
    call(&reach(&["location"])?, "replace", &[JsValue::from_str(address)]).map(|_| ())
}

/// Calls `arrived` whenever some of a later part of the program has arrived: the script that fetches it says so by an
/// event of the window.
pub fn on_part(arrived: Callback<(Part, Progress)>) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "part", move |event| {
        let detail = |name: &str| member(&member(event, "detail")?, name);
        #[expect(clippy::cast_sign_loss, reason = "a count of bytes")]
        let number = |name| Some(detail(name)?.as_f64()? as usize);
        if let Some(part) = detail("part").and_then(|name| Part::from_name(&name.as_string()?)) {
            let received = number("done").unwrap_or_default();
            arrived.emit((part, Progress { received, total: number("total").filter(|total| *total > 0) }));
        }
    }))
}

/// Calls `changed` whenever the hash was changed by somebody else, until the listener is dropped.
pub fn on_hash_change(changed: Callback<()>) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "hashchange", move |_| changed.emit(())))
}

/// The browser's clock, looked up once: a search looks at it thousands of times a second.
#[derive(Debug)]
pub struct Clock(Option<(JsValue, Function)>);

impl Default for Clock {
    fn default() -> Self {
        // The second one may be set while the page is open; there is no browser without it.
        let clock = ["performance", "Date"].into_iter().find_map(|name| {
            let clock = reach(&[name])?;
            let now = member(&clock, "now")?.dyn_into().ok()?;
            Some((clock, now))
        });
        Self(clock)
    }
}

impl Clock {
    /// Milliseconds; 0 where there is no clock. Some browsers round them to a tenth of a second.
    pub fn now(&self) -> f64 {
        let now = self.0.as_ref().and_then(|(clock, now)| now.call0(clock).ok()?.as_f64());
        now.unwrap_or_default()
    }
}

/// What the script that puts walks into elements of another page has in its window.
const ELEMENTS: &str = "pagewalkElements";

/// Whether this program is for elements of another page.
pub fn has_elements() -> bool {
    reach(&[ELEMENTS]).is_some()
}

/// Tells whoever waits for it that walks can be put into elements, and how.
pub fn ready_for_elements(put: &JsValue) {
    if let Some(elements) = reach(&[ELEMENTS]) {
        call(&elements, "ready", std::slice::from_ref(put));
    }
}

/// Whether the page is one file, which has not all parts of the program.
pub fn is_one_file() -> bool {
    reach(&["pagewalkHas"]).is_some()
}

/// Lets the page's first script say that the program does not start, and why.
pub fn stuck(cause: &str) {
    call(&js_sys::global(), "stuck", &[cause.into()]);
}

/// An object with these members.
pub fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in members {
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

/// The answer of the page's own server to a request for a file; nothing if there is none. In another page it is the server that the
/// program is from.
pub async fn fetch(file: &str) -> Option<Response> {
    let site = reach(&[ELEMENTS, "site"]).and_then(|site| site.as_string()).unwrap_or_default();
    promised(&js_sys::global(), "fetch", &[JsValue::from_str(&(site + file))]).await?.dyn_into().ok()
}

/// What the browser unpacks from gzip; nothing if it cannot.
pub fn unpacking(packed: &ReadableStream) -> Option<ReadableStream> {
    let gunzip = constructed("DecompressionStream", &["gzip".into()])?;
    call(packed, "pipeThrough", &[gunzip])?.dyn_into().ok()
}

/// Who reads a stream; nothing if the browser cannot.
pub fn reader_of(stream: &ReadableStream) -> Option<ReadableStreamDefaultReader> {
    Some(call(stream, "getReader", &[])?.unchecked_into())
}

/// The files in the list of a file button or of what is dragged; nothing if there is none.
fn files_of(of: &JsValue) -> Option<Array> {
    // The browser empties its own list as soon as what it is for is over.
    let files = Array::from(&member(of, "files")?);
    (files.length() > 0).then_some(files)
}

/// Takes the files from a file button, so that the same ones can be chosen again.
pub fn take_files(button: &JsValue) -> Option<Array> {
    let files = files_of(button);
    let _ = Reflect::set(button, &"value".into(), &"".into());
    files
}

/// The files that come with an event, or the text, in its member of this name.
pub fn given(event: &JsValue, name: &str) -> Option<Array> {
    let data = member(event, name)?;
    let text = || call(&data, "getData", &["text".into()]).filter(JsValue::is_truthy);
    files_of(&data).or_else(|| text().map(|text| Array::of1(&text)))
}

/// What events of the page as a whole are heard at.
pub fn whole_page() -> Option<EventTarget> {
    web_sys::window().map(EventTarget::from)
}

/// What is in a file; nothing if the browser does not give it.
pub fn stream_of(file: &JsValue) -> Option<ReadableStream> {
    call(file, "stream", &[])?.dyn_into().ok()
}

/// A text, or bytes, as the browser keeps files, so that it is read in the same way.
pub fn blob_of(text: &JsValue) -> Option<JsValue> {
    constructed("Blob", &[Array::of1(text).into()])
}

/// The same of a type.
pub fn file_of(content: &JsValue, kind: &str) -> Option<JsValue> {
    let options = object(&[("type", kind.into())]);
    constructed("Blob", &[Array::of1(content).into(), options])
}

/// A new object of this class; nothing if the browser does not know it.
pub fn constructed(class: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let class: Function = reach(&[class])?.dyn_into().ok()?;
    Reflect::construct(&class, &arguments.iter().collect()).ok()
}

/// Lets a person have a file under a name, as if it had been downloaded. Returns whether the browser knows how.
pub fn save(file: &JsValue, name: &str) -> bool {
    let saved = || {
        // Its address is given back with the page: when a download has ended is told to nobody.
        let address = call(&reach(&["URL"])?, "createObjectURL", std::slice::from_ref(file))?;
        let link = call(&reach(&["document"])?, "createElement", &["a".into()])?;
        Reflect::set(&link, &"href".into(), &address).ok()?;
        Reflect::set(&link, &"download".into(), &name.into()).ok()?;
        call(&link, "click", &[])
    };
    saved().is_some()
}

/// All bytes of an answer, which may be a file of this page's; nothing if there are none.
pub async fn bytes_of(answer: &JsValue) -> Option<Vec<u8>> {
    let buffer = promised(answer, "arrayBuffer", &[]).await?;
    Some(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Bytes, packed with gzip; nothing if the browser cannot.
pub async fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    let packer = constructed("CompressionStream", &["gzip".into()])?;
    let file = blob_of(&js_sys::Uint8Array::from(bytes).into())?;
    let packed = call(&stream_of(&file)?.into(), "pipeThrough", &[packer])?;
    bytes_of(&constructed("Response", &[packed])?).await
}

/// Part of a file.
pub async fn part_of(file: &JsValue, start: u64, bytes: u64) -> Option<Vec<u8>> {
    #[expect(clippy::cast_precision_loss, reason = "no file has 2^53 bytes")]
    let [start, end] = [start, start + bytes].map(|at| JsValue::from_f64(at as f64));
    bytes_of(&call(file, "slice", &[start, end])?).await
}

fn field(what: &str) -> Option<JsValue> {
    let found = call(&reach(&["document"])?, "querySelector", &[JsValue::from_str(what)])?;
    (!found.is_null()).then_some(found)
}

/// What is written in the field that a selector finds; a field that is not there is empty.
pub fn written(what: &str) -> String {
    field(what).and_then(|field| member(&field, "value")?.as_string()).unwrap_or_default()
}

/// Empties that field.
pub fn empty(what: &str) {
    if let Some(field) = field(what) {
        write(&field, "");
    }
}

/// Writes a text into a field, or chooses in a list.
pub fn write(field: &JsValue, text: &str) {
    let _ = Reflect::set(field, &"value".into(), &text.into());
}

/// The name of the field that an event is about, and what is written there.
pub fn typed(event: &JsValue) -> Option<(String, String)> {
    let field = member(event, "target")?;
    Some((member(&field, "name")?.as_string()?, member(&field, "value")?.as_string()?))
}

/// Lets the browser draw and listen.
pub async fn pause() {
    let rest = Promise::new(&mut |done, _| {
        gloo_timers::callback::Timeout::new(0, move || {
            let _ = done.call0(&JsValue::NULL);
        })
        .forget();
    });
    let _ = JsFuture::from(rest).await;
}

/// Puts the focus on an element, without scrolling to it unless `scroll`. Without focus the page works all the same.
pub fn focus(element: &Element, scroll: bool) {
    let options = js_sys::Object::new();
    let _ = Reflect::set(&options, &"preventScroll".into(), &(!scroll).into());
    call(element, "focus", &[options.into()]);
}

/// The element that has the focus, if it is not the document as a whole.
pub fn focused() -> Option<Element> {
    let active: Element = reach(&["document", "activeElement"])?.dyn_into().ok()?;
    (active.tag_name() != "BODY").then_some(active)
}

/// The element inside `around`, or that itself, which has the focus.
pub fn focused_in(around: &Element) -> Option<Element> {
    focused().filter(|focused| around.contains(Some(focused)))
}

/// Gives the keys back to the page around the widget. Elements of SVG can be left in the same way.
pub fn blur() {
    if let Some(active) = focused() {
        call(&active, "blur", &[]);
    }
}

/// Lets `element` have the pointer until it is released, so that dragging goes on outside; where that is refused it ends
/// at its edge.
pub fn capture_pointer(element: &Element, pointer: i32) {
    call(element, "setPointerCapture", &[pointer.into()]);
}

/// What the browser keeps for this site under a name; nothing if there is nothing, or if it keeps nothing.
pub fn kept(name: &str) -> Option<String> {
    // Another page's memory is not ours.
    if has_elements() {
        return None;
    }
    call(&reach(&["localStorage"])?, "getItem", &[JsValue::from_str(name)])?.as_string()
}

/// Lets the browser keep a text for this site under a name, or forget it. Where it keeps nothing, this does nothing.
pub fn keep(name: &str, text: Option<&str>) {
    let Some(storage) = reach(&["localStorage"]).filter(|_| !has_elements()) else { return };
    let name = JsValue::from_str(name);
    match text {
        Some(text) => call(&storage, "setItem", &[name, JsValue::from_str(text)]),
        None => call(&storage, "removeItem", &[name]),
    };
}

/// Selects all that an element has.
pub fn select(element: &Element) {
    if let Some(selection) = call(&js_sys::global(), "getSelection", &[]) {
        call(&selection, "selectAllChildren", &[element.into()]);
    }
}

/// Calls `heard` for events of this kind at the window, until the listener is dropped.
pub fn at_window(kind: &'static str, heard: impl Fn(&Event) + 'static) -> Option<EventListener> {
    Some(EventListener::new(&whole_page()?, kind, move |event| heard(event)))
}

/// Whether a part of the page fills the screen.
pub fn fills_screen() -> bool {
    reach(&["document", "fullscreenElement"]).is_some()
}

/// Lets the page fill the screen, or no longer. Where that is refused, nothing happens.
pub fn fill_screen(fill: bool) {
    let (of, method) = if fill {
        (reach(&["document", "documentElement"]), "requestFullscreen")
    } else {
        (reach(&["document"]), "exitFullscreen")
    };
    if let Some(of) = of.filter(|_| fill != fills_screen()) {
        wasm_bindgen_futures::spawn_local(async move {
            promised(&of, method, &[]).await;
        });
    }
}

/// Lets a person print the page.
pub fn print() {
    call(&js_sys::global(), "print", &[]);
}

/// Another window of this page.
#[derive(Debug)]
pub struct Window(JsValue);

impl Window {
    /// A new window with this address; nothing if the browser does not let the page open one.
    pub fn open(address: &str) -> Option<Self> {
        let arguments = [address, "_blank", "popup,width=1280,height=800"].map(JsValue::from_str);
        let opened = call(&js_sys::global(), "open", &arguments)?;
        (!opened.is_null() && !opened.is_undefined()).then_some(Self(opened))
    }

    /// The window that has opened this one, if it is still there.
    pub fn opener() -> Option<Self> {
        reach(&["opener"]).map(Self).filter(Self::is_open)
    }

    /// Whether it is still there.
    pub fn is_open(&self) -> bool {
        member(&self.0, "closed").and_then(|closed| closed.as_bool()) == Some(false)
    }

    /// Closes it.
    pub fn close(&self) {
        call(&self.0, "close", &[]);
    }

    /// Tells it something, if it shows this site.
    pub fn tell(&self, what: &str) {
        let origin = own_origin();
        // A page without an origin of its own can name none.
        let to = if origin == "null" { "*" } else { &*origin };
        call(&self.0, "postMessage", &[what.into(), to.into()]);
    }
}

fn own_origin() -> String {
    reach(&["origin"]).and_then(|origin| origin.as_string()).unwrap_or_default()
}

/// What another window of this site tells us with an event.
pub fn told(event: &Event) -> Option<String> {
    let text = |name| member(event, name)?.as_string();
    text("data").filter(|_| text("origin").as_ref() == Some(&own_origin()))
}

/// Scrolls as little as is needed so that an element is in sight.
pub fn show(element: &Element) {
    let options = js_sys::Object::new();
    let _ = Reflect::set(&options, &"block".into(), &"nearest".into());
    call(element, "scrollIntoView", &[options.into()]);
}

/// The texts inside an element that are not inside what `except` selects, in their order: where each is, and what it says. Only those
/// are asked for that `wanted` wants.
pub fn texts(of: &Element, except: &str, wanted: impl Fn(&str) -> bool) -> Vec<(JsValue, String)> {
    let walker = reach(&["document"])
        .and_then(|document| call(&document, "createTreeWalker", &[of.clone().into(), SHOW_TEXT.into()]));
    let next = walker.as_ref().and_then(|walker| member(walker, "nextNode"));
    let Some((walker, next)) = walker.zip(next.and_then(|next| next.dyn_into::<Function>().ok())) else {
        return Vec::new();
    };
    let data = JsValue::from_str("data");
    let mut texts = Vec::new();
    while let Some(node) = next.call0(&walker).ok().filter(|node| !node.is_null()) {
        let Some(text) = Reflect::get(&node, &data).ok().and_then(|text| text.as_string()) else { continue };
        let is_inside = || Some(parent_of(&node)?.closest(except).ok()?.is_none());
        if wanted(&text) && is_inside() == Some(true) {
            texts.push((node, text));
        }
    }
    texts
}

/// What a tree walker is asked for: texts.
const SHOW_TEXT: u32 = 4;

/// The element around a text.
pub fn parent_of(node: &JsValue) -> Option<Element> {
    member(node, "parentElement")?.dyn_into().ok()
}

/// A piece of a text, in UTF-16 units as the browser counts.
pub fn piece_of(node: &JsValue, start: u32, end: u32) -> Option<JsValue> {
    let piece = call(&reach(&["document"])?, "createRange", &[])?;
    call(&piece, "setStart", &[node.clone(), start.into()])?;
    call(&piece, "setEnd", &[node.clone(), end.into()])?;
    Some(piece)
}

/// Where a piece of a text stands in the window.
pub fn bounds_of(piece: &JsValue) -> Option<DomRect> {
    Some(call(piece, "getBoundingClientRect", &[])?.unchecked_into())
}

/// Lets pieces of texts look as the style sheet says of `::highlight(name)`; a browser that cannot shows them like the text around.
pub fn highlight(name: &str, pieces: &Array) -> Option<()> {
    let kind: Function = reach(&["Highlight"])?.dyn_into().ok()?;
    let highlight = Reflect::construct(&kind, pieces).ok()?;
    call(&reach(&["CSS", "highlights"])?, "set", &[JsValue::from_str(name), highlight]).map(|_| ())
}

/// A new element at the end of the page, outside the widget.
pub fn append(name: &str, class: &str) -> Option<Element> {
    let element = create(name, class)?;
    call(&reach(&["document", "body"])?, "append", &[element.clone().into()])?;
    Some(element)
}

/// A new element at the end of another one, with a text.
pub fn append_to(around: &Element, name: &str, text: &str) -> Option<Element> {
    let element = create(name, "")?;
    element.set_text_content(Some(text));
    call(around, "append", &[element.clone().into()])?;
    Some(element)
}

fn create(name: &str, class: &str) -> Option<Element> {
    let element: Element =
        call(&reach(&["document"])?, "createElement", &[JsValue::from_str(name)])?.unchecked_into();
    let _ = Reflect::set(&element, &"className".into(), &class.into());
    Some(element)
}

/// Takes an element out of the page.
pub fn remove(element: &Element) {
    call(element, "remove", &[]);
}

/// Takes all elements that a selector finds out of the page.
pub fn remove_all(what: &str) {
    let find = || call(&reach(&["document"])?, "querySelectorAll", &[JsValue::from_str(what)]);
    for element in find().iter().flat_map(|found| Array::from(found).to_vec()).collect::<Vec<_>>() {
        remove(element.unchecked_ref());
    }
}

/// Shows an element above everything else, or hides it. One without that ability is shown in its place.
pub fn raise(element: &Element, on: bool) {
    call(element, if on { "showPopover" } else { "hidePopover" }, &[]);
}

/// Puts an element of a fixed position there.
pub fn place_at(element: &Element, left: i32, top: i32) {
    let Some(style) = member(element, "style") else { return };
    for (side, at) in [("left", left), ("top", top)] {
        let at = JsValue::from_str(&(at.to_string() + "px"));
        call(&style, "setProperty", &[JsValue::from_str(side), at]);
    }
}

/// Width and height of the window.
pub fn size() -> (f64, f64) {
    let of = |name| reach(&[name]).and_then(|value| value.as_f64()).unwrap_or_default();
    (of("innerWidth"), of("innerHeight"))
}
