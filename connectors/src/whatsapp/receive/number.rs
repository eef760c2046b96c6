//! Meta's reports about a number and its account: quality, limits, name, restrictions (whatsapp §11).

use base::i18n::LocalizedText;
use chrono::DateTime;
use serde_json::json;

use super::Reader;
use crate::incoming::InboundEvent;
use crate::whatsapp::wire::{AccountUpdate, NumberUpdate, WabaUpdate};

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
