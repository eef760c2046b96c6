//! The conversation of a customer's message: a known one, one that a manager started, or a new one.

use anyhow::Context;
use base::error::Result;
use base::message::{Person, crm_id};
use entity::source;
use queue::accept_batch::{Alias, Conversation, NewConversation, OpenedDialogue, Side};

use super::content::cleaned_person;
use super::message::Incoming;
use super::write_first;
use crate::contact::phone_hash;
use crate::intake::IntakeContext;

/// The messenger's id of a conversation as an alias.
pub(in crate::intake) fn identity(source: &source::Model, conversation_id: &str) -> Alias {
    Alias { side: Side::Messenger, origin: source.id, external_id: conversation_id.to_owned() }
}

/// A conversation that Parom does not know yet, with the ids by which both sides will name it.
pub(in crate::intake) fn new_conversation(
    app: &IntakeContext,
    source: &source::Model,
    conversation_id: &str,
    customer: Person,
) -> anyhow::Result<NewConversation> {
    let ours = crm_id(source.id, "conversation", conversation_id).to_string();
    let customer = cleaned_person(customer);
    Ok(NewConversation {
        id: app.clock.uuid_v7(),
        source_id: source.id,
        external_id: conversation_id.to_owned(),
        amocrm_chat_id: String::new(),
        contact: serde_json::to_string(&customer).context("a person as JSON")?,
        phone_hash: phone_hash(&customer),
        aliases: vec![
            identity(source, conversation_id),
            Alias { side: Side::OursAtCrm, origin: source.channel_id, external_id: ours },
        ],
    })
}

/// The conversation, and the ids of its dialogue if a manager started it and this is the first answer.
pub(super) async fn conversation_of(
    app: &IntakeContext,
    source: &source::Model,
    incoming: &Incoming,
) -> Result<(Conversation, Option<OpenedDialogue>)> {
    let alias = identity(source, &incoming.conversation_id);
    if let Some(known) = app.lookup.conversation(source.tenant_id, alias).await? {
        return Ok((Conversation::Known(known.conversation_id), None));
    }
    if let Some((id, opened)) = write_first::answered(app, source, incoming).await? {
        return Ok((Conversation::Known(id), Some(opened)));
    }
    let new = new_conversation(app, source, &incoming.conversation_id, incoming.customer().clone())?;
    Ok((Conversation::Open(Box::new(new)), None))
}
