//! `/{phone}` and `/{waba}`: their fields; registering a number with the Cloud API.

use serde_json::{Map, Value, json};

use super::codes::{known, no_object};
use super::options::{Phone, Waba, WhatsApp};
use crate::graph::{Answered, Params, Refusal, bad, ensure, success};
use crate::kit::{Id, extend};

/// The fields without `fields`.
const USUAL: &str = "verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,\
                     throughput,webhook_configuration";
const USUAL_WABA: &str = "name,timezone_id,message_template_namespace";
/// Documented fields that have no value here.
const EMPTY: &str = "certificate,new_certificate,conversational_automation,country_code,country_dial_code,\
                     eligibility_for_api_business_global_search,is_preverified_number,search_visibility";
/// Wrong PINs after which the caller must wait.
const GUESSES: usize = 5;

/// The requested fields of an object, and its id; the usual ones if none are requested. A field without a value is
/// omitted.
pub(super) fn pick(object: &Value, params: &Params, usual: &str, node: &str) -> Answered {
    let asked = params.text("fields").unwrap_or_default();
    // Sub-fields in braces or parentheses belong to their field.
    let plain = |one: &str| one.split(['{', '(', '.']).next().unwrap_or_default().trim().to_owned();
    let asked: Vec<String> = asked.split(',').map(plain).filter(|one| !one.is_empty()).collect();
    let names = if asked.is_empty() { usual.split(',').map(str::to_owned).collect() } else { asked };
    let mut picked = Map::new();
    for name in names {
        let value = object
            .get(&name)
            .ok_or_else(|| bad(&format!("Tried accessing nonexisting field ({name}) on node type ({node})")))?;
        if !value.is_null() {
            picked.insert(name, value.clone());
        }
    }
    picked.insert("id".to_owned(), object["id"].clone());
    Ok(Value::Object(picked))
}

/// `messaging_product` must be `whatsapp`.
pub(super) fn is_for_whatsapp(params: &Params) -> Result<(), Refusal> {
    let is_right = params.needed("messaging_product")? == "whatsapp";
    ensure(is_right, || bad("Param messaging_product must be one of {WHATSAPP}"))
}

fn health(id: &str, phone: &Phone, waba: Option<&Waba>) -> Value {
    let word = |is_fine: bool| if is_fine { "AVAILABLE" } else { "BLOCKED" };
    let (is_free, is_connected) = (waba.is_none_or(|waba| !waba.is_locked), phone.fields["status"] == "CONNECTED");
    let mut entities = json!([
        {"entity_type": "PHONE_NUMBER", "id": id, "can_send_message": word(is_connected)},
        {"entity_type": "WABA", "id": phone.waba, "can_send_message": word(is_free)},
    ]);
    if !is_connected {
        entities[0]["errors"] = json!([{
            "error_code": 141_000, "error_description": "The phone number is not connected.",
            "possible_solution": "Register the phone number.",
        }]);
    }
    json!({"can_send_message": word(is_free && is_connected), "entities": entities})
}

