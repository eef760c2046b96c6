//! Who an announcement is for.

use entity::{announcement, tenant};
use uuid::Uuid;

/// The accounts to which an announcement is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    All,
    Accounts(Vec<Uuid>),
    /// All accounts with this plan, by its name.
    Plan(String),
    /// All accounts of this integration, by its name.
    Integration(String),
}

impl Audience {
    /// The words of all kinds, in the order of the form.
    pub const KINDS: [&'static str; 4] = ["all", "accounts", "plan", "integration"];

    /// The audience of a row; no account if the row cannot be read.
    pub fn stored(row: &announcement::Model) -> Self {
        let names: Vec<String> = serde_json::from_str(&row.names).unwrap_or_default();
        let first = || names.first().cloned().unwrap_or_default();
        match row.audience.as_str() {
            "all" => Self::All,
            "plan" => Self::Plan(first()),
            "integration" => Self::Integration(first()),
            _ => Self::Accounts(names.iter().filter_map(|id| Uuid::try_parse(id).ok()).collect()),
        }
    }

    /// As stored in `audience`, and as the form sends it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Accounts(_) => "accounts",
            Self::Plan(_) => "plan",
            Self::Integration(_) => "integration",
        }
    }

    /// As stored in `names`.
    pub fn names(&self) -> String {
        let names: Vec<String> = match self {
            Self::All => Vec::new(),
            Self::Accounts(ids) => ids.iter().map(Uuid::to_string).collect(),
            Self::Plan(name) | Self::Integration(name) => vec![name.clone()],
        };
        serde_json::Value::from(names).to_string()
    }

    /// Whether this account is one of them.
    pub fn includes(&self, tenant: &tenant::Model) -> bool {
        match self {
            Self::All => true,
            Self::Accounts(ids) => ids.contains(&tenant.tenant_id),
            Self::Plan(name) => tenant.plan.as_deref() == Some(name),
            Self::Integration(name) => tenant.integration == *name,
        }
    }
}
