//! Adjusts the queue after a backup was restored.

/// Marks every letter as possibly delivered, because deliveries between the backup and the loss of the database are not
/// recorded in it. So amoCRM's history is searched before a message is sent again, and the messengers' rules for
/// unknown outcomes apply.
pub const ALL_PERHAPS_DELIVERED: &str = "UPDATE letter SET unknown = true";
