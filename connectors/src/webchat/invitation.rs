//! Inviting visitors of a site to write: by a text beside the button, or by opening the chat.

use base::i18n::LocalizedText;
use serde::{Deserialize, Serialize};

use super::fields::INVITATIONS;
use super::settings::{SettingsErrors, one_of, whole};

const MOST_PAGES: usize = 50;
const PAGE_CHARS: usize = 200;
/// It is read in passing, beside the button.
pub(super) const INVITATION_CHARS: usize = 200;
const MOST_SECONDS: u32 = 3600;

/// When visitors are invited, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Invitation {
    /// `text` or `chat`; none: visitors are not invited, and the rest is kept for later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<String>,
    /// Its text; none for the greeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// After this many seconds on a page; none: at once.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "whole")]
    pub after_seconds: Option<u32>,
    /// On pages whose address contains one of these; if empty, on all.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "super::settings::list")]
    pub pages: Vec<String>,
}

impl Invitation {
    /// The parts as browsers write them in an address, in lower case: people also enter letters that are not ASCII.
    pub fn parts(&self) -> Vec<String> {
        let written = |byte: u8| if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02x}") };
        self.pages.iter().map(|part| part.bytes().map(written).collect::<String>().to_ascii_lowercase()).collect()
    }
}

/// The invitation to store; none if nothing is set.
pub(super) fn invitation(wrong: &mut SettingsErrors, entered: Invitation) -> Option<Invitation> {
    let pages = entered.pages.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty());
    let checked = Invitation {
        show: one_of(wrong, "invitation/show", entered.show, INVITATIONS),
        text: wrong.text("invitation/text", entered.text, INVITATION_CHARS),
        after_seconds: entered.after_seconds,
        pages: pages.collect(),
    };
    if checked.after_seconds.is_some_and(|seconds| seconds > MOST_SECONDS) {
        let said = LocalizedText::new("said-seconds").with("least", 0).with("most", MOST_SECONDS);
        wrong.add("invitation/after_seconds", said);
    }
    wrong.most("invitation/pages", &checked.pages, MOST_PAGES);
    for (place, _) in checked.pages.iter().enumerate().filter(|(_, part)| part.chars().count() > PAGE_CHARS) {
        let said = LocalizedText::new("said-most-characters").with("most", PAGE_CHARS);
        wrong.add(format_args!("invitation/pages/{place}"), said);
    }
    (checked != Invitation::default()).then_some(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_as_in_the_addresses_of_browsers() {
        let pages = ["/Prices", "/цены", "/%D1%86", "?plan=2"].map(str::to_owned).to_vec();
        let parts = Invitation { pages, ..Invitation::default() }.parts();
        assert_eq!(parts, ["/prices", "/%d1%86%d0%b5%d0%bd%d1%8b", "/%d1%86", "?plan=2"]);
    }
}
