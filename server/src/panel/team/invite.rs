//! Invitations, and links for members who cannot sign in: sent by e-mail, or shown once to their creator.

use actix_web::http::{StatusCode, header};
use actix_web::web;
use base::error::Error;
use base::i18n::{Language, LocalizedText};
use base::store::finish_tx;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::Invited;
use crate::identity::link::{self, Purpose, SignInLink};
use crate::identity::mail::{self, Email};
use crate::identity::{email_limits, member, person};
use crate::panel::{Answer, AppData, EmptyForm, Form, Member, MemberRole, Nav, Notice, Right, html_as};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InviteForm {
    email: String,
    role: String,
}

/// `POST /panel/team/invite`
pub(super) async fn invite(app: AppData, member: Member, form: Form<InviteForm>) -> Answer {
    member.require(Right::ManageTeam)?;
    let role = MemberRole::of(&form.role).ok_or_else(|| Error::Malformed(LocalizedText::new("said-form-role")))?;
    let email = form.email.trim().to_lowercase();
    if !person::is_email(&email) {
        let page = member.page("team-title", Nav::Team).with_error();
        let error = member.words.text("form-not-email").to_string();
        let invited = Invited { email: form.email.clone(), role: form.role.clone(), error };
        let team = super::team(&app, &member, page.clone(), invited).await?;
        return html_as(StatusCode::UNPROCESSABLE_ENTITY, &page, &team);
    }
    let tenant_id = member.tenant_id;
    if let Err(wait) = email_limits::invitation(&app.identity, tenant_id, &email, &member.address.into()).await? {
        let page = member.page("team-title", Nav::Team).with_error();
        let error = member.words.text("team-invite-wait").with("minutes", wait.minutes()).to_string();
        let invited = Invited { email, role: form.role.clone(), error };
        let team = super::team(&app, &member, page.clone(), invited).await?;
        let mut answer = html_as(StatusCode::TOO_MANY_REQUESTS, &page, &team)?;
        answer.headers_mut().insert(header::RETRY_AFTER, wait.seconds.into());
        return Ok(answer);
    }
    let mailed = mail::is_on(&app.identity);
    let tx = app.store.write_tx().await?;
    let done = async {
        let person = match person::by_email(&app.identity, &tx, &email).await? {
            Some(known) => known,
            None => {
                let new = person::NewPerson {
                    email: &email,
                    name: "",
                    language: member.words.language(),
                    is_operator: false,
                };
                person::add(&app.identity, &tx, new).await?.ok_or(Error::NotFound)?
            }
        };
        if person.disabled_at.is_some() || !member::invite(&app.identity, &tx, tenant_id, person.id, role).await? {
            return Ok(None);
        }
        member.audit(&app, &tx, "member.invited", &email, json!({"role": role.as_str()})).await?;
        let link =
            SignInLink { person_id: person.id, purpose: Purpose::Invitation, tenant_id: Some(tenant_id), mailed };
        let token = link::issue(&app.identity, &tx, link).await?;
        Ok::<_, Error>(Some((person, token)))
    };
    let done = done.await;
    let Some((person, token)) = finish_tx(tx, done).await? else {
        let known = Notice::failed(member.words.text("team-known").with("email", email));
        return member.see_other(&app, "/panel/team", known).await;
    };
    let address = link::address(&app.identity, Purpose::Invitation, &token);
    let words = member.words;
    if !mailed {
        let made = Notice::done(words.text("team-invite-copy").with("email", email)).with_copy(address);
        return member.see_other(&app, "/panel/team", made).await;
    }
    let theirs = words.in_language(Language::of_code(&person.language).unwrap_or(words.language()));
    let letter = Email {
        to: person.email,
        subject: theirs.text("mail-invite-subject").with("account", member.here.tenant.host.as_str()).to_string(),
        text: theirs
            .text("mail-invite-body")
            .with("account", member.here.tenant.host.as_str())
            .with("name", email_limits::name(&member.name))
            .with("link", address)
            .to_string(),
        sender: theirs.brand(),
    };
    let notice = match mail::send(&app.identity, letter).await {
        Ok(()) => Notice::done(words.text("team-invite-sent").with("email", email)),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "an invitation could not be sent");
            // Not shown for copying, because an e-mailed link also proves the address.
            link::take(&app.identity, &token).await?;
            Notice::failed(words.text("team-invite-unsent").with("email", email))
        }
    };
    member.see_other(&app, "/panel/team", notice).await
}

/// `POST /panel/team/{person_id}/link`: a link to hand to a member who cannot sign in.
pub(super) async fn link(app: AppData, member: Member, person_id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::ManageTeam)?;
    let tenant_id = member.tenant_id;
    let db = app.store.read();
    let all = member::all(db, tenant_id).await?;
    let found = all.into_iter().find(|(row, person)| row.person_id == *person_id && !person.email.is_empty());
    let (row, person) = found.ok_or(Error::NotFound)?;
    let purpose = match member::standing(&row) {
        member::MemberStatus::Invited => Purpose::Invitation,
        member::MemberStatus::Active => Purpose::Handed,
        member::MemberStatus::Disabled => return Err(Error::NotFound),
    };
    let made = SignInLink { person_id: person.id, purpose, tenant_id: Some(tenant_id), mailed: false };
    let tx = app.store.write_tx().await?;
    let done = async {
        member.audit(&app, &tx, "member.link_made", &person.email, json!({})).await?;
        link::issue(&app.identity, &tx, made).await
    };
    let done = done.await;
    let address = link::address(&app.identity, purpose, &finish_tx(tx, done).await?);
    let key = if purpose == Purpose::Invitation { "team-invite-copy" } else { "team-link-copy" };
    let notice = Notice::done(member.words.text(key).with("email", person.email)).with_copy(address);
    member.see_other(&app, "/panel/team", notice).await
}
