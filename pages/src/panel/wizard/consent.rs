//! The way to the messenger's own page and back: its address with a state of this session, and the returned code.
//!
//! ```text
//! access ─▶ start ─▶ the messenger's page ─▶ returned ─▶ lines (a person ticks some) ─▶ routing
//!                         ▲        └──────────────┐          │
//!                         └── the second page of VK ◀────────┘
//! ```

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web};
use base::i18n::Sentence;
use connectors::Returned;
use domain::source::SourceKind;
use serde::Deserialize;
use uuid::Uuid;

use super::lines::{self, MOST_LINES};
use super::{SourceDraft, address, asked, draft_of, kind_of};
use crate::panel::{self, Answer, AppData, Member, Notice, PanelContext, Right};

/// `?chosen=1`: the second page, for the ticked lines.
#[derive(Debug, Default, Deserialize)]
pub struct StartQuery {
    #[serde(default)]
    chosen: String,
}

/// `GET /panel/sources/new/{kind}/consent`: redirects to the messenger's page, or to the form if there is none.
pub async fn start(app: AppData, member: Member, name: web::Path<String>, query: web::Query<StartQuery>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let mut draft = unfinished(&app, &member, kind.kind);
    let chosen = if query.chosen.is_empty() { Vec::new() } else { draft.ticked_lines() };
    draft.confirms = false;
    if chosen.is_empty() {
        draft.forget_lines();
    }
    draft.keep(&app, &member).await?;
    let Ok(page) = asked::page_of(&app, kind.kind) else { return Ok(panel::to(&address(kind.kind, "access"))) };
    let back = asked::back(&app, kind.kind);
    if !chosen.is_empty() {
        return asked::leave(&app, &member, kind.kind, |state| page.address_for(&chosen, state, &back)).await;
    }
    asked::leave(&app, &member, kind.kind, |state| page.address(state, &back)).await
}

/// `GET /panel/sources/{id}/consent`: the same for a source that needs new access.
pub async fn start_again(app: AppData, member: Member, id: web::Path<Uuid>) -> Answer {
    member.require(Right::EditSources)?;
    let source = domain::source::find(&app.sources, member.tenant_id, *id).await?;
    let kind = kind_of(&app, &member, &source.kind)?;
    let page = asked::page_of(&app, kind.kind)?;
    let mut draft = SourceDraft { renews: Some(source.id), ..SourceDraft::new(kind.kind) };
    draft.keep(&app, &member).await?;
    asked::leave(&app, &member, kind.kind, |state| page.address(state, &asked::back(&app, kind.kind))).await
}

/// `GET /panel/sources/new/{kind}/consented`: the messenger's page returns the browser to this address.
pub async fn returned(
    app: AppData,
    request: HttpRequest,
    member: Member,
    name: web::Path<String>,
    query: web::Query<BTreeMap<String, String>>,
) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let page = asked::page_of(&app, kind.kind)?;
    let text = |name: &str| query.get(name).map_or("", String::as_str);
    let (state, code) = (text("state"), text("code"));
    if !asked::take(&app, &member, kind.kind, state).await? {
        if let Some(there) = asked::by_another_account(&app, &request, &member, state).await? {
            return Ok(panel::to(&there));
        }
        return refusal(&app, &member, &kind, member.words.text("wizard-consent-stale")).await;
    }
    let messenger = member.words.text_of("connector-", kind.kind).to_string();
    if code.is_empty() {
        // OAuth's word for a person who said no; any other error is the application's.
        let key = match text("error") {
            "" | "access_denied" => "wizard-consent-declined",
            _ => "wizard-consent-failed",
        };
        return refusal(&app, &member, &kind, member.words.text(key).with("messenger", messenger)).await;
    }
    // A code is valid for seconds, so it is exchanged before anything else.
    let back = asked::back(&app, kind.kind);
    let returned = Returned { code, state, back: &back, query: &query, now: app.clock.now() };
    match page.lines(&returned).await {
        Ok(mut found) => {
            let mut draft = unfinished(&app, &member, kind.kind);
            if !draft.ticked.is_empty() {
                return lines::authorized(&app, &member, &kind, draft, found).await;
            }
            if let Some(id) = draft.renews {
                found = lines::of_source(&app, &member, kind.kind, found, id).await?;
                if found.is_empty() {
                    let said = member.words.text("wizard-line-other").with("messenger", messenger);
                    return refusal(&app, &member, &kind, said).await;
                }
            }
            draft.left_out = found.len().saturating_sub(MOST_LINES);
            draft.lines = lines::new_first(&app, &member, kind.kind, found).await?;
            draft.lines.truncate(MOST_LINES);
            lines::offered(&app, &member, &kind, draft).await
        }
        Err(denied) => {
            let reason = denied.text().in_words(member.words, member.crm());
            let said = member.words.text("wizard-consent-refused").with("messenger", messenger).with("reason", reason);
            refusal(&app, &member, &kind, said).await
        }
    }
}

/// The session's unfinished draft, or a new one.
fn unfinished(app: &PanelContext, member: &Member, kind: &str) -> SourceDraft {
    let draft = draft_of(app, member, kind).filter(|draft| draft.created.is_none() && !draft.is_made());
    draft.unwrap_or_else(|| SourceDraft::new(kind))
}

/// Redirects to the step that the person came from, which shows the reason.
async fn refusal(app: &PanelContext, member: &Member, kind: &SourceKind, said: Sentence) -> Answer {
    let mut draft = unfinished(app, member, kind.kind);
    draft.keep(app, member).await?;
    let step = match draft.renews {
        Some(id) => format!("/panel/sources/{id}/access"),
        None => address(kind.kind, if draft.lines.is_empty() { "access" } else { "line" }),
    };
    member.see_other(app, &step, Notice::failed(said)).await
}
