//! Notes written by integrations on cards.

use serde_json::Value;

/// A note on the card of a lead or a contact. Times are Unix seconds.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) id: i64,
    /// `leads` or `contacts`.
    pub(crate) entity: &'static str,
    pub(crate) entity_id: i64,
    /// `note_type`.
    pub(crate) kind: String,
    pub(crate) params: Value,
    pub(crate) created_by: i64,
    pub(crate) created_at: i64,
}
