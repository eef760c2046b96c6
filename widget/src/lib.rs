//! The widget archive for upload to amoCRM and Kommo: [`build`] creates it, [`check`] finds what moderation would
//! reject.
//!
//! ```text
//! assets/ (scripts, style, images) ─┐
//! locales/*.ftl ─▶ words ───────────┼─▶ build ─▶ widget.zip ─▶ check ─▶ findings
//! configuration ─▶ BuildInputs ─────┘
//! ```
//!
//! All contents of an archive are compiled in; nothing is read at run time.

mod build;
mod check;
mod manifest;
mod script;
mod words;

pub use build::{Archive, ArchiveError, BuildError, build, build_named, warnings};
pub use check::{Finding, OWN_RULES, RULES, check};
pub use manifest::{BuildInputs, LOGOS, Manifest, Platform, Vendor};

/// Files compiled into the program: scripts, style and images of the archive, and the language files.
mod embedded {
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
}
