//! Step 1: choice of the messenger.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use askama::Template;
use base::i18n::Sentence;
use base::supervisor::detach;
use entity::tenant;
use serde::Deserialize;

use super::SourceDraft;
use super::{Steps, steps};
use super::{address, draft_of, kind_of};
use crate::identity::realm::LIVE;
use crate::panel::PanelContext;
use crate::panel::sources::{KindAbilities, abilities_of};
use crate::panel::{self, Answer, AppData, Form, Member, Nav, PageContext, Right};
use crate::tenant::{TenantStatus, plan};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChooseForm {
    kind: Option<String>,
}

struct KindOffer {
    kind: &'static str,
    name: Sentence,
    mark: &'static str,
    card: KindAbilities,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "panel/wizard/choose.html")]
struct ChooseKindPage {
    page: PageContext,
    steps: Steps,
    /// Why nothing can be added now; `None` if it can.
    barred: Option<Sentence>,
    error: bool,
    offers: Vec<KindOffer>,
}

/// `GET /panel/sources/new`.
pub async fn get(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::EditSources)?;
    // The parts that renew by themselves ask amoCRM nothing.
    if !request.headers().contains_key(LIVE) {
        ask_whether_paid(&app, &member);
    }
    show(&app, &member, false).await
}

/// `POST /panel/sources/new`.
pub async fn post(app: AppData, member: Member, form: Form<ChooseForm>) -> Answer {
    member.require(Right::EditSources)?;
    let Some(name) = form.kind.as_deref() else { return show(&app, &member, true).await };
    let kind = kind_of(&app, &member, name)?;
    // Going back and forth keeps the input, unless the source was already created.
    let mut draft = draft_of(&app, &member, kind.kind)
        .filter(|draft| draft.created.is_none())
        .unwrap_or_else(|| SourceDraft::new(kind.kind));
    draft.keep(&app, &member).await?;
    Ok(panel::to(&address(kind.kind, "access")))
}

/// Asks amoCRM in the background whether an account that it did not serve was paid for meanwhile. The page shows what is
/// stored, at once, and renews itself.
fn ask_whether_paid(app: &PanelContext, member: &Member) {
    let (sources, tenant) = (app.sources.clone(), tenant::Model::clone(&member.here.tenant));
    if app.is_read_only() || TenantStatus::shown(&tenant) == TenantStatus::Active {
        return;
    }
    detach("account_check", async move {
        let tenant_id = tenant.tenant_id;
        if let Err(error) = crate::source::served(&sources, tenant).await {
            tracing::info!(tenant.id = %tenant_id, %error, "amoCRM still does not serve the account");
        }
    });
}

async fn show(app: &Arc<PanelContext>, member: &Member, error: bool) -> Answer {
    let page = member.page("wizard-title", Nav::Sources);
    let page = if error { page.with_error() } else { page };
    let words = page.words;
    let usage = crate::source::usage(&app.sources, member.tenant_id).await?;
    let status = TenantStatus::shown(&member.here.tenant);
    let barred = if status != TenantStatus::Active {
        let key = format!("tenant-state-{}-hint", status.as_str());
        let end = plan::end_date(&app.config, &member.here.tenant, app.clock.millis(), words);
        Some(words.text(key).with("crm", page.crm).with("days", 7).with("vendor", "").with("date", end))
    } else if usage.is_full() {
        Some(words.text("sources-limit-reached").with("limit", usage.limit))
    } else {
        None
    };
    let before = SourceDraft::read(app, member).filter(|draft| draft.created.is_none()).map(|draft| draft.kind);
    let kinds = crate::source::kinds(&app.sources, &member.here.tenant);
    let only = kinds.len() == 1;
    let offers = kinds
        .iter()
        .map(|kind| KindOffer {
            kind: kind.kind,
            name: words.text_of("connector-", kind.kind),
            mark: connectors::kinds::mark(kind.kind),
            card: abilities_of(words, kind.kind, kind.abilities),
            chosen: only || before.as_deref() == Some(kind.kind),
        })
        .collect();
    let status = if error { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let choose = ChooseKindPage { steps: steps(&page, 1), barred, error, offers, page: page.clone() };
    panel::html_as(status, &page, &choose)
}
