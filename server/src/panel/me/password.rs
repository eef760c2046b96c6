//! Sets a new password and ends all other sessions.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use base::error::Result;
use base::store::finish_tx;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{NotProved, person_of, prove, trusted, with};
use crate::identity::{credentials, password, reauthentication, session};
use crate::panel::PanelContext;
use crate::panel::{Form, Member, Notice};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePasswordForm {
    /// The current password, or a code of the authenticator. Absent if the person has neither, and for the first
    /// change in the minutes after using a one-time link.
    current: Option<SecretString>,
    password: SecretString,
}

/// `POST /panel/me/password`
pub(super) async fn set(
    app: web::Data<PanelContext>,
    member: Member,
    form: Form<ChangePasswordForm>,
) -> Result<HttpResponse> {
    let person = person_of(&app, &member).await?;
    let set_in = trusted(&member, &person).set_in()?;
    let words = member.words;
    match prove(&app, &member, &person, form.current.as_ref(), "member.password_set").await? {
        None => {}
        Some(NotProved::Refused(status, said)) => return with(&app, &member, status, Some(("current", said))).await,
        Some(NotProved::Ended(answer)) => return Ok(answer),
    }
    let about = [person.email.as_str(), person.name.as_str(), member.tenant.host.as_str(), member.tenant.name.as_str()];
    if let Err(weak) = password::fits(form.password.expose_secret(), &about) {
        let said = words.text(weak.words()).with("shortest", password::SHORTEST).with("longest", password::LONGEST);
        return with(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, Some(("password", said.to_string()))).await;
    }
    reauthentication::spend(&app.identity, &member.session).await?;
    let hash = password::hash(&app.identity, form.password.clone()).await?;
    let tx = app.store.write_tx().await?;
    let done = async {
        let holds = credentials::hold_in(&app.identity, &tx, &person, &member.session).await?;
        if !holds || !credentials::set_password(&tx, &person, &hash, set_in).await? {
            return Ok(false);
        }
        session::end_everywhere(&tx, person.id, Some(member.session.id)).await?;
        member.audit(&app, &tx, "member.password_set", &person.email, json!({})).await?;
        Ok::<_, sea_orm::DbErr>(true)
    };
    let done = done.await;
    if !finish_tx(tx, done).await? {
        return member.see_other(&app, "/panel/me", Notice::failed(words.text("me-changed-meanwhile"))).await;
    }
    member.see_other(&app, "/panel/me", Notice::done(words.text("password-set"))).await
}
