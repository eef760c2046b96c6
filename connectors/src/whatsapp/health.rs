//! The number as described by Meta, and its problems (whatsapp §11).

use base::i18n::LocalizedText;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use serde_json::json;

use super::api::{GraphApi, Path, is_missing};
use super::setup::{self, denied, number, token};
use super::wire::{Id, Many, Paging, Seconds, wire};
use crate::call::ApiError;
use crate::incoming::InboundEvent;
use crate::poll::Renewed;
use crate::{Check, Denied, Identity, Settings};

/// The requested fields of a number.
const FIELDS: &str = "id,display_phone_number,verified_name,quality_rating,status,name_status,\
                      whatsapp_business_manager_messaging_limit,health_status,webhook_configuration";
/// The key in the settings' facts that stores the day on which the token expires.
const TOKEN_ENDS_ON: &str = "token_ends_on";
/// A token that expires within this time is reported.
const SOON: i64 = 7 * 24 * 3600;
/// Maximum pages of a list of numbers.
const PAGES: usize = 20;
/// The code for an invalid parameter, and its subcode for a missing object.
const WRONG_PARAMETER: u32 = 100;
const NO_SUCH_OBJECT: u32 = 33;

wire! {
    /// A number's description of itself.
    Number {
        id: Id,
        display_phone_number: Id,
        verified_name: Id,
        quality_rating: Id,
        status: Id,
        name_status: Id,
        whatsapp_business_manager_messaging_limit: Id,
        platform_type: Id,
        is_on_biz_app: bool,
        health_status: Option<HealthStatus>,
        webhook_configuration: WebhookConfiguration,
    }

    /// Where webhooks are sent: the most specific configured address counts (whatsapp §2).
    WebhookConfiguration {
        phone_number: Id,
        whatsapp_business_account: Id,
        application: Id,
    }

    /// Whether messages can be sent, and if not, why.
    HealthStatus {
        can_send_message: Id,
        entities: Many<HealthEntity>,
    }

    HealthEntity {
        errors: Many<HealthError>,
    }

    HealthError {
        error_description: Id,
        possible_solution: Id,
    }

    /// The numbers of a WABA.
    Numbers {
        data: Many<Number>,
        paging: Paging,
    }

    /// Meta's description of a token.
    TokenInfo {
        data: TokenData,
    }

    TokenData {
        expires_at: Seconds,
        data_access_expires_at: Seconds,
    }
}

/// Requests the number.
pub(super) async fn read(api: &GraphApi, settings: &Settings) -> Result<Number, Denied> {
    let (number, token) = (number(settings)?, token(settings)?);
    let path = Path(&[number.phone_number_id], &[("fields", FIELDS)]);
    let known = match api.get(token, path).await {
        // A field unknown to this version must not make the others unavailable.
        Err(ApiError::Refused(refused)) if refused.code == WRONG_PARAMETER && refused.subcode != NO_SUCH_OBJECT => {
            api.get(token, Path(&[number.phone_number_id], &[])).await
        }
        known => known,
    };
    known.map_err(|failed| denied(&failed))
}

/// The line's identity is the number, whichever token is used: Meta shows a number to tokens of its account alone
/// (whatsapp §1). The account is known once Meta lists the number in it.
pub(super) async fn identity(api: &GraphApi, settings: &Settings) -> Result<Option<Identity>, Denied> {
    let known = read(api, settings).await?;
    let own = number(settings)?;
    if known.id.some() != Some(own.phone_number_id) {
        return Err(Denied::Foreign(LocalizedText::new("said-wa-other-number")));
    }
    let was_proved = setup::account(&settings.public).is_some_and(|account| account.is_proved);
    let is_proved = match listed(api, settings).await {
        Ok(()) => true,
        // Weather is no answer, and a page in the place of the list takes nothing back.
        Err(NotListed::Denied(away @ Denied::Away(_))) => return Err(away),
        Err(NotListed::NoList) => was_proved,
        Err(NotListed::Denied(_)) => false,
    };
    let phone = phone_with_plus(&known.display_phone_number);
    let facts = json!({
        "id": *known.id,
        "waba_id": is_proved.then_some(own.waba_id),
        "display_phone_number": *known.display_phone_number,
        "verified_name": *known.verified_name,
        "quality_rating": *known.quality_rating,
        "status": *known.status,
        "name_status": *known.name_status,
        "messaging_limit": *known.whatsapp_business_manager_messaging_limit,
    });
    let key = own.phone_number_id.to_owned();
    Ok(Some(Identity { name: if phone.is_empty() { key.clone() } else { phone }, key, facts }))
}

