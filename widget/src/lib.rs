//! The widget archive for upload to amoCRM and Kommo: [`build`] makes it, [`check`] finds what moderation would refuse.
//!
//! ```text
//! assets/ (scripts, style, images) ─┐
//! locales/*.ftl ─▶ words ───────────┼─▶ build ─▶ widget.zip ─▶ check ─▶ findings
//! configuration ─▶ BuildInputs ─────┘
//! ```
//!
//! Everything that goes into an archive is compiled in; nothing is read at run time.

mod archive;
mod build;
mod check;
mod embedded;
mod inputs;
mod manifest;
mod script;
mod words;

pub use archive::{Archive, ArchiveError};
pub use build::{BuildError, build, warnings};
pub use check::{Finding, RULES, check};
pub use inputs::{BuildInputs, Platform, Vendor};
pub use manifest::{LOGOS, Manifest};
