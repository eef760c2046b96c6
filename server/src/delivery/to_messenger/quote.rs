//! The message that another one quotes or passes on, with the ids it has here.

use entity::{dedupe, message};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::Line;
use crate::delivery::queue::parcel::Event;
use crate::message::Quote;

/// Finds the quoted message by amojo's id. What is not found stays told in words.
pub(super) async fn known(line: &Line<'_>, quote: Option<Quote>) -> anyhow::Result<Option<Quote>> {
    let Some(mut quote) = quote else { return Ok(None) };
    let amojo_id = quote.amocrm_message_id.clone().unwrap_or_default();
    if let Some(found) = find(line, &amojo_id).await? {
        // Another source's messenger would not know its id.
        let theirs = Some(found.external_id).filter(|id| found.source_id == line.source.id && !id.is_empty());
        quote.external_id = theirs;
        quote.message_id = Some(found.id);
    }
    Ok(Some(quote))
}

async fn find(line: &Line<'_>, amojo_id: &str) -> anyhow::Result<Option<message::Model>> {
    if amojo_id.is_empty() {
        return Ok(None);
    }
    let db = line.app.store.read();
    let key = dedupe::Entity::of_tenant(line.source.tenant_id)
        .filter(dedupe::Column::Origin.eq(line.source.channel_id))
        .filter(dedupe::Column::ExternalId.eq(amojo_id))
        .filter(dedupe::Column::Event.eq(Event::Message.number()))
        .one(db)
        .await?;
    let Some(id) = key.map(|key| key.message_id).filter(|id: &Uuid| !id.is_nil()) else { return Ok(None) };
    let found = message::Entity::of_tenant(line.source.tenant_id).filter(message::Column::Id.eq(id));
    Ok(found.one(db).await?)
}
