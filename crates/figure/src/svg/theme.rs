//! The colours.

/// How a figure is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the page in the light.
    #[default]
    Light,
    /// As the page in the dark.
    Dark,
    /// Black on white, for paper: what is coloured elsewhere differs by lines and words.
    Print,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::Print];

    /// Its name on a command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Print => "print",
        }
    }

    /// The theme of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// A colour, as the page has it (`web/styles/tokens.css`, `web/styles/race.css`).
    pub(crate) const fn colour(self, tone: Tone) -> &'static str {
        let [_, light, dark] = tone.said();
        match self {
            Self::Light => light,
            Self::Dark => dark,
            Self::Print => match tone {
                Tone::Panel
                | Tone::Sunken
                | Tone::AccentSoft
                | Tone::Lit
                | Tone::GoodSoft
                | Tone::BadSoft => "#ffffff",
                Tone::Line => "#777777",
                _ => "#000000",
            },
        }
    }

    /// Whether colours tell nothing.
    pub(crate) const fn is_plain(self) -> bool {
        matches!(self, Self::Print)
    }
}

/// Declares the colours: each by its name on the page, in the light and in the dark.
macro_rules! tones {
    ($($Tone:ident = $name:literal $light:literal $dark:literal,)+) => {
        /// What a colour is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Tone {
            $($Tone,)+
        }

        impl Tone {
            /// All of them.
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$Tone),+];

            const fn said(self) -> [&'static str; 3] {
                match self {
                    $(Self::$Tone => [$name, $light, $dark],)+
                }
            }
        }
    };
}

tones! {
    Panel = "panel" "#ffffff" "#181c23",
    Sunken = "sunken" "#eef0f4" "#0c0e12",
    Line = "line" "#d3d8e0" "#343b47",
    Ink = "ink" "#16191f" "#e8ebf0",
    Dim = "dim" "#59616f" "#a3acba",
    Accent = "accent" "#0b57c4" "#82b4ff",
    AccentSoft = "accent-soft" "#dfeafc" "#1b2f4f",
    Lit = "lit" "#fff0c2" "#41330c",
    LitLine = "lit-line" "#a06400" "#f0b429",
    Good = "good" "#116b35" "#6fd18f",
    GoodSoft = "good-soft" "#e0f3e6" "#14301e",
    Bad = "bad" "#b3161f" "#ff8a8a",
    BadSoft = "bad-soft" "#fde6e6" "#3d1618",
    Table = "table" "#0b57c4" "#82b4ff",
    Leaf = "leaf" "#7c2fb8" "#d3a2ff",
    Absent = "absent" "#8a5a00" "#e8b65a",
    Lock = "lock" "#0f6a73" "#6fd0da",
    Cpu0 = "cpu-0" "#0b57c4" "#82b4ff",
    Cpu1 = "cpu-1" "#9a4a00" "#f0a25a",
    Cpu2 = "cpu-2" "#7c2fb8" "#d3a2ff",
    Rcu = "rcu" "#0f6a73" "#6fd0da",
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_colours_are_those_of_the_page() {
        let styles = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/styles");
        let sheets = ["tokens.css", "dark.css", "race.css"]
            .map(|name| fs::read_to_string(styles.join(name)).expect("a sheet"));
        let values = |name: &str| -> Vec<String> {
            let start = format!(" --{name}: ");
            let pieces = sheets.iter().flat_map(|sheet| sheet.split(&*start).skip(1));
            pieces.filter_map(|piece| piece.split(';').next()).map(str::to_owned).collect()
        };
        for tone in Tone::ALL {
            let [name, light, dark] = tone.said();
            assert_eq!(values(name), [light, dark], "{name}");
        }
    }
}
