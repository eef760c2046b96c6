//! Actions on an import.

use actix_web::web;
use base::error::Result;
use entity::import;

use super::find;
use crate::import as imports;
use crate::panel::PanelContext;
use crate::panel::member::refusal;
use crate::panel::{Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, Right, Tone};

/// `POST /panel/import/{id}/start`: starts a counted import.
pub(super) async fn start(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let row = find(&app, &member, Right::Import, &id).await?;
    let done = imports::start(&app, row.tenant_id, row.id, &member.by()).await;
    answered(&app, &member, &row, done, "import-started").await
}

/// `POST /panel/import/{id}/pause`
pub(super) async fn pause(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let row = find(&app, &member, Right::Import, &id).await?;
    let done = imports::pause(&app, row.tenant_id, row.id, &member.by()).await;
    answered(&app, &member, &row, done, "import-paused").await
}

/// `POST /panel/import/{id}/resume`
pub(super) async fn resume(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let row = find(&app, &member, Right::Import, &id).await?;
    let done = imports::resume(&app, row.tenant_id, row.id, &member.by()).await;
    answered(&app, &member, &row, done, "import-resumed").await
}

/// `POST /panel/import/{id}/cancel`
pub(super) async fn cancel(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let row = find(&app, &member, Right::Import, &id).await?;
    let done = imports::cancel(&app, row.tenant_id, row.id, &member.by()).await;
    answered(&app, &member, &row, done, "import-cancelled").await
}

async fn answered(
    app: &PanelContext,
    member: &Member,
    row: &import::Model,
    done: Result<import::Model>,
    said: &'static str,
) -> Answer {
    let notice = match done {
        Ok(_) => Notice::done(member.words.text(said)),
        Err(error) => Notice::of(Tone::Warn, refusal(error)?.text().in_words(member.words, member.crm())),
    };
    member.see_other(app, &format!("/panel/import/{}", row.id), notice).await
}

/// `GET /panel/import/{id}/cancel`
pub(super) async fn ask(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let row = find(&app, &member, Right::Import, &id).await?;
    let page = member.page("import-cancel", Nav::Import);
    let confirm = ConfirmPage {
        sentence: page.words.text("import-cancel-confirm").with("done", row.done).with("crm", page.crm),
        action: format!("/panel/import/{}/cancel", row.id),
        button: page.words.text("import-cancel"),
        danger: true,
        back: format!("/panel/import/{}", row.id),
        page,
    };
    confirm.ask()
}
