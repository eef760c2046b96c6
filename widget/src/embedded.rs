//! Files compiled into the program: scripts, style and images of the archive, and the language files.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Files of the archive that are copied unchanged, by their path in it, sorted.
pub fn assets() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    ASSETS.iter().copied()
}

/// Fluent texts of a language, one per group; empty if there is no translation.
pub fn language(code: &str) -> Vec<&'static str> {
    let of_language = |(name, _): &&(&str, &str)| name.split('/').next() == Some(code);
    LOCALES.iter().filter(of_language).map(|(_, text)| *text).collect()
}
