//! Sending again what an account's letters died of: counted first, so many a second, stopped by one press.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::operator::Operator;
use super::page::{self, Page, see_other};
use super::refused::{Refused, Result};
use super::undelivered::HERE;
use crate::app::App;
use crate::delivery::read::dead::{self, Wanted};
use crate::delivery::replay::{self, A_SECOND, Action};
use crate::panel::{Notice, Tone};
use crate::people::{Empty, Form};
use crate::tenant;
use crate::words::Sentence;

#[derive(Template)]
#[template(path = "admin/redrive.html")]
struct Asked {
    page: Page,
    says: Sentence,
    button: Sentence,
    reason: String,
    action: String,
}

/// Which of an account's letters.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    #[serde(default)]
    reason: String,
}

impl Which {
    fn wanted(&self) -> Wanted {
        let reason = Some(self.reason.clone()).filter(|reason| !reason.is_empty() && !reason.contains('\0'));
        Wanted { reason, ..Wanted::default() }
    }
}

/// Where those with a reason are sent again.
pub(super) fn address(tenant_id: Uuid, reason: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("reason", reason).finish();
    format!("{HERE}/{tenant_id}/again?{query}")
}

/// Counts, and changes nothing.
pub async fn ask(
    app: web::Data<App>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    which: web::Query<Which>,
) -> Result<HttpResponse> {
    let account = tenant::load(app.store.read(), *id).await?.ok_or(Refused::NotThere)?;
    let words = visitor.words;
    let count = dead::count(app.store.read(), *id, &which.wanted()).await?;
    let title = words.say("admin-redrive-title").with("account", account.host);
    let page = Page::of(&app, &visitor, HERE, title).await?;
    let asked = Asked {
        says: words.say("admin-redrive-preview").with("count", count).with("tenants", 1),
        button: words.say("admin-redrive-start").with("rate", A_SECOND),
        reason: which.reason.clone(),
        action: format!("{HERE}/{id}/again"),
        page: page.clone(),
    };
    Ok(page::html(&page, &asked))
}

/// Begins.
pub async fn start(
    app: web::Data<App>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    which: Form<Which>,
) -> Result<HttpResponse> {
    let account = tenant::load(app.store.read(), *id).await?.ok_or(Refused::NotThere)?;
    let by = format!("operator:{}", visitor.person.id);
    let row = replay::start(&app, *id, Action::Retry, &which.0.wanted(), &by).await?;
    let detail = json!({ "reason": row.reason, "count": row.total });
    visitor.note_both(&app, *id, "undelivered.redriven", detail).await?;
    let said = visitor.words.say("admin-redrive-started").with("count", row.total).with("account", account.host);
    see_other(&app, &visitor, HERE, Notice::of(Tone::Wait, said)).await
}

/// Stops.
pub async fn stop(
    app: web::Data<App>,
    Operator(visitor): Operator,
    key: web::Path<(Uuid, Uuid)>,
    _form: Form<Empty>,
) -> Result<HttpResponse> {
    let (tenant_id, id) = key.into_inner();
    let stopped = replay::cancel(&app, tenant_id, id).await?;
    let notice = if stopped {
        visitor.note_both(&app, tenant_id, "undelivered.redrive_stopped", json!({ "replay": id })).await?;
        Notice::done(visitor.words.say("admin-redrive-stopped"))
    } else {
        Notice::of(Tone::Warn, visitor.words.say("admin-redrive-over"))
    };
    see_other(&app, &visitor, HERE, notice).await
}
