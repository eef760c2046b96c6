//! `POST /chat/{source_id}/reactions`: the customer's reaction to a message of their chat.

use actix_web::{HttpResponse, web};
use base::config::Reactions;
use base::error::Error;
use base::message::{Person, Role};
use base::words::Said;
use entity::message;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

use super::door::{Guest, Result};
use super::guests::Act;
use super::{body, history};
use crate::chat::WebchatContext;
use crate::intake::reaction;
use crate::lookup::About;

/// The emoji offered.
const EMOJI: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReactionIn {
    /// The page's id of the message.
    id: Uuid,
    /// `None` removes the reaction.
    emoji: Option<String>,
}

/// The offered emoji that amoCRM accepts from this channel.
pub fn offered(app: &WebchatContext, channel_id: Uuid) -> Vec<&'static str> {
    match app.config.channel(&channel_id.to_string()).map(|(_, channel)| &channel.reactions) {
        Some(Reactions::All) => EMOJI.to_vec(),
        Some(Reactions::Only(agreed)) => {
            EMOJI.into_iter().filter(|emoji| agreed.iter().any(|one| one == emoji)).collect()
        }
        Some(Reactions::Off) | None => Vec::new(),
    }
}

/// `POST /chat/{source_id}/reactions` `{"id":"…","emoji":"👍"|null}` → 204.
pub async fn post(app: web::Data<WebchatContext>, guest: Guest, payload: web::Payload) -> Result<HttpResponse> {
    let source = guest.source();
    let told: ReactionIn = body::from_json(&body::read(payload).await?)?;
    if told.emoji.as_deref().is_some_and(|emoji| !offered(&app, source.channel_id).contains(&emoji)) {
        let said = Said::new("said-value-unknown").with("value", "").with("known", "");
        return Err(Error::field("/emoji", said).into());
    }
    guest.pace(&app, Act::Receipt).await?;
    let conversation_id = history::conversation_of(&app, source, &guest.visitor).await?.ok_or(Error::NotFound)?;
    let known =
        Condition::any().add(message::Column::Id.eq(told.id)).add(message::Column::ExternalId.eq(told.id.to_string()));
    let found = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(known)
        .one(app.store.read())
        .await?
        .ok_or(Error::NotFound)?;
    let sender = Person { id: guest.visitor.id.clone(), role: Role::Client, ..Person::default() };
    reaction(&app, source, &About::Ours(found.id), sender, told.emoji.clone()).await?;
    message::Entity::update_many()
        .col_expr(message::Column::ClientReaction, Expr::value(told.emoji.unwrap_or_default()))
        .col_expr(message::Column::ReactedAt, Expr::value(app.clock.millis()))
        .filter(message::Column::TenantId.eq(found.tenant_id))
        .filter(message::Column::Id.eq(found.id))
        .exec(app.store.write())
        .await?;
    // Updates their other tabs.
    let _ = app.happened.send(conversation_id);
    Ok(HttpResponse::NoContent().finish())
}
