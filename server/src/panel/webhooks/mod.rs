//! Webhooks to custom messengers: their addresses, each delivery with its attempts, and a check of signatures.

mod deliveries;
mod figures;
mod signature;

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use connectors::kinds::has_own_server;
use entity::source;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::delivery::read::webhooks::{self, Delivery, DeliveryFilter};
use crate::panel::{self, Answer, AppData, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone};
use crate::source::StateReason;
pub use deliveries::get;
pub use signature::{check, form};

/// Number of recent deliveries from which an address's state is derived.
const LOOKED_AT: u64 = 20;

struct WebhookRow {
    id: String,
    name: String,
    address: String,
    badge: String,
    hint: String,
}

#[derive(Template)]
#[template(path = "panel/webhooks/list.html")]
struct WebhooksPage {
    page: PageContext,
    rows: Vec<WebhookRow>,
}

/// `GET /panel/webhooks`.
pub async fn list(app: AppData, member: Member) -> Answer {
    member.require(Right::ManageKeys)?;
    let page = member.page("webhooks-title", Nav::Keys);
    let mut rows = Vec::new();
    for source in sources(&app, &member).await? {
        let tenant_id = member.tenant_id;
        let (last, _) =
            webhooks::page(app.store.read(), tenant_id, DeliveryFilter::of(source.id), None, LOOKED_AT).await?;
        let state = WebhookState::of(&app, &source, &last).await?;
        rows.push(WebhookRow {
            id: source.id.to_string(),
            address: address(&source),
            badge: page.badge(state.tone(), page.words.text_of("webhook-state-", state.word())),
            hint: state.hint(&page),
            name: source.name,
        });
    }
    panel::html(&page, &WebhooksPage { rows, page: page.clone() })
}

/// The account's sources that have webhooks, by name.
async fn sources(app: &PanelContext, member: &Member) -> Result<Vec<source::Model>> {
    let mut all = crate::source::all(&app.sources, member.tenant_id).await?;
    all.retain(|source| has_own_server(&source.kind));
    all.sort_by_key(|source| source.name.to_lowercase());
    Ok(all)
}

/// A live source of the member's account that has webhooks.
async fn find(app: &PanelContext, member: &Member, right: Right, id: &str) -> Result<source::Model> {
    member.require(right)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    let source = crate::source::find(&app.sources, member.tenant_id, id).await?;
    if has_own_server(&source.kind) { Ok(source) } else { Err(Error::NotFound) }
}

/// The address of a source's webhooks; empty if it has none.
fn address(source: &source::Model) -> String {
    let settings: serde_json::Value = serde_json::from_str(&source.settings).unwrap_or_default();
    settings.get("webhook_url").and_then(|url| url.as_str()).unwrap_or_default().to_owned()
}

/// The state of an address, by its last deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WebhookState {
    Untested,
    Working,
    Failing {
        failed: usize,
        total: usize,
    },
    /// Parom paused the source: no answers for a day.
    Suspended,
}

impl WebhookState {
    async fn of(app: &PanelContext, source: &source::Model, last: &[Delivery]) -> Result<Self> {
        if source.paused
            && crate::source::state(&app.sources, source).await?.reason == Some(StateReason::WebhookSuspended)
        {
            return Ok(Self::Suspended);
        }
        Ok(Self::by(last))
    }

    fn by(last: &[Delivery]) -> Self {
        let taken = |delivery: &&Delivery| delivery.attempts.last().is_some_and(|last| last.verdict == "done");
        let failed = last.iter().filter(|delivery| !taken(delivery)).count();
        match (last.len(), failed) {
            (0, _) => Self::Untested,
            (_, 0) => Self::Working,
            (total, failed) => Self::Failing { failed, total },
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Untested => "untested",
            Self::Working => "working",
            Self::Failing { .. } => "failing",
            Self::Suspended => "suspended",
        }
    }

    const fn tone(self) -> &'static str {
        match self {
            Self::Untested => "wait",
            Self::Working => "ok",
            Self::Failing { .. } => "warn",
            Self::Suspended => "bad",
        }
    }

    fn hint(self, page: &PageContext) -> String {
        match self {
            Self::Failing { failed, total } => {
                page.words.text("webhook-state-failing-hint").with("failed", failed).with("total", total).to_string()
            }
            Self::Suspended => page.words.text("webhook-state-suspended-hint").to_string(),
            Self::Untested | Self::Working => String::new(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResendForm {
    /// The attempt that the button belongs to.
    attempt: Option<String>,
}

/// `POST /panel/webhooks/{source_id}/again`.
pub async fn resend(app: AppData, member: Member, id: web::Path<String>, form: Form<ResendForm>) -> Answer {
    let source = find(&app, &member, Right::ManageKeys, &id).await?;
    let wished = form.attempt.as_deref().and_then(|id| Uuid::try_parse(id).ok()).ok_or(Error::NotFound)?;
    let tried = webhooks::one(app.store.read(), source.tenant_id, [source.id], wished).await?;
    let tried = tried.ok_or(Error::NotFound)?;
    let notice = match crate::delivery::resend::resend(&app.delivery, &source, &tried).await {
        Ok(()) => {
            let detail = json!({ "source": source.name, "webhook_id": tried.letter_id });
            member.audit(&app, app.store.write(), "webhook.resent", &source.id.to_string(), detail).await?;
            Notice::done(member.words.text("webhooks-resent"))
        }
        Err(Error::Conflict { .. }) => Notice::of(Tone::Warn, member.words.text("webhooks-not-resent")),
        Err(error) => return Err(error),
    };
    member.see_other(&app, &format!("/panel/webhooks/{}", source.id), notice).await
}
