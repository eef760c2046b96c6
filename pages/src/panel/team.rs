//! `/panel/team`: the members of this account and their roles.

use actix_web::http::{StatusCode, header};
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText};
use base::store::in_transaction;
use domain::api_key::key_maker::KeyMaker;
use domain::api_key::key_ring;
use domain::identity::link::{self, Purpose, SignInLink};
use domain::identity::mail::{self, Email};
use domain::identity::member::{self, MemberStatus, RoleChangeRefused};
use domain::identity::{credentials, email_limits, person};
use entity::tenant;
use sea_orm::sea_query::Expr;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::sign_in::named;
use super::{
    Answer, AppData, EmptyForm, Form, Member, MemberRole, Nav, Notice, PageContext, PanelContext, Right, html, html_as,
};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/team", web::get().to(show))
        .route("/team/invite", web::post().to(invite))
        .route("/team/second-step", web::post().to(demand))
        .route("/team/{person_id}/role", web::post().to(role))
        .route("/team/{person_id}/remove", web::get().to(ask_remove))
        .route("/team/{person_id}/remove", web::post().to(remove))
        .route("/team/{person_id}/link", web::post().to(link))
        .route("/team/{person_id}/two-step", web::post().to(forget));
}

#[derive(Template)]
#[template(path = "panel/team.html")]
struct Team {
    page: PageContext,
    rows: Vec<MemberRow>,
    roles: [MemberRole; 3],
    /// Everyone who signs in by e-mail needs an authenticator.
    demanded: bool,
    invited: Invited,
}

/// The invitation's form.
#[derive(Default)]
struct Invited {
    email: String,
    role: String,
    /// The error of the e-mail; empty if there is none.
    error: String,
}

struct MemberRow {
    id: Uuid,
    name: String,
    email: String,
    role: MemberRole,
    standing: MemberStatus,
    from_crm: bool,
    two_step: bool,
    last_seen_at: Option<i64>,
    is_me: bool,
}

impl MemberRow {
    fn state(&self) -> (&'static str, &'static str) {
        match self.standing {
            MemberStatus::Invited => ("wait", "invited"),
            MemberStatus::Active => ("ok", "active"),
            MemberStatus::Disabled => ("off", "disabled"),
        }
    }
}

/// `GET /panel/team`
async fn show(app: AppData, member: Member) -> Answer {
    member.require(Right::SeeTeam)?;
    let page = member.page("nav-team", Nav::Team);
    let team = team(&app, &member, page.clone(), Invited::default()).await?;
    html(&page, &team)
}

