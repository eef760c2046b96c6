//! Why these messages are one chat: each id of the chat, and who issued it.

use base::words::Sentence;
use entity::{conversation, conversation_alias};
use queue::parcel::Side;

use crate::delivery::read::list::Ground;
use crate::panel::PageContext;

/// One id with its origin.
pub struct Link {
    pub sentence: Sentence,
    pub id: String,
}

/// In the order of the message's path: the messenger's ids, ours towards amoCRM, amoCRM's.
pub fn links(
    page: &PageContext,
    ground: &Ground,
    conversation: &conversation::Model,
    aliases: &[conversation_alias::Model],
) -> Vec<Link> {
    let words = page.words;
    let mut links = Vec::new();
    for alias in aliases {
        let sentence = match Side::from_number(alias.side) {
            Ok(Side::Messenger) => {
                let source = ground.sources.get(&alias.origin);
                let messenger = source.map(|source| words.say_of("connector-", &source.kind).to_string());
                words
                    .say("conversation-why-messenger")
                    .with("messenger", messenger.unwrap_or_default())
                    .with("source", source.map_or("–", |source| source.name.as_str()))
            }
            Ok(Side::OursAtCrm) => words.say("conversation-why-ours").with("crm", page.crm),
            Ok(Side::Crm) => words.say("conversation-why-crm").with("crm", page.crm),
            Err(_) => continue,
        };
        links.push(Link { sentence, id: alias.external_id.clone() });
    }
    if conversation.external_id.is_empty() {
        let sentence = words.say("conversation-why-manager").with("crm", page.crm);
        links.insert(0, Link { sentence, id: String::new() });
    }
    links
}
