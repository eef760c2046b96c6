//! A number's settings, and the number's description of itself.

use std::collections::BTreeMap;

use base::error::FieldError;
use base::i18n::LocalizedText;
use secrecy::SecretString;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::LineAccount;
use crate::call::{ApiError, messenger_answered};
use crate::error_catalog::{RefusalClass, WHATSAPP};
use crate::{Denied, Field, Identity, Input, LinePage, LineService, Settings, Setup, field};

/// Names of the credentials.
pub const TOKEN: &str = "access_token";
pub const APP_SECRET: &str = "app_secret";
pub const VERIFY_TOKEN: &str = "verify_token";
/// The number's two-step PIN, if Parom registered the number.
pub const PIN: &str = "pin";
/// The number is also used in the phone app (whatsapp §13).
pub const STAYS_IN_APP: &str = "stays_in_app";
const NUMBER: Field =
    Field::required("phone_number_id", Input::Text, "wizard-wa-phone-id").with_hint("wizard-wa-phone-id-hint");
const WABA: Field = Field::required("waba_id", Input::Text, "wizard-wa-waba-id");
const ACCESS: Field =
    Field { secret: true, ..Field::required(TOKEN, Input::Text, "wizard-wa-token").with_hint("wizard-wa-token-hint") };
const SECRET: Field = Field {
    secret: true,
    ..Field::required(APP_SECRET, Input::Text, "wizard-wa-app-secret").with_hint("wizard-wa-app-secret-hint")
};
const VERIFY: Field = Field {
    secret: true,
    ..Field::optional(VERIFY_TOKEN, Input::Text, "wizard-wa-verify-token").with_hint("wizard-wa-verify-token-hint")
};
pub(super) const MARK_READ: Field =
    Field::optional("mark_read", Input::Flag, "wizard-wa-mark-read").with_hint("wizard-wa-mark-read-hint").turned_on();
pub(super) const SIGN: Field =
    Field::optional("sign_with_manager_name", Input::Flag, "wizard-wa-sign").with_hint("wizard-wa-sign-hint");
/// The fields if calls are signed by the account's own app.
pub(super) const FIELDS: &[Field] = &[NUMBER, WABA, ACCESS, SECRET, VERIFY, MARK_READ, SIGN];
/// The same if the vendor has an app, which is used by accounts that enter no secret of their own.
pub(super) const FIELDS_WITH_APP: &[Field] =
    &[NUMBER, WABA, ACCESS, Field { required: false, ..SECRET }, VERIFY, MARK_READ, SIGN];

/// A number's options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NumberOptions {
    /// Whether customers see read marks and typing; typing marks messages as read as well.
    pub mark_read: bool,
    /// The manager's name is put above each message.
    pub sign_with_manager_name: bool,
}

impl Default for NumberOptions {
    fn default() -> Self {
        Self { mark_read: true, sign_with_manager_name: false }
    }
}

/// The entered settings. `facts` is Parom's own data, accepted because clients may send back what they read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsInput {
    phone_number_id: String,
    #[serde(default)]
    waba_id: String,
    access_token: Option<String>,
    app_secret: Option<String>,
    verify_token: Option<String>,
    pin: Option<String>,
    #[serde(default)]
    stays_in_app: bool,
    mark_read: Option<bool>,
    sign_with_manager_name: Option<bool>,
    #[serde(rename = "facts")]
    _facts: Option<Value>,
}

/// The stored settings without credentials.
#[derive(Serialize)]
struct PublicSettings {
    phone_number_id: String,
    waba_id: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stays_in_app: bool,
    #[serde(flatten)]
    options: NumberOptions,
}

/// A source's number.
#[derive(Clone, Copy, Debug)]
pub struct SourceNumber<'a> {
    pub phone_number_id: &'a str,
    pub waba_id: &'a str,
    public: &'a Value,
}

