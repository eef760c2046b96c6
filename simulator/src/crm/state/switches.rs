//! Faults of an account, and the state of its integrations.

use serde_json::{Map, Value};

/// Responses of the account's host in place of the requested action.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switches {
    /// 402 from REST and the token endpoint.
    pub(crate) unpaid: bool,
    /// 403 from REST and the token endpoint.
    pub(crate) blocked: bool,
    /// A gateway's HTML page with this status.
    pub(crate) page: Option<u16>,
    /// 429 with this many seconds.
    pub(crate) too_many: Option<u64>,
    /// Disposable tokens without the claim `is_admin`.
    pub(crate) no_admin_claim: bool,
    /// Chats create leads at once instead of incoming leads.
    pub(crate) no_unsorted: bool,
    /// `add_chat_template_review` under `chat_template_reviews` instead of at the root.
    pub(crate) wrapped_reviews: bool,
    /// `add_chat_template_review` without the template's file and external id.
    pub(crate) bare_reviews: bool,
    /// A plan without CRM hooks: subscribing is refused.
    pub(crate) no_webhooks: bool,
    /// Archived pipelines, by id.
    pub(crate) archived: Vec<i64>,
    /// Codes of the tracking fields of leads that a user has removed.
    pub(crate) removed_fields: Vec<String>,
}

/// The state of an integration in an account that has installed it at least once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Installed {
    pub(crate) active: bool,
    /// The widget's settings as saved by its form.
    pub(crate) settings: Map<String, Value>,
    /// The pipeline in which the widget was added as a source.
    pub(crate) pipeline_id: Option<i64>,
}
