//! "Send again": sends a webhook once more, whatever its outcome was.

use actix_web::web;
use base::error::Error;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::find;
use crate::delivery::read::webhooks;
use crate::delivery::resend;
use crate::panel::{Answer, AppData, Form, Member, Notice, Right, Tone};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResendForm {
    /// The attempt that the button belongs to.
    attempt: Option<String>,
}

/// `POST /panel/webhooks/{source_id}/again`.
pub async fn resend(app: AppData, member: Member, id: web::Path<String>, form: Form<ResendForm>) -> Answer {
    let source = find(&app, &member, Right::ManageKeys, &id).await?;
    let wished = form.attempt.as_deref().and_then(|id| Uuid::try_parse(id).ok()).ok_or(Error::NotFound)?;
    let tried = webhooks::one(app.store.read(), source.tenant_id, [source.id], wished).await?;
    let tried = tried.ok_or(Error::NotFound)?;
    let notice = match resend::resend(&app, &source, &tried).await {
        Ok(()) => {
            let detail = json!({ "source": source.name, "webhook_id": tried.letter_id });
            member.audit(&app, app.store.write(), "webhook.resent", &source.id.to_string(), detail).await?;
            Notice::done(member.words.text("webhooks-resent"))
        }
        Err(Error::Conflict { .. }) => Notice::of(Tone::Warn, member.words.text("webhooks-not-resent")),
        Err(error) => return Err(error),
    };
    member.see_other(&app, &format!("/panel/webhooks/{}", source.id), notice).await
}
