//! The chat that a call refers to, and whether the bot may write there.

use super::options::{Place, Telegram, personal, private};
use super::params::{Params, Refusal, bad, ensure, forbidden};
use crate::kit::{Author, Id};

/// The chat that a call names.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The dialog, which may not exist.
    pub(super) dialog: Id,
    pub(super) place: Place,
    pub(super) chat: i64,
    pub(super) thread: Option<i64>,
    /// The owner on whose behalf the bot writes, in business chats.
    pub(super) owner: Option<i64>,
}

/// Milliseconds since a client's last message after which a business bot cannot write to them.
const SILENCE: i64 = 86_400_000;

/// The chat of `chat_id`, even if the bot may not write there.
pub(super) fn find(state: &Telegram, bot: &Id, params: &Params) -> Result<Target, Refusal> {
    let given = params.needed("chat_id", "chat_id is empty")?;
    let chat = given.parse::<i64>().map_err(|_| bad("chat not found"))?;
    if let Some(connection) = params.filled("business_connection_id") {
        return business(state, bot, &connection, chat);
    }
    let (dialog, place) =
        if chat > 0 { (private(bot, chat), Place::Private(chat)) } else { (Id::from(chat), Place::Group(chat)) };
    Ok(Target { dialog, place, chat, thread: params.int("message_thread_id"), owner: None })
}

/// The chat of `chat_id`, if the bot may write there.
pub(super) fn writable(state: &Telegram, bot: &Id, params: &Params) -> Result<Target, Refusal> {
    let target = find(state, bot, params)?;
    match target.place {
        Place::Private(person) => to_person(state, bot, person)?,
        Place::Group(_) => group(state, bot, &target)?,
        Place::Personal(..) => heard_lately(state, &target)?,
    }
    Ok(target)
}

fn to_person(state: &Telegram, bot: &Id, person: i64) -> Result<(), Refusal> {
    ensure(!state.lines.contains_key(&Id::from(person)), || forbidden("bot can't send messages to bots"))?;
    let known = state.people.get(&person).ok_or_else(|| bad("chat not found"))?;
    ensure(!known.is_deleted, || forbidden("user is deactivated"))?;
    let dialog = state.dialog(&private(bot, person));
    ensure(!dialog.is_some_and(|dialog| dialog.is_blocked), || forbidden("bot was blocked by the user"))?;
    if dialog.is_some_and(|dialog| dialog.is_started) {
        return Ok(());
    }
    // A person met in a group is known, but has never pressed Start.
    let is_met = state.own.groups.values().any(|group| group.bots.contains_key(bot) && group.members.contains(&person));
    Err(if is_met { forbidden("bot can't initiate conversation with a user") } else { bad("chat not found") })
}

fn group(state: &Telegram, bot: &Id, target: &Target) -> Result<(), Refusal> {
    let group = state.own.groups.get(&target.dialog).ok_or_else(|| bad("chat not found"))?;
    ensure(group.bots.contains_key(bot), || bad("chat not found"))?;
    if group.migrated_to.is_some() {
        let refusal = bad("group chat was upgraded to a supergroup chat");
        return Err(Refusal { migrate_to: group.migrated_to, ..refusal });
    }
    ensure(target.thread.is_none_or(|thread| group.topics.contains(&thread)), || bad("message thread not found"))
}

fn business(state: &Telegram, bot: &Id, connection: &str, chat: i64) -> Result<Target, Refusal> {
    let found = state.own.connections.iter().find(|one| one.id == connection && one.bot == *bot && one.is_enabled);
    let owner = found.ok_or_else(|| bad("business connection not found"))?.owner;
    let dialog = personal(owner, chat);
    let place = state.place_of(&dialog).filter(|_| chat != owner).ok_or_else(|| bad("BUSINESS_PEER_INVALID"))?;
    Ok(Target { dialog, place, chat, thread: None, owner: Some(owner) })
}

fn heard_lately(state: &Telegram, target: &Target) -> Result<(), Refusal> {
    let connection = state.own.connections.iter().find(|one| Some(one.owner) == target.owner && one.is_enabled);
    // The error text is ours: the server's text for the missing right is not published.
    ensure(connection.is_some_and(|one| one.can_reply), || bad("not enough rights to reply in the business chat"))?;
    let since = state.now - SILENCE;
    let messages = state.dialog(&target.dialog).map(|dialog| dialog.messages.as_slice()).unwrap_or_default();
    let heard = messages.iter().any(|one| one.author == Author::Person(target.chat) && one.at >= since);
    ensure(heard, || bad("BUSINESS_PEER_USAGE_MISSING"))
}
