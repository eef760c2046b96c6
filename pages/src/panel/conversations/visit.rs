//! How a customer found the chat, or who is in a group, as text.

use base::i18n::Sentence;
use base::message::{Member, Visit, Visits};

use crate::panel::PageContext;

/// One label with its text.
pub struct LabelledText {
    pub label: Sentence,
    /// As the page or the link reported it.
    pub text: String,
}

/// Facts from the data stored with a conversation: the members of a group; a page and its campaign parameters, or a
/// link's parameter.
pub fn facts(page: &PageContext, stored: &str, members: &[Member]) -> Vec<LabelledText> {
    let names: Vec<&str> = members.iter().map(|one| one.name.as_deref().unwrap_or(&one.id)).collect();
    let group = LabelledText { label: page.words.text("conversation-participants"), text: names.join(", ") };
    std::iter::once(group).filter(|fact| !fact.text.is_empty()).chain(found(page, stored)).collect()
}

fn found(page: &PageContext, stored: &str) -> Vec<LabelledText> {
    let fact = |key: &'static str, text: String| LabelledText { label: page.words.text(key), text };
    let Some(visits) = Visits::stored(stored) else {
        let word = Some(stored).filter(|word| !word.is_empty());
        return word.into_iter().map(|word| fact("conversation-visit", word.to_owned())).collect();
    };
    let Visits { first, last, agreed_at } = visits;
    let marks: Vec<String> = first.marks.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let all = [
        ("conversation-first-page", named(&first)),
        ("conversation-last-page", if last.url == first.url { String::new() } else { named(&last) }),
        ("conversation-referrer", first.referrer),
        ("conversation-marks", marks.join(", ")),
        ("conversation-agreed", agreed_at.map(|at| page.when(&at).adverb()).unwrap_or_default()),
    ];
    all.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| fact(key, text)).collect()
}

/// A page with title and address.
fn named(visit: &Visit) -> String {
    if visit.title.is_empty() { visit.url.clone() } else { format!("{} – {}", visit.title, visit.url) }
}
