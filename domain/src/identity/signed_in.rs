//! The accounts that one browser is signed in to.

use std::sync::Arc;

use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, web};
use base::error::Result;
use base::store::VENDOR;
use entity::session;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::IdentityContext;
use super::realm::Realm;
use super::session as sessions;
use super::slot::Slot;

/// A browser's accounts at once. One more takes the place of the one that was used least recently.
const MOST: usize = 10;
/// Cookies that are looked at: those of ended sessions stay until the next sign-in.
const MOST_COOKIES: usize = 5 * MOST;

/// A live session of a browser, and where it is.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub slot: Slot,
    pub row: Arc<session::Model>,
}

/// All live sessions of a request's browser, the first slot first.
pub async fn all(request: &HttpRequest) -> Result<Vec<SignedIn>> {
    let Some(app) = request.app_data::<web::Data<IdentityContext>>() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (slot, token) in Realm::Panel.tokens(app, request).into_iter().take(MOST_COOKIES) {
        if let Some(row) = Realm::Panel.session_in(app, slot, &token, true).await? {
            found.push(SignedIn { slot, row: Arc::new(row) });
        }
    }
    Ok(found)
}

/// Ends all of them: the cookies that make the browser forget them.
pub async fn end_all(app: &IdentityContext, request: &HttpRequest, framed: bool) -> Result<Vec<HeaderValue>> {
    for one in all(request).await? {
        sessions::end(app.store.write(), one.row.tenant_id, one.row.id).await?;
    }
    let slots = Realm::Panel.tokens(app, request).into_iter().map(|(slot, _)| slot);
    Ok(slots.map(|slot| Realm::Panel.clear(app, slot, framed)).collect())
}

/// The cookie that makes the browser forget this session.
pub async fn forget(app: &IdentityContext, request: &HttpRequest, id: Uuid, framed: bool) -> Result<HeaderValue> {
    let slot = all(request).await?.into_iter().find(|one| one.row.id == id).map(|one| one.slot);
    Ok(Realm::Panel.clear(app, slot.unwrap_or(Slot::of_request(request)), framed))
}

/// Where a new session goes, and which sessions it replaces.
#[derive(Debug)]
pub struct Entry {
    pub slot: Slot,
    replaces: Vec<SignedIn>,
    /// Slots whose cookies are of no use any more.
    emptied: Vec<Slot>,
}

impl Entry {
    /// For a session of this account, or of [`VENDOR`] while the account is still to be chosen: beside the accounts that
    /// the browser has, in the place of an earlier session of the same account.
    pub async fn of(app: &IdentityContext, request: &HttpRequest, tenant_id: Uuid) -> Result<Self> {
        let asked = Slot::of_request(request);
        let open = all(request).await?;
        let first = open.iter().find(|one| one.slot == Slot::First).map(|one| one.row.tenant_id);
        let is_free = first.is_none_or(|there| there == VENDOR || there == tenant_id);
        let slot = match (tenant_id == VENDOR, asked) {
            (true, Slot::First) if !is_free => Slot::New,
            (true, asked) => asked,
            (false, _) if is_free => Slot::First,
            (false, _) => Slot::Of(tenant_id),
        };
        let is_replaced = |one: &SignedIn| {
            let has_chosen = one.slot == asked && one.row.tenant_id == VENDOR;
            has_chosen || one.slot == slot || tenant_id != VENDOR && one.row.tenant_id == tenant_id
        };
        let (mut replaces, mut stay): (Vec<_>, Vec<_>) = open.into_iter().partition(is_replaced);
        stay.sort_by_key(|one| one.row.seen_at);
        let many = (stay.len() + 1).saturating_sub(MOST);
        replaces.extend(stay.drain(..many));
        let slots = Realm::Panel.tokens(app, request).into_iter().map(|(slot, _)| slot);
        let emptied = slots.filter(|one| *one != slot && !stay.iter().any(|kept| kept.slot == *one)).collect();
        Ok(Self { slot, replaces, emptied })
    }

    /// Ends the sessions that are replaced.
    pub async fn end(&self, db: &impl ConnectionTrait) -> Result<(), DbErr> {
        for one in &self.replaces {
            sessions::end(db, one.row.tenant_id, one.row.id).await?;
        }
        Ok(())
    }

    /// The cookie of the new session, and those that remove what the browser no longer needs.
    pub fn cookies(&self, app: &IdentityContext, token: &str, framed: bool) -> Vec<HeaderValue> {
        let cleared = self.emptied.iter().map(|slot| Realm::Panel.clear(app, *slot, framed));
        cleared.chain([Realm::Panel.set(app, self.slot, token, framed)]).collect()
    }

    /// The address of a page in the new session, for a response to this request.
    pub fn path(&self, request: &HttpRequest, tenant_id: Uuid, path: &str) -> String {
        match self.slot {
            slot if slot == Slot::of_request(request) => path.to_owned(),
            // The response to an address of another slot names the account, which finds the first slot too.
            Slot::First if tenant_id != VENDOR => Slot::Of(tenant_id).path(path),
            slot => slot.path(path),
        }
    }
}