impl<'a> SourceNumber<'a> {
    /// None if the settings contain no number.
    pub fn of(settings: &'a Settings) -> Option<Self> {
        let text = |name: &str| settings.public.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let phone_number_id = text("phone_number_id")?;
        Some(Self { phone_number_id, waba_id: text("waba_id").unwrap_or_default(), public: &settings.public })
    }

    /// The number's phone in digits, as reported by Meta.
    pub fn display_phone(&self) -> Option<String> {
        let phone = self.fact("display_phone_number")?;
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        Some(digits).filter(|digits| !digits.is_empty())
    }

    /// The name that customers see.
    pub fn verified_name(&self) -> Option<&'a str> {
        self.fact("verified_name")
    }

    /// Whether its owner also writes in the phone app.
    pub fn stays_in_app(&self) -> bool {
        self.public.get(STAYS_IN_APP).and_then(Value::as_bool).unwrap_or_default()
    }

    fn fact(&self, name: &str) -> Option<&'a str> {
        self.public.get("facts")?.get("bot")?.get(name)?.as_str().filter(|text| !text.is_empty())
    }
}

/// What amoCRM offers for a number: templates with Meta's review, lists in Salesbot, and the number for a button on a
/// site.
pub(super) fn service(settings: &Settings, identity: &Identity) -> LineService {
    let text = |name: &str| identity.facts.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let digits: String = text("display_phone_number").chars().filter(char::is_ascii_digit).collect();
    let id =
        SourceNumber::of(settings).map_or_else(|| identity.key.clone(), |number| number.phone_number_id.to_owned());
    let phone = format!("+{digits}");
    let name = Some(text("verified_name")).filter(|name| !name.is_empty()).unwrap_or_else(|| phone.clone());
    let page = (!digits.is_empty()).then_some(LinePage { id, name, link: phone });
    LineService { kind: "whatsapp", reviews_templates: true, lists: true, page }
}

/// The source's token.
pub fn token(settings: &Settings) -> Result<&SecretString, Denied> {
    settings.secrets.get(TOKEN).ok_or_else(|| Denied::Access(LocalizedText::new("said-wa-token")))
}

/// The source's number.
pub fn number(settings: &Settings) -> Result<SourceNumber<'_>, Denied> {
    SourceNumber::of(settings).ok_or_else(|| Denied::Refused(LocalizedText::new("said-wa-number")))
}

/// Validates the entered settings. Missing or still masked credentials are kept.
pub(super) fn setup(settings: Value) -> Result<Setup, Vec<FieldError>> {
    let typed: SettingsInput = field::read(settings)?;
    let mut errors = Vec::new();
    let mut id = |name: &str, typed: &str, required: bool| {
        let id = typed.trim();
        let digits = id.len() <= 32 && id.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || (required && id.is_empty()) {
            errors.push(FieldError::new(format!("/settings/{name}"), LocalizedText::new("wizard-wa-bad-id")));
        }
        id.to_owned()
    };
    let phone_number_id = id("phone_number_id", &typed.phone_number_id, true);
    let waba_id = id("waba_id", &typed.waba_id, true);
    let given = [
        (TOKEN, typed.access_token),
        (APP_SECRET, typed.app_secret),
        (VERIFY_TOKEN, typed.verify_token),
        (PIN, typed.pin),
    ];
    let mut secrets = BTreeMap::new();
    for (name, secret) in given {
        let Some(secret) = field::credential(secret.as_deref()) else { continue };
        // Other characters could not be sent in a header.
        if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            errors.push(FieldError::new(format!("/settings/{name}"), LocalizedText::new("wizard-wa-bad-secret")));
        }
        if name == PIN && !is_pin(secret) {
            errors.push(FieldError::new(format!("/settings/{name}"), LocalizedText::new("wizard-wa-bad-pin")));
        }
        secrets.insert(name.to_owned(), SecretString::from(secret));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let usual = NumberOptions::default();
    let options = NumberOptions {
        mark_read: typed.mark_read.unwrap_or(usual.mark_read),
        sign_with_manager_name: typed.sign_with_manager_name.unwrap_or(usual.sign_with_manager_name),
    };
    let public =
        serde_json::to_value(PublicSettings { phone_number_id, waba_id, stays_in_app: typed.stays_in_app, options })
            .unwrap_or_default();
    Ok(Setup { public, secrets })
}

