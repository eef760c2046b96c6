//! The messenger's dialogue of a conversation, and the ids under which amoCRM knows it.

use anyhow::Context;
use base::message::{CrmIds, Direction, LetterKind, Person, SharedDialogue};
use entity::conversation;
use queue::accept_batch::OpenedDialogue;
use queue::{Claim, Learned};
use uuid::Uuid;

use super::letter_context::LetterContext;
use crate::contact::phone_hash;

/// The ids under which amoCRM knows a conversation of a source and its participants.
pub fn crm_ids(row: &conversation::Model, source_id: Uuid) -> CrmIds<'_> {
    let apart = row.shared == SharedDialogue::Apart.number();
    CrmIds::new(source_id, &row.external_id, if apart { &row.amocrm_chat_id } else { "" })
}

/// The messenger's current id of a conversation; empty while there is no dialogue. Its ids at amoCRM stay those it
/// had first.
pub fn goes_to(row: &conversation::Model) -> &str {
    if row.moved_to.is_empty() || row.external_id.is_empty() { &row.external_id } else { &row.moved_to }
}

/// The data about its dialogue that an accepted message provides. `conversation_id`, `receiver_id`: the messenger's
/// ids, if its answer contained them.
pub fn learned(
    claim: &Claim,
    parts: &LetterContext,
    conversation_id: Option<String>,
    receiver_id: Option<String>,
) -> anyhow::Result<Learned> {
    let row = &parts.conversation;
    if claim.letter.kind != LetterKind::Message {
        return Ok(Learned::default());
    }
    if claim.direction == Direction::ToCrm {
        return Ok(Learned { bound: row.crm_unbound, ..Learned::default() });
    }
    if !row.external_id.is_empty() {
        let shared = row.shared != SharedDialogue::Not.number();
        return Ok(Learned { used: shared.then(|| row.external_id.clone()), ..Learned::default() });
    }
    let (Some(external_id), Some(source), Some(channel)) = (conversation_id, &parts.source, &parts.channel) else {
        return Ok(Learned::default());
    };
    let contact = Person { id: receiver_id.unwrap_or_else(|| parts.contact.id.clone()), ..parts.contact.clone() };
    let opened = OpenedDialogue {
        source_id: source.id,
        channel_id: channel.channel_id,
        external_id,
        amocrm_chat_id: row.amocrm_chat_id.clone(),
        contact: serde_json::to_string(&contact).context("a person as JSON")?,
        phone_hash: phone_hash(&contact),
        message: None,
    };
    Ok(Learned { opened: Some(opened), ..Learned::default() })
}
