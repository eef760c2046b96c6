//! The messenger's own page instead of entered credentials: redirects there and handles the returned code.
//!
//! ```text
//! access ─▶ start ─▶ the messenger's page ─▶ returned ─▶ line (a person chooses one) ─▶ routing
//! ```
//!
//! The returned code is accepted only with a state that was issued to this session, once and within half an hour.
//! Otherwise another site could connect its own line to this account.

use actix_web::web;
use base::error::{Error, Result};
use base::i18n::Sentence;
use base::store::directory::{self, DirectoryEntry, IdKind};
use chrono::TimeDelta;
use connectors::ConsentPage;
use domain::identity::session;
use domain::source::SourceKind;
use serde::Deserialize;

use super::SourceDraft;
use super::{address, draft_of, kind_of};
use crate::panel::PanelContext;
use crate::panel::{self, Answer, AppData, Member, Notice, Right};

const LIFE: TimeDelta = TimeDelta::minutes(30);
/// Maximum number of lines kept from one consent, because a session's size is limited.
const MOST_LINES: usize = 25;

/// The parameters that the messenger's page appends to our address; there may be more.
#[derive(Debug, Deserialize)]
pub struct ConsentQuery {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
}

/// `GET /panel/sources/new/{kind}/consent`: redirects to the messenger's page, or to the form if there is none.
pub async fn start(app: AppData, member: Member, name: web::Path<String>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let mut draft = unfinished(&app, &member, kind.kind);
    draft.lines.clear();
    draft.keep(&app, &member).await?;
    let Ok(page) = page_of(&app, kind.kind) else { return Ok(panel::to(&address(kind.kind, "access"))) };
    let state = session::new_token();
    let entry = DirectoryEntry {
        tenant_id: member.tenant_id,
        id: member.session.id,
        note: kind.kind.to_owned(),
        expires_at: Some(app.clock.millis() + LIFE.num_milliseconds()),
    };
    directory::enter(app.store.write(), IdKind::ConsentState, &session::hash(&state), entry).await?;
    let page = page.address(&state, &back(&app, kind.kind)).ok_or(Error::NotFound)?;
    Ok(panel::to(page.as_str()))
}

/// `GET /panel/sources/new/{kind}/consented`: the messenger's page returns the browser to this address.
pub async fn returned(
    app: AppData,
    member: Member,
    name: web::Path<String>,
    query: web::Query<ConsentQuery>,
) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let page = page_of(&app, kind.kind)?;
    if !take(&app, &member, kind.kind, &query.state).await? {
        return refused(&app, &member, &kind, member.words.text("wizard-consent-stale")).await;
    }
    let messenger = member.words.text_of("connector-", kind.kind).to_string();
    if query.code.is_empty() {
        let said = member.words.text("wizard-consent-declined").with("messenger", messenger);
        return refused(&app, &member, &kind, said).await;
    }
    // A code is valid for seconds, so it is exchanged before anything else.
    match page.lines(&query.code, &back(&app, kind.kind), app.clock.now()).await {
        Ok(mut lines) => {
            lines.truncate(MOST_LINES);
            let mut draft = unfinished(&app, &member, kind.kind);
            draft.lines = lines;
            draft.keep(&app, &member).await?;
            Ok(panel::to(&address(kind.kind, "line")))
        }
        Err(denied) => {
            let reason = denied.text().in_words(member.words, member.crm());
            let said = member.words.text("wizard-consent-refused").with("messenger", messenger).with("reason", reason);
            refused(&app, &member, &kind, said).await
        }
    }
}

/// The page of a kind; 404 if it has none.
pub(super) fn page_of<'app>(app: &'app PanelContext, kind: &str) -> Result<&'app dyn ConsentPage> {
    app.connectors.get(kind).and_then(|connector| connector.consent_page()).ok_or(Error::NotFound)
}

/// Our address, to which the messenger's page returns. The vendor registers it for the application.
fn back(app: &PanelContext, kind: &str) -> String {
    format!("{}{}", app.public_url(), address(kind, "consented"))
}

/// The session's unfinished draft, or a new one.
fn unfinished(app: &PanelContext, member: &Member, kind: &str) -> SourceDraft {
    let draft = draft_of(app, member, kind).filter(|draft| draft.created.is_none());
    draft.unwrap_or_else(|| SourceDraft::new(kind))
}

/// Whether this session issued this state; consumes it, so that only one of two requests succeeds.
async fn take(app: &PanelContext, member: &Member, kind: &str, state: &str) -> Result<bool> {
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

/// Redirects to the step that the person came from, which shows the reason.
async fn refused(app: &PanelContext, member: &Member, kind: &SourceKind, said: Sentence) -> Answer {
    let mut draft = unfinished(app, member, kind.kind);
    draft.keep(app, member).await?;
    let step = if draft.lines.is_empty() { "access" } else { "line" };
    member.see_other(app, &address(kind.kind, step), Notice::failed(said)).await
}
