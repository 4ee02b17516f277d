//! Which kernel a machine says that it runs, and the nearest row.
//!
//! `uname -r` is written by whoever built the kernel: `7.2.13`, `6.12.107+deb13-amd64`, `6.17.0-rc3+`. Debian 12 and Ubuntu do not
//! name the stable release there (`6.1.0-53-amd64`): the third number is always 0, and what follows counts packages. Only
//! `uname -v` tells it (`#1 SMP … Debian 6.1.192-3`), so whatever is pasted is searched for that as well.

use core::fmt;

use crate::{MmapAssert, Revision};

/// Longest text that is looked at. `uname -a` has about 120 bytes.
const MAX_TEXT: usize = 4096;

/// A release of the kernel, as far as a text tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    /// Version.
    pub major: u16,
    /// Patch level.
    pub minor: u16,
    /// How far within that.
    pub stage: Stage,
}

/// How far a release is within its version. By age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// A release candidate: its number.
    Candidate(u16),
    /// A stable release: its number, 0 for the first.
    Stable(u16),
    /// Some stable release of a distribution, which its name does not tell.
    Unknown(Namer),
}

/// Who names kernels without their stable release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namer {
    /// Debian and those that name as it does: `uname -v` tells.
    Debian,
    /// Ubuntu: `/proc/version_signature` tells.
    Ubuntu,
    /// Red Hat, SUSE and others: a kernel of their own, with back-ports of their own, of which no text tells.
    Other,
}

/// How sure it is that a row is this kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sure {
    /// The row is of this very release.
    Exact,
    /// A release between whose rules and the row's no difference is known.
    Alike,
    /// Differences are known, or what would tell them is not in the name.
    Differs,
}

/// The nearest row to a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// Which.
    pub revision: Revision,
    /// The version of the release itself, major and minor.
    pub version: (u16, u16),
    /// How sure that is.
    pub sure: Sure,
    /// What differs, or why nothing does.
    pub why: Why,
}

/// What differs, or why nothing does, as the end of a sentence that begins with the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Why {
    /// What is known of releases of this age.
    span: Option<&'static str>,
    /// How its assertions differ.
    asserts: Option<&'static str>,
    /// What a distribution's name does not tell.
    named: Option<&'static str>,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for part in [self.span, self.asserts, self.named].into_iter().flatten() {
            write!(f, "{separator}{part}")?;
            separator = "; ";
        }
        Ok(())
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        match self.stage {
            Stage::Candidate(number) => write!(f, "-rc{number}"),
            Stage::Stable(0) => Ok(()),
            Stage::Stable(number) => write!(f, ".{number}"),
            Stage::Unknown(_) => write!(f, ".0-N"),
        }
    }
}

