//! The conversations of a run and the channel they belong to: the names that hooks and inserted rows agree on.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The channel of the run.
pub const CHANNEL: &str = "344a5002-f8ca-454d-af3d-396180102ac7";
/// Its secret.
pub const SECRET: &str = "bench-channel-secret";
/// The signing secret of webhooks to the developer's messenger.
pub const WEBHOOK_SECRET: &str = "whsec_YmVuY2gtd2ViaG9vay1zZWNyZXQ=";

/// A conversation that hooks can name.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Line {
    pub scope_id: String,
    pub amojo_id: String,
    pub source_external_id: String,
    pub tenant_id: Uuid,
    pub source_id: Uuid,
    pub conversation_id: Uuid,
    /// Our id of it at amoCRM.
    pub client_id: String,
    /// Its id at the messenger.
    pub chat: String,
}
