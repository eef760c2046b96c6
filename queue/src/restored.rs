//! After a backup was restored.

/// Marks every letter as possibly delivered: whether that happened between the backup and the loss of the database, nobody
/// knows. So amoCRM's history is searched before a message is sent again, and the messengers' rules for unknown outcomes
/// apply.
pub const ALL_PERHAPS_DELIVERED: &str = "UPDATE letter SET unknown = true";
