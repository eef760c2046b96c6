//! `/{phone}` and `/{waba}`: their fields, and the webhook address of a number.

use serde_json::{Value, json};

use super::{
    call::Call,
    error::{Answered, GraphError, ensure, success},
    fields, handshake, subscribe,
};
use crate::whatsapp::{
    core::Core,
    state::{Grant, Phone, State},
};

/// The fields that `GET /{phone}` returns without `fields`.
const USUAL: [&str; 8] = [
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "webhook_configuration",
    "id",
];
const USUAL_WABA: [&str; 4] = ["id", "name", "timezone_id", "message_template_namespace"];

fn health(state: &State, phone: &Phone) -> Value {
    let waba = state.wabas.get(&phone.waba);
    let is_locked = waba.is_some_and(|waba| waba.locked_by.is_some());
    let is_connected = phone.status == "CONNECTED";
    let of_phone = if is_connected { "AVAILABLE" } else { "BLOCKED" };
    let of_waba = if is_locked { "BLOCKED" } else { "AVAILABLE" };
    let overall = if is_connected && !is_locked { "AVAILABLE" } else { "BLOCKED" };
    let mut entities = json!([
        {"entity_type": "PHONE_NUMBER", "id": phone.id, "can_send_message": of_phone},
        {"entity_type": "WABA", "id": phone.waba, "can_send_message": of_waba},
    ]);
    if !is_connected {
        entities[0]["errors"] = json!([{
            "error_code": 141_000,
            "error_description": "The phone number is not connected.",
            "possible_solution": "Register the phone number.",
        }]);
    }
    json!({"can_send_message": overall, "entities": entities})
}

/// All fields of a number.
pub(super) fn json_of(state: &State, phone: &Phone) -> Value {
    let waba = state.wabas.get(&phone.waba);
    // The address of the first app: a token sees only its own app's, and tests have one app.
    let of_waba = waba.and_then(|waba| waba.subscribed.values().flatten().next());
    let app = waba.and_then(|waba| state.apps.get(waba.subscribed.keys().next()?));
    let mut hooks = json!({});
    for (level, target) in [
        ("phone_number", phone.overrides.values().next()),
        ("whatsapp_business_account", of_waba),
        ("application", app.and_then(|app| app.callback.as_ref())),
    ] {
        if let Some(target) = target {
            hooks[level] = json!(target.url);
        }
    }
    let level = if phone.is_on_biz_app { "NOT_APPLICABLE" } else { "STANDARD" };
    json!({
        "id": phone.id,
        "display_phone_number": phone.display,
        "verified_name": phone.name,
        "quality_rating": phone.quality,
        "quality_score": {"score": phone.quality},
        "messaging_limit_tier": phone.limit,
        "whatsapp_business_manager_messaging_limit": phone.limit,
        "status": phone.status,
        "code_verification_status": phone.code_status,
        "name_status": phone.name_status,
        "new_name_status": "NONE",
        "platform_type": phone.platform,
        "throughput": {"level": level},
        "account_mode": "LIVE",
        "is_official_business_account": false,
        "is_pin_enabled": phone.pin.is_some(),
        "is_on_biz_app": phone.is_on_biz_app,
        "last_onboarded_time": chrono::DateTime::from_timestamp_millis(phone.connected_at)
            .unwrap_or_default()
            .format("%Y-%m-%dT%H:%M:%S+0000")
            .to_string(),
        "webhook_configuration": hooks,
        "health_status": health(state, phone),
        // Documented, but without a value here.
        "certificate": null,
        "new_certificate": null,
        "conversational_automation": null,
        "country_code": null,
        "country_dial_code": null,
        "eligibility_for_api_business_global_search": null,
        "is_preverified_number": null,
        "search_visibility": null,
    })
}

/// `GET /{phone}`.
pub(super) fn get(state: &State, call: &Call, phone: &Phone) -> Answered {
    fields::pick(&json_of(state, phone), &call.fields(), &USUAL, "WhatsAppBusinessPhoneNumber")
}

/// `POST /{phone}` with `webhook_configuration`: the number's own address, verified; an empty one removes it.
pub(super) async fn post(core: &Core, grant: &Grant, call: &Call, phone: &str) -> Answered {
    let given = call.value("webhook_configuration");
    let given = given.ok_or_else(|| GraphError::parameter("The parameter webhook_configuration is required."))?;
    let target = subscribe::override_of(&given)?;
    if let Some(target) = &target {
        handshake::verify(core, target).await?;
    }
    core.change(|state| {
        if let Some(phone) = state.phones.get_mut(phone) {
            match target {
                Some(target) => phone.overrides.insert(grant.app.clone(), target),
                None => phone.overrides.remove(&grant.app),
            };
        }
    });
    success()
}

/// `GET /{waba}`.
pub(super) fn waba(state: &State, call: &Call, id: &str) -> Answered {
    let waba = state.wabas.get(id).ok_or_else(|| GraphError::no_object("get", id))?;
    let status = if waba.locked_by.is_some() { "RESTRICTED" } else { "ACTIVE" };
    let object = json!({
        "id": waba.id,
        "name": waba.name,
        "timezone_id": "1",
        "currency": "USD",
        "country": "KZ",
        "message_template_namespace": format!("ba30dd89_2ebd_{}", waba.id),
        "account_review_status": waba.review_status,
        "business_verification_status": "verified",
        "ownership_type": "SELF",
        "status": status,
        "primary_funding_id": if waba.pays { json!("1000000000000001") } else { Value::Null },
        "health_status": {
            "can_send_message": if waba.locked_by.is_some() { "BLOCKED" } else { "AVAILABLE" },
            "entities": [],
        },
    });
    fields::pick(&object, &call.fields(), &USUAL_WABA, "WhatsAppBusinessAccount")
}

/// `GET /{waba}/phone_numbers`.
pub(super) fn list(state: &State, call: &Call, waba: &str) -> Answered {
    let own = state.phones.values().filter(|phone| phone.waba == waba);
    let data: Result<Vec<Value>, GraphError> = own.map(|phone| get(state, call, phone)).collect();
    let data = data?;
    let mut answer = json!({"data": data});
    if !data.is_empty() {
        answer["paging"] = json!({"cursors": {"before": "QVFIU0", "after": "QVFIUz"}});
    }
    Ok(answer)
}

/// `GET /{phone}/whatsapp_business_profile`.
pub(super) fn profile(phone: &Phone) -> Answered {
    let mut profile = phone.profile.clone();
    profile.insert("messaging_product".to_owned(), json!("whatsapp"));
    Ok(json!({"data": [profile]}))
}

/// `POST /{phone}/whatsapp_business_profile`.
pub(super) fn set_profile(phone: &mut Phone, call: &Call) -> Answered {
    call.is_for_whatsapp()?;
    const KNOWN: [&str; 7] =
        ["about", "address", "description", "email", "profile_picture_handle", "vertical", "websites"];
    for (key, value) in &call.values {
        if KNOWN.contains(&key.as_str()) {
            phone.profile.insert(key.clone(), value.clone());
        }
    }
    let about = phone.profile.get("about").and_then(Value::as_str).unwrap_or_default();
    ensure(about.chars().count() <= 139, || GraphError::parameter("Param about must be at most 139 characters long."))?;
    success()
}