async fn team(app: &PanelContext, member: &Member, page: PageContext, invited: Invited) -> Result<Team> {
    let all = member::all(app.store.read(), member.tenant_id).await?;
    let now = app.clock.millis();
    let row = |(row, person): (entity::member::Model, entity::person::Model)| MemberRow {
        id: row.person_id,
        name: named(&person),
        standing: member::standing(&row),
        role: MemberRole::parse(&row.role).unwrap_or(MemberRole::Viewer),
        from_crm: row.crm_user_id.is_some(),
        two_step: person.totp_secret.is_some(),
        email: person.email,
        // For the reader the current visit counts; the row contains the last sign-in.
        last_seen_at: if row.person_id == member.person.id { Some(now) } else { row.last_seen_at },
        is_me: row.person_id == member.person.id,
    };
    let (rows, demanded) = (all.into_iter().map(row).collect(), member.here.tenant.second_step);
    Ok(Team { page, rows, roles: MemberRole::ALL, demanded, invited })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InviteForm {
    email: String,
    role: String,
}

/// `POST /panel/team/invite`
async fn invite(app: AppData, member: Member, form: Form<InviteForm>) -> Answer {
    member.require(Right::ManageTeam)?;
    let role = MemberRole::parse(&form.role).ok_or_else(|| Error::Malformed(LocalizedText::new("said-form-role")))?;
    let email = form.email.trim().to_lowercase();
    if !person::is_email(&email) {
        let page = member.page("nav-team", Nav::Team).with_error();
        let error = member.words.text("form-not-email").to_string();
        let invited = Invited { email: form.email.clone(), role: form.role.clone(), error };
        let team = team(&app, &member, page.clone(), invited).await?;
        return html_as(StatusCode::UNPROCESSABLE_ENTITY, &page, &team);
    }
    let tenant_id = member.tenant_id;
    if let Err(wait) = email_limits::invitation(&app.identity, tenant_id, &email, &member.address.into()).await? {
        let page = member.page("nav-team", Nav::Team).with_error();
        let error = member.words.text("team-invite-wait").with("minutes", wait.minutes()).to_string();
        let invited = Invited { email, role: form.role.clone(), error };
        let team = team(&app, &member, page.clone(), invited).await?;
        let mut answer = html_as(StatusCode::TOO_MANY_REQUESTS, &page, &team)?;
        answer.headers_mut().insert(header::RETRY_AFTER, wait.seconds.into());
        return Ok(answer);
    }
    let mailed = mail::is_on(&app.identity);
    let done = in_transaction(&app.store, async |tx| {
        let person = match person::by_email(&app.identity, tx, &email).await? {
            Some(known) => known,
            None => {
                let new = person::NewPerson {
                    email: &email,
                    name: "",
                    language: member.words.language(),
                    is_operator: false,
                };
                person::add(&app.identity, tx, new).await?.ok_or(Error::NotFound)?
            }
        };
        if person.disabled_at.is_some() || !member::invite(&app.identity, tx, tenant_id, person.id, role).await? {
            return Ok(None);
        }
        member.audit(&app, tx, "member.invited", &email, json!({"role": role.as_str()})).await?;
        let link =
            SignInLink { person_id: person.id, purpose: Purpose::Invitation, tenant_id: Some(tenant_id), mailed };
        let token = link::issue(&app.identity, tx, link).await?;
        Ok::<_, Error>(Some((person, token)))
    })
    .await?;
    let Some((person, token)) = done else {
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
    let message = Email {
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
    let notice = match mail::send(&app.identity, message).await {
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
async fn link(app: AppData, member: Member, person_id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
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
    let done = in_transaction(&app.store, async |tx| {
        member.audit(&app, tx, "member.link_made", &person.email, json!({})).await?;
        link::issue(&app.identity, tx, made).await
    })
    .await?;
    let address = link::address(&app.identity, purpose, &done);
    let key = if purpose == Purpose::Invitation { "team-invite-copy" } else { "team-link-copy" };
    let notice = Notice::done(member.words.text(key).with("email", person.email)).with_copy(address);
    member.see_other(&app, "/panel/team", notice).await
}

#[derive(Template)]
#[template(path = "panel/team_remove.html")]
struct Remove {
    page: PageContext,
    id: Uuid,
    /// Names of the API keys that the person made.
    keys: Vec<String>,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemoveForm {
    /// `take`: the person's API keys are taken over; else they end.
    keys: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleForm {
    role: String,
}

async fn find(app: &PanelContext, member: &Member, person_id: Uuid) -> Result<entity::person::Model> {
    let all = member::all(app.store.read(), member.tenant_id).await?;
    let found = all.into_iter().find(|(row, _)| row.person_id == person_id);
    let (_, person) = found.ok_or(Error::NotFound)?;
    Ok(person)
}

/// `POST /panel/team/{person_id}/role`
async fn role(app: AppData, member: Member, person_id: web::Path<Uuid>, form: Form<RoleForm>) -> Answer {
    member.require(Right::ManageTeam)?;
    let role = MemberRole::parse(&form.role).ok_or_else(|| Error::Malformed(LocalizedText::new("said-form-role")))?;
    let person = find(&app, &member, *person_id).await?;
    let done = member::change_role(&app.identity, member.tenant_id, person.id, role).await?;
    let words = member.words;
    let notice = match done {
        Ok(()) => {
            let detail = json!({"role": role.as_str()});
            member.audit(&app, app.store.write(), "member.role_changed", &named(&person), detail).await?;
            let called = words.text_of("team-role-", role.as_str());
            Notice::done(words.text("team-role-changed").with("name", named(&person)).with("role", called))
        }
        Err(refused) => notice_of(&member, refused)?,
    };
    member.see_other(&app, "/panel/team", notice).await
}

/// Ends the keys of a person who was removed, or makes the member who removed them responsible.
async fn end_keys(app: &PanelContext, member: &Member, person_id: Uuid, take: bool) -> Result<()> {
    let tenant_id = member.tenant_id;
    let keys = key_ring::living(app.store.read(), &app.clock, tenant_id, KeyMaker::Member(person_id)).await?;
    let to = KeyMaker::Member(member.person.id);
    Ok(in_transaction(&app.store, async |tx| {
        for key in keys {
            let (action, done) = if take {
                ("key.taken_over", key_ring::hand_over(tx, tenant_id, key.id, to).await?)
            } else {
                ("key.revoked", key_ring::revoke(tx, &app.clock, tenant_id, key.id).await?)
            };
            if done {
                member.audit(app, tx, action, &key.id.to_string(), json!({ "name": key.name })).await?;
            }
        }
        Ok::<_, sea_orm::DbErr>(())
    })
    .await?)
}

fn notice_of(member: &Member, refused: RoleChangeRefused) -> Result<Notice> {
    match refused {
        RoleChangeRefused::LastOwner => Ok(Notice::failed(member.words.text("team-last-owner"))),
        RoleChangeRefused::Unknown => Err(Error::NotFound),
    }
}

/// `GET /panel/team/{person_id}/remove`
async fn ask_remove(app: AppData, member: Member, person_id: web::Path<Uuid>) -> Answer {
    member.require(Right::ManageTeam)?;
    let person = find(&app, &member, *person_id).await?;
    let keys = key_ring::living(app.store.read(), &app.clock, member.tenant_id, KeyMaker::Member(person.id));
    let keys = keys.await?.into_iter().map(|key| key.name).collect();
    let name = named(&person);
    let page = member.page(member.words.text("team-remove-title").with("name", name.as_str()), Nav::Team);
    html(&page, &Remove { page: page.clone(), id: person.id, keys, name })
}

/// `POST /panel/team/{person_id}/remove`
async fn remove(app: AppData, member: Member, person_id: web::Path<Uuid>, form: Form<RemoveForm>) -> Answer {
    member.require(Right::ManageTeam)?;
    let person = find(&app, &member, *person_id).await?;
    let notice = match member::remove(&app.identity, member.tenant_id, person.id).await? {
        Ok(()) => {
            // From now on the keys open nothing; a crash before the next line leaves them to be taken over.
            end_keys(&app, &member, person.id, form.keys.as_deref() == Some("take")).await?;
            member.audit(&app, app.store.write(), "member.removed", &named(&person), json!({})).await?;
            Notice::done(member.words.text("team-removed").with("name", named(&person)))
        }
        Err(refused) => notice_of(&member, refused)?,
    };
    member.see_other(&app, "/panel/team", notice).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TwoStepForm {
    /// `on` or `off`
    demand: String,
}

/// `POST /panel/team/second-step`: whether everyone who signs in by e-mail needs an authenticator.
async fn demand(app: AppData, member: Member, form: Form<TwoStepForm>) -> Answer {
    member.require(Right::ManageTeam)?;
    let (demanded, action, said) = match form.demand.as_str() {
        "on" => (true, "account.second_step_demanded", "team-demand-is-on"),
        "off" => (false, "account.second_step_freed", "team-demand-is-off"),
        _ => return Err(Error::Malformed(LocalizedText::new("said-form-deed"))),
    };
    let tenant_id = member.tenant_id;
    in_transaction(&app.store, async |tx| {
        tenant::Entity::update_of(tenant_id)
            .col_expr(tenant::Column::SecondStep, Expr::value(demanded))
            .exec(tx)
            .await?;
        member.audit(&app, tx, action, "", json!({})).await
    })
    .await?;
    member.see_other(&app, "/panel/team", Notice::done(member.words.text(said))).await
}

/// `POST /panel/team/{person_id}/two-step`: the authenticator was lost. Also removes the password and ends all
/// sessions; another authenticator can only be connected through a link. Only for a person who belongs to this account
/// alone; for others the vendor does it.
async fn forget(app: AppData, member: Member, person_id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::ManageTeam)?;
    let person = find(&app, &member, *person_id).await?;
    let tenant_id = member.tenant_id;
    let words = member.words;
    let name = named(&person);
    let accounts = member::accounts(&app.identity, person.id).await?;
    if accounts.iter().any(|(tenant, _)| tenant.tenant_id != tenant_id) {
        let elsewhere = Notice::failed(words.text("team-two-step-elsewhere").with("name", name));
        return member.see_other(&app, "/panel/team", elsewhere).await;
    }
    // A person who has proved their address gets an e-mail; others get a link handed over.
    let by_mail = person.proved_at.is_some() && mail::is_on(&app.identity);
    let wanted = if by_mail {
        SignInLink { person_id: person.id, purpose: Purpose::SignIn, tenant_id: None, mailed: true }
    } else {
        SignInLink { person_id: person.id, purpose: Purpose::Handed, tenant_id: Some(tenant_id), mailed: false }
    };
    if by_mail && let Err(wait) = email_limits::renewal(&app.identity, &person.email).await? {
        let wait = words.text("team-two-step-wait").with("name", name).with("minutes", wait.minutes());
        return member.see_other(&app, "/panel/team", Notice::failed(wait)).await;
    }
    let done = in_transaction(&app.store, async |tx| {
        credentials::forget(tx, person.id).await?;
        member.audit(&app, tx, "member.two_step_removed", &name, json!({})).await?;
        link::issue(&app.identity, tx, wanted).await
    })
    .await?;
    let address = link::address(&app.identity, wanted.purpose, &done);
    if !by_mail {
        let handed = Notice::done(words.text("team-two-step-removed").with("name", name)).with_copy(address);
        return member.see_other(&app, "/panel/team", handed).await;
    }
    let theirs = words.in_language(Language::of_code(&person.language).unwrap_or(words.language()));
    let message = Email {
        to: person.email,
        subject: theirs.text("mail-link-subject").to_string(),
        text: theirs.text("mail-link-body").with("link", address).with("server", app.public_url()).to_string(),
        sender: theirs.brand(),
    };
    mail::send_later(&app.identity, message);
    let mailed = Notice::done(words.text("team-two-step-mailed").with("name", name));
    member.see_other(&app, "/panel/team", mailed).await
}
