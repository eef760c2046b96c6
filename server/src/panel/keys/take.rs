//! Takes over a key whose maker may no longer do what it was made for.

use actix_web::{HttpResponse, web};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::finish_tx;
use serde_json::json;

use super::revoke::find;
use super::{carried_by, maker};
use crate::api::key_ring;
use crate::panel::PanelContext;
use crate::panel::{EmptyForm, Form, Member, Notice, Right, Tone};

/// `POST /panel/keys/{id}/take`
pub async fn take(
    app: web::Data<PanelContext>,
    member: Member,
    id: web::Path<String>,
    _form: Form<EmptyForm>,
) -> Result<HttpResponse> {
    member.require(Right::ManageKeys)?;
    let key = find(&app, &member, &id).await?;
    if !carried_by(&member).any(|scope| scope.name() == key.scope) {
        return Err(Error::Forbidden(LocalizedText::new("said-role")));
    }
    let maker = maker(&member)?;
    let tx = app.store.write_tx().await?;
    let done = async {
        let done = key_ring::hand_over(&tx, member.tenant.tenant_id, key.id, maker).await?;
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
