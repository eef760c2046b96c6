//! People and chats of requests, found or created.

use super::{LONGEST_ID, Refusal, Scoped};
use crate::crm::state::{Account, Chat, Person};
use crate::crm::strict::{Object, Wrong};

/// A participant in a request: by our id and a name, or by amojo's id only.
pub(super) struct Party {
    /// Empty if there is only amojo's id.
    pub(super) id: String,
    pub(super) ref_id: Option<String>,
    pub(super) name: String,
    avatar: String,
    phone: Option<String>,
    email: Option<String>,
}

impl Party {
    /// Parses and validates a sender, receiver or user. The newest documents require `id` and `name`; older ones, and
    /// recorded answers of production, accept a `ref_id` instead of both.
    pub(super) fn read(fields: &Object<'_>) -> Result<Self, Wrong> {
        fields.only(&["id", "ref_id", "name", "avatar", "profile", "profile_link"])?;
        let profile = fields.object("profile")?;
        if let Some(profile) = &profile {
            profile.only(&["phone", "email"])?;
        }
        let in_profile = |key: &str| match &profile {
            Some(profile) => profile.text(key).map(|text| text.map(str::to_owned)),
            None => Ok(None),
        };
        fields.link("profile_link")?;
        let ref_id = fields.text("ref_id")?.filter(|id| !id.is_empty()).map(str::to_owned);
        let known = |key: &str| match fields.text(key)? {
            None | Some("") if ref_id.is_some() => Ok(String::new()),
            _ => fields.short_text(key, LONGEST_ID).map(str::to_owned),
        };
        Ok(Self {
            id: known("id")?,
            name: known("name")?,
            ref_id,
            avatar: fields.link("avatar")?.unwrap_or_default().to_owned(),
            phone: in_profile("phone")?,
            email: in_profile("email")?,
        })
    }
}

/// Whether amojo's id is that of a user or of the bot.
pub(super) fn is_inside(scoped: &Scoped<'_>, account: &Account, ref_id: &str) -> bool {
    account.user_by_amojo(ref_id).is_some() || scoped.is_bot(ref_id)
}

/// The person whom this channel knows by an id of the other side.
pub(super) fn known<'a>(scoped: &Scoped<'_>, account: &'a Account, client_id: &str) -> Option<&'a Person> {
    let is_it = |one: &&Person| one.channel_id == scoped.channel.id && one.client_id.as_deref() == Some(client_id);
    account.people.iter().find(is_it)
}

/// Finds or creates the external person; new details in the request are stored. An unknown user's id creates a person,
/// as in production.
pub(super) fn person(scoped: &Scoped<'_>, account: &mut Account, party: &Party) -> Result<Person, Refusal> {
    let found = match &party.ref_id {
        Some(ref_id) => account.person(ref_id).map(|one| one.id.clone()),
        None => known(scoped, account, &party.id).map(|one| one.id.clone()),
    };
    let found = found.and_then(|id| account.people.iter().position(|one| one.id == id));
    if let (None, Some(ref_id)) = (found, &party.ref_id)
        && !is_inside(scoped, account, ref_id)
    {
        return Err(Refusal(400, format!("ref_id {ref_id} is not a known id")));
    }
    let at = found.unwrap_or_else(|| {
        account.people.push(Person::stranger(&scoped.channel.id));
        account.people.len() - 1
    });
    let person = account.people.get_mut(at).ok_or_else(|| Refusal(500, "the person vanished".to_owned()))?;
    if !party.id.is_empty() {
        person.client_id = Some(party.id.clone());
    }
    if !party.name.is_empty() {
        person.name.clone_from(&party.name);
    }
    if !party.avatar.is_empty() {
        person.avatar.clone_from(&party.avatar);
    }
    if let Some(phone) = &party.phone {
        phone.trim_start_matches('+').clone_into(&mut person.phone);
    }
    if let Some(email) = &party.email {
        person.email.clone_from(email);
    }
    Ok(person.clone())
}

/// Finds or creates a chat. A named source binds it permanently; an amojo id binds the other side's id to it.
pub(super) fn chat(scoped: &Scoped<'_>, account: &mut Account, wanted: &Wanted<'_>) -> Result<String, Refusal> {
    let own = |one: &Chat| scoped.owns(one);
    let found = match wanted.conversation_ref_id {
        Some(id) => Some(named_by_amocrm(account, id, wanted, own)?),
        None => {
            account.chats.iter().position(|one| own(one) && one.conversation_id.as_deref() == wanted.conversation_id)
        }
    };
    let at = found.unwrap_or_else(|| {
        account.chats.push(Chat::opened(scoped.scope_id, &scoped.integration.client_id, wanted.person_id));
        account.chats.len() - 1
    });
    let chat = account.chats.get_mut(at).ok_or_else(|| Refusal(500, "the chat vanished".to_owned()))?;
    if chat.conversation_id.is_none() {
        chat.conversation_id = wanted.conversation_id.map(str::to_owned);
    }
    if let Some(source) = wanted.source {
        chat.source = Some(source.to_owned());
    }
    Ok(chat.id.clone())
}

/// The chat with this amojo id. If the other side's id names another chat or none, amojo's id decides and the chat
/// keeps its id: production answers so to a client that invents a new `conversation_id` for every message.
fn named_by_amocrm(
    account: &Account,
    id: &str,
    wanted: &Wanted<'_>,
    own: impl Fn(&Chat) -> bool,
) -> Result<usize, Refusal> {
    let at = account.chats.iter().position(|one| own(one) && one.id == id);
    let at = at.ok_or_else(|| Refusal(400, format!("conversation_ref_id {id} is not a known chat")))?;
    match account.chats.get(at).map(|chat| chat.conversation_id.as_deref()) {
        Some(None) if !wanted.names_person => {
            Err(Refusal(400, "sender.ref_id is required until the chat that was written first is bound".to_owned()))
        }
        _ => Ok(at),
    }
}

/// The chat that a request refers to.
pub(super) struct Wanted<'a> {
    /// `None` only with a `conversation_ref_id`.
    pub(super) conversation_id: Option<&'a str>,
    pub(super) conversation_ref_id: Option<&'a str>,
    /// Whether the person was given by their amojo id.
    pub(super) names_person: bool,
    pub(super) person_id: &'a str,
    pub(super) source: Option<&'a str>,
}

/// Parses the two ids of a conversation. amojo's may be given alone: the documents require ours, clients in production
/// omit it.
pub(super) fn conversation<'a>(fields: &Object<'a>) -> Result<(Option<&'a str>, Option<&'a str>), Wrong> {
    let ref_id = fields.text("conversation_ref_id")?.filter(|id| !id.is_empty());
    let own = match fields.text("conversation_id")? {
        None | Some("") if ref_id.is_some() => None,
        _ => Some(fields.short_text("conversation_id", LONGEST_ID)?),
    };
    Ok((own, ref_id))
}

/// Parses `source.external_id`, if a source is given.
pub(super) fn source<'a>(fields: &Object<'a>) -> Result<Option<&'a str>, Wrong> {
    let Some(source) = fields.object("source")? else {
        return Ok(None);
    };
    source.only(&["external_id"])?;
    source.external_id("external_id", 40)?.map(Some).ok_or_else(|| "source.external_id is required".to_owned())
}
