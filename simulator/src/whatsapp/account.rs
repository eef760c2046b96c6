//! Changes of accounts and numbers, with the webhooks about them.

use serde_json::{Value, json};

use super::{
    codes,
    state::{Override, State},
    whatsapp::WhatsApp,
};

impl WhatsApp {
    /// Changes the quality or limit of a number: `event` such as `DOWNGRADE`, `limit` such as `TIER_2K`.
    pub fn set_quality(&self, phone: &str, rating: &str, event: &str, limit: &str) {
        self.core.change(|state| {
            let Some(known) = state.phones.get_mut(phone) else {
                return;
            };
            let old = std::mem::replace(&mut known.limit, limit.to_owned());
            rating.clone_into(&mut known.quality);
            let value = json!({
                "display_phone_number": known.number,
                "event": event,
                "old_limit": old,
                "current_limit": limit,
                "max_daily_conversations_per_business": limit,
            });
            let waba = known.waba.clone();
            state.tell(&waba, Some(phone), "phone_number_quality_update", &value);
        });
    }

    /// Meta decides about a display name: `APPROVED`, or `REJECTED` with a reason.
    pub fn review_name(&self, phone: &str, name: &str, rejection: Option<&str>) {
        self.core.change(|state| {
            let Some(known) = state.phones.get_mut(phone) else {
                return;
            };
            let decision = if rejection.is_some() { "REJECTED" } else { "APPROVED" };
            if rejection.is_none() {
                name.clone_into(&mut known.name);
            }
            known.name_status = if rejection.is_some() { "DECLINED" } else { "APPROVED" }.to_owned();
            let value = json!({
                "display_phone_number": known.number,
                "decision": decision,
                "requested_verified_name": name,
                "rejection_reason": rejection,
            });
            let waba = known.waba.clone();
            state.tell(&waba, Some(phone), "phone_number_name_update", &value);
        });
    }

    /// Restricts an account until a time in seconds; sending is refused with 131031.
    pub fn restrict(&self, waba: &str, restriction: &str, until: i64) {
        let info = json!([{"restriction_type": restriction, "expiration": until}]);
        self.lock(waba, Some(131_031), json!({"event": "ACCOUNT_RESTRICTION", "restriction_info": info}));
    }

    /// Disables an account for a violation; sending is refused with 368.
    pub fn ban(&self, waba: &str) {
        let info = json!({"waba_ban_state": "DISABLE", "waba_ban_date": "November 20, 2026"});
        self.lock(waba, Some(368), json!({"event": "DISABLED_UPDATE", "ban_info": info}));
    }

    /// Lifts restrictions: the account may send again.
    pub fn reinstate(&self, waba: &str) {
        let info = json!({"waba_ban_state": "REINSTATE"});
        self.lock(waba, None, json!({"event": "DISABLED_UPDATE", "ban_info": info}));
    }

    fn lock(&self, waba: &str, code: Option<i64>, value: Value) {
        self.core.change(|state| {
            if let Some(known) = state.wabas.get_mut(waba) {
                known.locked_by = code;
            }
            state.tell(waba, None, "account_update", &value);
        });
    }

    /// Whether the account has a payment method; without one templates fail with 131042.
    pub fn set_payment(&self, waba: &str, pays: bool) {
        self.core.change(|state| {
            if let Some(waba) = state.wabas.get_mut(waba) {
                waba.pays = pays;
            }
        });
    }

    /// Limits of the account or its portfolio change.
    pub fn set_capability(&self, waba: &str, conversations: i64, phones: i64) {
        let value = json!({
            "max_daily_conversation_per_phone": conversations,
            "max_daily_conversations_per_business": conversations,
            "max_phone_numbers_per_business": phones,
            "max_phone_numbers_per_waba": phones,
        });
        self.notify(waba, "business_capability_update", value);
    }

    /// The owner revokes the app's access in the phone app or in Meta's settings. The app is notified and then
    /// unsubscribed, and its tokens lose access to the account.
    pub fn offboard(&self, app: &str, waba: &str) {
        self.core.change(|state| {
            let info = json!({"waba_id": waba, "owner_business_id": "556600112233445"});
            state.tell(waba, None, "account_update", &json!({"event": "PARTNER_REMOVED", "waba_info": info}));
            if let Some(known) = state.wabas.get_mut(waba) {
                known.subscribed.remove(app);
            }
            for token in state.tokens.values_mut().filter(|token| token.app == app) {
                token.wabas.remove(waba);
            }
        });
    }

    /// The number's state at Meta: `CONNECTED`, `FLAGGED`, `RESTRICTED`, `BANNED`, `DISCONNECTED`, …
    pub fn set_phone_status(&self, phone: &str, status: &str) {
        self.core.change(|state| {
            if let Some(phone) = state.phones.get_mut(phone) {
                status.clone_into(&mut phone.status);
            }
        });
    }

    /// The number's owner has entered the code from Meta's SMS.
    pub fn verify(&self, phone: &str) {
        self.core.change(|state| {
            if let Some(phone) = state.phones.get_mut(phone) {
                "VERIFIED".clone_into(&mut phone.code_status);
            }
        });
    }

    /// The owner turns two-step verification on.
    pub fn set_pin(&self, phone: &str, pin: &str) {
        self.core.change(|state| {
            if let Some(phone) = state.phones.get_mut(phone) {
                phone.pin = Some(pin.to_owned());
            }
        });
    }

    /// The apps that receive an account's webhooks.
    pub fn subscribed(&self, waba: &str) -> Vec<String> {
        self.core.read(|state| {
            let known = state.wabas.get(waba);
            known.map(|waba| waba.subscribed.keys().cloned().collect()).unwrap_or_default()
        })
    }

    /// Another service redirects a number's webhooks of all apps to itself, with the account's token.
    pub fn hijack(&self, phone: &str, url: &str) {
        let target = Override { url: url.to_owned(), verify_token: String::new() };
        self.core.change(|state| {
            let Some(phone) = state.phones.get_mut(phone) else {
                return;
            };
            let apps = state.wabas.get(&phone.waba).map(|waba| waba.subscribed.keys().cloned()).into_iter().flatten();
            phone.overrides.extend(apps.map(|app| (app, target.clone())));
        });
    }

    /// A throughput upgrade begins or ends; meanwhile sending is refused with 131057.
    pub fn set_maintenance(&self, phone: &str, on: bool) {
        self.core.change(|state| {
            if let Some(phone) = state.phones.get_mut(phone) {
                phone.is_in_maintenance = on;
            }
        });
    }

    /// An error of the number itself, without a message: `value.errors`.
    pub fn phone_error(&self, phone: &str, code: i64) {
        let errors = json!({"errors": [codes::in_webhook(code, None)]});
        self.core.change(|state| state.tell_phone(phone, "messages", errors));
    }

    /// Any change of an account, unchanged.
    pub fn notify(&self, waba: &str, field: &str, value: Value) {
        self.core.change(|state| state.tell(waba, None, field, &value));
    }

    /// Any change that contains the metadata of a number: `more` is the rest of the value.
    pub fn notify_phone(&self, phone: &str, field: &str, more: Value) {
        self.core.change(|state| state.tell_phone(phone, field, more));
    }
}

impl State {
    /// The number's digits, as used in webhooks.
    pub(crate) fn number_of(&self, phone: &str) -> String {
        self.phones.get(phone).map(|phone| phone.number.clone()).unwrap_or_default()
    }
}
