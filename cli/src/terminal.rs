//! The language of the person at the terminal.

use base::config::variable;
use base::i18n::Language;

/// From `LC_ALL`, `LC_MESSAGES`, `LANG`; else English.
pub fn language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable);
    set.and_then(|code| Language::of_code(&code)).unwrap_or(Language::En).complete()
}