impl Release {
    /// Reads what `uname -r`, `uname -v`, `uname -a` or a link says: `v6.16`, `6.1.0-53-amd64`, `6.12.107+deb13`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut end = text.len().min(MAX_TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text.get(..end)?;
        let named = Self::named(text)?;
        // uname -v of Debian: the release that the package is built from. /proc/version_signature: `Ubuntu 6.8.0-45.45-generic 6.8.12`.
        let behind = |word: &'static str, nth: usize| {
            let rests = text.match_indices(word).filter_map(move |(at, _)| text.get(at + word.len()..));
            rests.filter_map(move |rest| Self::word(rest.split_whitespace().nth(nth)?, true))
        };
        // The compiler of /proc/version has a package as well: `(gcc-12 (Debian 12.2.0-14) 12.2.0, …)`.
        let same = |of: &Self| (of.major, of.minor) == (named.major, named.minor);
        Some(behind("Debian ", 0).chain(behind("Ubuntu ", 1)).find(same).unwrap_or(named))
    }

    /// The release that `uname -r`, `uname -a` or /proc/version names. A host's name in `uname -a` may look like one.
    fn named(text: &str) -> Option<Self> {
        let word = |word| Self::word(word, false);
        let mut words = text.split_whitespace();
        if words.next() == Some("Linux")
            && let Some(release) = words.nth(1).and_then(word)
        {
            return Some(release);
        }
        text.split_whitespace().find_map(word)
    }

    /// Reads one word. `package` is whether it is the version of a package, whose third number always counts.
    fn word(word: &str, package: bool) -> Option<Self> {
        let word = word.strip_prefix(['v', 'V']).unwrap_or(word);
        let end = word.find(|of: char| !of.is_ascii_digit() && of != '.').unwrap_or(word.len());
        let (numbers, rest) = word.split_at(end);
        // `6.18.-rc1` is nobody's, and neither is a date: `2026.11.30`.
        let mut parts = numbers.split('.');
        let mut number = || parts.next().map(str::parse::<u16>);
        let (major, minor) = (number()?.ok()?, number()?.ok()?);
        let stable = number().transpose().ok()?;
        // No version ever had a higher minor number than 4.20, nor a higher major one than 9 before the 2030s: what has is a slip, or
        // something else, such as a compiler.
        if !(2..10).contains(&major) || minor > 20 {
            return None;
        }
        // Fedora counts packages before: `7.2.0-0.rc3.20260712git….27.fc45.x86_64`.
        let candidate = rest.strip_prefix("-rc").or_else(|| rest.strip_prefix("-0.rc")).and_then(|rest| {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            rest.get(..digits)?.parse().ok()
        });
        let stage = match (candidate, stable) {
            (Some(number), _) => Stage::Candidate(number),
            // `-53-amd64`, `-45-generic`: a count of packages behind a third number that says nothing.
            (None, Some(0)) if !package && counts_packages(rest) => Stage::Unknown(namer(rest)),
            (None, stable) => Stage::Stable(stable.unwrap_or(0)),
        };
        Some(Self { major, minor, stage })
    }

    /// The same with its first numbers only, to compare: of an unknown stage the last there is.
    const fn at(major: u16, minor: u16, stage: Stage) -> Self {
        Self { major, minor, stage }
    }

    /// Whether it is of this version, or later. A release candidate counts as its version.
    pub const fn since(self, major: u16, minor: u16) -> bool {
        self.major > major || self.major == major && self.minor >= minor
    }

    /// Whether it is a stable release of this series, from `stable` on.
    pub fn of_series(self, major: u16, minor: u16, stable: u16) -> bool {
        (self.major, self.minor) == (major, minor)
            && matches!(self.stage, Stage::Stable(own) if own >= stable)
    }

    /// The nearest row.
    pub fn nearest(self) -> Nearest {
        let exact = |id: &str| self.names(id);
        if let Some(revision) = Revision::ALL.into_iter().find(|of| exact(of.id())) {
            let why = Why { span: Some("is of that very release"), asserts: None, named: None };
            return Nearest { revision, version: (self.major, self.minor), sure: Sure::Exact, why };
        }
        let mut found = &SPANS[0];
        for span in &SPANS {
            if span.from <= self {
                found = span;
            }
        }
        let Span { revision, .. } = *found;
        let looks = revision.rules().mmap_assert == MmapAssert::LockdepOrWord;
        let before = if self.since(5, 8) { ASSERTS_BEFORE_V6_9 } else { ASSERTS_BEFORE_V5_8 };
        let asserts = (looks && !self.since(6, 9)).then_some(before);
        let namer = match self.stage {
            Stage::Unknown(namer) => Some(namer),
            _ => None,
        };
        let has_line = |of: &Revision| of.row().mainline.is_none() && self.is_series_of(of.id());
        // Which side of the steps within a long-term line it is on, only the stable release tells.
        let of_line = Revision::ALL.iter().any(has_line);
        let (span, named) = match namer {
            None => (Some(found.why), None),
            Some(Namer::Debian) if of_line => (None, Some(DEBIAN_OF_A_LINE)),
            Some(Namer::Ubuntu) if of_line => (None, Some(UBUNTU_OF_A_LINE)),
            Some(Namer::Other) if of_line => (None, Some(OTHER_OF_A_LINE)),
            Some(Namer::Debian) => (Some(found.why), Some(DEBIAN)),
            Some(Namer::Ubuntu) => (Some(found.why), Some(UBUNTU)),
            Some(Namer::Other) => (Some(found.why), Some(OTHER)),
        };
        let sure = if namer.is_some() || asserts.is_some() { Sure::Differs } else { found.sure };
        let version = (self.major, self.minor);
        Nearest { revision, version, sure, why: Why { span, asserts, named } }
    }

    /// Whether `id` is this release: `v6.16` is 6.16 and 6.16.0, `v6.12.107` only that.
    fn names(self, id: &str) -> bool {
        Self::word(id, true) == Some(self)
    }

    /// Whether `id` is of the same version.
    fn is_series_of(self, id: &str) -> bool {
        Self::word(id, true).is_some_and(|of| (of.major, of.minor) == (self.major, self.minor))
    }
}

