//! Two-step sign-in of an account's members: removed after an authenticator was lost, or required of everyone.

use actix_web::web;
use base::error::Error;
use base::i18n::{Language, LocalizedText};
use base::store::finish_tx;
use entity::tenant;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::change::known;
use crate::identity::link::{self, Purpose, SignInLink};
use crate::identity::mail::{self, Email};
use crate::identity::{credentials, email_limits, member};
use crate::panel::sign_in::named;
use crate::panel::{Answer, AppData, EmptyForm, Form, Member, Notice, Right};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TwoStepForm {
    /// `on` or `off`
    demand: String,
}

/// `POST /panel/team/second-step`: whether everyone who signs in by e-mail needs an authenticator.
pub(super) async fn demand(app: AppData, member: Member, form: Form<TwoStepForm>) -> Answer {
    member.require(Right::ManageTeam)?;
    let (demanded, action, said) = match form.demand.as_str() {
        "on" => (true, "account.second_step_demanded", "team-demand-is-on"),
        "off" => (false, "account.second_step_freed", "team-demand-is-off"),
        _ => return Err(Error::Malformed(LocalizedText::new("said-form-deed"))),
    };
    let tenant_id = member.tenant_id;
    let tx = app.store.write_tx().await?;
    let done = async {
        tenant::Entity::update_many()
            .col_expr(tenant::Column::SecondStep, Expr::value(demanded))
            .filter(tenant::Column::TenantId.eq(tenant_id))
            .exec(&tx)
            .await?;
        member.audit(&app, &tx, action, "", json!({})).await
    };
    let done = done.await;
    finish_tx(tx, done).await?;
    member.see_other(&app, "/panel/team", Notice::done(member.words.text(said))).await
}

/// `POST /panel/team/{person_id}/two-step`: the authenticator was lost. Also removes the password and ends all
/// sessions; another authenticator can only be connected through a link. Only for a person who belongs to this account
/// alone; for others the vendor does it.
pub(super) async fn forget(app: AppData, member: Member, person_id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::ManageTeam)?;
    let person = known(&app, &member, *person_id).await?;
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
    let tx = app.store.write_tx().await?;
    let done = async {
        credentials::forget(&tx, person.id).await?;
        member.audit(&app, &tx, "member.two_step_removed", &name, json!({})).await?;
        link::issue(&app.identity, &tx, wanted).await
    };
    let done = done.await;
    let address = link::address(&app.identity, wanted.purpose, &finish_tx(tx, done).await?);
    if !by_mail {
        let handed = Notice::done(words.text("team-two-step-removed").with("name", name)).with_copy(address);
        return member.see_other(&app, "/panel/team", handed).await;
    }
    let theirs = words.in_language(Language::of_code(&person.language).unwrap_or(words.language()));
    let letter = Email {
        to: person.email,
        subject: theirs.text("mail-link-subject").to_string(),
        text: theirs.text("mail-link-body").with("link", address).with("server", app.public_url()).to_string(),
        sender: theirs.brand(),
    };
    mail::send_later(&app.identity, letter);
    let mailed = Notice::done(words.text("team-two-step-mailed").with("name", name));
    member.see_other(&app, "/panel/team", mailed).await
}
