//! The kernel's version in a splat, and the nearest of the kernels whose walker is modelled.

use pagewalk::release::Stage;
use pagewalk::{EntryPoint, Release, Revision};

/// A version: `6.12.94`, `7.3.0-rc3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// As it stands in the text.
    pub text: String,
    /// Which release that is.
    pub release: Release,
}

impl Version {
    /// Reads `6.17.0-rc3-00012-gabcdef #12`: the first word, and where `uname -v` follows that tells the stable release
    /// (`6.1.0-53-amd64 #1 Debian 6.1.192-3`), that as well.
    pub fn new(text: &str) -> Option<Self> {
        let word = text.split_whitespace().next()?;
        let word = word.strip_prefix('v').unwrap_or(word);
        let named = Release::parse(word)?;
        let text_of = word.chars().take(60).collect();
        // Of another series it is not this kernel's.
        let told = Release::parse(text).filter(|of| (of.major, of.minor) == (named.major, named.minor));
        let is_unknown = |of: &Release| matches!(of.stage, Stage::Unknown(_));
        Some(match told.filter(|of| is_unknown(&named) && !is_unknown(of)) {
            Some(release) => Self { text: format!("{text_of} ({release})"), release },
            None => Self { text: text_of, release: named },
        })
    }

    /// The version in a line like `CPU: 1 UID: 0 PID: 71 Comm: cat Not tainted 6.17.0-rc3 #12 PREEMPT(full)`, or in the second line of a
    /// lockdep report (`6.17.0-rc3 #12 Not tainted`).
    pub fn in_line(line: &str) -> Option<Self> {
        if let Some((_, rest)) = line.split_once("Not tainted ") {
            return Self::new(rest);
        }
        // `Tainted: G        W  OE  6.6.46 #1`, since v6.12 `Tainted: [W]=WARN` behind the version.
        if let Some((before, rest)) = line.split_once("Tainted: ") {
            let behind = words(rest).find_map(Self::dotted);
            return behind.or_else(|| words(before).filter_map(Self::dotted).last());
        }
        (line.contains(" #") && (line.contains("ot tainted") || line.contains("Tainted")))
            .then(|| Self::dotted(line.trim_start()))
            .flatten()
    }

    /// The version in the second line of a lockdep report, which begins with it.
    pub(crate) fn at_start(line: &str) -> Option<Self> {
        let is_one = line.contains(' ') && (line.contains("tainted") || line.contains("Tainted"));
        is_one.then(|| Self::dotted(line)).flatten()
    }

    /// A version that the text begins with, which has a dot.
    fn dotted(text: &str) -> Option<Self> {
        let word = text.split_whitespace().next()?;
        (word.contains('.') && text.starts_with(|of: char| of.is_ascii_digit()))
            .then(|| Self::new(text))
            .flatten()
    }

    /// Whether it is of this version, or later. A release candidate counts as its version.
    pub const fn since(&self, major: u16, minor: u16) -> bool {
        self.release.since(major, minor)
    }

    /// Whether `walk_page_range_novma()` wants the write lock (8782fb61cc84): v6.0, and 5.19.8 by a back-port.
    pub fn wants_write(&self) -> bool {
        self.since(6, 0) || self.release.of_series(5, 19, 8)
    }

    /// The 6.1 long-term kernels that have the write lock of both in `walk_page_range_novma()` (6.1.191).
    pub fn is_6_1_with_both(&self) -> bool {
        self.release.of_series(6, 1, 191)
    }
}

/// What each word of a text begins.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.split_whitespace().map(|word| word.as_ptr() as usize - text.as_ptr() as usize);
    starts.filter_map(|at| text.get(at..))
}

/// The nearest of the kernels whose walker is modelled, and why that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub revision: Revision,
    /// Why, in a sentence.
    pub why: String,
}

