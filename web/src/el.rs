//! Elements, built by hand.
//!
//! Yew's `html!` expands to a great deal of code: the views were a quarter of the first download. An [`El`] is a
//! pointer to an element that is being made and its methods are plain functions, so each costs its arguments and a
//! call. What does not change about an element is said in one text, as in a style sheet:
//!
//! ```
//! # use pagewalk_web::el::el;
//! # let file = "tables.json.gz";
//! let notice = el("p.notice.failed[role=alert]")
//!     .child(el("code").child(file))
//!     .child(" could not be fetched. ")
//!     .child(el("button[type=button]").child("Try again"));
//! ```

use std::rc::Rc;

use yew::virtual_dom::{AttrValue, AttributeOrProperty, Attributes, VList, VNode, VTag, VText};
use yew::{Html, NodeRef};

use crate::marks::{ATTRIBUTE, Mark};

/// The attributes that an element of the page can have, the commonest first. All elements share this one list: then Yew compares
/// values place by place, and needs no map of each element's attributes, neither to keep nor to compare them. A test
/// (`tests/styles.rs`) finds a name that is not here.
static ATTRIBUTES: [&str; 65] = [
    "class",
    "data-does",
    "type",
    "title",
    "role",
    "tabindex",
    "aria-label",
    "aria-hidden",
    "aria-current",
    "data-level",
    "value",
    "selected",
    "href",
    "d",
    "x",
    "y",
    "width",
    "height",
    "viewBox",
    "style",
    "data-group",
    "scope",
    "aria-pressed",
    "id",
    "aria-labelledby",
    "target",
    "rel",
    "preserveAspectRatio",
    "overflow",
    "label",
    "aria-live",
    "aria-atomic",
    "data-step",
    "data-mark",
    "aria-valuemin",
    "aria-valuemax",
    "aria-valuenow",
    "aria-valuetext",
    "aria-describedby",
    "aria-haspopup",
    "aria-disabled",
    "disabled",
    "hidden",
    "open",
    "data-keys",
    "data-place",
    "data-name",
    "data-search",
    "data-state",
    "data-status",
    "data-stop",
    "data-life",
    "rows",
    "cols",
    "spellcheck",
    "autocomplete",
    "readonly",
    "multiple",
    "max",
    "name",
    "for",
    "size",
    "placeholder",
    "download",
    "aria-invalid",
];

/// The place of the classes.
const CLASS: usize = 0;

/// An element that is being made.
#[derive(Debug)]
pub struct El(Box<Parts>);

#[derive(Debug)]
struct Parts {
    tag: VTag,
    /// By the places of [`ATTRIBUTES`].
    attributes: Box<[Option<AttributeOrProperty>]>,
    children: Vec<Html>,
}

/// A new element: its name, then its classes and attributes as a selector names them, in any order:
/// `button.field[type=button][title=to its next step]`. A value goes up to the next `]`.
#[inline(never)]
pub fn el(what: &'static str) -> El {
    let (name, more) = what.split_at(what.find(['.', '[']).unwrap_or(what.len()));
    let tag = VTag::new(AttrValue::Static(name));
    let attributes = Box::new([const { None }; ATTRIBUTES.len()]);
    El(Box::new(Parts { tag, attributes, children: Vec::new() })).with(more)
}

