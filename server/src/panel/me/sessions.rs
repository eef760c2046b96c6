//! Ends the reader's own sessions in this account.

use actix_web::web;
use base::error::Error;
use serde_json::json;
use uuid::Uuid;

use super::person_of;
use crate::identity::session;
use crate::panel::{Answer, AppData, EmptyForm, Form, Member, Notice};

/// `POST /panel/me/sessions/{id}/end`
pub(super) async fn end(app: AppData, member: Member, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    let person = person_of(&member)?;
    let own = session::list_of_person(&app.identity, member.tenant_id, person.id).await?;
    let row = own.into_iter().find(|row| row.id == *id).ok_or(Error::NotFound)?;
    session::end(app.store.write(), row.tenant_id, row.id).await?;
    member.audit(&app, app.store.write(), "member.sessions_ended", &person.email, json!({ "count": 1 })).await?;
    member.see_other(&app, "/panel/me", Notice::done(member.words.text("session-end-done"))).await
}

/// `POST /panel/me/sessions/end`: all but this one.
pub(super) async fn end_others(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    let person = person_of(&member)?;
    let count = session::end_everywhere(app.store.write(), person.id, Some(member.session.id)).await?;
    member.audit(&app, app.store.write(), "member.sessions_ended", &person.email, json!({ "count": count })).await?;
    member.see_other(&app, "/panel/me", Notice::done(member.words.text("session-end-done"))).await
}
