//! Revokes a key.

use actix_web::web;
use base::error::{Error, Result};
use base::store::finish_tx;
use entity::api_key;
use serde_json::json;
use uuid::Uuid;

use crate::api::key_ring;
use crate::panel::PanelContext;
use crate::panel::{Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, Right, Tone};

pub(super) async fn find(app: &PanelContext, member: &Member, right: Right, id: &str) -> Result<api_key::Model> {
    member.require(right)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    key_ring::one(app.store.read(), member.tenant_id, id).await?.ok_or(Error::NotFound)
}

/// `GET /panel/keys/{id}/revoke`.
pub async fn ask(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let key = find(&app, &member, Right::ManageKeys, &id).await?;
    let page = member.page("keys-revoke", Nav::Keys);
    let confirm = ConfirmPage {
        sentence: page.words.text("keys-revoke-confirm").with("name", key.name.as_str()),
        action: format!("/panel/keys/{}/revoke", key.id),
        button: page.words.text("keys-revoke"),
        danger: true,
        back: "/panel/keys".to_owned(),
        page,
    };
    confirm.ask()
}

/// `POST /panel/keys/{id}/revoke`.
pub async fn revoke(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let key = find(&app, &member, Right::ManageKeys, &id).await?;
    let tx = app.store.write_tx().await?;
    let done = async {
        let done = key_ring::revoke(&tx, &app.clock, member.tenant_id, key.id).await?;
        if done {
            member.audit(&app, &tx, "key.revoked", &key.id.to_string(), json!({ "name": key.name })).await?;
        }
        Ok::<_, sea_orm::DbErr>(done)
    };
    let done = done.await;
    let done = finish_tx(tx, done).await?;
    let words = member.words;
    let notice = if done {
        Notice::done(words.text("keys-revoked").with("name", key.name))
    } else {
        Notice::of(Tone::Warn, words.text("keys-revoked-before").with("name", key.name))
    };
    member.see_other(&app, "/panel/keys", notice).await
}
