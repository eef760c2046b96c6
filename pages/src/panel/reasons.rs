//! Texts for reasons and states.

use base::i18n::{Sentence, Words};
use domain::delivery::read::MessageStatus;
use domain::delivery::read::reason::Reason;
use domain::source::{SourceState, SourceStatus, StateReason};

use super::PageContext;

/// What happened and what to do.
#[derive(Clone, Debug)]
pub struct Explanation {
    pub what: Sentence,
    /// None if the first says it already.
    pub fix: Option<Sentence>,
}

/// Arguments of a reason's text besides its key.
#[derive(Clone, Debug)]
pub struct ReasonArguments<'about> {
    pub words: Words,
    /// Name of the platform.
    pub crm: &'about str,
    /// Kind of content, as in `messages-kind-{kind}`.
    pub kind: &'about str,
    /// The person who gave up on the message, if a person did.
    pub name: &'about str,
    /// Age of the message, if the text needs it.
    pub age: &'about str,
}

/// The text of a reason.
pub fn explain(reason: &Reason, about: &ReasonArguments<'_>) -> Explanation {
    let kind = about.words.text_of("messages-kind-", about.kind).to_string().to_lowercase();
    let fill = |sentence: Sentence| {
        sentence
            .with("crm", about.crm)
            .with("hours", reason.hours())
            .with("status", reason.status)
            .with("kind", kind.as_str())
            .with("name", about.name)
            .with("age", about.age)
            .with("template", "")
            .with("size", "")
            .with("limit", "")
    };
    let key = format!("reason-{}", reason.key);
    Explanation { fix: Some(fill(about.words.text(format!("{key}-fix")))), what: fill(about.words.text(key)) }
}

/// Whether sending again fails again until something changes: the customer, the time for free text, or the channel.
pub fn needs_mending(key: &str) -> bool {
    matches!(
        key,
        "kind_not_supported"
            | "no_bot"
            | "recipient_blocked"
            | "recipient_unreachable"
            | "window_closed"
            | "writing_first"
            | "marketing_stopped"
    )
}

/// The tone of a message's status.
pub const fn tone(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Queued => "wait",
        MessageStatus::Sent | MessageStatus::Delivered | MessageStatus::Read => "ok",
        MessageStatus::Failed => "bad",
        MessageStatus::Held | MessageStatus::Shadow => "off",
    }
}

/// A customer's name in a list: the name, otherwise the phone number, otherwise the messenger's id.
pub fn customer(contact: &base::message::Person, words: Words) -> String {
    known_as(contact).map_or_else(|| words.text("messages-customer-unknown").to_string(), str::to_owned)
}

/// The same in a file; none of a customer of whom nothing is known.
pub fn known_as(contact: &base::message::Person) -> Option<&str> {
    let named =
        [contact.name.as_deref(), contact.phone.as_deref(), contact.email.as_deref(), Some(contact.id.as_str())];
    named.into_iter().flatten().find(|text| !text.trim().is_empty())
}

/// A masked phone number for pages that others may see: `+7915 ··· 22-33`; short numbers are shown in full.
pub fn short_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 9 {
        return phone.to_owned();
    }
    let part = |from: usize, to: usize| digits[from..to].iter().collect::<String>();
    let end = digits.len();
    let plus = if phone.trim_start().starts_with('+') { "+" } else { "" };
    format!("{plus}{} ··· {}-{}", part(0, end - 7), part(end - 4, end - 2), part(end - 2, end))
}

/// When a side that does not answer is called next; none if that is not known, or has begun.
pub fn next_try(page: &PageContext, state: &SourceState) -> Option<String> {
    let at = state.next_at.filter(|at| *at > page.now)?;
    Some(page.words.text("health-next").with("clock", page.clock(&at)).to_string())
}

/// The tone of a source's state, by its consequence: bad if messages do not flow although they should.
pub fn source_tone(state: &SourceState) -> &'static str {
    const STOPS: [StateReason; 5] = [
        StateReason::MessengerUnreachable,
        StateReason::LineElsewhere,
        StateReason::LineNotSet,
        StateReason::LineFailing,
        StateReason::WebhookSuspended,
    ];
    match state.status {
        SourceStatus::Working if state.is_untested => "wait",
        _ if state.reason.is_some_and(|reason| STOPS.contains(&reason)) => "bad",
        SourceStatus::Working => "ok",
        SourceStatus::Checking => "wait",
        SourceStatus::NeedsAttention => "warn",
        SourceStatus::Stopped | SourceStatus::Blocked | SourceStatus::Unpaid | SourceStatus::CrmUnreachable => "bad",
        SourceStatus::Paused => "off",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shortened_by_their_middle() {
        assert_eq!(short_phone("+79151112233"), "+7915 ··· 22-33");
        assert_eq!(short_phone("8 (915) 111-22-33"), "8915 ··· 22-33");
        assert_eq!(short_phone("112"), "112");
    }
}
