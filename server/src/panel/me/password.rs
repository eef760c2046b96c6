//! Sets a new password and ends all other sessions.

use actix_web::http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{person_of, trusted, with};
use crate::identity::password;
use crate::panel::{Answer, AppData, Form, Member, NotProved, Notice, to};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePasswordForm {
    /// The current password, or a code of the authenticator. Absent if the person has neither, and for the first
    /// change in the minutes after using a one-time link.
    current: Option<SecretString>,
    password: SecretString,
}

/// `POST /panel/me/password`
pub(super) async fn set(app: AppData, member: Member, form: Form<ChangePasswordForm>) -> Answer {
    let person = person_of(&member)?;
    let set_in = trusted(&member, person).set_in()?;
    let words = member.words;
    match member.prove_if_asked(&app, form.current.as_ref(), "member.password_set").await? {
        None => {}
        Some(NotProved::Refused(status, said)) => {
            return with(&app, &member, status, Some(("current", said.to_string()))).await;
        }
        Some(NotProved::Ended) => return Ok(to("/panel/sign-in")),
    }
    let tenant = &member.here.tenant;
    let about = [person.email.as_str(), person.name.as_str(), tenant.host.as_str(), tenant.name.as_str()];
    if let Err(weak) = password::fits(form.password.expose_secret(), &about) {
        let said = words.text(weak.words()).with("shortest", password::SHORTEST).with("longest", password::LONGEST);
        return with(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, Some(("password", said.to_string()))).await;
    }
    let set = member.set_password(&app, form.password.clone(), set_in, "member.password_set", &person.email).await?;
    let notice =
        if set { Notice::done(words.text("password-set")) } else { Notice::failed(words.text("me-changed-meanwhile")) };
    member.see_other(&app, "/panel/me", notice).await
}
