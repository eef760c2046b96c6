//! `POST /chat/{source_id}/reactions`: the customer's reaction to a message of their chat.

use actix_web::{HttpResponse, web};
use base::config::ReactionSupport;
use base::error::Error;
use base::i18n::LocalizedText;
use base::message::{Person, Role};
use entity::message;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

use super::access::{Guest, Result};
use super::guests::VisitorAct;
use super::{body, history};
use crate::intake::messenger::reaction;
use crate::lookup::MessageKey;
use crate::webchat::WebchatContext;

/// The emoji offered.
const EMOJI: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChatReactionIn {
    /// The page's id of the message.
    id: Uuid,
    /// `None` removes the reaction.
    emoji: Option<String>,
}

/// The offered emoji that amoCRM accepts from this channel.
pub fn offered(app: &WebchatContext, channel_id: Uuid) -> Vec<&'static str> {
    match app.integrations.channel(&channel_id.to_string()).map(|(_, channel)| channel.reactions.clone()) {
        Some(ReactionSupport::All) => EMOJI.to_vec(),
        Some(ReactionSupport::Only(agreed)) => {
            EMOJI.into_iter().filter(|emoji| agreed.iter().any(|one| one == emoji)).collect()
        }
        Some(ReactionSupport::Off) | None => Vec::new(),
    }
}

/// `POST /chat/{source_id}/reactions` `{"id":"…","emoji":"👍"|null}` → 204.
pub async fn post(app: web::Data<WebchatContext>, guest: Guest, payload: web::Payload) -> Result<HttpResponse> {
    let source = guest.source();
    let given: ChatReactionIn = body::from_json(&body::read(payload).await?)?;
    if given.emoji.as_deref().is_some_and(|emoji| !offered(&app, source.channel_id).contains(&emoji)) {
        let detail = LocalizedText::new("said-value-unknown").with("value", "").with("known", "");
        return Err(Error::field("/emoji", detail).into());
    }
    guest.pace(&app, VisitorAct::Receipt).await?;
    let conversation_id = history::conversation_of(&app, source, &guest.visitor).await?.ok_or(Error::NotFound)?;
    let known = Condition::any()
        .add(message::Column::Id.eq(given.id))
        .add(message::Column::ExternalId.eq(given.id.to_string()));
    let found = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(known)
        .one(app.store.read())
        .await?
        .ok_or(Error::NotFound)?;
    let sender = Person { id: guest.visitor.id.clone(), role: Role::Client, ..Person::default() };
    reaction(&app.intake, source, &MessageKey::Ours(found.id), sender, given.emoji.clone(), None).await?;
    message::Entity::update_many()
        .col_expr(message::Column::ClientReaction, Expr::value(given.emoji.unwrap_or_default()))
        .col_expr(message::Column::ReactedAt, Expr::value(app.clock.millis()))
        .filter(message::Column::TenantId.eq(found.tenant_id))
        .filter(message::Column::Id.eq(found.id))
        .exec(app.store.write())
        .await?;
    // Updates their other tabs.
    let _ = app.changes.send(conversation_id);
    Ok(HttpResponse::NoContent().finish())
}
