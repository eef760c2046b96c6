//! An account's own program as a recipient: `POST`, signed by the Standard Webhooks scheme like those of developers'
//! messengers.

use std::time::Duration;

use base::http_client::UrlRefused;
use base::http_client::not_accepted;
use base::vault::Place;
use connectors::custom::{new_secret, signed};
use entity::alert_webhook::{self, Column};
use entity::{alert_notice, tenant};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use super::notice::{NoticeTexts, SendOutcome};
use crate::alert_notices::AlertNoticeContext;
use crate::platform::PlatformContext;

const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// The account's webhook; none if it has none.
pub async fn of(app: &PlatformContext, tenant_id: Uuid) -> Result<Option<alert_webhook::Model>, DbErr> {
    alert_webhook::Entity::of_tenant(tenant_id).one(app.store.read()).await
}

/// Whether an address may be called at all.
pub fn check(app: &AlertNoticeContext, url: &Url) -> Result<(), UrlRefused> {
    app.http.guarded().post(url).map(|_| ())
}

/// Sets the address. A new one gets a new secret, which is returned: it is shown once.
pub async fn set(
    app: &AlertNoticeContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    url: &Url,
) -> Result<Option<SecretString>, DbErr> {
    let known = alert_webhook::Entity::of_tenant(tenant_id).one(db).await?;
    if known.is_some_and(|row| row.url == url.as_str()) {
        return Ok(None);
    }
    let secret = new_secret();
    let row = alert_webhook::Model {
        tenant_id,
        url: url.as_str().to_owned(),
        secret: app.vault.seal_text(tenant_id, Place::AlertWebhook, "", &secret),
        without: "[]".to_owned(),
        created_at: app.clock.millis(),
        trouble: String::new(),
        trouble_at: 0,
    };
    // The kinds stay: they are chosen apart.
    let known = OnConflict::column(Column::TenantId)
        .update_columns([Column::Url, Column::Secret, Column::CreatedAt, Column::Trouble, Column::TroubleAt])
        .to_owned();
    alert_webhook::Entity::insert(row.into_active_model()).on_conflict(known).exec_without_returning(db).await?;
    Ok(Some(secret))
}

/// Stores the kinds that are not sent.
pub async fn choose(db: &impl ConnectionTrait, tenant_id: Uuid, without: &[String]) -> Result<(), DbErr> {
    alert_webhook::Entity::update_of(tenant_id)
        .col_expr(Column::Without, Expr::value(serde_json::json!(without).to_string()))
        .exec(db)
        .await?;
    Ok(())
}

/// Removes it. False if there is none.
pub async fn remove(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<bool, DbErr> {
    let gone = alert_webhook::Entity::delete_of(tenant_id).exec(db).await?;
    Ok(gone.rows_affected > 0)
}

/// Sends a notice. A repeat has the same id, by which the receiver recognises it.
pub(super) async fn send(
    app: &AlertNoticeContext,
    row: &alert_notice::Model,
    notice: &NoticeTexts,
) -> anyhow::Result<SendOutcome> {
    let Some(webhook) = of(app, row.tenant_id).await? else {
        return Ok(SendOutcome::Never("the webhook was removed".to_owned()));
    };
    let tenant = tenant::Entity::of_tenant(row.tenant_id).one(app.store.read()).await?;
    let host = tenant.map(|tenant| tenant.host).unwrap_or_default();
    let body = notice.event((&row.tenant_id.to_string(), &host), app.clock.now()).to_string();
    let failed = post(app, &webhook, row.id, body).await?;
    note(app, &webhook, failed.as_deref().unwrap_or_default()).await?;
    Ok(failed.map_or(SendOutcome::Yes, SendOutcome::Later))
}

/// Why it was not accepted, in English; none if it was.
pub async fn post(
    app: &PlatformContext,
    webhook: &alert_webhook::Model,
    id: Uuid,
    body: String,
) -> anyhow::Result<Option<String>> {
    let secret = app.vault.open_text(webhook.tenant_id, Place::AlertWebhook, "", &webhook.secret)?;
    let request = match app.http.guarded().post(&Url::parse(&webhook.url)?) {
        Ok(request) => request.timeout(ANSWER_WITHIN),
        Err(refused) => return Ok(Some(refused.text().to_string())),
    };
    let sent = (id.to_string(), app.clock.now().timestamp());
    let request = signed(request, &secret, &sent.0, sent.1, body).map_err(anyhow::Error::msg)?;
    Ok(not_accepted(request.send().await))
}

/// Keeps why calls fail, and since when.
async fn note(app: &AlertNoticeContext, webhook: &alert_webhook::Model, trouble: &str) -> Result<(), DbErr> {
    if webhook.trouble == trouble {
        return Ok(());
    }
    let began = webhook.trouble.is_empty() || trouble.is_empty();
    let since = if began { app.clock.millis() } else { webhook.trouble_at };
    alert_webhook::Entity::update_of(webhook.tenant_id)
        .col_expr(Column::Trouble, Expr::value(trouble))
        .col_expr(Column::TroubleAt, Expr::value(since))
        .filter(Column::Url.eq(webhook.url.as_str()))
        .exec(app.store.write())
        .await?;
    Ok(())
}
