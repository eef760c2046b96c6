//! Replaces a signing secret and shows the new one once, on its own page.

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use connectors::kinds::{has_own_server, is_web_chat};
use entity::source;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find;
use crate::panel::PanelContext;
use crate::panel::{
    self, Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, PageContext, Right, Tone,
};

/// The session key that stores a new secret until its page has been shown.
const FRESH: &str = "fresh-secret";

#[derive(Serialize, Deserialize)]
struct IssuedSecret {
    source_id: Uuid,
    secret: String,
}

#[derive(Template)]
#[template(path = "panel/sources/secret.html")]
struct SecretCreatedPage {
    page: PageContext,
    id: String,
    secret: String,
    hint: Sentence,
}

/// Texts of the pages for a kind's secret.
#[derive(Clone, Copy)]
struct SecretTexts {
    title: &'static str,
    hint: &'static str,
    button: &'static str,
    made: &'static str,
}

const CUSTOM: SecretTexts = SecretTexts {
    title: "wizard-custom-secret",
    hint: "webhooks-rotate-hint",
    button: "webhooks-rotate",
    made: "webhooks-rotated",
};
const WEBCHAT: SecretTexts = SecretTexts {
    title: "wizard-web-secret",
    hint: "wizard-web-secret-hint",
    button: "wizard-web-secret-new",
    made: "wizard-web-secret-made",
};

async fn with_secret(app: &PanelContext, member: &Member, id: &str) -> Result<(source::Model, SecretTexts)> {
    let source = find(app, member, Right::EditSources, id).await?;
    match source.kind.as_str() {
        kind if has_own_server(kind) => Ok((source, CUSTOM)),
        kind if is_web_chat(kind) => Ok((source, WEBCHAT)),
        _ => Err(Error::NotFound),
    }
}

/// `GET /panel/sources/{id}/secret`.
pub async fn ask(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let (source, said) = with_secret(&app, &member, &id).await?;
    let page = member.page(said.button, Nav::Sources);
    let confirm = ConfirmPage {
        sentence: page.words.text(said.hint),
        action: format!("/panel/sources/{}/secret", source.id),
        button: page.words.text(said.button),
        danger: false,
        back: format!("/panel/sources/{}/access", source.id),
        page,
    };
    confirm.ask()
}

/// `POST /panel/sources/{id}/secret`.
pub async fn rotate(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let (source, said) = with_secret(&app, &member, &id).await?;
    let (tenant_id, by) = (member.tenant_id, member.by());
    let made = if has_own_server(&source.kind) {
        domain::source::rotate_secret(&app.sources, tenant_id, source.id, &by).await
    } else {
        domain::source::rotate_site_secret(&app.sources, tenant_id, source.id, &by).await
    };
    let secret = match made {
        Ok(secret) => secret,
        // Another person changed it a moment earlier, so the secret is already new.
        Err(Error::Changed(_)) => {
            let notice = Notice::of(Tone::Warn, member.words.text("webhooks-rotated-by-other"));
            return member.see_other(&app, &format!("/panel/sources/{}/access", source.id), notice).await;
        }
        Err(error) => return Err(error),
    };
    let fresh = IssuedSecret { source_id: source.id, secret: secret.expose_secret().to_owned() };
    member.set_data(&app, FRESH, Some(&fresh)).await?;
    let notice = Notice::done(member.words.text(said.made).with("source", source.name));
    member.see_other(&app, &format!("/panel/sources/{}/secret/made", source.id), notice).await
}

/// `GET /panel/sources/{id}/secret/made`: shows the new secret, once.
pub async fn made(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let (source, said) = with_secret(&app, &member, &id).await?;
    let fresh = member.data::<IssuedSecret>(&app, FRESH).filter(|fresh| fresh.source_id == source.id);
    let Some(fresh) = fresh else {
        let notice = Notice::of(Tone::Warn, member.words.text("keys-shown-before"));
        return member.see_other(&app, &format!("/panel/sources/{}/access", source.id), notice).await;
    };
    member.set_data::<IssuedSecret>(&app, FRESH, None).await?;
    let page = member.page(said.title, Nav::Sources);
    let hint = page.words.text(said.hint);
    panel::html(&page, &SecretCreatedPage { id: source.id.to_string(), secret: fresh.secret, hint, page: page.clone() })
}
