//! When the pages of a site last loaded the chat, for the account's owner: whether the line is on the site, and works.

use entity::chat_site::{self, Column};
use sea_orm::sea_query::OnConflict;
use sea_orm::{DbErr, EntityTrait, IntoActiveModel};

use super::access::ChatAccess;
use crate::webchat::WebchatContext;

/// Records that a page of this site loaded the chat. Written once a minute for each site by each instance, however many
/// visitors come; there are as many rows as allowed sites. A failure is logged: the chat works without it.
pub(super) async fn record(app: &WebchatContext, place: &ChatAccess, origin: &str) {
    let now = app.clock.millis();
    if !app.guests.is_site_due(place.source.id, origin, now).await {
        return;
    }
    if let Err(error) = store(app, place, origin, now).await {
        tracing::warn!(
            tenant.id = %place.source.tenant_id, source.id = %place.source.id, %error,
            "the time at which a site loaded the chat was not stored; the next page of the site is recorded again"
        );
    }
}

async fn store(app: &WebchatContext, place: &ChatAccess, origin: &str, now: i64) -> Result<(), DbErr> {
    let row = chat_site::Model {
        tenant_id: place.source.tenant_id,
        source_id: place.source.id,
        origin: origin.to_owned(),
        seen_at: now,
    };
    let key = [Column::TenantId, Column::SourceId, Column::Origin];
    chat_site::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(key).update_column(Column::SeenAt).to_owned())
        .exec_without_returning(app.store.write())
        .await?;
    Ok(())
}
