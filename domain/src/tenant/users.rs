//! Users of an account as chats name them: by amojo's id in hooks, by the CRM's id in our API.

use std::sync::Arc;
use std::time::Duration;

use amocrm::rest::User;
use base::cache::Cache;
use chrono::TimeDelta;
use entity::tenant;
use uuid::Uuid;

use super::TenantContext;
use super::token::{CallError, with_token};

/// How long a list of users is valid.
const FRESH: Duration = Duration::from_secs(3600);
/// Minimum age before a list that lacks a user, or that could not be read, is requested again.
const RETRY: TimeDelta = TimeDelta::minutes(5);
/// Time limit for getting a name.
const WITHIN: Duration = Duration::from_secs(3);
/// Maximum number of pages of 250 users.
const PAGES: u32 = 8;

/// A user with an id in the Chats API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatsUser {
    /// The CRM's id.
    pub id: i64,
    /// amojo's id.
    pub amojo_id: String,
    pub name: String,
}

/// Lists of users by account, cached for an hour.
#[derive(Clone)]
pub struct UserLists(Cache<Uuid, Arc<Listed>>);

struct Listed {
    at: i64,
    users: Vec<ChatsUser>,
}

impl Default for UserLists {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(5_000).time_to_live(FRESH).build())
    }
}

/// The user with a CRM id; none if there is none with an id in chats, or amoCRM does not answer now.
pub async fn by_id(app: &Arc<TenantContext>, tenant: &tenant::Model, id: i64) -> Option<ChatsUser> {
    find(app, tenant.tenant_id, |user| user.id == id).await
}

/// The user with amojo's id; none as above, and for bots.
pub async fn by_amojo_id(app: &Arc<TenantContext>, tenant_id: Uuid, amojo_id: &str) -> Option<ChatsUser> {
    find(app, tenant_id, |user| user.amojo_id.eq_ignore_ascii_case(amojo_id)).await
}

/// Whether a sender is a bot: not one of the account's users, neither by amojo's id nor by name. False while amoCRM
/// does not list the users.
pub async fn is_bot(app: &Arc<TenantContext>, tenant_id: Uuid, amojo_id: &str, name: &str) -> bool {
    let same =
        |user: &ChatsUser| user.amojo_id.eq_ignore_ascii_case(amojo_id) || (!name.is_empty() && user.name == name);
    if find(app, tenant_id, same).await.is_some() {
        return false;
    }
    listed(app, tenant_id).await.is_some_and(|listed| !listed.users.is_empty())
}

async fn find(app: &Arc<TenantContext>, tenant_id: Uuid, wanted: impl Fn(&ChatsUser) -> bool) -> Option<ChatsUser> {
    let listed = listed(app, tenant_id).await?;
    if let Some(user) = listed.users.iter().find(|user| wanted(user)) {
        return Some(user.clone());
    }
    // A new user or a bot: frequent lookups must not cause as many calls to amoCRM.
    if app.clock.millis() - listed.at < RETRY.num_milliseconds() {
        return None;
    }
    app.users.0.invalidate(&tenant_id).await;
    self::listed(app, tenant_id).await?.users.iter().find(|user| wanted(user)).cloned()
}

async fn listed(app: &Arc<TenantContext>, tenant_id: Uuid) -> Option<Arc<Listed>> {
    let (app, cache) = (app.clone(), app.users.0.clone());
    // Detached: it continues when the caller gives up, and the next caller finds the result.
    let list = base::supervisor::detach("users", async move {
        let reading = async {
            let users = read_all(&app, tenant_id).await.unwrap_or_else(|error| {
                // Grants of non-administrators may not list users; chats go on without names.
                tracing::info!(tenant.id = %tenant_id, %error, "the account's users cannot be listed");
                Vec::new()
            });
            let in_chats = users.into_iter().filter_map(|user| {
                let name = user.name.unwrap_or_default();
                user.amojo_id.map(|amojo_id| ChatsUser { id: user.id, amojo_id, name })
            });
            Arc::new(Listed { at: app.clock.millis(), users: in_chats.collect() })
        };
        cache.get_with(tenant_id, reading).await
    });
    tokio::time::timeout(WITHIN, list).await.ok()?.ok()
}