impl Row {
    /// The nearest row for a version, and for the functions that a trace has: a kernel whose functions are those of another version
    /// has them from a back-port.
    pub fn nearest(version: Option<&Version>, functions: &[EntryPoint]) -> Self {
        let has = |entry: EntryPoint| functions.contains(&entry);
        let split = has(EntryPoint::Kernel) || has(EntryPoint::Debug);
        let Some(Version { text, release }) = version else { return Self::by_functions(functions) };
        let found = release.nearest();
        if !release.since(6, 17)
            && !found.revision.rules().split
            && (split || has(EntryPoint::KernelLockless))
        {
            let revision = if release.since(6, 7) { Revision::V6_12_107 } else { Revision::V6_6_153 };
            let why = format!(
                "{text} is older than the split of walk_page_range_novma() (v6.17), and yet has its functions: a kernel with back-ports, as \
                 {} is",
                revision.id().trim_start_matches('v')
            );
            return Self { revision, why };
        }
        Self { revision: found.revision, why: format!("{text} {}", found.why) }
    }

    fn by_functions(functions: &[EntryPoint]) -> Self {
        let has = |entry: EntryPoint| functions.contains(&entry);
        let (revision, why) = if has(EntryPoint::RangeMmUnsafe) || has(EntryPoint::RangeVmaUnsafe) {
            (Revision::V7_1, "no version in the text; functions called *_unsafe exist since v6.19")
        } else if has(EntryPoint::KernelLockless) {
            (
                Revision::V6_18,
                "no version in the text; walk_kernel_page_table_range_lockless() exists since v6.18",
            )
        } else if has(EntryPoint::Kernel) || has(EntryPoint::Debug) {
            (Revision::V6_17, "no version in the text; the two functions of the split exist since v6.17")
        } else if has(EntryPoint::Novma) {
            (Revision::V6_16, "no version in the text; walk_page_range_novma() is gone since v6.17")
        } else {
            (Revision::V7_3, "no version in the text, and nothing that tells one: today's kernel is taken")
        };
        Self { revision, why: why.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_their_lines() {
        for (line, text) in [
            ("CPU: 1 UID: 0 PID: 71 Comm: cat Not tainted 6.17.0-rc3+ #12 PREEMPT(full)", "6.17.0-rc3+"),
            (
                "CPU: 3 PID: 5276 Comm: vcpu0 Tainted: G        W  OE      6.6.46-android15-8-g8bab72 #1",
                "6.6.46-android15-8-g8bab72",
            ),
            (
                "CPU: 0 UID: 0 PID: 1 Comm: init Tainted: G        W           7.3.0-rc2-syzkaller #0 PREEMPT(full) ",
                "7.3.0-rc2-syzkaller",
            ),
            ("6.1.0-rc5-next-20221116-syzkaller #0 Not tainted", "6.1.0-rc5-next-20221116-syzkaller"),
            ("5.8.0-rc1-dirty #4 Tainted: G W", "5.8.0-rc1-dirty"),
            (
                "CPU: 1 PID: 71 Comm: cat Not tainted 6.1.0-53-amd64 #1  Debian 6.1.192-1",
                "6.1.0-53-amd64 (6.1.192)",
            ),
            (
                "CPU: 1 PID: 71 Comm: cat Tainted: G        W          6.1.0-53-amd64 #1  Debian 6.1.192-1",
                "6.1.0-53-amd64 (6.1.192)",
            ),
        ] {
            let version = Version::at_start(line).or_else(|| Version::in_line(line)).expect(line);
            assert_eq!(version.text, text);
        }
        let debian = Version::new("6.1.0-53-amd64 #1  Debian 6.1.192-1").expect("a version");
        let row = Row::nearest(Some(&debian), &[]);
        assert!(row.revision == Revision::V6_1_192 && !row.why.contains("uname -v"), "{}", row.why);
        assert_eq!(Version::in_line("Hardware name: QEMU 1.16.0-4 04/01/2014"), None);
        assert_eq!(Version::new("x"), None);
        let stage = Version::new("6.17.0-rc3").map(|of| of.release.stage);
        assert_eq!(stage, Some(Stage::Candidate(3)));
    }

    #[test]
    fn uname_v_tells_the_stable_release_that_uname_r_does_not() {
        for (line, text, row) in [
            (
                "CPU: 1 PID: 812 Comm: cat Tainted: G        W          6.1.0-53-amd64 #1  Debian 6.1.192-3",
                "6.1.0-53-amd64 (6.1.192)",
                "v6.1.192",
            ),
            (
                "CPU: 1 PID: 812 Comm: cat Not tainted 6.1.0-53-amd64 #1  Debian 6.1.192-3",
                "6.1.0-53-amd64 (6.1.192)",
                "v6.1.192",
            ),
            ("6.1.0-53-amd64 #1 Tainted: G W Debian 6.1.187-1", "6.1.0-53-amd64 (6.1.187)", "v6.1.192"),
            ("6.1.0-53-amd64 #1 Not tainted", "6.1.0-53-amd64", "v6.1.192"),
            (
                "CPU: 0 PID: 1 Comm: a Not tainted 6.1.0-53-amd64 #1 Debian 5.10.1-1",
                "6.1.0-53-amd64",
                "v6.1.192",
            ),
            (
                "CPU: 0 PID: 1 Comm: a Not tainted 6.12.107+deb13-amd64 #1 PREEMPT(lazy)  Debian 6.12.107-1",
                "6.12.107+deb13-amd64",
                "v6.12.107",
            ),
        ] {
            let version = Version::at_start(line).or_else(|| Version::in_line(line)).expect(line);
            assert_eq!(version.text, text, "{line}");
            assert_eq!(Row::nearest(Some(&version), &[]).revision.id(), row, "{line}");
        }
        let why = |line: &str| Row::nearest(Version::in_line(line).as_ref(), &[]).why;
        let of =
            |debian: &str| why(&format!("CPU: 1 PID: 8 Comm: cat Not tainted 6.1.0-53-amd64 #1 {debian}"));
        assert!(
            of("Debian 6.1.192-3").ends_with("(6.1.192) is of that very release"),
            "{}",
            of("Debian 6.1.192-3")
        );
        assert!(
            of("Debian 6.1.187-1").contains("trylock of huge vmaps (6.1.184)") && of("").contains("uname -v")
        );
    }

    #[test]
    fn each_version_has_its_nearest_row() {
        for (text, row) in [
            ("5.8.0-rc1", "v6.16"),
            ("6.1.192", "v6.1.192"),
            ("6.1.187", "v6.1.192"),
            ("6.6.153", "v6.6.153"),
            ("6.6.46", "v6.16"),
            ("6.12.57", "v6.16"),
            ("6.12.107", "v6.12.107"),
            ("6.12.113", "v6.12.107"),
            ("6.16.0", "v6.16"),
            ("6.17.0-rc1", "v6.17"),
            ("6.18.0-rc5", "v6.18"),
            ("6.19.3", "v6.18"),
            ("7.0.1", "v7.1"),
            ("7.2.0-rc6", "v7.1"),
            ("7.2.0-rc7", "v7.3"),
            ("7.2.13", "v7.3"),
            ("7.3.4", "v7.3"),
            ("8.1.0", "v7.3"),
        ] {
            let version = Version::new(text).expect(text);
            let found = Row::nearest(Some(&version), &[]);
            assert_eq!(found.revision.id(), row, "{text}: {}", found.why);
        }
    }

    #[test]
    fn the_functions_of_a_trace_tell_a_back_port() {
        for (text, row) in [("6.6.120", Revision::V6_6_153), ("6.12.90", Revision::V6_12_107)] {
            let version = Version::new(text).expect("a version");
            assert_eq!(Row::nearest(Some(&version), &[EntryPoint::Debug]).revision, row, "{text}");
        }
        assert_eq!(Row::nearest(None, &[EntryPoint::KernelLockless]).revision, Revision::V6_18);
        assert_eq!(Row::nearest(None, &[EntryPoint::RangeVmaUnsafe]).revision, Revision::V7_1);
        assert_eq!(Row::nearest(None, &[EntryPoint::Novma]).revision, Revision::V6_16);
        assert_eq!(Row::nearest(None, &[]).revision, Revision::V7_3);
    }
}
