//! Enums whose values have names: in an attribute of an element, in a list's options.

/// Declares an enum, and says the name of each value beside it, once.
macro_rules! named {
    ($(#[$about:meta])* pub enum $Enum:ident { $($(#[$doc:meta])* $Value:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $Enum {
            $($(#[$doc])* $Value,)+
        }

        impl $Enum {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$Value),+];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Value => $name,)+
                }
            }

            /// The one with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|of| of.name() == name)
            }
        }
    };
}

pub(crate) use named;
