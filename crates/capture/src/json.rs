//! A JSON document, and where in it one is.
//!
//! Who takes it apart differs: serde_json natively (feature `json`), the browser in the page, where serde_json would
//! cost 25 kB of the first download. What its parts mean is said once, by the format, over [`Node`].

use std::fmt;

use crate::ImportError;

/// A value in a JSON document.
pub trait Node {
    /// The member of an object.
    fn get(&self, key: &str) -> Option<Box<dyn Node + '_>>;
    /// The names of an object's members, not many more than `most` of them.
    fn names(&self, most: usize) -> Option<Vec<String>>;
    /// The number of items of an array.
    fn items(&self) -> Option<usize>;
    /// An item of an array.
    fn item(&self, index: usize) -> Option<Box<dyn Node + '_>>;
    /// A string.
    fn text(&self) -> Option<String>;
    /// A whole number that is not negative and below 2³².
    fn number(&self) -> Option<u32>;
}

/// Takes a document apart. The error says where it is not JSON, in the words of whoever read it.
pub type ReadJson = fn(&[u8]) -> Result<Box<dyn Node>, String>;

/// [`ReadJson`] by serde_json.
///
/// # Errors
/// Not JSON, or nested more than 128 deep.
#[cfg(feature = "json")]
pub fn by_serde(json: &[u8]) -> Result<Box<dyn Node>, String> {
    let document: serde_json::Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    Ok(Box::new(document))
}

#[cfg(feature = "json")]
impl Node for serde_json::Value {
    fn get(&self, key: &str) -> Option<Box<dyn Node + '_>> {
        Some(Box::new(serde_json::Value::get(self, key)?))
    }

    fn names(&self, most: usize) -> Option<Vec<String>> {
        Some(self.as_object()?.keys().take(most).cloned().collect())
    }

    fn items(&self) -> Option<usize> {
        self.as_array().map(Vec::len)
    }

    fn item(&self, index: usize) -> Option<Box<dyn Node + '_>> {
        Some(Box::new(self.as_array()?.get(index)?))
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<u32> {
        self.as_u64()?.try_into().ok()
    }
}

/// A part of a document is one as well.
#[cfg(feature = "json")]
impl Node for &serde_json::Value {
    fn get(&self, key: &str) -> Option<Box<dyn Node + '_>> {
        Node::get(*self, key)
    }

    fn names(&self, most: usize) -> Option<Vec<String>> {
        (*self).names(most)
    }

    fn items(&self) -> Option<usize> {
        Node::items(*self)
    }

    fn item(&self, index: usize) -> Option<Box<dyn Node + '_>> {
        (*self).item(index)
    }

    fn text(&self) -> Option<String> {
        (*self).text()
    }

    fn number(&self) -> Option<u32> {
        (*self).number()
    }
}

/// A value, and the way to it from the top of the document.
pub struct At<'a> {
    node: Box<dyn Node + 'a>,
    above: Option<&'a At<'a>>,
    step: Step<'a>,
}

/// The last step of a way.
#[derive(Clone, Copy)]
enum Step<'a> {
    Top,
    Member(&'a str),
    Item(usize),
}

/// The way to it: `tables[3].entries`.
impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(above) = self.above else { return Ok(()) };
        above.fmt(f)?;
        self.step.write(above.above.is_none(), f)
    }
}

impl Step<'_> {
    fn write(self, first: bool, f: &mut impl fmt::Write) -> fmt::Result {
        match self {
            Self::Top => Ok(()),
            Self::Member(name) if first => f.write_str(name),
            Self::Member(name) => write!(f, ".{name}"),
            Self::Item(index) => write!(f, "[{index}]"),
        }
    }
}

impl fmt::Debug for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "At({self})")
    }
}

/// What a value of at most 64 bits looks like.
pub const HEX: &str = "a number of at most 64 bits as a string like \"0x1000\"";

impl<'a> At<'a> {
    /// The document itself.
    pub fn top(document: Box<dyn Node + 'a>) -> Self {
        Self { node: document, above: None, step: Step::Top }
    }

    /// Says that this must be `expected`, and where it is.
    pub fn must_be(&self, expected: &'static str) -> ImportError {
        let mut place = self.to_string();
        if place.is_empty() {
            "the file".clone_into(&mut place);
        }
        ImportError::Shape { place, expected }
    }

    /// Says that a member must be `expected`, whether it is something else or missing.
    fn member_must_be(&self, key: &str, expected: &'static str) -> ImportError {
        let mut place = self.to_string();
        // Writing to a String cannot fail.
        let _ = Step::Member(key).write(self.above.is_none(), &mut place);
        ImportError::Shape { place, expected }
    }

    /// A member of this object that may be missing.
    pub fn find(&'a self, key: &'a str) -> Option<At<'a>> {
        Some(At { node: self.node.get(key)?, above: Some(self), step: Step::Member(key) })
    }

    /// A member of this object that must be there and be `expected`.
    pub fn get(&'a self, key: &'a str, expected: &'static str) -> Result<At<'a>, ImportError> {
        self.find(key).ok_or_else(|| self.member_must_be(key, expected))
    }

    /// A member that is a string.
    pub fn text(&self, key: &str) -> Result<String, ImportError> {
        let text = self.node.get(key).and_then(|node| node.text());
        text.ok_or_else(|| self.member_must_be(key, "a string"))
    }

    /// A member that is a whole number, not negative and below 2³².
    pub fn number(&self, key: &str) -> Result<u32, ImportError> {
        let number = self.node.get(key).and_then(|node| node.number());
        number.ok_or_else(|| self.member_must_be(key, "a number"))
    }

    /// A member that is a value of at most 64 bits.
    pub fn hex(&self, key: &str) -> Result<u64, ImportError> {
        self.node.get(key).and_then(|node| hex(&*node)).ok_or_else(|| self.member_must_be(key, HEX))
    }

    /// This as a value of at most 64 bits.
    pub fn as_hex(&self) -> Option<u64> {
        hex(&*self.node)
    }

    /// This as a number.
    pub fn as_number(&self) -> Option<u32> {
        self.node.number()
    }

    /// How many items this array has.
    pub fn items(&self, expected: &'static str) -> Result<usize, ImportError> {
        self.node.items().ok_or_else(|| self.must_be(expected))
    }

    /// The names of this object's members, not many more than `most`.
    pub fn names(&self, most: usize) -> Result<Vec<String>, ImportError> {
        self.node.names(most).ok_or_else(|| self.must_be("an object"))
    }

    /// An item of this array that may be missing.
    pub fn item(&'a self, index: usize) -> Option<At<'a>> {
        Some(At { node: self.node.item(index)?, above: Some(self), step: Step::Item(index) })
    }
}

fn hex(node: &dyn Node) -> Option<u64> {
    let text = node.text()?;
    // from_str_radix takes a sign.
    let digits = text.strip_prefix("0x").filter(|digits| !digits.starts_with('+'))?;
    u64::from_str_radix(digits, 16).ok()
}
