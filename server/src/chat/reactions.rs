//! `POST /chat/{source_id}/reactions`: the customer's reaction to a message of their chat.

use actix_web::{HttpRequest, HttpResponse, web};
use entity::message;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

use super::guests::Act;
use super::visitor::Visitor;
use super::{history, messages};
use crate::app::App;
use crate::browser::origin;
use crate::config::Reactions;
use crate::error::{Error, Result};
use crate::intake::reaction;
use crate::lookup::About;
use crate::message::{Person, Role};
use crate::words::Said;

/// What is offered.
const EMOJI: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReactionIn {
    /// The id by which the page knows the message.
    id: Uuid,
    /// None takes it back.
    emoji: Option<String>,
}

/// The emoji that amoCRM takes from this channel, of those that are offered.
pub fn offered(app: &App, channel_id: Uuid) -> Vec<&'static str> {
    match app.config.channel(&channel_id.to_string()).map(|(_, channel)| &channel.reactions) {
        Some(Reactions::All) => EMOJI.to_vec(),
        Some(Reactions::Only(agreed)) => {
            EMOJI.into_iter().filter(|emoji| agreed.iter().any(|one| one == emoji)).collect()
        }
        Some(Reactions::Off) | None => Vec::new(),
    }
}

/// `POST /chat/{source_id}/reactions` `{"id":"…","emoji":"👍"|null}` → 204.
pub async fn post(
    app: web::Data<App>,
    source_id: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let source = super::source_of(&app, &source_id).await?;
    if !origin::is_own(request.headers(), &app.config.server.public_url) {
        return Ok(super::foreign());
    }
    let Some(visitor) = Visitor::of(&request, source.id) else { return Ok(super::unknown_visitor()) };
    let told: ReactionIn = messages::from_json(&messages::read(payload).await?)?;
    if told.emoji.as_deref().is_some_and(|emoji| !offered(&app, source.channel_id).contains(&emoji)) {
        return Err(Error::field("/emoji", Said::new("said-value-unknown").with("value", "").with("known", "")));
    }
    if let Err(seconds) = app.guests.pace(&visitor.id, Act::Receipt, app.clock.millis()).await {
        return Ok(super::too_fast(seconds));
    }
    let conversation_id = history::conversation_of(&app, &source, &visitor).await?.ok_or(Error::NotFound)?;
    let known =
        Condition::any().add(message::Column::Id.eq(told.id)).add(message::Column::ExternalId.eq(told.id.to_string()));
    let found = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(known)
        .one(app.store.read())
        .await?
        .ok_or(Error::NotFound)?;
    let sender = Person { id: visitor.id.clone(), role: Role::Client, ..Person::default() };
    reaction(&app, &source, &About::Ours(found.id), sender, told.emoji.clone()).await?;
    message::Entity::update_many()
        .col_expr(message::Column::ClientReaction, Expr::value(told.emoji.unwrap_or_default()))
        .col_expr(message::Column::ReactedAt, Expr::value(app.clock.millis()))
        .filter(message::Column::TenantId.eq(found.tenant_id))
        .filter(message::Column::Id.eq(found.id))
        .exec(app.store.write())
        .await?;
    // Their other tabs.
    let _ = app.happened.send(conversation_id);
    Ok(HttpResponse::NoContent().finish())
}
