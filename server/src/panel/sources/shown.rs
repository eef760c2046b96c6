//! A source's state as text: what it means, what still works, the one button.

use base::words::Said;
use entity::source;

use crate::panel::PageContext;
use crate::source::{Action, SourceStatus, State};

/// The one button.
#[derive(Clone, Debug)]
pub struct Button {
    pub label: String,
    /// A form if true, else a link.
    pub post: bool,
    pub address: String,
    /// Only shown to people who may edit sources.
    pub edits: bool,
}

/// A state as a page shows it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub badge: String,
    /// `<time>` that follows a preposition.
    pub since: String,
    pub sentence: String,
    /// The remote error text; empty if there is none.
    pub detail: String,
    pub button: Option<Button>,
}

/// The tone of a state.
pub const fn tone(status: SourceStatus) -> &'static str {
    match status {
        SourceStatus::Working => "ok",
        SourceStatus::Checking | SourceStatus::CrmUnreachable => "wait",
        SourceStatus::NeedsAttention | SourceStatus::Unpaid => "warn",
        SourceStatus::Stopped | SourceStatus::Blocked => "bad",
        SourceStatus::Paused => "off",
    }
}

pub fn shown(page: &PageContext, source: &source::Model, state: &State) -> Shown {
    let words = page.words;
    let word = state.status.as_str();
    let reason =
        state.reason.map(|reason| words.say_of("source-reason-", reason.as_str()).with("crm", page.crm).to_string());
    let proved = state.proved_at.unwrap_or(state.since);
    let sentence = match (&reason, state.status) {
        // A pause that nobody of the account set is explained by its reason.
        (Some(reason), status) if status != SourceStatus::NeedsAttention => reason.clone(),
        _ => {
            let who = if state.paused_by.is_empty() {
                words.say("source-somebody").to_string()
            } else {
                state.paused_by.clone()
            };
            words
                .say(state.hint_key())
                .with("crm", page.crm)
                .with("time", page.when(&proved).adverb())
                .with("stamp", page.when(&state.since).stamp())
                .with("reason", reason.unwrap_or_default())
                .with("name", who)
                .with("payer", page.crm)
                .with("days", 7)
                .to_string()
        }
    };
    Shown {
        badge: page.badge(tone(state.status), words.say_of("source-state-", word).with("crm", page.crm)),
        since: page.stamp(&state.since),
        sentence,
        detail: Said::stored(&state.detail).in_words(words, page.crm),
        button: state.action.and_then(|action| button(page, source, action)),
    }
}

fn button(page: &PageContext, source: &source::Model, action: Action) -> Option<Button> {
    let path = format!("/panel/sources/{}", source.id);
    let (post, address, edits) = match action {
        Action::Test => (true, format!("{path}/test"), true),
        Action::Restore => (true, format!("{path}/restore"), true),
        Action::TakeBack => (true, format!("{path}/take-back"), true),
        Action::Resume => (false, format!("{path}/resume"), true),
        Action::Reconnect => (false, format!("{path}/access"), true),
        Action::ChoosePipeline => (false, path, true),
        Action::AllowAccess | Action::ConnectAccount | Action::Pay => (false, "/panel/account".to_owned(), false),
        Action::Support if page.support_url.is_empty() => return None,
        Action::Support => (false, page.support_url.clone(), false),
    };
    let label = page.words.say_of("source-action-", action.as_str()).with("crm", page.crm).to_string();
    Some(Button { label, post, address, edits })
}
