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

mod archive;
mod build;
mod check;
mod embedded;
mod inputs;
mod manifest;
mod script;
mod words;

pub use archive::{Archive, ArchiveError};
pub use build::{BuildError, build, build_named, warnings};
pub use check::{Finding, RULES, check};
pub use inputs::{BuildInputs, Platform, Vendor};
pub use manifest::{LOGOS, Manifest};
