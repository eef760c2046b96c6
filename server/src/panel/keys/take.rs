//! Takes over a key whose maker may no longer do what it was made for.

use actix_web::web;
use base::error::Error;
use base::i18n::LocalizedText;
use base::store::finish_tx;
use serde_json::json;

use super::carried_by;
use super::revoke::find;
use crate::api::key_maker::KeyMaker;
use crate::api::key_ring;
use crate::panel::{Answer, AppData, EmptyForm, Form, Member, Notice, Right, Tone};

/// `POST /panel/keys/{id}/take`
pub async fn take(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let key = find(&app, &member, Right::ManageKeys, &id).await?;
    if !carried_by(&member).any(|scope| scope.name() == key.scope) {
        return Err(Error::Forbidden(LocalizedText::new("said-role")));
    }
    let maker = KeyMaker::Member(member.person.id);
    let tx = app.store.write_tx().await?;
    let done = async {
        let done = key_ring::hand_over(&tx, member.tenant_id, key.id, maker).await?;
        if done {
            member.audit(&app, &tx, "key.taken_over", &key.id.to_string(), json!({ "name": key.name })).await?;
        }
        Ok::<_, sea_orm::DbErr>(done)
    };
    let done = done.await;
    let words = member.words;
    let notice = if finish_tx(tx, done).await? {
        Notice::done(words.text("keys-taken").with("name", key.name))
    } else {
        Notice::of(Tone::Warn, words.text("keys-revoked-before").with("name", key.name))
    };
    member.see_other(&app, "/panel/keys", notice).await
}
