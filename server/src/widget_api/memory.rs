//! In-memory state of an instance about the widget's callers. Losing it costs calls to amoCRM or allows a few more
//! requests.

use std::sync::Arc;
use std::time::Duration;

use amocrm::rest::Pipeline;
use base::cache::Cache;
use base::rate_limit::{Budget, RateLimiter};
use uuid::Uuid;

use super::sight::{Seen, Strangers, Viewer, Visibility};

/// Requests of one user.
pub(super) const REQUESTS: Budget = Budget { at_once: 60, each: 1_000 };
/// Exchanges of one disposable token: each page load of amoCRM repeats it.
pub(super) const EXCHANGES: Budget = Budget { at_once: 120, each: 15_000 };
/// Checks for the new host of a renamed account.
pub(super) const RENAMINGS: Budget = Budget { at_once: 1, each: 60_000 };

/// Shared by the threads of an instance.
pub struct CallerMemory {
    /// By tenant and amoCRM user.
    pub(super) requests: RateLimiter<(Uuid, i64)>,
    /// By integration, account and token.
    pub(super) exchanges: RateLimiter<String>,
    pub(super) renamings: RateLimiter<Uuid>,
    /// With the time they were read.
    pub(super) pipelines: Cache<Uuid, (i64, Arc<Vec<Pipeline>>)>,
    /// The rights in amoCRM of users who are not administrators.
    pub(super) viewers: Cache<(Uuid, i64), Arc<Viewer>>,
    /// By tenant, user and contact or lead.
    pub(super) sights: Cache<(Uuid, i64, Seen), Visibility>,
    /// Conversations that a card showed to a user, with the time.
    pub(super) shown: Cache<(Uuid, i64, Uuid), i64>,
    /// Contacts and leads that a user asked for and may not see.
    pub(super) unknown_callers: Cache<(Uuid, i64), Strangers>,
    /// amojo's ids of the chats of a card, with the time they were read.
    pub(super) chats: Cache<Card, (i64, Arc<Vec<String>>)>,
}

/// A card: the account, its contacts, its lead.
pub(super) type Card = (Uuid, Vec<i64>, Option<i64>);

impl Default for CallerMemory {
    fn default() -> Self {
        let hour = Duration::from_secs(3600);
        Self {
            requests: RateLimiter::new(50_000),
            exchanges: RateLimiter::new(50_000),
            renamings: RateLimiter::new(20_000),
            pipelines: Cache::builder().max_capacity(5_000).time_to_live(hour).build(),
            viewers: Cache::builder().max_capacity(50_000).time_to_live(hour).build(),
            sights: Cache::builder().max_capacity(100_000).time_to_live(hour).build(),
            shown: Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(120)).build(),
            unknown_callers: Cache::builder().max_capacity(50_000).time_to_live(hour).build(),
            chats: Cache::builder().max_capacity(20_000).time_to_live(Duration::from_secs(120)).build(),
        }
    }
}