/// Whether this can be a number's two-step PIN.
pub(super) fn is_pin(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Why a call other than sending a message failed, as a text for the account's people.
pub fn explain(failed: &ApiError) -> LocalizedText {
    failed.explained(|refusal| match WHATSAPP.known(refusal.code) {
        Some(row) if !is_vague(row.id) => LocalizedText::new(row.key()),
        _ if refusal.text.is_empty() => messenger_answered(refusal.status),
        _ => LocalizedText::new("said-wa-refused").with("text", refusal.text.as_str()),
    })
}

/// For "Invalid parameter", Meta's own words are more precise.
pub(super) fn is_vague(row: &str) -> bool {
    matches!(row, "w13" | "w24" | "w25" | "w26" | "w57")
}

/// Why Meta refused an operation.
pub fn denied(failed: &ApiError) -> Denied {
    let said = explain(failed);
    let Some(refused) = failed.refusal().filter(|refusal| !refusal.is_gateways) else { return Denied::Away(said) };
    match WHATSAPP.find(refused.code, &refused.text).map(|row| row.class) {
        Some(RefusalClass::Transient | RefusalClass::Unknown) => Denied::Away(said),
        Some(RefusalClass::Pause) => Denied::Access(said),
        _ => Denied::Refused(said),
    }
}

/// The outcome of a call whose answer contains no data: an unreadable one counts as success.
pub fn done(answer: Result<IgnoredAny, ApiError>) -> Result<(), Denied> {
    match answer {
        Ok(_) | Err(ApiError::Unreadable { .. }) => Ok(()),
        Err(failed) => Err(denied(&failed)),
    }
}

/// The prefix of the key of a call that concerns an account as a whole: templates, reviews, restrictions.
pub const ACCOUNT: &str = "waba:";

/// The account of a source, and whether Meta listed the number in it to the source's token.
pub(super) fn account(public: &Value) -> Option<LineAccount> {
    let waba_id = public.get("waba_id").and_then(Value::as_str).filter(|id| !id.is_empty())?;
    let is_proved = public.pointer("/facts/bot/waba_id").and_then(Value::as_str) == Some(waba_id);
    Some(LineAccount { key: format!("{ACCOUNT}{waba_id}"), is_proved })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    fn typed() -> Value {
        json!({ "phone_number_id": " 330022334455667", "waba_id": "220011223344556",
                "access_token": "EAAB-token ", "app_secret": "0123abcd", "verify_token": "v-1" })
    }

    #[test]
    fn settings_have_defaults_and_wrong_ones_are_named() {
        let made = setup(typed()).unwrap();
        let public = json!({ "phone_number_id": "330022334455667", "waba_id": "220011223344556",
                             "mark_read": true, "sign_with_manager_name": false });
        assert_eq!((made.public, made.secrets.len()), (public, 3));
        assert_eq!(made.secrets[TOKEN].expose_secret(), "EAAB-token");
        let mut kept = typed();
        kept["access_token"] = json!("…oken");
        kept["app_secret"] = json!("");
        kept["verify_token"] = json!(null);
        assert!(setup(kept).unwrap().secrets.is_empty(), "omitted credentials stay");
        for (field, wrong) in [
            ("phone_number_id", "+7 701"),
            ("phone_number_id", ""),
            ("waba_id", "../me"),
            ("access_token", "два"),
            ("phone_number", "misspelt"),
        ] {
            let mut typed = typed();
            typed[field] = json!(wrong);
            assert_eq!(setup(typed).unwrap_err()[0].pointer, format!("/settings/{field}"));
        }
    }
}
