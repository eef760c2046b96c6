//! New signing secrets: for a custom messenger's webhooks, and for a site that identifies the customers of its web
//! chat. The new and the old one are both valid for a day, to give the other side time to switch.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::in_transaction;
use chrono::TimeDelta;
use connectors::kinds::is_web_chat;
use connectors::{custom, webchat};
use entity::source;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use uuid::Uuid;

use super::by::next_version;
use super::by::{TRIES, busy, step_back};
use super::{By, find};
use crate::settings;
use crate::source::SourceContext;

/// How long the old secret also signs.
const OVERLAP: TimeDelta = TimeDelta::days(1);

/// Generates a new secret and returns it; it is not shown again. The previous one stays valid for 24 hours, an even
/// older one ends. 409 `no_webhook` for kinds without webhooks. Waits for other changes of the source, also for those by other
/// processes.
pub async fn rotate_secret(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    source_id: Uuid,
    by: &By,
) -> Result<SecretString> {
    rotate(app, (tenant_id, source_id), by, |_, secrets| {
        if !secrets.contains_key(custom::SECRET) {
            return Err(Error::Conflict { problem: "no_webhook", detail: LocalizedText::new("said-no-webhook") });
        }
        Ok(((custom::SECRET, custom::OLD_SECRET), custom::new_secret()))
    })
    .await
}

/// The same for the secret with which a site signs its customers' identities; also creates the first one. 404 for
/// other kinds.
pub async fn rotate_site_secret(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    source_id: Uuid,
    by: &By,
) -> Result<SecretString> {
    rotate(app, (tenant_id, source_id), by, |source, _| {
        if !is_web_chat(&source.kind) {
            return Err(Error::NotFound);
        }
        Ok(((webchat::SITE_SECRET, webchat::OLD_SITE_SECRET), webchat::new_secret()))
    })
    .await
}

/// Names of a secret and of the one before it, and its new value.
type NewSecret = ((&'static str, &'static str), SecretString);

/// Replaces the secret that `choose` names. If another process changes the source meanwhile, it is read again.
async fn rotate(
    app: &Arc<SourceContext>,
    (tenant_id, source_id): (Uuid, Uuid),
    by: &By,
    choose: impl Fn(&source::Model, &BTreeMap<String, SecretString>) -> Result<NewSecret>,
) -> Result<SecretString> {
    let _guard = app.source_changes.lock(source_id).await?;
    for number in 0..TRIES {
        let source = find(app, tenant_id, source_id).await?;
        let mut secrets = settings::open(app, &source)?.secrets;
        let (names, new) = choose(&source, &secrets)?;
        replace(&mut secrets, names, &new, app.clock.millis());
        if store(app, &source, &secrets, by).await? {
            return Ok(new);
        }
        step_back(number).await;
    }
    Err(busy())
}

/// Replaces a secret; the previous one is kept as the old one.
fn replace(secrets: &mut BTreeMap<String, SecretString>, (name, old_name): (&str, &str), new: &SecretString, now: i64) {
    if let Some(old) = secrets.insert(name.to_owned(), new.clone()) {
        secrets.insert(old_name.to_owned(), custom::retired(old.expose_secret(), now + OVERLAP.num_milliseconds()));
    }
}

/// False if the source was changed since it was read: nothing was written.
async fn store(
    app: &Arc<SourceContext>,
    source: &source::Model,
    secrets: &BTreeMap<String, SecretString>,
    by: &By,
) -> Result<bool> {
    let (tenant_id, source_id, now) = (source.tenant_id, source.id, app.clock.millis());
    let sealed = settings::seal(app, tenant_id, source_id, secrets)?;
    let stored = in_transaction(&app.store, async |tx| {
        let done = source::Entity::update_by_id((tenant_id, source_id))
            .col_expr(source::Column::Secrets, Expr::value(sealed))
            .col_expr(source::Column::UpdatedAt, Expr::value(next_version(source, now)))
            .filter(source::Column::UpdatedAt.eq(source.updated_at))
            .filter(source::Column::DeletedAt.is_null())
            .exec(tx)
            .await?;
        if done.rows_affected == 1 {
            let object = (tenant_id, source_id.to_string());
            by.did(app, tx, "source.secret_rotated", (object.0, &object.1), json!({ "fields": ["secret"] })).await?;
        }
        Ok::<_, sea_orm::DbErr>(done.rows_affected == 1)
    })
    .await?;
    app.lookup.forget();
    Ok(stored)
}
