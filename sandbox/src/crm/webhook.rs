//! Subscriptions to CRM hooks: www.amocrm.ru/developers/content/crm_platform/webhooks-api.

use std::collections::VecDeque;

/// More invalid answers than this within [`WINDOW_SECONDS`], the last one among them, switch a subscription off.
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
    /// When it was answered wrongly of late.
    pub(crate) invalid: VecDeque<i64>,
}

impl Webhook {
    /// Counts an invalid answer, which may switch the subscription off.
    pub(super) fn answered_wrongly(&mut self, now: i64) {
        self.invalid.push_back(now);
        while self.invalid.front().is_some_and(|at| *at <= now - WINDOW_SECONDS) {
            self.invalid.pop_front();
        }
        self.disabled |= self.invalid.len() > INVALID_LIMIT;
    }
}

/// Codes one may subscribe to. The two platforms differ: messages of customers are told on Kommo only, as far as the
/// tables go, and customers (the entity) exist on amocrm.ru only.
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
