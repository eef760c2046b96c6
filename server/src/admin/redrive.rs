//! Resends or removes an account's letters: counted first, at a limited rate, stoppable.

use actix_web::{HttpResponse, web};
use askama::Template;
use base::i18n::Sentence;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::operator::Operator;
use super::page::{self, AdminPage, see_other};
use super::refused::{AdminRefusal, Result};
use super::undelivered::HERE;
use crate::delivery::dead as deeds;
use crate::delivery::read::dead::{self, DeadLetterFilter};
use crate::delivery::replay::{self, A_SECOND, ReplayAction};
use crate::identity::{EmptyForm, Form};
use crate::panel::PanelContext;
use crate::panel::{Notice, Tone};
use crate::tenant;

#[derive(Template)]
#[template(path = "admin/redrive.html")]
struct RedrivePage {
    page: AdminPage,
    says: Sentence,
    button: Sentence,
    danger: bool,
    which: RedriveForm,
    action: String,
    back: String,
}

/// Which letters of an account, and the action.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedriveForm {
    #[serde(default)]
    pub(super) reason: String,
    /// One letter; empty: all with the reason.
    #[serde(default)]
    pub(super) id: String,
    /// `drop`; anything else resends.
    #[serde(default, rename = "do")]
    pub(super) deed: String,
}

impl RedriveForm {
    pub(super) fn wanted(&self) -> DeadLetterFilter {
        let reason = Some(self.reason.clone()).filter(|reason| !reason.is_empty() && !reason.contains('\0'));
        DeadLetterFilter { reason, ids: self.one().map(|id| vec![id]), ..DeadLetterFilter::default() }
    }

    /// The letter's id; an invalid one matches no letter of the account.
    fn one(&self) -> Option<Uuid> {
        (!self.id.is_empty()).then(|| Uuid::try_parse(&self.id).unwrap_or_default())
    }

    fn action(&self) -> ReplayAction {
        ReplayAction::named(&self.deed).unwrap_or(ReplayAction::Retry)
    }

    /// The address of a page about these letters.
    pub(super) fn address(&self, tenant_id: Uuid, page: &str) -> String {
        let all = [("reason", &self.reason), ("id", &self.id), ("do", &self.deed)];
        let filled = all.into_iter().filter(|(_, value)| !value.is_empty());
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(filled).finish();
        format!("{HERE}/{tenant_id}{page}?{query}")
    }
}

/// Counts the letters, and changes nothing.
pub async fn ask(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    which: web::Query<RedriveForm>,
) -> Result<HttpResponse> {
    let which = which.into_inner();
    let account = tenant::load(app.store.read(), *id).await?.ok_or(AdminRefusal::NotThere)?;
    let words = visitor.words;
    let count = dead::count(app.store.read(), *id, &which.wanted()).await?;
    let (title, says, button) = match which.action() {
        ReplayAction::Retry => ("admin-redrive-title", "admin-redrive-preview", "admin-redrive-start"),
        ReplayAction::Drop => ("admin-redrop-title", "admin-redrop-preview", "admin-redrop-start"),
    };
    let title = words.text(title).with("account", account.host);
    let page = AdminPage::of(&app, &visitor, HERE, title).await?;
    let asked = RedrivePage {
        says: words.text(says).with("count", count).with("tenants", 1),
        button: words.text(button).with("rate", A_SECOND),
        danger: which.action() == ReplayAction::Drop,
        action: format!("{HERE}/{id}/again"),
        back: RedriveForm { id: String::new(), deed: String::new(), ..which.clone() }.address(*id, ""),
        which,
        page: page.clone(),
    };
    Ok(page::html(&page, &asked))
}

/// Starts; a single letter is handled at once.
pub async fn start(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    which: Form<RedriveForm>,
) -> Result<HttpResponse> {
    let which = which.0;
    let account = tenant::load(app.store.read(), *id).await?.ok_or(AdminRefusal::NotThere)?;
    let action = which.action();
    let count = match which.one() {
        Some(letter) => i64::from(match action {
            ReplayAction::Retry => deeds::retry(&app, *id, letter).await?,
            ReplayAction::Drop => deeds::drop(&app, *id, letter).await?,
        }),
        None => {
            let by = format!("operator:{}", visitor.person.id);
            replay::start(&app, *id, action, &which.wanted(), &by).await?.total
        }
    };
    let (noted, text) = match action {
        ReplayAction::Retry => ("undelivered.redriven", "admin-redrive-started"),
        ReplayAction::Drop => ("undelivered.dropped", "admin-redrop-started"),
    };
    visitor.note_both(&app, *id, noted, json!({ "reason": which.reason, "letter": which.id, "count": count })).await?;
    let text = visitor.words.text(text).with("count", count).with("account", account.host);
    see_other(&app, &visitor, HERE, Notice::of(Tone::Wait, text)).await
}

/// Stops a running replay.
pub async fn stop(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    key: web::Path<(Uuid, Uuid)>,
    _form: Form<EmptyForm>,
) -> Result<HttpResponse> {
    let (tenant_id, id) = key.into_inner();
    let stopped = replay::cancel(&app, tenant_id, id).await?;
    let notice = if stopped {
        visitor.note_both(&app, tenant_id, "undelivered.redrive_stopped", json!({ "replay": id })).await?;
        Notice::done(visitor.words.text("admin-redrive-stopped"))
    } else {
        Notice::of(Tone::Warn, visitor.words.text("admin-redrive-over"))
    };
    see_other(&app, &visitor, HERE, notice).await
}
