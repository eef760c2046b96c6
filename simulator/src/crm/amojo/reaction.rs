//! Reactions from outside, of customers and of managers who reacted in the messenger.

use super::{Outcome, Refusal, Scoped, parsed, problem};
use crate::crm::{exchange::Answer, state::Account, strict::Object};

/// `POST {scope_id}/react`.
pub(super) fn react(scoped: &Scoped<'_>) -> Outcome {
    let body = parsed(scoped.request)?;
    let fields = Object::whole(&body)?;
    fields.only(&["conversation_id", "conversation_ref_id", "msgid", "id", "user", "type", "emoji"])?;
    let conversation = fields.text("conversation_id")?;
    let conversation_ref = fields.text("conversation_ref_id")?;
    if conversation.is_none() && conversation_ref.is_none() {
        return Err(Refusal(400, "conversation_id or conversation_ref_id is required".to_owned()));
    }
    let (msgid, id) = (fields.text("msgid")?, fields.text("id")?);
    let user = fields.required_object("user")?;
    user.only(&["id", "ref_id"])?;
    let (own_id, ref_id) = (user.text("id")?, user.text("ref_id")?);
    let set = match fields.required_text("type")? {
        "react" => Some(fields.required_text("emoji")?),
        "unreact" => None,
        other => {
            return Err(Refusal(400, format!("type {other:?} is not react or unreact")));
        }
    };
    let allowed = scoped.core.change(|state| {
        let allowed = set.is_none_or(|emoji| state.abilities(scoped.scope_id).allow(emoji));
        let account = state
            .account_by_amojo_mut(&scoped.amojo_id)
            .ok_or_else(|| Refusal(404, "the account is gone".to_owned()))?;
        let by = reactor(account, scoped, own_id, ref_id)?;
        let found = match (id, msgid) {
            (Some(id), _) => Some(id.to_owned()),
            (None, Some(msgid)) => account.message_id_for(scoped.scope_id, msgid),
            (None, None) => return Err(Refusal(400, "msgid or id is required".to_owned())),
        };
        let missing = || Refusal(404, "no message has this id".to_owned());
        let found = found.ok_or_else(missing)?;
        let chat = account.message(&found).and_then(|message| account.chat(&message.chat_id));
        let chat = chat.filter(|chat| chat.scope_id == scoped.scope_id).ok_or_else(missing)?;
        let right = conversation_ref.is_none_or(|id| chat.id == id)
            && conversation.is_none_or(|id| chat.conversation_id.as_deref() == Some(id));
        if !right {
            return Err(Refusal(404, "the message is in another conversation".to_owned()));
        }
        let message = account.message_mut(&found).ok_or_else(missing)?;
        message.reactions.retain(|(other, _)| *other != by);
        message.reactions.extend(set.map(|emoji| (by, emoji.to_owned())));
        Ok(allowed)
    })?;
    if allowed {
        return Ok(Answer::empty(200));
    }
    let note = "a reaction the channel was not registered with";
    problem(scoped.core, note.to_owned());
    Ok(Answer::empty(200).noted(note))
}

/// The author of the reaction: a manager by the amojo id, else the customer by the other side's id.
fn reactor(
    account: &Account,
    scoped: &Scoped<'_>,
    own_id: Option<&str>,
    ref_id: Option<&str>,
) -> Result<String, Refusal> {
    if let Some(ref_id) = ref_id {
        let known = account.users.iter().any(|user| user.amojo_id.as_deref() == Some(ref_id))
            || account.person(ref_id).is_some()
            || scoped.channel.bot.as_ref().is_some_and(|(id, _)| id == ref_id);
        return if known {
            Ok(ref_id.to_owned())
        } else {
            Err(Refusal(400, format!("user.ref_id {ref_id} is not a known id")))
        };
    }
    let own_id = own_id.filter(|id| !id.is_empty()).ok_or_else(|| "user.id is required".to_owned())?;
    let known = account
        .people
        .iter()
        .any(|one| one.channel_id == scoped.channel.id && one.client_id.as_deref() == Some(own_id));
    if known { Ok(own_id.to_owned()) } else { Err(Refusal(400, "user.id is not a known id".to_owned())) }
}