/// A phone with its plus.
pub(super) fn phone_with_plus(phone: &str) -> String {
    let phone = phone.trim();
    let bare = phone.starts_with(|first: char| first.is_ascii_digit());
    if bare { format!("+{phone}") } else { phone.to_owned() }
}

/// Validates the token, and that the number belongs to the account.
pub(super) async fn check_access(api: &GraphApi, settings: &Settings) -> Check {
    let known = read(api, settings).await?;
    match listed(api, settings).await {
        // A server in Meta's place may have no such list. Nothing comes of it: the source joins no account.
        Err(NotListed::NoList) | Ok(()) => {}
        Err(NotListed::Denied(denied)) => return Err(denied),
    }
    let said = LocalizedText::new("said-wa-number-answers").with("phone", phone_with_plus(&known.display_phone_number));
    Ok(Some(said.with("name", known.verified_name.some().unwrap_or("–").to_owned())))
}

/// Why a number is not known to be of the account in the settings.
enum NotListed {
    /// The server has no list of numbers.
    NoList,
    Denied(Denied),
}

/// Whether Meta lists the number among those of the account, to this token.
async fn listed(api: &GraphApi, settings: &Settings) -> Result<(), NotListed> {
    let (token, own) = (token(settings).map_err(NotListed::Denied)?, number(settings).map_err(NotListed::Denied)?);
    let mut after = String::new();
    for _ in 0..PAGES {
        let query: &[(&str, &str)] = &[("limit", "100"), ("after", &after)];
        let query = if after.is_empty() { query.get(..1).unwrap_or_default() } else { query };
        let all: Numbers = match api.get(token, Path(&[own.waba_id, "phone_numbers"], query)).await {
            Err(failed) if is_missing(&failed) => return Err(NotListed::NoList),
            answer => answer.map_err(|failed| NotListed::Denied(denied(&failed)))?,
        };
        if all.data.iter().any(|one| &*one.id == own.phone_number_id) {
            return Ok(());
        }
        let Some(next) = all.paging.after() else { break };
        after = next;
    }
    Err(NotListed::Denied(Denied::Refused(LocalizedText::new("said-wa-other-waba"))))
}

/// The reason if the number cannot send until a person repairs it at Meta; the source is then stopped.
pub(super) fn stopped(known: &Number) -> Option<LocalizedText> {
    match &*known.status {
        "BANNED" => Some(LocalizedText::new("said-wa-banned")),
        "DISCONNECTED" | "DELETED" | "UNVERIFIED" => Some(LocalizedText::new("said-wa-disconnected")),
        _ => None,
    }
}

/// The number's problems, one for each aspect. An aspect without a problem is reported too, which ends an earlier one.
pub(super) async fn problems(api: &GraphApi, settings: &Settings) -> Result<Vec<InboundEvent>, Denied> {
    let known = read(api, settings).await?;
    let day = ends_on(settings).map(|day| LocalizedText::new("said-wa-token-ends").with("day", day));
    let token = InboundEvent::LineTrouble { aspect: "token", trouble: day };
    Ok(aspects(&known).into_iter().chain([token]).collect())
}

fn aspects(known: &Number) -> Vec<InboundEvent> {
    let quality = match &*known.quality_rating {
        "RED" => Some(LocalizedText::new("said-wa-quality-red")),
        "YELLOW" => Some(LocalizedText::new("said-wa-quality-yellow")),
        _ => None,
    };
    let status = match &*known.status {
        "FLAGGED" => Some(LocalizedText::new("said-wa-flagged")),
        "RESTRICTED" | "RATE_LIMITED" => Some(LocalizedText::new("said-wa-limited")),
        "PENDING" | "MIGRATED" => Some(LocalizedText::new("said-wa-pending")),
        _ => stopped(known),
    };
    let name = match &*known.name_status {
        "DECLINED" | "EXPIRED" | "NONE" => {
            Some(LocalizedText::new("said-wa-name").with("name", known.verified_name.0.clone()))
        }
        _ => None,
    };
    let mut all = vec![("quality", quality), ("status", status), ("name", name)];
    if let Some(health) = &known.health_status {
        all.push(("sending", sending(health)));
    }
    all.into_iter().map(|(aspect, trouble)| InboundEvent::LineTrouble { aspect, trouble }).collect()
}

