//! Inspection of the state, and waiting for changes.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    core::Core,
    sender,
    state::WebhookState,
    view::{CallView, MessageView, TemplateView, WebhookView},
    whatsapp::WhatsApp,
};

/// Returns when no webhook is due or being sent, and no link is being downloaded.
pub(crate) async fn settled(core: &Core) {
    core.settle(|| !sender::is_busy(core)).await;
}

impl WhatsApp {
    /// Messages that a number's business sent through the API, in order.
    pub fn sent(&self, phone: &str) -> Vec<MessageView> {
        self.core.read(|state| {
            let own = state.sent.iter().filter(|(one, ..)| one == phone);
            let view = |(phone, person, id): &(String, i64, String)| {
                Some(MessageView::of(state, phone, *person, state.chat(phone, *person)?.message(id)?))
            };
            own.filter_map(view).collect()
        })
    }

    /// The messages of one chat, in order.
    pub fn chat(&self, phone: &str, person: i64) -> Vec<MessageView> {
        self.core.read(|state| {
            let messages = state.chat(phone, person).map(|chat| chat.messages.as_slice()).unwrap_or_default();
            messages.iter().map(|one| MessageView::of(state, phone, person, one)).collect()
        })
    }

    /// Whether a number currently shows "typing…" to a person.
    pub fn is_typing(&self, phone: &str, person: i64) -> bool {
        self.core.read(|state| state.chat(phone, person).is_some_and(|chat| chat.typing_until > state.now))
    }

    /// All Graph calls, in order.
    pub fn calls(&self) -> Vec<CallView> {
        self.core.read(|state| state.calls.clone())
    }

    /// Calls of one operation, in order.
    pub fn calls_of(&self, operation: &str) -> Vec<CallView> {
        self.calls().into_iter().filter(|call| call.operation == operation).collect()
    }

    /// All webhooks ever created, in order.
    pub fn webhooks(&self) -> Vec<WebhookView> {
        self.core.read(|state| state.outbox.all.iter().map(WebhookView::of).collect())
    }

    /// The templates of an account.
    pub fn templates(&self, waba: &str) -> Vec<TemplateView> {
        self.core.read(|state| state.templates.values().filter(|one| one.waba == waba).map(TemplateView::of).collect())
    }

    /// The webhook addresses of an account's apps, in the order of the apps: the override, or the app's callback.
    pub fn addresses(&self, waba: &str) -> Vec<String> {
        self.core.read(|state| {
            let Some(known) = state.wabas.get(waba) else {
                return Vec::new();
            };
            let address = |(app, target): (&String, &Option<super::state::Override>)| {
                let of_app = state.apps.get(app).and_then(|app| app.callback.clone());
                Some(target.clone().or(of_app)?.url)
            };
            known.subscribed.iter().filter_map(address).collect()
        })
    }

    /// A number's `status`.
    pub fn phone_status(&self, phone: &str) -> Option<String> {
        self.core.read(|state| state.phones.get(phone).map(|phone| phone.status.clone()))
    }

    /// The code that verifies a number, sent by SMS.
    pub fn pending_code(&self, phone: &str) -> Option<String> {
        self.core.read(|state| state.phones.get(phone)?.pending_code.clone())
    }

    fn attempts(&self) -> u32 {
        self.core.read(|state| state.outbox.all.iter().map(|one| one.attempts).sum())
    }

    /// Returns when no webhook is due or being sent and no link is being downloaded; returns the number of webhooks
    /// sent meanwhile, including retries. Those that are due later, held or late keep waiting.
    pub async fn deliver_all(&self) -> usize {
        let before = self.attempts();
        settled(&self.core).await;
        usize::try_from(self.attempts() - before).unwrap_or_default()
    }

    /// Evaluates `what` now and after every change until it returns a value or the time limit has passed. It never
    /// polls.
    pub async fn wait_for<T>(&self, what: impl Fn(&WhatsApp) -> Option<T>, limit: Duration) -> Option<T> {
        self.core.wait_for(limit, || what(self)).await
    }

    /// Pauses the sender of webhooks; false resumes it.
    pub fn hold_webhooks(&self, hold: bool) {
        self.core.hold(hold);
    }

    /// Re-reads the clock after a test moved it.
    pub fn tick(&self) {
        self.core.touch();
    }

    /// When the next waiting webhook is sent.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        let due = self.core.read(|state| state.outbox.waiting().map(|one| one.due_at).min())?;
        DateTime::from_timestamp_millis(due)
    }

    /// The number of waiting webhooks.
    pub fn waiting(&self) -> usize {
        self.webhooks().iter().filter(|one| one.state == WebhookState::Waiting).count()
    }
}
