//! What commands share with the person at the terminal: the language, progress bars, and ids.

use std::io::{self, IsTerminal};

use base::config::variable;
use base::i18n::Language;
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

/// From `LC_ALL`, `LC_MESSAGES`, `LANG`; else English.
pub fn language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable);
    set.and_then(|code| Language::of_code(&code)).unwrap_or(Language::En).complete()
}

/// Done and all steps behind the bar.
pub(crate) const COUNT: &str = "{wide_bar} {pos}/{len}  {msg}";
/// The share that is done behind the bar.
pub(crate) const PERCENT: &str = "{wide_bar} {percent:>3} %  {msg}";

/// A bar of `length` steps; hidden if standard error is no terminal.
pub(crate) fn bar(length: u64, template: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(length);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Parses one of Parom's ids. The error shows what an id looks like instead of the parser's message.
pub fn id(text: &str) -> Result<Uuid, String> {
    let where_from = "the panel shows it on the page of the source, and lists of the command line in the first column";
    Uuid::try_parse(text).map_err(|_| format!("an id looks like 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b; {where_from}"))
}

/// The error for an id that no source has. No command lists sources, so it names the page that shows the id.
pub fn no_source(id: Uuid) -> String {
    format!(
        "there is no source with the id {id}: the panel shows the id on the page of the source, and so does GET /api/v1/tenants/ID/sources"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_for_a_wrong_id_shows_what_an_id_looks_like() {
        let message = id("abc").unwrap_err();
        assert!(message.contains("looks like 0190a1b2") && !message.contains("length"), "{message}");
        assert!(id("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b").is_ok());
    }
}