/// Why messages cannot be sent, in Meta's words, with Meta's advice.
fn sending(health: &HealthStatus) -> Option<LocalizedText> {
    if !matches!(&*health.can_send_message, "LIMITED" | "BLOCKED") {
        return None;
    }
    let errors = health.entities.iter().flat_map(|entity| entity.errors.iter());
    let texts = errors.flat_map(|error| [error.error_description.some(), error.possible_solution.some()]).flatten();
    let text = texts.collect::<Vec<_>>().join(" ");
    let key =
        if &*health.can_send_message == "BLOCKED" { "said-wa-sending-blocked" } else { "said-wa-sending-limited" };
    Some(LocalizedText::new(key).with("text", text))
}

/// The day on which the token expires, if that is soon, as stored by `renew`.
fn ends_on(settings: &Settings) -> Option<&str> {
    settings.public.get("facts")?.get(TOKEN_ENDS_ON)?.as_str()
}

/// Records whether the token expires soon, because Meta issues no new one without a person. A token that may not
/// describe itself is no problem, because any call reports when it has expired.
pub(super) async fn renew(api: &GraphApi, settings: &Settings, now: DateTime<Utc>) -> Result<Option<Renewed>, Denied> {
    let token = token(settings)?;
    let path = Path(&["debug_token"], &[("input_token", token.expose_secret())]);
    let Ok(TokenInfo { data }) = api.get(token, path).await else { return Ok(None) };
    let end = [data.expires_at.0, data.data_access_expires_at.0].into_iter().filter(|end| *end > 0).min();
    let soon = end.filter(|end| *end < now.timestamp() + SOON).and_then(|end| DateTime::from_timestamp(end, 0));
    let day = soon.map(|end| end.format("%Y-%m-%d").to_string());
    if day.as_deref() == ends_on(settings) {
        return Ok(None);
    }
    Ok(Some(Renewed { facts: [(TOKEN_ENDS_ON, json!(day))].into(), ..Renewed::default() }))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn aspect(known: &Value, aspect: &str) -> Option<String> {
        let known: Number = serde_json::from_value(known.clone()).unwrap();
        let found = aspects(&known).into_iter().find_map(|event| match event {
            InboundEvent::LineTrouble { aspect: named, trouble } if named == aspect => Some(trouble),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("{aspect} is not reported")).map(|said| said.to_string())
    }

    /// What each aspect says of a number in trouble, and of a healthy one: nothing, which ends every problem.
    #[test]
    fn every_problem_says_what_to_do() {
        let bad = json!({ "quality_rating": "RED", "status": "FLAGGED", "name_status": "DECLINED", "verified_name": "Acme",
            "health_status": { "can_send_message": "BLOCKED", "entities": [{ "errors": [{
                "error_description": "No payment method.", "possible_solution": "Add a card." }] }] } });
        let good = json!({ "quality_rating": "GREEN", "status": "CONNECTED", "name_status": "APPROVED",
            "health_status": { "can_send_message": "AVAILABLE" } });
        for (one, part) in [
            ("quality", "WhatsApp Manager"),
            ("status", "WhatsApp Manager"),
            ("name", "Acme"),
            ("sending", "Add a card."),
        ] {
            let said = aspect(&bad, one).unwrap();
            assert!(said.contains(part), "{one}: {said}");
            assert_eq!(aspect(&good, one), None, "{one}");
        }
        let unknown: Number = serde_json::from_value(json!({ "quality_rating": 7, "status": null })).unwrap();
        assert!(aspects(&unknown).iter().all(|event| matches!(event, InboundEvent::LineTrouble { trouble: None, .. })));
    }
}
