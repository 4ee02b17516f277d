//! The lessons of this repository.

use crate::lesson::Lesson;
use crate::parse::LessonError;

/// A lesson that can be opened.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// Its name in addresses, and that of its file without the ending.
    pub name: &'static str,
    /// The text of the file.
    pub text: &'static str,
}

impl Source {
    /// The lesson.
    ///
    /// # Errors
    /// [`LessonError`] says in which line the text is not one. Those of [`LESSONS`] are: a test reads them all.
    pub fn lesson(&self) -> Result<Lesson<'static>, LessonError> {
        Lesson::parse(self.text)
    }
}

/// Names a file of the folder once.
macro_rules! lessons {
    ($($name:literal),+ $(,)?) => {
        /// The names of all lessons: data that refers to no text.
        pub static NAMES: &[&str] = &[$($name),+];

        /// All lessons, in the order in which they are offered.
        pub static LESSONS: &[Source] = &[
            $(Source { name: $name, text: include_str!(concat!("../../../lessons/", $name, ".txt")) }),+
        ];
    };
}

lessons![
    "why-the-patch",
    "from-an-address-to-a-page",
    "four-lock-words",
    "folded-levels",
    "leaves-holes-bad-entries",
    "what-each-caller-does",
    "read-a-ptdump"
];
