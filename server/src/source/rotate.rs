//! A new signing secret for a custom messenger's webhooks. Both sign for a day, so that a receiver can follow at leisure.

use std::sync::Arc;

use entity::source;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use uuid::Uuid;

use super::by::{changed_meanwhile, next_version};
use super::{By, find, settings};
use crate::app::App;
use crate::connector::custom;
use crate::error::{Error, Result};
use crate::store::ended;
use crate::words::Said;

/// The old secret signs so long.
const OVERLAP_MILLIS: i64 = 24 * 3_600_000;

/// Makes a new secret and gives it, this once. The one before stays valid for 24 hours, one before that ends. 409
/// `no_webhook` for kinds without webhooks; [`Error::Changed`] when somebody changed the source in the same moment.
pub async fn rotate_secret(app: &Arc<App>, tenant_id: Uuid, source_id: Uuid, by: &By) -> Result<SecretString> {
    let source = find(app, tenant_id, source_id).await?;
    let mut secrets = settings::open(app, &source)?.secrets;
    let Some(old) = secrets.get(custom::SECRET) else {
        return Err(Error::Conflict { problem: "no_webhook", detail: Said::new("said-no-webhook") });
    };
    let now = app.clock.millis();
    let old = custom::retired(old.expose_secret(), now + OVERLAP_MILLIS);
    let new = custom::new_secret();
    secrets.insert(custom::OLD_SECRET.to_owned(), old);
    secrets.insert(custom::SECRET.to_owned(), new.clone());
    let sealed = settings::seal(app, tenant_id, source_id, &secrets)?;
    let tx = app.store.write_tx().await?;
    let stored = async {
        let done = source::Entity::update_many()
            .col_expr(source::Column::Secrets, Expr::value(sealed))
            .col_expr(source::Column::UpdatedAt, Expr::value(next_version(&source, now)))
            .filter(source::Column::TenantId.eq(tenant_id))
            .filter(source::Column::Id.eq(source_id))
            .filter(source::Column::UpdatedAt.eq(source.updated_at))
            .exec(&tx)
            .await?;
        if done.rows_affected == 1 {
            let object = (tenant_id, source_id.to_string());
            by.did(app, &tx, "source.secret_rotated", (object.0, &object.1), json!({ "fields": ["secret"] })).await?;
        }
        Ok::<_, sea_orm::DbErr>(done.rows_affected == 1)
    };
    let stored = stored.await;
    // Somebody else was faster: nothing was written.
    if !ended(tx, stored).await? {
        return Err(changed_meanwhile(app, &find(app, tenant_id, source_id).await?).await?);
    }
    app.lookup.forget();
    Ok(new)
}
