//! What can be broken about an account, and how an integration stands in it.

use serde_json::{Map, Value};

/// What the account's host answers instead of doing what it was asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switches {
    /// 402 from REST and the token endpoint.
    pub(crate) unpaid: bool,
    /// 403 from REST and the token endpoint.
    pub(crate) blocked: bool,
    /// A gateway's page of HTML with this status.
    pub(crate) page: Option<u16>,
    /// 429 that names this many seconds.
    pub(crate) too_many: Option<u64>,
    /// Disposable tokens without the claim `is_admin`.
    pub(crate) no_admin_claim: bool,
    /// Chats make leads at once instead of incoming leads.
    pub(crate) no_unsorted: bool,
    /// `add_chat_template_review` under `chat_template_reviews` instead of at the root.
    pub(crate) wrapped_reviews: bool,
    /// A plan without CRM hooks: nobody may subscribe.
    pub(crate) no_webhooks: bool,
    /// Pipelines in the archive, by their ids.
    pub(crate) archived: Vec<i64>,
}

/// How an integration stands in an account that has installed it at least once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Installed {
    pub(crate) active: bool,
    /// The widget's settings as its form saved them.
    pub(crate) settings: Map<String, Value>,
    /// The pipeline in which the widget was added as a source.
    pub(crate) pipeline_id: Option<i64>,
}
