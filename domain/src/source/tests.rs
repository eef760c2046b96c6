//! Shared by the tests of this folder.

use entity::source;
use uuid::Uuid;

/// A plain source in this state.
pub(super) fn source(status: &str, paused: bool) -> source::Model {
    source::Model { status: status.into(), paused, ..entity::fixture::source(Uuid::nil(), Uuid::nil()) }
}
