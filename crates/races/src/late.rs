//! What of the library arrives later than the rest of it, in a program that arrives in parts: races that not everybody asks for.
//!
//! Who has all at once notices nothing of it. What is known of them all the time are their names and titles
//! ([`race::ABOUTS`](crate::race::ABOUTS), [`verdicts::ABOUTS`](crate::verdicts::ABOUTS)). Each file says what of it comes later, so that none
//! has to know another for the sake of that.

/// A module with a value that comes later: `here()` is all of it. Only with the feature `parts` it is what stands behind `until` until
/// `complete()` is called, which alone names the whole.
macro_rules! late {
    ($(#[$doc:meta])* $name:ident: $of:ty = $all:expr, until $nothing:expr) => {
        $(#[$doc])*
        mod $name {
            use super::*;

            #[cfg(feature = "parts")]
            static HERE: once_cell::race::OnceRef<'static, $of> = once_cell::race::OnceRef::new();

            /// What of it is here.
            pub(super) fn here() -> &'static $of {
                #[cfg(feature = "parts")]
                {
                    static NOTHING: $of = $nothing;
                    HERE.get().unwrap_or(&NOTHING)
                }
                #[cfg(not(feature = "parts"))]
                {
                    static ALL: $of = $all;
                    &ALL
                }
            }

            /// Makes all of it known.
            #[cfg(feature = "parts")]
            pub(crate) fn complete() {
                static ALL: $of = $all;
                // A second time changes nothing.
                let _ = HERE.set(&ALL);
            }
        }
        #[cfg(feature = "parts")]
        pub(crate) use $name::complete;
    };
}
