//! Why these messages are one chat: each id of the chat, and who issued it.

use base::i18n::Sentence;
use domain::delivery::read::list::Ground;
use entity::{conversation, conversation_alias};
use queue::accept_batch::Side;

use crate::panel::PageContext;

/// One id with its origin.
pub struct IdOrigin {
    pub sentence: Sentence,
    pub id: String,
}

/// In the order of the message's route: the messenger's ids, ours for amoCRM, amoCRM's.
pub fn links(
    page: &PageContext,
    ground: &Ground,
    conversation: &conversation::Model,
    aliases: &[conversation_alias::Model],
) -> Vec<IdOrigin> {
    let words = page.words;
    let mut links = Vec::new();
    for alias in aliases {
        let sentence = match Side::from_number(alias.side) {
            Ok(Side::Messenger) => {
                let source = ground.sources.get(&alias.origin);
                let messenger = source.map(|source| words.text_of("connector-", &source.kind).to_string());
                words
                    .text("conversation-why-messenger")
                    .with("messenger", messenger.unwrap_or_default())
                    .with("source", source.map_or("–", |source| source.name.as_str()))
            }
            Ok(Side::OursAtCrm) => words.text("conversation-why-ours").with("crm", page.crm),
            Ok(Side::Crm) => words.text("conversation-why-crm").with("crm", page.crm),
            Err(_) => continue,
        };
        links.push(IdOrigin { sentence, id: alias.external_id.clone() });
    }
    if conversation.external_id.is_empty() {
        let sentence = words.text("conversation-why-manager").with("crm", page.crm);
        links.insert(0, IdOrigin { sentence, id: String::new() });
    }
    links
}
