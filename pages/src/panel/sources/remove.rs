//! Deletes a source, and restores one that a user deleted in amoCRM.

use actix_web::web;
use domain::delivery::read::{activity, chats};

use super::find;
use crate::panel::{Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, Right, Tone};

/// `GET /panel/sources/{id}/delete`: shows what would be lost.
pub async fn ask(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let chats = chats::count(db, tenant_id, source.id).await?;
    let waiting = activity::waiting(db, tenant_id, source.id).await?;
    let page = member.page("source-delete", Nav::Sources);
    let sentence = page
        .words
        .text("source-delete-confirm")
        .with("source", source.name.as_str())
        .with("crm", page.crm)
        .with("chats", chats)
        .with("waiting", waiting);
    let confirm = ConfirmPage {
        sentence,
        action: format!("/panel/sources/{}/delete", source.id),
        button: page.words.text("source-delete"),
        danger: true,
        back: format!("/panel/sources/{}", source.id),
        page,
    };
    confirm.ask()
}

/// `POST /panel/sources/{id}/delete`.
pub async fn delete(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let words = member.words;
    let deleted = match domain::source::delete(&app.sources, member.tenant_id, source.id, &member.by()).await {
        Ok(deleted) => deleted,
        Err(error) => {
            let notice = member.refused(error)?;
            return member.see_other(&app, &format!("/panel/sources/{}", source.id), notice).await;
        }
    };
    let done = words.text("source-deleted").with("source", source.name.as_str()).to_string();
    let notice = if deleted.was_default {
        Notice::of(Tone::Warn, format!("{done} {}", words.text("sources-pick-default")))
    } else {
        Notice::done(done)
    };
    member.see_other(&app, "/panel/sources", notice).await
}

/// `POST /panel/sources/{id}/take-back`: registers our webhook with the messenger again.
pub async fn take_back(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let done = domain::source::line::take_back(&app.sources, member.tenant_id, source.id, &member.by()).await;
    let said = member.words.text("source-taken-back").with("source", source.name.as_str());
    member.outcome(&app, &format!("/panel/sources/{}", source.id), done, said).await
}

/// `POST /panel/sources/{id}/restore`.
pub async fn restore(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let done = domain::source::restore(&app.sources, member.tenant_id, source.id, &member.by()).await;
    let said = member.words.text("source-restored").with("source", source.name.as_str()).with("crm", member.crm());
    member.outcome(&app, &format!("/panel/sources/{}", source.id), done, said).await
}
