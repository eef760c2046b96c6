//! Sources in amoCRM that Parom does not know, and the steps from one source to several.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use base::error::{Error, Result};
use base::words::Sentence;
use uuid::Uuid;

use super::by;
use crate::panel::PanelContext;
use crate::panel::{Empty, Form, Member, Notice, PageContext, Right};
use crate::source::MigrationAction;

/// A source in amoCRM under our integration.
pub struct Stray {
    pub id: i64,
    pub what: Sentence,
    pub fix: Sentence,
}

/// A step towards several sources.
pub struct Step {
    pub title: Sentence,
    pub todo: Sentence,
    pub done: bool,
    /// The page for it; empty if it is automatic or done.
    pub address: &'static str,
}

pub(super) async fn shown(app: &PanelContext, page: &PageContext, tenant_id: Uuid) -> Result<Vec<Stray>> {
    let strays = crate::source::strays(app, tenant_id).await?;
    let words = page.words;
    let stray = |row: entity::stray_source::Model| {
        let key = format!("stray-{}", row.reason);
        let fill = |key: String| words.say(key).with("name", row.name.as_str()).with("crm", page.crm);
        Stray { id: row.amocrm_source_id, fix: fill(format!("{key}-fix")), what: fill(key) }
    };
    let known = |row: &entity::stray_source::Model| words.has(&format!("stray-{}", row.reason));
    Ok(strays.into_iter().filter(known).map(stray).collect())
}

/// The steps, until all are done.
pub(super) async fn steps(app: &Arc<PanelContext>, page: &PageContext, tenant_id: Uuid) -> Result<Vec<Step>> {
    let migration = crate::source::migration(app, tenant_id).await?;
    if migration.done {
        return Ok(Vec::new());
    }
    let step = |step: &crate::source::MigrationStep| Step {
        title: page.words.say_of("migration-", step.key).with("crm", page.crm),
        todo: page.words.say(format!("migration-{}-todo", step.key)).with("crm", page.crm),
        done: step.done,
        address: match &step.action {
            Some(MigrationAction::CreateDefault | MigrationAction::AddSource) => "/panel/sources/new",
            _ => "",
        },
    };
    Ok(migration.steps.iter().map(step).collect())
}

/// `POST /panel/sources/strays/{id}/adopt`.
pub async fn adopt(
    app: web::Data<PanelContext>,
    member: Member,
    id: web::Path<i64>,
    _form: Form<Empty>,
) -> Result<HttpResponse> {
    member.require(Right::ManageAccount)?;
    let done = crate::source::adopt(&app.sources, member.tenant.tenant_id, *id, None, &by(&member)).await;
    told(&app, &member, done.map(|_| ()), "stray-adopted").await
}

/// `POST /panel/sources/strays/{id}/remove`.
pub async fn remove(
    app: web::Data<PanelContext>,
    member: Member,
    id: web::Path<i64>,
    _form: Form<Empty>,
) -> Result<HttpResponse> {
    member.require(Right::ManageAccount)?;
    let done = crate::source::remove_stray(&app.sources, member.tenant.tenant_id, *id, &by(&member)).await;
    told(&app, &member, done, "stray-removed").await
}

async fn told(app: &PanelContext, member: &Member, done: Result<()>, key: &'static str) -> Result<HttpResponse> {
    let notice = match done {
        Ok(()) => Notice::done(member.words.say(key).with("crm", member.crm())),
        Err(error @ (Error::Conflict { .. } | Error::Unavailable { .. })) => super::refused(member, &error),
        Err(error) => return Err(error),
    };
    member.see_other(app, "/panel/sources", notice).await
}
