//! Writing first: a manager chooses a phone number and a source, and a chat is opened that the other side does not know
//! yet.

use anyhow::{Context, Result, bail};

use crate::crm::{
    core::Core,
    state::{Account, Chat, Person, crm::Contact},
};

/// The chat for a phone number over a channel and a source. A chat opened earlier and never answered is reused; a chat
/// begun by the customer is not.
pub(crate) fn open_chat(
    core: &Core,
    host: &str,
    channel_id: &str,
    source: Option<&str>,
    phone: &str,
) -> Result<String> {
    let (integration, _) = core.channel(channel_id).context("no such channel")?;
    let digits = phone.trim().trim_start_matches('+');
    if digits.is_empty() {
        bail!("a phone number is needed");
    }
    core.change(|state| {
        if !state.abilities(channel_id).write_first {
            bail!("the channel was registered without writing first");
        }
        let account = state.accounts.get_mut(host).context("no such account")?;
        let scope_id = format!("{channel_id}_{}", account.amojo_id);
        if !state.connections.contains_key(&scope_id) {
            bail!("the channel is not connected, so a manager cannot write first");
        }
        if let Some(chat) = waiting(account, &scope_id, source, digits) {
            return Ok(chat.id.clone());
        }
        let contact = account.crm.contacts.iter().find(|one| has(one, digits)).map(|one| (one.id, one.name.clone()));
        let name = contact.as_ref().map_or_else(|| phone.to_owned(), |(_, name)| name.clone());
        let person = Person { name, phone: digits.to_owned(), ..Person::stranger(channel_id) };
        let chat =
            Chat { source: source.map(str::to_owned), ..Chat::opened(&scope_id, &integration.client_id, &person.id) };
        let id = chat.id.clone();
        account.people.push(person);
        account.chats.push(chat);
        // The number was chosen on a contact's card, so the chat is linked to that contact.
        if let Some((contact_id, _)) = contact {
            account.link_chat(&id, contact_id);
        }
        Ok(id)
    })
}

fn has(contact: &Contact, phone: &str) -> bool {
    contact.texts("PHONE").iter().any(|one| one.trim_start_matches('+') == phone)
}

fn waiting<'a>(account: &'a Account, scope_id: &str, source: Option<&str>, phone: &str) -> Option<&'a Chat> {
    account.chats.iter().find(|chat| {
        chat.scope_id == scope_id
            && chat.conversation_id.is_none()
            && chat.source.as_deref() == source
            && account.person(&chat.person_id).is_some_and(|person| person.phone == phone)
    })
}
