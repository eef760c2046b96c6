//! Meta's reports about messages, templates, and a number and its account (whatsapp §5, §9, §11).

use base::i18n::LocalizedText;
use base::message::State;
use chrono::DateTime;
use serde_json::json;
use uuid::Uuid;

use super::Reader;
use crate::error_catalog::{RefusalClass, WHATSAPP};
use crate::incoming::{InboundEvent, StatusReport};
use crate::template::TemplateState;
use crate::whatsapp::templates::{category as category_of, status as status_of};
use crate::whatsapp::wire::{AccountUpdate, NumberUpdate, Refusal, Status, TemplateUpdate, WabaUpdate};

/// `phone_number_quality_update`.
pub(super) fn quality(reader: &Reader<'_>, update: &NumberUpdate) -> Vec<InboundEvent> {
    if is_others(reader, &update.display_phone_number) {
        return vec![InboundEvent::Nothing("other_number")];
    }
    let mut events = Vec::new();
    if let Some(limit) = update.current_limit.some() {
        events.push(InboundEvent::Learned { part: "number", key: "messaging_limit".to_owned(), value: json!(limit) });
    }
    match &*update.event {
        "DOWNGRADE" => {
            let said = LocalizedText::new("said-wa-limit").with("limit", limit(&update.current_limit));
            events.push(trouble("limit", Some(said)));
        }
        "FLAGGED" => events.push(trouble("quality", Some(LocalizedText::new("said-wa-flagged")))),
        "UPGRADE" | "ONBOARDING" => events.push(trouble("limit", None)),
        "UNFLAGGED" => events.push(trouble("quality", None)),
        _ if events.is_empty() => events.push(InboundEvent::Nothing("number")),
        _ => {}
    }
    events
}

/// `TIER_2K` as people read it: `2K`.
fn limit(tier: &str) -> String {
    tier.trim_start_matches("TIER_").to_owned()
}

/// `phone_number_name_update`.
pub(super) fn name(reader: &Reader<'_>, update: &NumberUpdate) -> Vec<InboundEvent> {
    if is_others(reader, &update.display_phone_number) {
        return vec![InboundEvent::Nothing("other_number")];
    }
    let name = update.requested_verified_name.some().unwrap_or_default();
    match &*update.decision {
        "APPROVED" => vec![trouble("name", None)],
        "REJECTED" | "DECLINED" => vec![trouble("name", Some(LocalizedText::new("said-wa-name").with("name", name)))],
        _ => vec![InboundEvent::Nothing("number")],
    }
}

/// `account_update`.
pub(super) fn account(reader: &Reader<'_>, update: &AccountUpdate) -> Vec<InboundEvent> {
    if update.phone_number.some().is_some() && is_others(reader, &update.phone_number) {
        return vec![InboundEvent::Nothing("other_number")];
    }
    let said = match &*update.event {
        "ACCOUNT_RESTRICTION" => restricted(update),
        "ACCOUNT_VIOLATION" => {
            let kind = update.violation_info.as_ref().and_then(|info| info.violation_type.some()).unwrap_or_default();
            LocalizedText::new("said-wa-violation").with("kind", kind)
        }
        "DISABLED_UPDATE" if is_lifted(update) => return vec![trouble("account", None)],
        "DISABLED_UPDATE" | "ACCOUNT_DELETED" => LocalizedText::new("said-wa-disabled"),
        "PARTNER_REMOVED" | "ACCOUNT_OFFBOARDED" | "PARTNER_APP_UNINSTALLED" => LocalizedText::new("said-wa-removed"),
        "ACCOUNT_RECONNECTED" | "PARTNER_ADDED" | "VERIFIED_ACCOUNT" => return vec![trouble("account", None)],
        _ => return vec![InboundEvent::Nothing("account")],
    };
    vec![trouble("account", Some(said))]
}

fn restricted(update: &AccountUpdate) -> LocalizedText {
    let kinds: Vec<&str> = update.restriction_info.iter().filter_map(|one| one.restriction_type.some()).collect();
    let until = update.restriction_info.iter().filter_map(|one| DateTime::from_timestamp(one.expiration.0, 0)).max();
    let until = until.filter(|until| until.timestamp() > 0).map(|until| until.format("%Y-%m-%d").to_string());
    LocalizedText::new("said-wa-restricted")
        .with("kinds", kinds.join(", "))
        .with("until", until.unwrap_or_else(|| "–".to_owned()))
}

fn is_lifted(update: &AccountUpdate) -> bool {
    update.ban_info.as_ref().is_some_and(|ban| &*ban.waba_ban_state == "REINSTATE")
}

/// `account_review_update`.
pub(super) fn review(update: &WabaUpdate) -> Vec<InboundEvent> {
    match &*update.decision {
        "APPROVED" => vec![trouble("review", None)],
        "REJECTED" => vec![trouble("review", Some(LocalizedText::new("said-wa-review")))],
        _ => vec![InboundEvent::Nothing("account")],
    }
}

