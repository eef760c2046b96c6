//! The chat that a call refers to, and whether the bot may write there.

use super::{
    answer::{Refusal, bad, ensure, forbidden},
    params::Params,
};
use crate::telegram::state::{Author, Group, Place, Role, State};

/// The chat that a bot writes to.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) place: Place,
    pub(super) chat: i64,
    pub(super) thread: Option<i64>,
    /// The owner on whose behalf it writes, in business chats.
    pub(super) owner: Option<i64>,
}

/// Seconds since a client's last message after which a business bot cannot write to them.
const SILENCE: i64 = 86_400;

/// The chat of `chat_id`, even if the bot may not write there.
pub(super) fn find(state: &State, bot: i64, params: &Params) -> Result<Target, Refusal> {
    let given = params.needed("chat_id", "chat_id is empty")?;
    if let Some(connection) = params.text("business_connection_id").filter(|id| !id.is_empty()) {
        let chat = given.parse().map_err(|_| bad("chat not found"))?;
        return business(state, bot, &connection, chat);
    }
    let not_found = || bad("chat not found");
    let chat = match given.strip_prefix('@') {
        Some(name) => {
            let named = |group: &&Group| group.username.as_deref() == Some(name);
            state.groups.values().find(named).map(|group| group.id).ok_or_else(not_found)?
        }
        None => given.parse::<i64>().map_err(|_| not_found())?,
    };
    let place = match chat {
        1.. => Place::Private { bot, person: chat },
        _ => Place::Group(chat),
    };
    Ok(Target { place, chat, thread: params.int("message_thread_id"), owner: None })
}

/// The chat of `chat_id`, if the bot may write there.
pub(super) fn writable(state: &State, bot: i64, params: &Params) -> Result<Target, Refusal> {
    let target = find(state, bot, params)?;
    match &target.place {
        Place::Private { person, .. } => private(state, bot, *person)?,
        Place::Group(id) => group(state, bot, *id, target.thread)?,
        Place::Personal { .. } => heard_lately(state, &target)?,
    }
    Ok(target)
}

fn private(state: &State, bot: i64, person: i64) -> Result<(), Refusal> {
    ensure(!state.bots.contains_key(&person), || forbidden("bot can't send messages to bots"))?;
    let Some(known) = state.people.get(&person) else {
        return Err(bad("chat not found"));
    };
    let own = state.bots.get(&bot).ok_or_else(|| Refusal::new(401, "Unauthorized"))?;
    ensure(!known.is_deleted, || forbidden("user is deactivated"))?;
    ensure(!own.blocked.contains(&person), || forbidden("bot was blocked by the user"))?;
    if own.started.contains(&person) {
        return Ok(());
    }
    // A person met in a group is known, but has never pressed Start.
    let is_met = state.groups.values().any(|group| group.has_bot(bot) && group.members.contains(&person));
    Err(if is_met { forbidden("bot can't initiate conversation with a user") } else { bad("chat not found") })
}

fn group(state: &State, bot: i64, id: i64, thread: Option<i64>) -> Result<(), Refusal> {
    let Some(group) = state.groups.get(&id) else {
        return Err(bad("chat not found"));
    };
    ensure(!group.is_deleted, || forbidden("the group chat was deleted"))?;
    let kind = group.type_name();
    match group.bots.get(&bot) {
        Some(Role::Kicked) => return Err(forbidden(&format!("bot was kicked from the {kind} chat"))),
        Some(Role::Left) => return Err(forbidden(&format!("bot is not a member of the {kind} chat"))),
        None => return Err(bad("chat not found")),
        Some(Role::Member | Role::Administrator) => {}
    }
    if let Some(new) = group.migrated_to {
        let refusal = bad("group chat was upgraded to a supergroup chat");
        return Err(Refusal { migrate_to: Some(new), ..refusal });
    }
    ensure(group.is_open, || bad("not enough rights to send text messages to the chat"))?;
    let Some(thread) = thread else {
        return Ok(());
    };
    ensure(group.topics.contains(&thread), || bad("message thread not found"))?;
    ensure(!group.closed_topics.contains(&thread), || bad("TOPIC_CLOSED"))
}

fn business(state: &State, bot: i64, connection: &str, chat: i64) -> Result<Target, Refusal> {
    let found = state.connections.iter().find(|one| one.id == connection && one.bot == bot && one.is_enabled);
    let found = found.ok_or_else(|| bad("business connection not found"))?;
    let place = Place::personal(found.owner, chat);
    let is_known = chat != found.owner && state.chats.contains_key(&place);
    ensure(is_known, || bad("BUSINESS_PEER_INVALID"))?;
    Ok(Target { place, chat, thread: None, owner: Some(found.owner) })
}

fn heard_lately(state: &State, target: &Target) -> Result<(), Refusal> {
    let connection = state.connections.iter().find(|one| Some(one.owner) == target.owner && one.is_enabled);
    // The error text is ours: the server's text for the missing right is not published.
    ensure(connection.is_some_and(|one| one.can_reply), || bad("not enough rights to reply in the business chat"))?;
    let since = state.date() - SILENCE;
    let heard = state.chats.get(&target.place).is_some_and(|chat| {
        chat.messages.iter().any(|message| message.author == Author::Person(target.chat) && message.date >= since)
    });
    ensure(heard, || bad("BUSINESS_PEER_USAGE_MISSING"))
}
