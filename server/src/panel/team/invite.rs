//! Invitations, and links for members who cannot sign in: mailed, or shown once to their creator.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use base::error::{Error, Result};
use base::store::ended;
use base::words::{Language, Said, Words};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::Invited;
use crate::panel::PanelContext;
use crate::panel::{Empty, Form, Member, Nav, Notice, Right, Role, html_as};
use crate::people::link::{self, Link, Purpose};
use crate::people::mail::{self, Letter};
use crate::people::{letters, member, person};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    email: String,
    role: String,
}

/// `POST /panel/team/invite`
pub(super) async fn invite(app: web::Data<PanelContext>, member: Member, form: Form<Wanted>) -> Result<HttpResponse> {
    member.require(Right::ManageTeam)?;
    let role = Role::of(&form.role).ok_or_else(|| Error::Malformed(Said::new("said-form-role")))?;
    let email = form.email.trim().to_lowercase();
    if !person::is_email(&email) {
        let page = member.page("team-title", Nav::Team).with_error();
        let error = member.words.say("form-not-email").to_string();
        let invited = Invited { email: form.email.clone(), role: form.role.clone(), error };
        let team = super::team(&app, &member, page.clone(), invited).await?;
        return html_as(StatusCode::UNPROCESSABLE_ENTITY, &page, &team);
    }
    let tenant_id = member.tenant.tenant_id;
    if let Err(wait) = letters::invitation(&app.people, tenant_id, &email, &member.address.into()).await? {
        let page = member.page("team-title", Nav::Team).with_error();
        let error = member.words.say("team-invite-wait").with("minutes", wait.minutes()).to_string();
        let invited = Invited { email, role: form.role.clone(), error };
        let team = super::team(&app, &member, page.clone(), invited).await?;
        let mut answer = html_as(StatusCode::TOO_MANY_REQUESTS, &page, &team)?;
        answer.headers_mut().insert(header::RETRY_AFTER, wait.seconds.into());
        return Ok(answer);
    }
    let mailed = mail::is_on(&app.people);
    let tx = app.store.write_tx().await?;
    let done = async {
        let person = match person::by_email(&app.people, &tx, &email).await? {
            Some(known) => known,
            None => {
                let new =
                    person::New { email: &email, name: "", language: member.words.language(), is_operator: false };
                person::add(&app.people, &tx, new).await?.ok_or(Error::NotFound)?
            }
        };
        if person.disabled_at.is_some() || !member::invite(&app.people, &tx, tenant_id, person.id, role).await? {
            return Ok(None);
        }
        member.audit(&app, &tx, "member.invited", &email, json!({"role": role.as_str()})).await?;
        let link = Link { person_id: person.id, purpose: Purpose::Invitation, tenant_id: Some(tenant_id), mailed };
        let token = link::issue(&app.people, &tx, link).await?;
        Ok::<_, Error>(Some((person, token)))
    };
    let done = done.await;
    let Some((person, token)) = ended(tx, done).await? else {
        let known = Notice::failed(member.words.say("team-known").with("email", email));
        return member.see_other(&app, "/panel/team", known).await;
    };
    let address = link::address(&app.people, Purpose::Invitation, &token);
    let words = member.words;
    if !mailed {
        let made = Notice::done(words.say("team-invite-copy").with("email", email)).with_copy(address);
        return member.see_other(&app, "/panel/team", made).await;
    }
    let theirs = Words::new(Language::of_code(&person.language).unwrap_or(words.language()));
    let letter = Letter {
        to: person.email,
        subject: theirs.say("mail-invite-subject").with("account", member.tenant.host.as_str()).to_string(),
        text: theirs
            .say("mail-invite-body")
            .with("account", member.tenant.host.as_str())
            .with("name", letters::name(&member.name))
            .with("link", address)
            .to_string(),
    };
    let notice = match mail::send(&app.people, letter).await {
        Ok(()) => Notice::done(words.say("team-invite-sent").with("email", email)),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "an invitation could not be sent");
            // Not shown for copying: as a mailed link it would prove more than it does.
            link::take(&app.people, &token).await?;
            Notice::failed(words.say("team-invite-unsent").with("email", email))
        }
    };
    member.see_other(&app, "/panel/team", notice).await
}

/// `POST /panel/team/{person_id}/link`: a link to hand to a member who cannot sign in.
pub(super) async fn link(
    app: web::Data<PanelContext>,
    member: Member,
    person_id: web::Path<Uuid>,
    _form: Form<Empty>,
) -> Result<HttpResponse> {
    member.require(Right::ManageTeam)?;
    let tenant_id = member.tenant.tenant_id;
    let db = app.store.read();
    let all = member::all(db, tenant_id).await?;
    let found = all.into_iter().find(|(row, person)| row.person_id == *person_id && !person.email.is_empty());
    let (row, person) = found.ok_or(Error::NotFound)?;
    let purpose = match member::standing(&row) {
        member::Standing::Invited => Purpose::Invitation,
        member::Standing::Active => Purpose::Handed,
        member::Standing::Disabled => return Err(Error::NotFound),
    };
    let made = Link { person_id: person.id, purpose, tenant_id: Some(tenant_id), mailed: false };
    let tx = app.store.write_tx().await?;
    let done = async {
        member.audit(&app, &tx, "member.link_made", &person.email, json!({})).await?;
        link::issue(&app.people, &tx, made).await
    };
    let done = done.await;
    let address = link::address(&app.people, purpose, &ended(tx, done).await?);
    let key = if purpose == Purpose::Invitation { "team-invite-copy" } else { "team-link-copy" };
    let notice = Notice::done(member.words.say(key).with("email", person.email)).with_copy(address);
    member.see_other(&app, "/panel/team", notice).await
}
