//! The quoted or forwarded message, with the messenger's ids.

use base::message::Quote;
use entity::message;
use queue::accept_batch::EventKind;
use sea_orm::{ColumnTrait, QueryFilter};

use super::MessengerTarget;
use crate::lookup::known_message;

/// Finds the quoted message by amojo's id. One that is not found keeps its text only.
pub(super) async fn known(line: &MessengerTarget<'_>, quote: Option<Quote>) -> anyhow::Result<Option<Quote>> {
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

async fn find(line: &MessengerTarget<'_>, amojo_id: &str) -> anyhow::Result<Option<message::Model>> {
    if amojo_id.is_empty() {
        return Ok(None);
    }
    let (tenant_id, origin) = (line.source.tenant_id, line.source.channel_id);
    let known = known_message(&line.app.store, tenant_id, origin, amojo_id, &[EventKind::Message]).await?;
    let Some(id) = known.filter(|id| !id.is_nil()) else { return Ok(None) };
    let found = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.eq(id));
    Ok(found.one(line.app.store.read()).await?)
}
