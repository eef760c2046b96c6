//! Subscriptions to CRM hooks: www.amocrm.ru/developers/content/crm_platform/webhooks-api.

use std::collections::VecDeque;

/// More invalid answers than this within [`WINDOW_SECONDS`], including the last one, disable a subscription.
const INVALID_LIMIT: usize = 100;
const WINDOW_SECONDS: i64 = 2 * 60 * 60;

/// One subscription; its destination is its identity. Times are Unix seconds.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) id: i64,
    pub(crate) destination: String,
    pub(crate) settings: Vec<String>,
    pub(crate) sort: i64,
    pub(crate) created_by: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) disabled: bool,
    /// Times of recent invalid answers.
    pub(crate) invalid: VecDeque<i64>,
}

impl Webhook {
    /// Counts an invalid answer, which may disable the subscription.
    pub(crate) fn answered_wrongly(&mut self, now: i64) {
        self.invalid.push_back(now);
        while self.invalid.front().is_some_and(|at| *at <= now - WINDOW_SECONDS) {
            self.invalid.pop_front();
        }
        self.disabled |= self.invalid.len() > INVALID_LIMIT;
    }
}

/// Codes that can be subscribed to. The two platforms differ: customers' messages are reported only on Kommo, according
/// to the tables, and customers (the entity) exist only on amocrm.ru.
pub(crate) fn known_events(host: &str) -> Vec<String> {
    let russian = host.ends_with(".amocrm.ru");
    let group = |actions: &[&str], of: &str| actions.iter().map(|action| format!("{action}_{of}")).collect::<Vec<_>>();
    let mut all = group(&["add", "update", "delete", "restore", "status", "responsible", "note"], "lead");
    for of in ["contact", "company"] {
        all.extend(group(&["add", "update", "delete", "restore", "responsible", "note"], of));
    }
    all.extend(group(&["add", "update"], "talk"));
    all.push("add_chat_template_review".to_owned());
    if russian {
        all.extend(group(&["add", "update", "delete", "responsible", "note"], "customer"));
        all.extend(group(&["add", "update", "delete", "responsible"], "task"));
    } else {
        all.extend(group(&["add", "delete", "responsible"], "task"));
        all.extend(["add_message".to_owned(), "add_outgoing_message".to_owned()]);
    }
    all
}
