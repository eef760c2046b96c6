//! What the tests of this folder share.

use entity::source;
use uuid::Uuid;

/// A plain source in this state.
pub(super) fn source(status: &str, paused: bool) -> source::Model {
    source::Model {
        tenant_id: Uuid::nil(),
        id: Uuid::nil(),
        kind: "custom".into(),
        name: "Support".into(),
        external_id: "support".into(),
        channel_id: Uuid::nil(),
        amocrm_source_id: 1,
        pipeline_id: 1,
        is_default: false,
        status: status.into(),
        status_reason: String::new(),
        paused,
        contact_rule: "leave".into(),
        services: "[]".into(),
        settings: "{}".into(),
        secrets: None,
        created_at: 0,
        updated_at: 0,
        deleted_at: None,
        status_since: 0,
        paused_by: String::new(),
        proved_at: None,
        services_sent: String::new(),
    }
}
