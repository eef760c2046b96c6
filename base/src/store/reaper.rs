//! The task of sqlx that closes idle and old connections.

use std::time::Duration;

use sea_orm::ConnectOptions;

/// Does without it. sqlx counts the idle connections in a variable that goes below zero for a moment when one is taken that
/// another thread is giving back. If the task reads it then, it goes round its loop for ever, without waiting, and keeps a
/// thread of the runtime busy (`spawn_maintenance_tasks` of sqlx 0.9).
pub(super) fn without_reaper(options: &mut ConnectOptions) {
    options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
}