/// Asks amoCRM for all users.
pub async fn read_all(app: &Arc<TenantContext>, tenant_id: Uuid) -> Result<Vec<User>, CallError> {
    let mut users = Vec::new();
    for number in 1..=PAGES {
        let page = with_token(app, tenant_id, |rest, token| async move { rest.users(&token, number).await }).await?;
        users.extend(page.items);
        if !page.has_more {
            break;
        }
    }
    Ok(users)
}

// amoCRM's data about a user, requested with the account's own access and cached for minutes.

/// Short, because a person is waiting for the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A user's rights in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrmRights {
    Administrator,
    User,
    /// Not a user of the account, or deactivated.
    Gone,
    /// amoCRM does not answer now: it cannot be reached, or the account's access has ended.
    Unknown,
}

/// amoCRM's data about a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrmUser {
    pub rights: CrmRights,
    /// Empty if unknown.
    pub name: String,
}

/// For how many milliseconds an answer may be reused.
#[derive(Clone, Copy, Debug)]
pub struct MaxAge {
    pub answer: i64,
    /// The same for [`CrmRights::Unknown`].
    pub unknown: i64,
}

/// The last answers with their times, by account and user.
#[derive(Clone)]
pub struct UserRights(Cache<(Uuid, i64), (i64, CrmUser)>);

impl Default for UserRights {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(50_000).time_to_live(Duration::from_secs(3_600)).build())
    }
}

/// amoCRM's data about a user. Any number of concurrent callers cause one call, if the answer is within their
/// accepted age.
pub async fn rights_of(app: &Arc<TenantContext>, tenant_id: Uuid, user_id: i64, max_age: MaxAge) -> CrmUser {
    let (key, now) = ((tenant_id, user_id), app.clock.millis());
    let known = &app.crm_users.0;
    let is_old = |(at, user): (i64, CrmUser)| {
        let age = if user.rights == CrmRights::Unknown { max_age.unknown } else { max_age.answer };
        at.saturating_add(age) <= now
    };
    if known.get(&key).await.is_some_and(is_old) {
        known.invalidate(&key).await;
    }
    known.get_with(key, async { (now, ask(app, tenant_id, user_id).await) }).await.1
}

/// The name of a user if it is cached.
pub async fn known_name(app: &TenantContext, tenant_id: Uuid, user_id: i64) -> Option<String> {
    let known = app.crm_users.0.get(&(tenant_id, user_id)).await;
    known.map(|(_, user)| user.name).filter(|name| !name.is_empty())
}

async fn ask(app: &Arc<TenantContext>, tenant_id: Uuid, user_id: i64) -> CrmUser {
    let nameless = |rights| CrmUser { rights, name: String::new() };
    let asking = with_token(app, tenant_id, |rest, token| async move { rest.user(&token, user_id).await });
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(Some(user))) => CrmUser {
            rights: match (user.is_active, user.is_admin) {
                (true, true) => CrmRights::Administrator,
                (true, false) => CrmRights::User,
                (false, _) => CrmRights::Gone,
            },
            name: user.name.unwrap_or_default(),
        },
        Ok(Ok(None) | Err(CallError::Crm(amocrm::Error::Refused { status: 404, .. }))) => nameless(CrmRights::Gone),
        Ok(Err(error)) => {
            tracing::warn!(tenant.id = %tenant_id, user.id = user_id, %error, "amoCRM did not answer a request for a user's rights");
            nameless(CrmRights::Unknown)
        }
        Err(_) => {
            tracing::warn!(tenant.id = %tenant_id, user.id = user_id, "amoCRM's answer about a user's rights timed out");
            nameless(CrmRights::Unknown)
        }
    }
}
