//! The quoted or forwarded message, with the messenger's ids.

use base::message::{Body, Content, Quote};
use connectors::storable::known as known_id;
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
        quote.external_id = known_id(found.external_id).filter(|_| found.source_id == line.source.id);
        quote.message_id = Some(found.id);
        // A body whose content has been deleted since has nothing above it either.
        let above = serde_json::from_str::<Body>(&found.body).ok().and_then(|body| body.above);
        if let (Some(above), Some(content)) = (above, &mut quote.content) {
            remove_above(&above, content);
        }
    }
    Ok(Some(quote))
}

/// Removes what Parom put above the customer's own words: amoCRM quotes both together.
fn remove_above(above: &str, content: &mut Content) {
    let own = |text: &str| text.trim_start().strip_prefix(above).map(|own| own.trim_start_matches('\n').to_owned());
    match content {
        Content::Text { text } => {
            if let Some(own) = own(text) {
                *text = own;
            }
        }
        other => {
            if let Some(media) = other.media_mut()
                && let Some(own) = media.text.as_deref().and_then(own)
            {
                media.text = Some(own).filter(|own| !own.is_empty());
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use base::message::Media;

    #[test]
    fn a_quote_has_the_customers_own_words_only() {
        let text = |text: &str| Content::Text { text: text.to_owned() };
        let picture =
            |text: Option<&str>| Content::Picture(Media { text: text.map(str::to_owned), ..Media::default() });
        for (mut quoted, own) in [
            (text("[Advert] Sofa\n\nStill there?"), text("Still there?")),
            (text("Still there?"), text("Still there?")),
            (picture(Some("[Advert] Sofa\n\nThis one?")), picture(Some("This one?"))),
            (picture(Some("[Advert] Sofa")), picture(None)),
            (picture(None), picture(None)),
        ] {
            remove_above("[Advert] Sofa", &mut quoted);
            assert_eq!(quoted, own);
        }
    }
}
