//! An incoming lead in a hook (crm-api §7.4).

use serde_json::Value;

use super::items;
use crate::lenient;

/// An incoming lead that was created, changed, accepted or declined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookUnsorted {
    /// Its id.
    pub uid: String,
    /// `chats`, `forms`, `mail` or `sip`.
    pub category: Option<String>,
    /// Its pipeline.
    pub pipeline_id: Option<i64>,
    /// CRM id of its lead.
    pub lead_id: Option<i64>,
    /// `accept` or `decline`, once a user has decided.
    pub decision: Option<String>,
    /// CRM ids of the leads that it became, or that were deleted with it.
    pub leads: Vec<i64>,
    /// CRM ids of the contacts that it became, or that were deleted with it.
    pub contacts: Vec<i64>,
}

impl HookUnsorted {
    pub(super) fn read(unsorted: &Value) -> Option<Self> {
        let decision = lenient::text(unsorted, "action");
        let result = match decision.as_deref() {
            Some("decline") => unsorted.get("decline_result"),
            _ => unsorted.get("accept_result"),
        };
        let ids = |key| result.and_then(|result| result.get(key)).map(ids).unwrap_or_default();
        Some(Self {
            uid: lenient::text(unsorted, "uid")?,
            category: lenient::text(unsorted, "category"),
            pipeline_id: lenient::number(unsorted, "pipeline_id"),
            lead_id: lenient::number(unsorted, "lead_id"),
            leads: ids("leads"),
            contacts: ids("contacts"),
            decision,
        })
    }
}

/// Ids, plain or as fields `id`.
fn ids(list: &Value) -> Vec<i64> {
    let id = |item: &Value| lenient::number(item, "id").or_else(|| item.as_str()?.parse().ok());
    items(list).into_iter().filter_map(id).collect()
}