/// `account_alerts`.
pub(super) fn alert(update: &WabaUpdate) -> Vec<InboundEvent> {
    let said = update.alert_description.some().or_else(|| update.alert_type.some());
    let Some(said) = said.filter(|_| &*update.alert_severity != "INFORMATIONAL") else {
        return vec![InboundEvent::Nothing("account")];
    };
    let ended = matches!(&*update.alert_status, "RESOLVED" | "NONE");
    vec![trouble("alert", (!ended).then(|| LocalizedText::new("said-wa-alert").with("text", said)))]
}

/// Whether a report concerns another number: such reports are sent to every number of the account and name one by its
/// phone.
fn is_others(reader: &Reader<'_>, phone: &str) -> bool {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    reader.number.display_phone().is_some_and(|own| !digits.is_empty() && own != digits)
}

fn trouble(aspect: &'static str, trouble: Option<LocalizedText>) -> InboundEvent {
    InboundEvent::LineTrouble { aspect, trouble }
}

// The delivery status of our messages (whatsapp §5).

impl Reader<'_> {
    /// A failure that concerns the whole number is also shown at the source.
    pub(super) fn status(&self, status: &Status) -> Vec<InboundEvent> {
        let state = match &*status.status {
            "sent" => State::Sent,
            "delivered" => State::Delivered,
            "read" | "played" => State::Read,
            "failed" => State::Failed,
            "deleted" | "warning" => return vec![InboundEvent::Nothing("status")],
            _ => return vec![InboundEvent::Unknown("status")],
        };
        let letter_id = letter(&status.biz_opaque_callback_data);
        if status.id.some().is_none() && letter_id.is_none() {
            return vec![InboundEvent::Unknown("status")];
        }
        let refusal = status.errors.first().filter(|_| state == State::Failed);
        let row = refusal.and_then(|refusal| WHATSAPP.find(refusal.code(), ""));
        let report = InboundEvent::Status(Box::new(StatusReport {
            letter_id,
            message: status.id.to_string(),
            state,
            failure: row.map(|row| row.failure(self.words)),
            at: status.timestamp.millis(),
        }));
        let of_number = refusal.filter(|_| row.is_some_and(|row| row.class == RefusalClass::Pause));
        std::iter::once(report).chain(of_number.map(|refusal| self.number_error(refusal))).collect()
    }

    /// A problem of the number or its account, without a message. `health.rs` detects its end.
    pub(super) fn number_error(&self, refusal: &Refusal) -> InboundEvent {
        let trouble = WHATSAPP.find(refusal.code(), "").map(|row| row.key());
        InboundEvent::LineTrouble { aspect: "sending", trouble: trouble.map(base::i18n::LocalizedText::new) }
    }
}

/// The letter that sent a message; for a message in parts, the id before the part's number ([`crate::Outgoing::id`]).
fn letter(callback_data: &str) -> Option<Uuid> {
    callback_data.split(':').next().and_then(|id| Uuid::parse_str(id).ok())
}

// Meta's reports about templates (whatsapp §9).

/// A template was reviewed, paused or disabled.
pub(super) fn status(update: &TemplateUpdate) -> Vec<InboundEvent> {
    let status = status_of(&update.event);
    if status.is_none() {
        return vec![InboundEvent::Unknown("template")];
    }
    reported(update, TemplateState { status, reason: reason(update), ..state(update) })
}

/// A template's rating by its receivers.
pub(super) fn template_quality(update: &TemplateUpdate) -> Vec<InboundEvent> {
    let quality = update.new_quality_score.some().map(str::to_owned);
    reported(update, TemplateState { quality, ..state(update) })
}

/// A template's category, which Meta may change.
pub(super) fn category(update: &TemplateUpdate) -> Vec<InboundEvent> {
    reported(update, TemplateState { category: category_of(&update.new_category), ..state(update) })
}

fn reported(update: &TemplateUpdate, state: TemplateState) -> Vec<InboundEvent> {
    if update.message_template_id.some().is_none() && update.message_template_name.some().is_none() {
        return vec![InboundEvent::Unknown("template")];
    }
    vec![InboundEvent::Template(Box::new(state))]
}

fn state(update: &TemplateUpdate) -> TemplateState {
    TemplateState {
        id: update.message_template_id.0.clone(),
        name: update.message_template_name.some().map(str::to_owned),
        language: update.message_template_language.some().map(str::to_owned),
        category: category_of(&update.message_template_category),
        ..TemplateState::default()
    }
}

/// Meta's explanation, otherwise its code.
fn reason(update: &TemplateUpdate) -> Option<String> {
    if let Some(info) = &update.rejection_info {
        let parts: Vec<&str> = [info.reason.some(), info.recommendation.some()].into_iter().flatten().collect();
        if !parts.is_empty() {
            return Some(parts.join(" "));
        }
    }
    let other = update.other_info.as_ref().and_then(|info| info.description.some().or_else(|| info.title.some()));
    other.or_else(|| update.reason.some().filter(|reason| *reason != "NONE")).map(str::to_owned)
}
