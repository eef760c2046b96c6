//! A source's state as text: what it means, what still works, and the action button.

use base::i18n::LocalizedText;
use connectors::kinds::is_web_chat;
use domain::source::{SourceState, SourceStatus, StateAction};
use entity::source;

use crate::panel::PageContext;

/// The action button.
#[derive(Clone, Debug)]
pub struct ActionButton {
    pub label: String,
    /// A form if true, otherwise a link.
    pub post: bool,
    pub address: String,
    /// Only shown to people who may edit sources.
    pub edits: bool,
}

impl ActionButton {
    /// Whether it leads out of the panel, so that it opens in a new tab.
    pub fn outside(&self) -> bool {
        !self.address.starts_with('/')
    }
}

/// A state as shown on a page.
#[derive(Clone, Debug)]
pub struct SourceStateView {
    pub badge: String,
    /// `<time>` that follows a preposition.
    pub since: String,
    pub sentence: String,
    /// Nothing is to be done.
    pub is_fine: bool,
    /// The remote error text; empty if there is none.
    pub detail: String,
    pub button: Option<ActionButton>,
    /// The tabs of its settings, if they have tabs.
    pub tabs: Vec<&'static str>,
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

pub fn shown(page: &PageContext, source: &source::Model, state: &SourceState) -> SourceStateView {
    let words = page.words;
    let word = state.status.as_str();
    let reason =
        state.reason.map(|reason| words.text_of("source-reason-", reason.as_str()).with("crm", page.crm).to_string());
    let proved = state.proved_at.unwrap_or(state.since);
    let sentence = match (&reason, state.status) {
        // A pause that no member of the account set is explained by its reason.
        (Some(reason), status) if status != SourceStatus::NeedsAttention => reason.clone(),
        _ => {
            let who = if state.paused_by.is_empty() {
                words.text("source-someone").to_string()
            } else {
                state.paused_by.clone()
            };
            words
                .text(state.hint_key())
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
    SourceStateView {
        is_fine: state.status == SourceStatus::Working,
        badge: page.badge(tone(state.status), words.text_of("source-state-", word).with("crm", page.crm)),
        since: page.stamp(&state.since),
        sentence,
        detail: LocalizedText::stored(&state.detail).in_words(words, page.crm),
        button: state.action.and_then(|action| action_of(page, source, action)),
        tabs: if is_web_chat(&source.kind) { super::chat_tabs::TABS.to_vec() } else { Vec::new() },
    }
}

/// The button of an action; none if there is nowhere to go.
pub fn action_of(page: &PageContext, source: &source::Model, action: StateAction) -> Option<ActionButton> {
    let path = format!("/panel/sources/{}", source.id);
    let (post, address, edits) = match action {
        StateAction::Test => (true, format!("{path}/test"), true),
        StateAction::Restore => (true, format!("{path}/restore"), true),
        StateAction::TakeBack => (true, format!("{path}/take-back"), true),
        StateAction::Resume => (false, format!("{path}/resume"), true),
        StateAction::Reconnect => (false, format!("{path}/access"), true),
        StateAction::ChoosePipeline => (false, format!("{path}/settings"), true),
        StateAction::Pay => (false, page.pay_url(), false),
        StateAction::AllowAccess | StateAction::ConnectAccount => (false, "/panel/account".to_owned(), false),
        StateAction::Support if page.support_url.is_empty() => return None,
        StateAction::Support => (false, page.support_url.clone(), false),
    };
    let label = page.words.text_of("source-action-", action.as_str()).with("crm", page.crm).to_string();
    Some(ActionButton { label, post, address, edits })
}
