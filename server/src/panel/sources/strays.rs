//! Sources in amoCRM that Parom does not know, and the steps from one source to several.

use std::sync::Arc;

use actix_web::web;
use base::error::Result;
use base::i18n::Sentence;
use uuid::Uuid;

use crate::panel::PanelContext;
use crate::panel::{Answer, AppData, EmptyForm, Form, Member, PageContext, Right};
use crate::source::MigrationAction;

/// A source in amoCRM under our integration.
pub struct StrayRow {
    pub id: i64,
    pub what: Sentence,
    pub fix: Sentence,
}

/// A step towards several sources.
pub struct StrayStep {
    pub title: Sentence,
    pub todo: Sentence,
    pub done: bool,
    /// The page where it is done; empty if it is automatic or done.
    pub address: &'static str,
}

pub(super) async fn shown(app: &PanelContext, page: &PageContext, tenant_id: Uuid) -> Result<Vec<StrayRow>> {
    let strays = crate::source::strays(&app.sources, tenant_id).await?;
    let words = page.words;
    let stray = |row: entity::stray_source::Model| {
        let key = format!("stray-{}", row.reason);
        let fill = |key: String| words.text(key).with("name", row.name.as_str()).with("crm", page.crm);
        StrayRow { id: row.amocrm_source_id, fix: fill(format!("{key}-fix")), what: fill(key) }
    };
    let known = |row: &entity::stray_source::Model| words.has(&format!("stray-{}", row.reason));
    Ok(strays.into_iter().filter(known).map(stray).collect())
}

/// The steps; shown until all are done.
pub(super) async fn steps(app: &Arc<PanelContext>, page: &PageContext, tenant_id: Uuid) -> Result<Vec<StrayStep>> {
    let migration = crate::source::migration(&app.sources, tenant_id).await?;
    if migration.done {
        return Ok(Vec::new());
    }
    let step = |step: &crate::source::MigrationStep| StrayStep {
        title: page.words.text_of("migration-", step.key).with("crm", page.crm),
        todo: page.words.text(format!("migration-{}-todo", step.key)).with("crm", page.crm),
        done: step.done,
        address: match &step.action {
            Some(MigrationAction::CreateDefault | MigrationAction::AddSource) => "/panel/sources/new",
            _ => "",
        },
    };
    Ok(migration.steps.iter().map(step).collect())
}

/// `POST /panel/sources/strays/{id}/adopt`.
pub async fn adopt(app: AppData, member: Member, id: web::Path<i64>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::ManageAccount)?;
    let done = crate::source::adopt(&app.sources, member.tenant_id, *id, None, &member.by()).await;
    let said = member.words.text("stray-adopted").with("crm", member.crm());
    member.outcome(&app, "/panel/sources", done, said).await
}

/// `POST /panel/sources/strays/{id}/remove`.
pub async fn remove(app: AppData, member: Member, id: web::Path<i64>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::ManageAccount)?;
    let done = crate::source::remove_stray(&app.sources, member.tenant_id, *id, &member.by()).await;
    let said = member.words.text("stray-removed").with("crm", member.crm());
    member.outcome(&app, "/panel/sources", done, said).await
}
