//! A chat's contact: settled before the chat's first message would create one, and planned again when the customer
//! provides contact data.

use std::borrow::Cow;

use amocrm::chats::NewMessage;

use super::CrmTarget;
use super::message::new_chat;
use super::people::is_in_group;
use crate::contact;
use crate::delivery::letter_context::LetterContext;

/// Stores the customer's data from the message. Creates the chat and links it to its contact, where the source or the
/// message's import wants that; returns amojo's id of a created chat. Failures are retried separately and do not stop
/// the message.
pub(super) async fn settled(line: &CrmTarget<'_>, parts: &LetterContext, message: &NewMessage) -> Option<String> {
    let (source, body) = (parts.source.as_ref()?, &parts.message().ok()?.body);
    let known = match contact::store_provided(&line.app.tenants, source, &parts.conversation, &body.sender).await {
        Ok(given) => given.map_or(Cow::Borrowed(&parts.conversation), Cow::Owned),
        Err(error) => {
            tracing::error!(tenant.id = %source.tenant_id, error = format!("{error:#}"), "a customer's own details could not be stored");
            Cow::Borrowed(&parts.conversation)
        }
    };
    let linking = body.link_contact || contact::is_given(&known);
    if !contact::is_wanted(source, &known, linking) {
        return group_chat(line, parts, message).await;
    }
    match contact::plan(&line.app.tenants, &known, linking).await {
        Ok(true) => {}
        Ok(false) => return None,
        Err(error) => {
            tracing::error!(tenant.id = %source.tenant_id, %error, "that a chat needs a contact could not be stored; amoCRM chooses one");
            return None;
        }
    }
    match line.chats.create_chat(&line.secret, &line.scope_id, &new_chat(line, parts, message).await).await {
        Ok(chat) => {
            contact::before_first(&line.app.tenants, source, &known, linking, &chat.id).await;
            Some(chat.id)
        }
        Err(error) => {
            tracing::info!(tenant.id = %source.tenant_id, %error, "a chat could not be created ahead of its first message");
            None
        }
    }
}

/// Creates the chat of a group before its first message, which would name it after the member who wrote.
async fn group_chat(line: &CrmTarget<'_>, parts: &LetterContext, message: &NewMessage) -> Option<String> {
    if !parts.conversation.amocrm_chat_id.is_empty() || !is_in_group(parts) {
        return None;
    }
    match line.chats.create_chat(&line.secret, &line.scope_id, &new_chat(line, parts, message).await).await {
        Ok(chat) => Some(chat.id),
        Err(error) => {
            tracing::info!(conversation.id = %parts.conversation.id, %error, "a group's chat could not be created ahead of its first message");
            None
        }
    }
}