impl El {
    /// With further classes and attributes: `.lit[aria-current=true]`.
    #[must_use]
    #[inline(never)]
    pub fn with(mut self, more: &'static str) -> Self {
        let mut rest = more;
        while !rest.is_empty() {
            let end = if rest.starts_with('[') { rest.find(']') } else { rest[1..].find(['.', '[']) };
            let (part, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
            rest = after;
            match part.strip_prefix('[') {
                Some(attribute) => {
                    let attribute = attribute.strip_suffix(']').unwrap_or(attribute);
                    let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
                    self = self.set(name, AttrValue::Static(value));
                }
                None => self = self.also(AttrValue::Static(&part[1..])),
            }
        }
        self
    }

    /// With further classes and attributes, if `on`.
    #[must_use]
    #[inline(never)]
    pub fn when(self, on: bool, more: &'static str) -> Self {
        if on { self.with(more) } else { self }
    }

    /// With one more class.
    #[must_use]
    #[inline(never)]
    pub fn class(self, name: &str) -> Self {
        self.also(AttrValue::from(name))
    }

    /// With one more class. Most elements have one, which is a part of the program's text and not copied.
    #[inline(never)]
    fn also(self, name: AttrValue) -> Self {
        if name.is_empty() {
            return self;
        }
        let class = match &self.0.attributes[CLASS] {
            Some(AttributeOrProperty::Attribute(others)) => [others.as_str(), " ", &name].concat().into(),
            _ => name,
        };
        self.put(CLASS, class)
    }

    /// With an attribute.
    #[must_use]
    #[inline(never)]
    pub fn attr(self, name: &'static str, value: &str) -> Self {
        self.set(name, AttrValue::from(value))
    }

    /// Standing for something that a person can press or choose.
    #[must_use]
    #[inline(never)]
    pub fn does(self, mark: Mark) -> Self {
        self.attr(ATTRIBUTE, &mark.to_attr())
    }

    #[inline(never)]
    fn set(self, name: &'static str, value: AttrValue) -> Self {
        match ATTRIBUTES.iter().position(|of| *of == name) {
            Some(at) => self.put(at, value),
            None => unreachable!("{name} is not among the attributes"),
        }
    }

    fn put(mut self, at: usize, value: AttrValue) -> Self {
        // A style that is written as an attribute is refused by a strict policy; the property is not. Without a browser there is none.
        #[cfg(target_arch = "wasm32")]
        if ATTRIBUTES[at] == "style" {
            let value = AttributeOrProperty::Property(wasm_bindgen::JsValue::from_str(&value));
            self.0.attributes[at] = Some(value);
            return self;
        }
        self.0.attributes[at] = Some(AttributeOrProperty::Attribute(value));
        self
    }

    /// Whose element in the document can be reached through `node`.
    #[must_use]
    pub fn reached_by(mut self, node: NodeRef) -> Self {
        self.0.tag.node_ref = node;
        self
    }

    /// Adds a child at the end. A `None` keeps an empty place, so that the children after it stay the same elements (and
    /// keep the focus) when it becomes `Some`.
    #[must_use]
    #[inline(never)]
    pub fn child<T: Content>(mut self, child: T) -> Self {
        self.0.children.push(child.into_html());
        self
    }

    /// With any number of children, which are one child to those behind them.
    #[must_use]
    pub fn children<T: Content>(self, children: impl IntoIterator<Item = T>) -> Self {
        let mut list = Vec::new();
        for child in children {
            list.push(child.into_html());
        }
        self.list(list)
    }

    #[inline(never)]
    fn list(mut self, list: Vec<Html>) -> Self {
        self.0.children.push(VList::from(list).into());
        self
    }
}

/// What can stand in an element.
pub trait Content {
    /// As Yew takes it.
    fn into_html(self) -> Html;
}

impl Content for El {
    #[inline(never)]
    fn into_html(self) -> Html {
        let Parts { mut tag, attributes, children } = *self.0;
        tag.set_attributes(Attributes::Dynamic { keys: &ATTRIBUTES, values: attributes });
        if let Some(inner) = tag.children_mut() {
            *inner = VList::from(children).into();
        }
        VNode::VTag(Rc::new(tag))
    }
}

impl Content for &str {
    #[inline(never)]
    fn into_html(self) -> Html {
        VText::new(AttrValue::from(self)).into()
    }
}

impl Content for String {
    #[inline(never)]
    fn into_html(self) -> Html {
        self.as_str().into_html()
    }
}

impl Content for u32 {
    #[inline(never)]
    fn into_html(self) -> Html {
        self.to_string().into_html()
    }
}

impl<T: Content> Content for Option<T> {
    fn into_html(self) -> Html {
        self.map(T::into_html).unwrap_or_default()
    }
}
