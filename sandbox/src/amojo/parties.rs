//! People and chats that requests name, found or made.

use super::{Refusal, Scoped};
use crate::{
    abilities::Lengths,
    state::{Account, Chat, Person},
    strict::{Object, Wrong},
};

/// A participant as a request describes it.
pub(super) struct Party {
    pub(super) id: String,
    pub(super) ref_id: Option<String>,
    pub(super) name: String,
    avatar: String,
    phone: Option<String>,
    email: Option<String>,
}

impl Party {
    /// Reads a sender, receiver or user with all its rules.
    pub(super) fn read(fields: &Object<'_>, lengths: &Lengths) -> Result<Self, Wrong> {
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
        Ok(Self {
            id: fields.short_text("id", lengths.id)?.to_owned(),
            ref_id: fields.text("ref_id")?.map(str::to_owned),
            name: fields.short_text("name", lengths.name)?.to_owned(),
            avatar: fields.link("avatar")?.unwrap_or_default().to_owned(),
            phone: in_profile("phone")?,
            email: in_profile("email")?,
        })
    }
}

/// Finds or makes the person from outside; what the request tells anew is taken over.
pub(super) fn person(scoped: &Scoped<'_>, account: &mut Account, party: &Party) -> Result<Person, Refusal> {
    let channel_id = &scoped.channel.id;
    let found = match &party.ref_id {
        Some(ref_id) => Some(
            account
                .people
                .iter()
                .position(|one| &one.id == ref_id)
                .ok_or_else(|| Refusal(400, format!("ref_id {ref_id} is nobody's id")))?,
        ),
        None => account
            .people
            .iter()
            .position(|one| &one.channel_id == channel_id && one.client_id.as_ref() == Some(&party.id)),
    };
    let at = found.unwrap_or_else(|| {
        account.people.push(Person::stranger(channel_id));
        account.people.len() - 1
    });
    let person = account.people.get_mut(at).ok_or_else(|| Refusal(500, "the person vanished".to_owned()))?;
    person.client_id = Some(party.id.clone());
    person.name.clone_from(&party.name);
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

/// Finds or makes a chat. A named source binds it for good; an amojo id binds the other side's id to it.
pub(super) fn chat(scoped: &Scoped<'_>, account: &mut Account, wanted: &Wanted<'_>) -> Result<String, Refusal> {
    let own = |one: &Chat| one.scope_id == scoped.scope_id;
    let by_client =
        account.chats.iter().position(|one| own(one) && one.conversation_id.as_deref() == Some(wanted.conversation_id));
    let found = match wanted.conversation_ref_id {
        Some(id) => Some(named_by_amocrm(account, id, wanted, own)?),
        None => by_client,
    };
    let at = found.unwrap_or_else(|| {
        account.chats.push(Chat::opened(scoped.scope_id, &scoped.integration.client_id, wanted.person_id));
        account.chats.len() - 1
    });
    let chat = account.chats.get_mut(at).ok_or_else(|| Refusal(500, "the chat vanished".to_owned()))?;
    chat.conversation_id = Some(wanted.conversation_id.to_owned());
    if let Some(source) = wanted.source {
        chat.source = Some(source.to_owned());
    }
    Ok(chat.id.clone())
}

/// The chat with this amojo id. Which of two chats wins is not documented where the other side's id names another one;
/// the one amoCRM's own id names is the safer reading, and the two stay apart.
fn named_by_amocrm(
    account: &Account,
    id: &str,
    wanted: &Wanted<'_>,
    own: impl Fn(&Chat) -> bool,
) -> Result<usize, Refusal> {
    let at = account.chats.iter().position(|one| own(one) && one.id == id);
    let at = at.ok_or_else(|| Refusal(400, format!("conversation_ref_id {id} is no chat")))?;
    match account.chats.get(at).map(|chat| chat.conversation_id.as_deref()) {
        Some(None) if !wanted.names_person => {
            Err(Refusal(400, "sender.ref_id is required until the chat that was written first is bound".to_owned()))
        }
        Some(Some(known)) if known != wanted.conversation_id => {
            Err(Refusal(400, format!("conversation_ref_id {id} belongs to another conversation_id")))
        }
        _ => Ok(at),
    }
}

/// The chat a request means.
pub(super) struct Wanted<'a> {
    pub(super) conversation_id: &'a str,
    pub(super) conversation_ref_id: Option<&'a str>,
    /// Whether the person was named by their amojo id.
    pub(super) names_person: bool,
    pub(super) person_id: &'a str,
    pub(super) source: Option<&'a str>,
}

/// Reads `source.external_id`, if a source is named.
pub(super) fn source<'a>(fields: &Object<'a>) -> Result<Option<&'a str>, Wrong> {
    let Some(source) = fields.object("source")? else {
        return Ok(None);
    };
    source.only(&["external_id"])?;
    source.external_id("external_id", 40)?.map(Some).ok_or_else(|| "source.external_id is required".to_owned())
}