/// A token sees the addresses of its own app.
fn fields(state: &WhatsApp, app: &str, id: &Id, phone: &Phone) -> Value {
    let waba = state.own.wabas.get(&phone.waba);
    let subscribed = waba.and_then(|waba| waba.subscribed.get(app));
    let of_waba = subscribed.and_then(Option::as_ref);
    let app_of_waba = subscribed.and_then(|_| state.own.apps.get(app));
    let levels: [(&str, Option<&String>); 3] = [
        ("phone_number", phone.overrides.get(app)),
        ("whatsapp_business_account", of_waba),
        ("application", app_of_waba.and_then(|app| app.callback.as_ref())),
    ];
    let hooks = levels.into_iter().filter_map(|(level, url)| Some((level.to_owned(), json!(url?))));
    let onboarded = chrono::DateTime::from_timestamp_millis(phone.connected_at).unwrap_or_default();
    let mut all = phone.fields.clone();
    extend(
        &mut all,
        json!({
            "id": id.as_str(), "display_phone_number": format!("+{}", phone.number),
            "verified_name": state.lines.get(id).map(|line| line.name.as_str()),
            "quality_score": {"score": phone.fields["quality_rating"]},
            "whatsapp_business_manager_messaging_limit": phone.fields["messaging_limit_tier"],
            "new_name_status": "NONE",
            "throughput": {"level": if phone.is_on_biz_app { "NOT_APPLICABLE" } else { "STANDARD" }},
            "account_mode": "LIVE", "is_official_business_account": false, "is_pin_enabled": phone.pin.is_some(),
            "is_on_biz_app": phone.is_on_biz_app,
            "last_onboarded_time": onboarded.format("%Y-%m-%dT%H:%M:%S+0000").to_string(),
            "webhook_configuration": hooks.collect::<Map<_, _>>(), "health_status": health(id.as_str(), phone, waba),
        }),
    );
    extend(&mut all, Value::Object(EMPTY.split(',').map(|name| (name.to_owned(), Value::Null)).collect()));
    all
}

/// `GET /{phone}`.
pub(super) fn get(state: &WhatsApp, app: &str, params: &Params, id: &Id) -> Answered {
    let phone = state.own.phones.get(id).ok_or_else(|| no_object("get", id.as_str()))?;
    pick(&fields(state, app, id, phone), params, USUAL, "WhatsAppBusinessPhoneNumber")
}

/// `GET /{waba}`.
pub(super) fn waba(state: &WhatsApp, params: &Params, id: &str) -> Answered {
    let waba = state.own.wabas.get(id).ok_or_else(|| no_object("get", id))?;
    let is_locked = waba.is_locked;
    let object = json!({
        "id": id, "name": waba.name, "timezone_id": "1", "currency": "USD", "country": "KZ",
        "message_template_namespace": format!("ba30dd89_2ebd_{id}"), "account_review_status": "APPROVED",
        "business_verification_status": "verified", "ownership_type": "SELF",
        "status": if is_locked { "RESTRICTED" } else { "ACTIVE" }, "primary_funding_id": "1000000000000001",
        "health_status": {"can_send_message": if is_locked { "BLOCKED" } else { "AVAILABLE" }, "entities": []},
    });
    pick(&object, params, USUAL_WABA, "WhatsAppBusinessAccount")
}

/// `GET /{waba}/phone_numbers`.
pub(super) fn list(state: &WhatsApp, app: &str, params: &Params, waba: &str) -> Answered {
    let own = state.own.phones.iter().filter(|(_, phone)| phone.waba == waba);
    let data = own.map(|(id, _)| get(state, app, params, id)).collect::<Result<Vec<Value>, Refusal>>()?;
    let mut answer = json!({"data": data});
    if !data.is_empty() {
        answer["paging"] = json!({"cursors": {"before": "QVFIU0", "after": "QVFIUz"}});
    }
    Ok(answer)
}

/// `POST /{phone}/register`: the PIN is set, or must match the number's PIN.
pub(super) fn register(phone: &mut Phone, params: &Params) -> Answered {
    is_for_whatsapp(params)?;
    let pin = params.needed("pin")?;
    let is_pin = pin.len() == 6 && pin.chars().all(|one| one.is_ascii_digit());
    ensure(is_pin, || bad("Param pin must be 6 characters long."))?;
    ensure(!phone.is_on_biz_app, || {
        bad("Phone number is used by the WhatsApp Business app and cannot be registered.")
    })?;
    ensure(phone.fields["code_verification_status"] == "VERIFIED", || known(133_006))?;
    ensure(phone.wrong_pins < GUESSES, || known(133_008))?;
    if phone.pin.as_ref().is_some_and(|known| *known != pin) {
        phone.wrong_pins += 1;
        return Err(known(133_005));
    }
    (phone.wrong_pins, phone.pin) = (0, Some(pin));
    extend(&mut phone.fields, json!({"status": "CONNECTED", "platform_type": "CLOUD_API"}));
    Ok(success())
}