/// Whether what follows three numbers counts the packages of a distribution: `-53-amd64`, `-45-generic`, `-0.deb11.21-amd64`,
/// `-427.13.1.el9_4.x86_64`, `-150600.23.25-default`. Fedora's third number is the stable release (`-61.fc45`), and git counts changes
/// (`-00012-gabcdef`).
fn counts_packages(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix('-') else { return false };
    if ["kali", "rpi"].iter().any(|name| rest.starts_with(name)) {
        return true;
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let behind = rest.get(digits..).unwrap_or_default();
    if behind.starts_with(".rc") {
        return false;
    }
    let is_git =
        behind.strip_prefix("-g").is_some_and(|hash| hash.starts_with(|of: char| of.is_ascii_hexdigit()))
            && !behind.starts_with("-generic")
            && !behind.starts_with("-gcp")
            && !behind.starts_with("-gke");
    digits != 0 && !is_git && !rest.contains(".fc") && (behind.is_empty() || behind.starts_with(['-', '.']))
}

/// Whose count that is.
fn namer(rest: &str) -> Namer {
    const DEBIANS: [&str; 17] = [
        "-amd64",
        "-arm64",
        "-686",
        "-armmp",
        "-rt-",
        "-cloud-",
        "-powerpc64",
        "-s390x",
        "-riscv64",
        "-loong64",
        "-marvell",
        "-loongson",
        "-octeon",
        ".deb",
        ".bpo",
        "-kali",
        "-rpi",
    ];
    const UBUNTUS: [&str; 16] = [
        "-generic",
        "-lowlatency",
        "-oem",
        "-aws",
        "-azure",
        "-gcp",
        "-gke",
        "-oracle",
        "-ibm",
        "-kvm",
        "-raspi",
        "-nvidia",
        "-realtime",
        "-xilinx",
        "-intel",
        "-laptop",
    ];
    let has = |all: &[&str]| all.iter().any(|of| rest.contains(of));
    // `-503.el9.x86_64`, `-209.161.7.2.el9uek.x86_64`
    if rest.contains(".el") {
        Namer::Other
    } else if has(&DEBIANS) {
        Namer::Debian
    } else if has(&UBUNTUS) {
        Namer::Ubuntu
    } else {
        Namer::Other
    }
}

/// The releases from one on, up to the next span.
struct Span {
    from: Release,
    revision: Revision,
    sure: Sure,
    why: &'static str,
}

const fn span(from: (u16, u16, Stage), revision: Revision, sure: Sure, why: &'static str) -> Span {
    Span { from: Release::at(from.0, from.1, from.2), revision, sure, why }
}

const FIRST: Stage = Stage::Candidate(0);
const ASSERTS_BEFORE_V6_9: &str = "without lockdep its assertions warn of nothing; CONFIG_DEBUG_VM stops with a BUG if nobody holds the lock, \
     and since v6.9 an assertion looks at the lock itself";
const ASSERTS_BEFORE_V5_8: &str = "what its assertions check is older than v5.8, and not known here; since v6.9 an assertion looks at the lock itself \
     without lockdep too";
const DEBIAN: &str = "the name is a distribution\u{2019}s and does not tell the stable release (uname -v may); its own back-ports are not known here";
const UBUNTU: &str = "the name is a distribution\u{2019}s and does not tell the stable release (/proc/version_signature does); its own back-ports \
     are not known here";
const OTHER: &str =
    "the name is a distribution\u{2019}s, whose kernel has back-ports of its own that are not known here";
const DEBIAN_OF_A_LINE: &str = "is a distribution\u{2019}s name for some release of that line: uname -v may tell which, and so which fixes it has";
const UBUNTU_OF_A_LINE: &str = "is a distribution\u{2019}s name for some release of that line: /proc/version_signature tells which, and so which \
     fixes it has";
const OTHER_OF_A_LINE: &str = "is a distribution\u{2019}s kernel that began with that version: neither its name nor uname -v tells which fixes of \
     that line it has";
const OLD_LOOPS: &str = "has the loops of that row, but wants the write lock of the mm that is walked alone (v6.0 to v6.7), and its huge vmaps take \
     no lock of init_mm";
const ANY_MM: &str = "is before the split; it wants any mm write-locked, init_mm too (v6.0 to v6.7)";
const V7_2: &str = "has what came with v7.2-rc7 (the debug walk asserts both locks, and a huge vmap takes init_mm\u{2019}s), but keeps \
     walk->action when it looks at an entry again, as v7.1 does: a pud may be walked twice (until v7.3-rc1); and x86\u{2019}s collapse does \
     not take init_mm\u{2019}s lock (until v7.3-rc3)";
const BEFORE_SPLIT: &str = "is before the split: one function with two modes, as in that row";

/// By age.
static SPANS: [Span; 25] = [
    span(
        (0, 0, FIRST),
        Revision::V6_16,
        Sure::Differs,
        "is before v5.6, in which walks without VMAs came: it has neither them nor these loops, and no row is like it",
    ),
    span(
        (5, 6, FIRST),
        Revision::V6_16,
        Sure::Differs,
        "is before the split, and its loops are older; its assertion is content with the lock held in any mode, or wants the write lock if \
         the fix of v6.0 (8782fb61cc84) was ported back, as to many long-term kernels",
    ),
    span((5, 19, Stage::Stable(8)), Revision::V6_1_192, Sure::Differs, OLD_LOOPS),
    span((6, 0, FIRST), Revision::V6_1_192, Sure::Differs, OLD_LOOPS),
    span(
        (6, 1, Stage::Stable(184)),
        Revision::V6_1_192,
        Sure::Differs,
        "has the trylock of huge vmaps (6.1.184), but asserts and takes only the lock of the mm that is walked (until 6.1.190)",
    ),
    span(
        (6, 1, Stage::Stable(191)),
        Revision::V6_1_192,
        Sure::Alike,
        "is of that line, from the release on that asserts both write locks (6.1.191)",
    ),
    span((6, 2, FIRST), Revision::V6_1_192, Sure::Differs, OLD_LOOPS),
    span((6, 5, FIRST), Revision::V6_16, Sure::Differs, ANY_MM),
    span(
        (6, 6, Stage::Stable(153)),
        Revision::V6_6_153,
        Sure::Alike,
        "is of that line, from the release on that is split",
    ),
    span((6, 7, FIRST), Revision::V6_16, Sure::Differs, ANY_MM),
    span((6, 8, FIRST), Revision::V6_16, Sure::Alike, BEFORE_SPLIT),
    span(
        (6, 12, FIRST),
        Revision::V6_16,
        Sure::Differs,
        "is older than 6.12.107, whose row has the back-ports of 2026; without those v6.16 is nearest",
    ),
    span(
        (6, 12, Stage::Stable(107)),
        Revision::V6_12_107,
        Sure::Alike,
        "is of that long-term line, and later",
    ),
    span((6, 13, FIRST), Revision::V6_16, Sure::Alike, BEFORE_SPLIT),
    span((6, 17, FIRST), Revision::V6_17, Sure::Alike, "is of that version"),
    span((6, 18, FIRST), Revision::V6_18, Sure::Alike, "is of that version"),
    span(
        (6, 18, Stage::Stable(1)),
        Revision::V6_18,
        Sure::Differs,
        "is of that long-term line; fixes of 2026 that were ported back to it are not in the row",
    ),
    span(
        (6, 19, FIRST),
        Revision::V6_18,
        Sure::Differs,
        "walks as v6.18 does; functions that may install are called *_unsafe since v6.19",
    ),
    span(
        (7, 0, FIRST),
        Revision::V7_1,
        Sure::Alike,
        "lies between v7.0 and v7.2-rc6: the pud is read again, the debug walk still delegates",
    ),
    span((7, 2, Stage::Candidate(7)), Revision::V7_3, Sure::Differs, V7_2),
    span(
        (7, 2, Stage::Stable(1)),
        Revision::V7_3,
        Sure::Differs,
        "has what came with v7.2-rc7 (the debug walk asserts both locks, and a huge vmap takes init_mm\u{2019}s), and perhaps not yet what \
         v7.2.13 has: that walk->action is forgotten when an entry is looked at again",
    ),
    span(
        (7, 2, Stage::Stable(13)),
        Revision::V7_3,
        Sure::Alike,
        "has the walker of v7.3 (7.2.13); whether x86\u{2019}s collapse takes init_mm\u{2019}s lock in it, as since v7.3-rc3, is not known here",
    ),
    span(
        (7, 3, FIRST),
        Revision::V7_3,
        Sure::Differs,
        "is of that version, but x86\u{2019}s collapse of large pages does not take init_mm\u{2019}s lock yet (v7.3-rc3)",
    ),
    span((7, 3, Stage::Candidate(3)), Revision::V7_3, Sure::Alike, "is of that version"),
    span(
        (7, 4, FIRST),
        Revision::V7_3,
        Sure::Differs,
        "is newer than every row: what changed since v7.3 is not known here",
    ),
];

#[cfg(test)]
mod tests {
    extern crate alloc;

    use alloc::string::{String, ToString};

    use super::*;

    fn nearest(text: &str) -> (&'static str, Sure) {
        let of = Release::parse(text).unwrap_or_else(|| panic!("{text}")).nearest();
        (of.revision.id(), of.sure)
    }

    fn why(text: &str) -> String {
        Release::parse(text).unwrap_or_else(|| panic!("{text}")).nearest().why.to_string()
    }

    #[test]
    fn before_v6_9_an_assertion_is_named_among_the_differences() {
        let word = "since v6.9 an assertion looks at the lock itself";
        for text in [
            "6.8.12-11-pve",
            "6.8.0-45-generic",
            "6.6.134-1-lts",
            "6.5.0-1018-azure",
            "5.15.167",
            "5.15.0-91-generic",
            "5.14.0-427.el9",
            "5.4.0",
            "2.6.32",
        ] {
            assert!(why(text).contains(word), "{text} {}", why(text));
            assert_eq!(nearest(text).1, Sure::Differs, "{text}");
        }
        // Of those the row says it, and these look.
        for text in ["6.1.100", "6.1.0-53-amd64", "6.6.160", "6.3.2", "6.9.0-rc1", "6.9.3", "6.12.57"] {
            assert!(!why(text).contains(word), "{text} {}", why(text));
        }
        assert!(why("5.7").contains("older than v5.8") && !why("5.8").contains("older than v5.8"));
    }

    #[test]
    fn a_distributions_name_has_the_differences_of_its_version_too() {
        for (named, version, word) in [
            ("5.15.0-91-generic", "5.15.7", "was ported back"),
            ("5.14.0-427.13.1.el9_4.x86_64", "5.14.7", "was ported back"),
            ("6.5.0-1018-azure", "6.5.1", "any mm write-locked"),
            ("6.2.0-39-generic", "6.2.1", "huge vmaps take no lock"),
            ("6.19.0-7-generic", "6.19.3", "*_unsafe"),
        ] {
            assert!(why(named).contains(word) && why(version).contains(word), "{named} {}", why(named));
            assert!(why(named).contains("distribution") && !why(version).contains("distribution"), "{named}");
        }
        assert!(why("6.1.99-android14-11-g7c0c1a").contains("huge vmaps take no lock"));
    }

    #[test]
    fn each_name_of_a_kernel_has_its_row() {
        use Sure::{Alike, Differs, Exact};
        for (text, row, sure) in [
            // Debian 12 and 13, by their names, and with uname -v or -a.
            ("6.1.0-53-amd64", "v6.1.192", Differs),
            ("6.1.0-53-cloud-arm64", "v6.1.192", Differs),
            ("#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-3 (2026-11-20)", "v6.1.192", Exact),
            (
                "Linux box 6.1.0-53-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.187-1 x86_64 GNU/Linux",
                "v6.1.192",
                Differs,
            ),
            ("Ubuntu 6.8.0-45.45-generic 6.8.12", "v6.16", Differs),
            ("Ubuntu 6.17.0-7.7-generic 6.17.1", "v6.17", Alike),
            ("6.12.107+deb13", "v6.12.107", Exact),
            ("6.12.107+deb13-amd64", "v6.12.107", Exact),
            ("6.12.117+deb12-amd64", "v6.12.107", Alike),
            ("6.12.57+deb13-amd64", "v6.16", Differs),
            ("Linux version 6.12.107+deb13-amd64 (debian-kernel@lists.debian.org)", "v6.12.107", Exact),
            // Others.
            ("7.2.13", "v7.3", Alike),
            ("7.3.4", "v7.3", Alike),
            ("v7.3", "v7.3", Exact),
            ("6.17.0-rc3+", "v6.17", Alike),
            ("6.8.0-45-generic", "v6.16", Differs),
            ("6.16.0", "v6.16", Exact),
            ("6.16.7-200.fc42.x86_64", "v6.16", Alike),
            ("6.6.153", "v6.6.153", Exact),
            ("6.6.160-microsoft-standard-WSL2", "v6.6.153", Alike),
            ("6.6.152", "v6.16", Differs),
            ("6.1.191", "v6.1.192", Alike),
            ("6.1.190", "v6.1.192", Differs),
            ("6.18.0-rc5", "v6.18", Alike),
            ("6.18.12-arch1-1", "v6.18", Differs),
            ("6.19.3", "v6.18", Differs),
            ("7.2.0-rc6", "v7.1", Alike),
            ("7.2.0-rc7", "v7.3", Differs),
            ("7.2", "v7.3", Differs),
            ("7.2.5", "v7.3", Differs),
            ("7.3.0-rc2", "v7.3", Differs),
            ("7.3.0-rc3", "v7.3", Alike),
            // Fedora's, whose first counts the package.
            ("7.2.0-0.rc3.20260712gitabcdef.27.fc45.x86_64", "v7.1", Alike),
            ("7.2.0-0.rc7.30.fc45.x86_64", "v7.3", Differs),
            ("7.2.14-61.fc45.x86_64", "v7.3", Alike),
            ("6.17.0-0.rc2.20250821git.24.fc43.x86_64", "v6.17", Alike),
            ("8.1.0", "v7.3", Differs),
            ("5.14.0-503.el9.x86_64", "v6.16", Differs),
            ("5.19.8", "v6.1.192", Differs),
            ("2.6.32", "v6.16", Differs),
        ] {
            assert_eq!(nearest(text), (row, sure), "{text}");
        }
    }

    #[test]
    fn what_is_no_kernel_has_none() {
        for text in [
            "",
            " ",
            "v",
            "6",
            "6.",
            ".6",
            "6..1",
            "x86_64",
            "GNU/Linux",
            "1.0.3",
            "100.1",
            "6.70000",
            "v6.177",
            "6.21",
            "6.1.99999999999",
            "-6.1",
            "+6.1",
            "six.one",
            "v6.",
            "٦.١",
            "2026.11.30",
            "23.6.0",
            "10.0.19045",
            "(Debian 12.2.0-14)",
        ] {
            assert_eq!(Release::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn near_misses_are_told_apart() {
        // One release before and behind each step.
        for (before, behind) in [("6.1.190", "6.1.191"), ("6.6.152", "6.6.153"), ("6.12.106", "6.12.107")] {
            assert_ne!(nearest(before), nearest(behind), "{before} {behind}");
        }
        assert!(why("6.1.188").contains("trylock"));
        assert!(why("6.1.100").contains("write lock of the mm"));
        assert!(why("6.1.0-53-amd64").contains("uname -v"));
        // A count of packages is one only behind a 0, and alone or before a dash.
        let stage = |text| Release::parse(text).map(|of| of.stage);
        assert_eq!(stage("6.1.0-53"), Some(Stage::Unknown(Namer::Other)));
        assert_eq!(stage("6.1.0-53x"), Some(Stage::Stable(0)));
        assert_eq!(stage("6.1.4-53-amd64"), Some(Stage::Stable(4)));
        assert_eq!(stage("6.1.0-rc5-next-20221116"), Some(Stage::Candidate(5)));
        assert_eq!(stage("6.1.0-rc"), Some(Stage::Stable(0)));
        assert_eq!(stage("7.3.0-0.rc3.20260901git1.30.fc45"), Some(Stage::Candidate(3)));
        assert_eq!(stage("7.3.0-0.rc"), Some(Stage::Stable(0)));
        assert_eq!(stage("6.17.0-00012-gabcdef0"), Some(Stage::Stable(0)));
        assert_eq!(stage("7.2.0-61.fc45.x86_64"), Some(Stage::Stable(0)));
    }

    #[test]
    fn what_tells_the_stable_release_is_said_as_it_is_for_who_names() {
        use Namer::{Debian, Other, Ubuntu};
        let stage = |text| Release::parse(text).map(|of| of.stage);
        for (text, namer, hint) in [
            ("6.1.0-53-amd64", Debian, "uname -v may tell which"),
            ("6.1.0-0.deb11.21-amd64", Debian, "uname -v may tell which"),
            ("5.10.0-0.bpo.9-amd64", Debian, "(uname -v may)"),
            ("6.1.0-rpi7-rpi-v8", Debian, "uname -v may tell which"),
            ("6.1.0-kali9-amd64", Debian, "uname -v may tell which"),
            ("6.8.0-45-generic", Ubuntu, "/proc/version_signature"),
            ("6.1.0-1036-oem", Ubuntu, "/proc/version_signature"),
            ("6.8.0-1013-gcp", Ubuntu, "/proc/version_signature"),
            ("6.5.0-1018-azure", Ubuntu, "/proc/version_signature"),
            ("4.18.0-553.16.1.el8_10.x86_64", Other, "back-ports of its own"),
            ("5.14.0-503.14.1.el9_5.aarch64", Other, "back-ports of its own"),
            ("6.12.0-55.9.1.el10_0.x86_64", Other, "neither its name nor uname -v"),
            ("5.15.0-209.161.7.2.el9uek.x86_64", Other, "back-ports of its own"),
            ("6.4.0-150600.23.25-default", Other, "back-ports of its own"),
            ("6.6.0-72.0.0.76.oe2403.x86_64", Other, "neither its name nor uname -v"),
        ] {
            assert_eq!(stage(text), Some(Stage::Unknown(namer)), "{text}");
            assert!(why(text).contains(hint), "{text}: {}", why(text));
            assert_eq!(nearest(text).1, Sure::Differs, "{text}");
        }
    }

    #[test]
    fn the_name_of_a_host_is_no_kernel() {
        for (text, release) in [
            ("Linux 10.0.0.5 6.12.107 #1 SMP x86_64 GNU/Linux", "6.12.107"),
            ("Linux 6.1-builder 7.3.1 #1 SMP", "7.3.1"),
            ("Linux 5.10 6.12.107 #1", "6.12.107"),
            ("Linux version 6.6.160 (root@6.1) #1", "6.6.160"),
            ("Linux 6.6.160", "6.6.160"),
        ] {
            assert_eq!(Release::parse(text), Release::parse(release), "{text}");
        }
    }

    #[test]
    fn before_walks_without_vmas_no_row_is_alike() {
        for text in ["2.6.32", "3.10.0-1160.el7.x86_64", "4.19.0-27-amd64", "5.4.0-200-generic", "5.5.19"] {
            assert!(why(text).contains("no row is like it"), "{text} {}", why(text));
        }
        assert!(why("5.6.0").contains("content with the lock held in any mode"));
    }

    #[test]
    fn the_compiler_of_proc_version_is_no_kernel() {
        for (text, row, sure) in [
            (
                "Linux version 6.1.0-53-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils \
                 for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-3 (2026-11-20)",
                "v6.1.192",
                Sure::Exact,
            ),
            (
                "Linux version 6.12.107+deb13-amd64 (debian-kernel@lists.debian.org) (x86_64-linux-gnu-gcc-14 (Debian 14.2.0-19) 14.2.0, GNU ld \
                 (GNU Binutils for Debian) 2.44) #1 SMP PREEMPT_DYNAMIC Debian 6.12.107-1 (2026-08-02)",
                "v6.12.107",
                Sure::Exact,
            ),
            (
                "Linux version 6.8.0-45-generic (buildd@lcy02-amd64-115) (x86_64-linux-gnu-gcc-13 (Ubuntu 13.2.0-23ubuntu4) 13.2.0, GNU ld (GNU \
                 Binutils for Ubuntu) 2.42) #45-Ubuntu SMP PREEMPT_DYNAMIC Fri Aug 30 12:02:04 UTC 2024",
                "v6.16",
                Sure::Differs,
            ),
            (
                "Linux version 6.6.87.2-microsoft-standard-WSL2 (root@439a258ad544) (gcc (GCC) 11.2.0, GNU ld (GNU Binutils) 2.37) #1 SMP",
                "v6.16",
                Sure::Differs,
            ),
        ] {
            assert_eq!(nearest(text), (row, sure), "{text}");
            assert!(!why(text).contains("newer than every row"), "{text}");
        }
    }

    #[test]
    fn any_text_is_read_or_refused() {
        let long: String = core::iter::repeat_n("6.1.0-", 100_000).collect();
        assert_eq!(Release::parse(&long), Release::parse("6.1.0-6.1"));
        // Cut inside a letter of several bytes.
        let letters: String = core::iter::repeat_n('ß', MAX_TEXT).collect();
        assert_eq!(Release::parse(&letters), None);
        assert_eq!(Release::parse(&alloc::format!("x{letters}")), None);
        for text in ["6.1.192-3 Debian ", "Debian 6.1.192", "Debian x 6.12.107"] {
            assert!(Release::parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn spans_are_by_age_and_every_row_is_its_own_nearest() {
        assert!(SPANS.is_sorted_by(|one, next| one.from < next.from));
        for revision in Revision::ALL {
            if let Some(release) = Release::parse(revision.id()) {
                assert_eq!(release.nearest().revision, revision);
                assert_eq!(release.nearest().sure, Sure::Exact);
            }
        }
    }
}
