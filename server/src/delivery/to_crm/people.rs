//! Sender and receiver in amoCRM's format.

use std::time::Duration;

use amocrm::chats::{ChatUser, NewMessage};
use anyhow::Context;
use base::http_client::recorded;
use base::message::{Person, Role};
use entity::conversation::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{CrmTarget, ours};
use crate::delivery::DeliveryContext;
use crate::delivery::dialogue::crm_ids;
use crate::delivery::letter_context::LetterContext;
use crate::{media, tenant};

/// Time limit of what is asked for a letter: longer than a connector takes for two requests without an answer, because a
/// comment needs the address that it then guesses for its post.
const COMPLETED_WITHIN: Duration = Duration::from_secs(10);

/// Asks the messenger for what its calls leave out, and stores the customer's name for pages and for later letters. No
/// trouble with it holds the letter back.
pub(super) async fn complete(app: &DeliveryContext, parts: &mut LetterContext) {
    let Some(source) = parts.source.clone() else { return };
    let Some(connector) = app.connectors.get(&source.kind) else { return };
    if !parts.gaps().is_any() {
        return;
    }
    let is_new = parts.contact.name.is_none();
    let words = tenant::words(&app.integrations, &parts.tenant);
    let completed = async {
        let settings = crate::settings::open(app, &source)?;
        let pace = app.pace(source.id, connector.as_ref());
        let asked = recorded(Some(pace), connector.complete(&settings, words, parts.gaps()));
        // What is known when the time is over is used.
        let _ = tokio::time::timeout(COMPLETED_WITHIN, asked).await;
        if is_new && parts.contact.name.is_some() {
            know(app, parts).await?;
        }
        anyhow::Ok(())
    };
    if let Err(error) = completed.await {
        tracing::warn!(tenant.id = %source.tenant_id, source.id = %source.id, error = format!("{error:#}"), "the name of a customer could not be asked for or stored; the message goes on without");
    }
}

/// Stores the customer as they are known now, unless another process did so meanwhile.
async fn know(app: &DeliveryContext, parts: &LetterContext) -> anyhow::Result<()> {
    let contact = serde_json::to_string(&parts.contact).context("a person as JSON")?;
    conversation::Entity::update_many()
        .col_expr(Column::Contact, Expr::value(contact))
        .filter(Column::TenantId.eq(parts.conversation.tenant_id))
        .filter(Column::Id.eq(parts.conversation.id))
        .filter(Column::Contact.eq(parts.conversation.contact.as_str()))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// The sender and, for what a manager or a bot wrote outside amoCRM, the receiver (chats-api §3.4.1). None if the
/// channel's bot would be the sender and the channel has none.
pub(super) async fn of(
    line: &CrmTarget<'_>,
    parts: &LetterContext,
    source_id: Uuid,
) -> anyhow::Result<Option<(ChatUser, Option<ChatUser>)>> {
    let body = &parts.message()?.body;
    if body.sender.role == Role::Client {
        return Ok(Some((customer(line, parts, source_id, &body.sender).await, None)));
    }
    let receiver = customer(line, parts, source_id, body.receiver.as_ref().unwrap_or(&parts.contact)).await;
    let Some(sender) = staff(line, parts, source_id, &body.sender).await else { return Ok(None) };
    Ok(Some((sender, Some(receiver))))
}

/// Whose chat a message is written in: the customer's, or a group's when one of its members writes.
pub(super) async fn of_chat(line: &CrmTarget<'_>, parts: &LetterContext, message: &NewMessage) -> ChatUser {
    match (is_in_group(parts), &parts.source) {
        (true, Some(source)) => customer(line, parts, source.id, &parts.contact).await,
        _ => message.receiver.as_ref().unwrap_or(&message.sender).clone(),
    }
}

/// Whether the letter's message was written by a member of a group.
pub(super) fn is_in_group(parts: &LetterContext) -> bool {
    let (Ok(message), group) = (parts.message(), &parts.contact) else { return false };
    let sender = &message.body.sender;
    sender.role == Role::Client && sender.id != group.id && group.name.is_some() && !parts.conversation.crm_unbound
}

/// A customer, or a group, in amoCRM's format.
pub(super) async fn customer(
    line: &CrmTarget<'_>,
    parts: &LetterContext,
    source_id: Uuid,
    person: &Person,
) -> ChatUser {
    // Of typing and reactions only the id is known.
    let contact =
        Some(&parts.contact).filter(|contact| contact.id == person.id).and_then(|contact| contact.name.as_ref());
    let known =
        [person.name.as_ref(), contact, person.phone.as_ref(), person.email.as_ref()].into_iter().flatten().next();
    let avatar = match person.avatar_media_id {
        Some(id) => media::avatar_link(&line.app.files, parts.tenant.tenant_id, id).await.map(|url| url.to_string()),
        None => person.avatar_url.clone(),
    };
    let row = &parts.conversation;
    let ref_id = Some(row.crm_person_id.clone()).filter(|id| row.crm_unbound && !id.is_empty());
    ChatUser {
        id: crm_ids(row, source_id).person(&person.id),
        ref_id,
        name: known.cloned().unwrap_or_else(|| person.id.clone()),
        avatar,
        phone: person.phone.clone(),
        email: person.email.clone(),
        profile_link: person.profile_url.clone(),
    }
}

/// The user named by `user_id` if amoCRM has one with an id at amojo, else the channel's bot.
async fn staff(line: &CrmTarget<'_>, parts: &LetterContext, source_id: Uuid, person: &Person) -> Option<ChatUser> {
    if let Some(user) = manager(line, parts, person).await {
        let id = ours(source_id, "person", &person.id);
        return Some(ChatUser { id, ref_id: Some(user.amojo_id), name: user.name, ..ChatUser::default() });
    }
    let bot = line.channel.bot.as_ref()?;
    Some(ChatUser {
        id: bot.client_id.clone(),
        ref_id: Some(bot.id.clone()),
        name: bot.name.clone(),
        ..ChatUser::default()
    })
}

async fn manager(
    line: &CrmTarget<'_>,
    parts: &LetterContext,
    person: &Person,
) -> Option<crate::tenant::users::ChatsUser> {
    let user_id = person.user_id.as_deref()?.parse().ok()?;
    crate::tenant::users::by_id(&line.app.tenants, &parts.tenant, user_id).await
}
