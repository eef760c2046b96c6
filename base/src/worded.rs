//! Enumerations whose variants are words elsewhere: in stored rows, in the API, in the keys of texts.

/// Defines an enumeration with a word for each variant; the name after the comma is the method that returns it.
#[macro_export]
macro_rules! worded {
    ($(#[$meta:meta])* $vis:vis enum $name:ident, $as_word:ident { $($(#[$about:meta])* $variant:ident = $word:expr,)+ }) => {
        $(#[$meta])*
        $vis enum $name { $($(#[$about])* $variant,)+ }

        impl $name {
            /// All of them, in their order.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// Its word.
            pub const fn $as_word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The variant with this word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.$as_word() == word)
            }
        }
    };
}

pub use worded;
