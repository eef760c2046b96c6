//! A new password. Sessions elsewhere end with the old one.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{person_of, trusted, with};
use crate::app::App;
use crate::error::{Error, Result};
use crate::panel::{Form, Member, Notice};
use crate::people::{password, person, session, throttle};
use crate::store::ended;
use crate::words::Said;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    /// Missing while there is none.
    current: Option<SecretString>,
    password: SecretString,
}

/// `POST /panel/me/password`
pub(super) async fn set(app: web::Data<App>, member: Member, form: Form<Typed>) -> Result<HttpResponse> {
    let person = person_of(&app, &member).await?;
    if !trusted(&app, &member, &person).await? {
        return Err(Error::Forbidden(Said::new("said-session-weak")));
    }
    let words = member.words;
    // Who came by a link to their own mail has proved as much as the password would.
    if person.password_hash.is_some() && member.session.via != "link" {
        if let Err(wait) = throttle::login(&app, "password", &person.id.to_string(), member.address).await? {
            let said = words.say("sign-in-wait").with("seconds", wait.seconds).to_string();
            return with(&app, &member, StatusCode::TOO_MANY_REQUESTS, Some(("current", said))).await;
        }
        let current = form.current.clone().unwrap_or_default();
        if !password::check(&app, current, person.password_hash.as_deref()).await? {
            let said = words.say("password-current-wrong").to_string();
            return with(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, Some(("current", said))).await;
        }
    }
    if let Err(weak) = password::fits(form.password.expose_secret()) {
        let said = words.say(weak.words()).with("shortest", password::SHORTEST).with("longest", password::LONGEST);
        return with(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, Some(("password", said.to_string()))).await;
    }
    let hash = password::hash(&app, form.password.clone()).await?;
    let tx = app.store.write_tx().await?;
    let done = async {
        person::set_password(&tx, person.id, &hash).await?;
        session::end_everywhere(&tx, person.id, member.session.id).await?;
        member.audit(&app, &tx, "member.password_set", &person.email, json!({})).await
    };
    let done = done.await;
    ended(tx, done).await?;
    member.see_other(&app, "/panel/me", Notice::done(words.say("password-set"))).await
}
