//! Deletes a source, and restores one that a user deleted in amoCRM.

use actix_web::{HttpResponse, web};
use base::error::{Error, Result};

use super::{by, find};
use crate::delivery::read::{activity, chats};
use crate::panel::PanelContext;
use crate::panel::{ConfirmPage, EmptyForm, Form, Member, Nav, Notice, Right, Tone};

/// `GET /panel/sources/{id}/delete`: shows what would be lost.
pub async fn ask(app: web::Data<PanelContext>, member: Member, id: web::Path<String>) -> Result<HttpResponse> {
    member.require(Right::EditSources)?;
    let source = find(&app, &member, &id).await?;
    let (db, tenant_id) = (app.store.read(), member.tenant.tenant_id);
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
pub async fn delete(
    app: web::Data<PanelContext>,
    member: Member,
    id: web::Path<String>,
    _form: Form<EmptyForm>,
) -> Result<HttpResponse> {
    member.require(Right::EditSources)?;
    let source = find(&app, &member, &id).await?;
    let words = member.words;
    match crate::source::delete(&app.sources, member.tenant.tenant_id, source.id, &by(&member)).await {
        Ok(deleted) => {
            let done = words.text("source-deleted").with("source", source.name.as_str()).to_string();
            let notice = if deleted.was_default {
                Notice::of(Tone::Warn, format!("{done} {}", words.text("sources-pick-default")))
            } else {
                Notice::done(done)
            };
            member.see_other(&app, "/panel/sources", notice).await
        }
        Err(error @ (Error::Conflict { .. } | Error::Unavailable { .. })) => {
            let notice = super::refused(&member, &error);
            member.see_other(&app, &format!("/panel/sources/{}", source.id), notice).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /panel/sources/{id}/take-back`: registers our webhook with the messenger again.
pub async fn take_back(
    app: web::Data<PanelContext>,
    member: Member,
    id: web::Path<String>,
    _form: Form<EmptyForm>,
) -> Result<HttpResponse> {
    member.require(Right::EditSources)?;
    let source = find(&app, &member, &id).await?;
    let notice =
        match crate::source::line::take_back(&app.sources, member.tenant.tenant_id, source.id, &by(&member)).await {
            Ok(_) => Notice::done(member.words.text("source-taken-back").with("source", source.name.as_str())),
            Err(error @ (Error::Conflict { .. } | Error::Unavailable { .. })) => super::refused(&member, &error),
            Err(error) => return Err(error),
        };
    member.see_other(&app, &format!("/panel/sources/{}", source.id), notice).await
}

/// `POST /panel/sources/{id}/restore`.
pub async fn restore(
    app: web::Data<PanelContext>,
    member: Member,
    id: web::Path<String>,
    _form: Form<EmptyForm>,
) -> Result<HttpResponse> {
    member.require(Right::EditSources)?;
    let source = find(&app, &member, &id).await?;
    let notice = match crate::source::restore(&app.sources, member.tenant.tenant_id, source.id, &by(&member)).await {
        Ok(_) => Notice::done(
            member.words.text("source-restored").with("source", source.name.as_str()).with("crm", member.crm()),
        ),
        Err(error @ (Error::Conflict { .. } | Error::Unavailable { .. })) => super::refused(&member, &error),
        Err(error) => return Err(error),
    };
    member.see_other(&app, &format!("/panel/sources/{}", source.id), notice).await
}
