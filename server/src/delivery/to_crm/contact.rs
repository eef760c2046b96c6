//! The contact of a new chat, settled before its first message makes one.

use amocrm::chats::NewMessage;

use super::Line;
use super::message::new_chat;
use crate::contact;
use crate::delivery::parts::Parts;

/// Creates the chat and hangs it on its contact, where the source or the message's import wants that; gives amojo's id of a chat that was created.
/// Whatever fails is tried again apart: the message goes on.
pub(super) async fn settled(line: &Line<'_>, parts: &Parts, message: &NewMessage) -> Option<String> {
    let source = parts.source.as_ref()?;
    let linking = parts.told().is_ok_and(|told| told.body.link_contact);
    if !contact::is_wanted(source, &parts.conversation, linking) {
        return None;
    }
    match contact::plan(line.app, &parts.conversation, linking).await {
        Ok(true) => {}
        Ok(false) => return None,
        Err(error) => {
            tracing::error!(tenant.id = %source.tenant_id, %error, "that a chat wants a contact could not be noted; amoCRM chooses");
            return None;
        }
    }
    match line.chats.create_chat(line.secret, &line.scope_id, &new_chat(message)).await {
        Ok(chat) => {
            contact::before_first(line.app, source, &parts.conversation, linking, &chat.id).await;
            Some(chat.id)
        }
        Err(error) => {
            tracing::info!(tenant.id = %source.tenant_id, %error, "a chat could not be created ahead of its first message");
            None
        }
    }
}
