//! What was asked of the messenger's page: a state that belongs to this session, is accepted once and for half an hour.
//! Otherwise another site could connect its own line to this account.

use actix_web::HttpRequest;
use base::error::{Error, Result};
use base::store::directory::{self, DirectoryEntry, IdKind};
use chrono::TimeDelta;
use connectors::ConsentPage;
use domain::identity::slot::Slot;
use domain::identity::{session, signed_in};
use url::Url;

use super::address;
use crate::panel::{self, Answer, Member, PanelContext};

const LIFE: TimeDelta = TimeDelta::minutes(30);

/// The page of a kind; 404 if it has none.
pub(super) fn page_of<'app>(app: &'app PanelContext, kind: &str) -> Result<&'app dyn ConsentPage> {
    app.connectors.get(kind).and_then(|connector| connector.consent_page()).ok_or(Error::NotFound)
}

/// Our address, to which the messenger's page returns. The vendor registers it for the application.
pub(super) fn back(app: &PanelContext, kind: &str) -> String {
    format!("{}{}", app.public_url(), address(kind, "consented"))
}

/// Redirects to a page of the messenger's with a new state.
pub(super) async fn leave(
    app: &PanelContext,
    member: &Member,
    kind: &str,
    page: impl FnOnce(&str) -> Option<Url>,
) -> Answer {
    let state = session::new_token();
    let entry = DirectoryEntry {
        tenant_id: member.tenant_id,
        id: member.session.id,
        note: kind.to_owned(),
        expires_at: Some(app.clock.millis() + LIFE.num_milliseconds()),
    };
    directory::enter(app.store.write(), IdKind::ConsentState, &session::hash(&state), entry).await?;
    Ok(panel::to(page(&state).ok_or(Error::NotFound)?.as_str()))
}

/// Whether this session issued this state; consumes it, so that only one of two requests succeeds.
pub(super) async fn take(app: &PanelContext, member: &Member, kind: &str, state: &str) -> Result<bool> {
    if !session::is_token_shaped(state) {
        return Ok(false);
    }
    let (key, now) = (session::hash(state), app.clock.millis());
    let found = directory::find(app.store.read(), IdKind::ConsentState, &key, now).await?;
    let is_own = |entry: &DirectoryEntry| {
        entry.tenant_id == member.tenant_id && entry.id == member.session.id && entry.note == kind
    };
    // A state of another session stays valid for its owner.
    if !found.as_ref().is_some_and(is_own) {
        return Ok(false);
    }
    Ok(directory::take(app.store.write(), IdKind::ConsentState, &key, now).await?.is_some())
}

/// The messenger's page returns to an address without an account: the same one in the account of this browser that the
/// state was issued to.
pub(super) async fn by_another_account(
    app: &PanelContext,
    request: &HttpRequest,
    member: &Member,
    state: &str,
) -> Result<Option<String>> {
    if Slot::of_request(request) != Slot::First || !session::is_token_shaped(state) {
        return Ok(None);
    }
    let now = app.clock.millis();
    let entry = directory::find(app.store.read(), IdKind::ConsentState, &session::hash(state), now).await?;
    let open = signed_in::all(request).await?;
    let is_theirs =
        |entry: &DirectoryEntry| entry.tenant_id != member.tenant_id && open.iter().any(|one| one.row.id == entry.id);
    let found = entry.filter(is_theirs);
    let path = request.uri().path_and_query().map_or("/panel", |path| path.as_str());
    Ok(found.map(|entry| Slot::Of(entry.tenant_id).path(path)))
}
