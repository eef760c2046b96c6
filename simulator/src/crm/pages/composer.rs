//! The choices of the form below a chat, and of the dialog for writing first.

use serde_json::{Value, json};

use super::strings::{Words, fill};
use crate::crm::{
    core::Core,
    state::{Account, Chat, State},
};

/// A template to choose.
pub(super) struct TemplateChoice {
    pub(super) id: i64,
    pub(super) name: String,
    /// `{"content", "params": {marker: value}}` for the script.
    pub(super) data: String,
}

/// A channel and a source for writing first.
pub(super) struct Origin {
    pub(super) channel: String,
    pub(super) source: String,
    pub(super) words: String,
}

/// All choices.
pub(super) struct Offers {
    pub(super) templates: Vec<TemplateChoice>,
    pub(super) origins: Vec<Origin>,
    /// Phones of contacts with their names.
    pub(super) phones: Vec<(String, String)>,
    pub(super) voice: bool,
    /// Whether "the manager is typing" is sent as a hook.
    pub(super) typing: bool,
    /// CRM id of the author.
    pub(super) user: i64,
}

pub(super) fn offers(core: &Core, state: &State, account: &Account, chat_id: &str, words: &Words) -> Offers {
    let chat = account.chat(chat_id);
    let abilities = chat.map(|chat| state.abilities(&chat.scope_id)).unwrap_or_default();
    let phones = |contact: &crate::crm::state::crm::Contact| {
        contact.texts("PHONE").into_iter().map(|phone| (phone, contact.name.clone())).collect::<Vec<_>>()
    };
    Offers {
        templates: account.crm.templates.iter().map(|one| template(account, chat, one)).collect(),
        origins: origins(core, state, account, words),
        phones: account.crm.contacts.iter().flat_map(phones).collect(),
        voice: abilities.voice,
        typing: abilities.typing_hooks,
        user: account.writer().map_or(0, |user| user.id),
    }
}

fn template(account: &Account, chat: Option<&Chat>, one: &crate::crm::state::crm::Template) -> TemplateChoice {
    let text = |key: &str| one.fields.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let content = text("content");
    let params: serde_json::Map<String, Value> = markers(&content)
        .map(|marker| (marker.to_owned(), json!(chat.map(|chat| value(account, chat, marker)).unwrap_or_default())))
        .collect();
    let data = json!({"content": content, "params": params}).to_string();
    TemplateChoice { id: one.id, name: text("name"), data }
}

/// The placeholders of a template: `{{contact.name}}` and the like.
fn markers(content: &str) -> impl Iterator<Item = &str> {
    content.match_indices("{{").filter_map(|(from, _)| {
        let rest = content.get(from..)?;
        rest.get(..rest.find("}}")? + 2)
    })
}

/// amoCRM's value for a placeholder; empty if unknown.
fn value(account: &Account, chat: &Chat, marker: &str) -> String {
    let person = account.person(&chat.person_id);
    match marker.trim_matches(['{', '}']).trim() {
        "contact.name" | "name" => person.map(|person| person.name.clone()).unwrap_or_default(),
        "lead.id" => chat.lead_id.map(|id| id.to_string()).unwrap_or_default(),
        "contact.id" => account.crm.contact_of_chat(&chat.id).map(|id| id.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// Connected channels that allow writing first, each with the sources of its integration and without one.
fn origins(core: &Core, state: &State, account: &Account, words: &Words) -> Vec<Origin> {
    let mut all = Vec::new();
    for (integration, channel) in core.integrations.iter().flat_map(|one| one.channels.iter().map(move |it| (one, it)))
    {
        let Some(connection) = state.connections.get(&format!("{}_{}", channel.id, account.amojo_id)) else {
            continue;
        };
        if !state.abilities(&channel.id).write_first {
            continue;
        }
        let origin =
            |source: &str, words: String| Origin { channel: channel.id.clone(), source: source.to_owned(), words };
        let sources = account.sources.iter().filter(|source| source.client_id == integration.client_id);
        all.extend(sources.map(|source| origin(&source.external_id, format!("{}, {}", connection.title, source.name))));
        all.push(origin("", fill(words.chats.first_no_source, "channel", &connection.title)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::markers;

    #[test]
    fn markers_are_found_where_they_are_whole() {
        let found: Vec<&str> = markers("{{contact.name}}, order {{lead.id}} {{open").collect();
        assert_eq!(found, ["{{contact.name}}", "{{lead.id}}"]);
    }
}
