//! Webhooks that are waiting, being sent, or delivered.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Override, State};

/// The state of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// Waiting, possibly for a retry.
    Waiting,
    /// Answered with 2xx.
    Delivered,
    /// Given up, removed by a fault, or merged into another one.
    Dropped,
}

/// A webhook for one app.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) id: u64,
    pub(crate) app: String,
    pub(crate) waba: String,
    /// The number it is about, for overrides at the level of the number.
    pub(crate) phone: Option<String>,
    pub(crate) field: String,
    pub(crate) body: Value,
    pub(crate) attempts: u32,
    /// Milliseconds.
    pub(crate) made_at: i64,
    /// Milliseconds.
    pub(crate) due_at: i64,
    pub(crate) state: WebhookState,
    pub(crate) is_on_its_way: bool,
    pub(crate) is_late: bool,
    pub(crate) is_looked_at: bool,
    pub(crate) last_status: Option<u16>,
}

/// All webhooks ever created, in order.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub(crate) all: Vec<Webhook>,
}

impl Outbox {
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Webhook> {
        self.all.iter().filter(|one| one.state == WebhookState::Waiting)
    }

    pub(crate) fn at_mut(&mut self, id: u64) -> Option<&mut Webhook> {
        self.all.iter_mut().find(|one| one.id == id)
    }
}

impl State {
    /// The target of a webhook: the number's address takes precedence over the WABA's, and that over the app's.
    pub(crate) fn target(&self, webhook: &Webhook) -> Option<&Override> {
        let of_phone = webhook.phone.as_ref().and_then(|id| self.phones.get(id)?.overrides.get(&webhook.app));
        let of_waba = self.wabas.get(&webhook.waba).and_then(|waba| waba.subscribed.get(&webhook.app)?.as_ref());
        let of_app = self.apps.get(&webhook.app).and_then(|app| app.callback.as_ref());
        of_phone.or(of_waba).or(of_app)
    }

    /// Queues a change for every subscribed app that receives this field.
    pub(crate) fn tell(&mut self, waba: &str, phone: Option<&str>, field: &str, value: &Value) {
        let Some(known) = self.wabas.get(waba) else {
            return;
        };
        let wants = |app: &&String| self.apps.get(*app).is_some_and(|app| app.fields.contains(field));
        let apps: Vec<String> = known.subscribed.keys().filter(wants).cloned().collect();
        let mut entry = json!({"id": waba, "changes": [{"value": value, "field": field}]});
        // Only changes about messages have no time in their entry.
        if value.get("messaging_product").is_none() {
            entry["time"] = json!(self.seconds());
        }
        for app in apps {
            let body = json!({"object": "whatsapp_business_account", "entry": [entry.clone()]});
            self.push(app, waba, phone, field, body);
        }
    }

    /// The same for changes that contain the `metadata` of a number.
    pub(crate) fn tell_phone(&mut self, phone: &str, field: &str, more: Value) {
        let Some(known) = self.phones.get(phone) else {
            return;
        };
        let waba = known.waba.clone();
        let mut value = json!({
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": known.number, "phone_number_id": known.id},
        });
        if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
            value.extend(more);
        }
        self.tell(&waba, Some(phone), field, &value);
    }

    pub(crate) fn push(&mut self, app: String, waba: &str, phone: Option<&str>, field: &str, body: Value) {
        let id = u64::try_from(self.next_serial()).unwrap_or_default();
        self.outbox.all.push(Webhook {
            id,
            app,
            waba: waba.to_owned(),
            phone: phone.map(str::to_owned),
            field: field.to_owned(),
            body,
            attempts: 0,
            made_at: self.now,
            due_at: self.now,
            state: WebhookState::Waiting,
            is_on_its_way: false,
            is_late: false,
            is_looked_at: false,
            last_status: None,
        });
    }
}
