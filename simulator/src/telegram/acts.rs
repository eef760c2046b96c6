//! Where people act, what they send, and acts that only Telegram has.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::options::{Connection, Group, GroupKind, Options, Place, Role, Telegram, author_bot, personal, private};
use super::{content, json};
use crate::kit::{Act, Author, Content, Dialog, DialogKind, Done, Event, Id, Message, Verb, write};

pub(super) fn place(state: &mut Telegram, act: &Act) -> Result<Id> {
    ensure!(state.people.contains_key(&act.who), "there is no such person");
    let Some((word, at)) = &act.to else { return in_private(state, act) };
    match word.as_str() {
        "group" => group(state, act.who, at),
        "topic" => {
            let (id, thread) = (group(state, act.who, &at[0])?, at[1].as_i64().context("a topic is a number")?);
            group_mut(state, &id)?.topics.insert(thread);
            Ok(id)
        }
        "person" => {
            let other = at.as_i64().filter(|other| state.people.contains_key(other));
            let other = other.context("there is no such other person")?;
            let id = personal(act.who, other);
            if state.dialog(&id).is_none() {
                let seen = |one: &&Connection| one.is_enabled && [act.who, other].contains(&one.owner);
                let line = state.own.connections.iter().find(seen).map(|one| one.bot.clone()).unwrap_or_default();
                let (id, kind) = (id.clone(), DialogKind::Group);
                state.dialogs.insert(id.clone(), Dialog { id, kind, line, ..Dialog::default() });
            }
            Ok(id)
        }
        other => bail!("Telegram has no place {other}"),
    }
}

fn in_private(state: &mut Telegram, act: &Act) -> Result<Id> {
    ensure!(state.lines.contains_key(&act.line), "there is no such bot");
    let id = state.open(private(&act.line, act.who), &act.line, act.who);
    let is_blocked = state.dialog(&id).is_some_and(|dialog| dialog.is_blocked);
    match act.verb {
        Verb::Start => {
            let payload = act.field("payload");
            let plain = |one: char| one.is_ascii_alphanumeric() || one == '_' || one == '-';
            ensure!(payload.len() <= 64 && payload.chars().all(plain), "a payload is at most 64 of A-Za-z0-9_-");
            if is_blocked {
                state.tell_member(&act.line, &id, act.who, ["kicked", "member"]);
            }
        }
        Verb::Block | Verb::Unblock => {}
        _ => ensure!(!is_blocked, "the person has blocked the bot"),
    }
    Ok(id)
}

fn group_mut<'a>(state: &'a mut Telegram, id: &Id) -> Result<&'a mut Group> {
    state.own.groups.get_mut(id).context("there is no such group")
}

fn group(state: &mut Telegram, who: i64, at: &Value) -> Result<Id> {
    let id = Id::of(at).context("a group has an id")?;
    let group = group_mut(state, &id)?;
    ensure!(group.migrated_to.is_none(), "the group became a supergroup");
    ensure!(group.members.contains(&who), "the person is not in the group");
    Ok(id)
}

pub(super) fn compose(state: &mut Telegram, act: &Act, draft: &mut Message) -> Result<()> {
    let dialog = place(state, act)?;
    content::dress(state, act, &dialog, draft)?;
    content::fill(state, act, draft)
}

/// Queues the updates about what a person did.
pub(super) fn report(state: &mut Telegram, event: &Event<'_>) -> Id {
    let (act, dialog, message) = (event.act, event.dialog, event.message);
    match act.verb {
        Verb::Start => {
            let text = format!("/start {}", act.field("payload"));
            let said = Act::of(Verb::Send).who(act.who).line(&act.line).content(Content::text(&text));
            return write::<Options>(state, &said, dialog, Author::Person(act.who)).unwrap_or_default();
        }
        Verb::Send => {
            if let Some(known) = state.dialogs.get_mut(dialog) {
                known.is_started = true;
            }
            state.announce(dialog, message, false);
        }
        Verb::Edit => state.announce(dialog, message, true),
        // One update names all of them.
        Verb::Remove if act.messages.first() == Some(message) => state.tell_deleted(dialog, &act.messages),
        Verb::React => state.tell_reactions(dialog, message, act.who, json::reactions(&event.was)),
        Verb::Press => return pressed(state, event),
        Verb::Block => state.tell_member(&act.line, dialog, act.who, ["member", "kicked"]),
        Verb::Unblock => state.tell_member(&act.line, dialog, act.who, ["kicked", "member"]),
        // No update reports these.
        Verb::Remove | Verb::Stop | Verb::Read | Verb::Type | Verb::Own => {}
    }
    Id::default()
}

fn pressed(state: &mut Telegram, event: &Event<'_>) -> Id {
    let found = state.dialog(event.dialog).and_then(|known| Some((known, known.message(event.message)?)));
    let Some((known, message)) = found else { return Id::default() };
    let bot = author_bot(message).unwrap_or_else(|| known.line.clone());
    let shown = state.message_json(&bot, known, message);
    let data = event.press.as_ref().and_then(|(_, _, button)| button.payload.clone());
    query(state, &bot, event.act.who, shown, &data.unwrap_or_default())
}

fn query(state: &mut Telegram, bot: &Id, who: i64, message: Value, data: &str) -> Id {
    let id = format!("{}", 2_371_234_567_890_000_000 + state.next_serial());
    let chat = message["chat"]["id"].as_i64().unwrap_or(who);
    let instance = format!("-55443322110{}", chat.unsigned_abs());
    let body = json!({"id": id, "from": state.user(who), "message": message, "chat_instance": instance, "data": data});
    let now = state.now;
    if let Some(bot) = state.own.bots.get_mut(bot) {
        bot.queries.insert(id.clone(), now);
    }
    state.tell(bot, "callback_query", body, &format!("callback:{who}"));
    Id::from(id)
}

pub(super) fn own(state: &mut Telegram, act: &Act) -> Result<Done> {
    match act.name.as_str() {
        "album" => album(state, act),
        "edit_caption" | "move_location" => change(state, act),
        "press_old" => {
            let dialog = place(state, act)?;
            let known =
                state.dialog(&dialog).filter(|dialog| dialog.person.is_some()).context("only in a private chat")?;
            let shown = json!({"chat": state.chat(&act.line, known), "message_id": act.first()?, "date": 0});
            let id = query(state, &act.line, act.who, shown, act.field("data"));
            Ok(Done { id, ..Done::default() })
        }
        "delete_account" => {
            state.people.get_mut(&act.who).context("there is no such person")?.is_deleted = true;
            Ok(Done::default())
        }
        "connect" | "disconnect" => connect(state, act),
        "raw" => {
            let update = act.more.get("update").cloned().context("update is missing")?;
            state.inject(&act.line, update).map(|id| Done { messages: vec![id.into()], ..Done::default() })
        }
        _ => in_group(state, act),
    }
}

fn album(state: &mut Telegram, act: &Act) -> Result<Done> {
    ensure!((2..=10).contains(&act.contents.len()), "an album has 2 to 10 files");
    let dialog = place(state, act)?;
    let mut fields = act.more.get("fields").cloned().unwrap_or_else(|| json!({}));
    fields["media_group_id"] = json!(format!("{}", 13_790_112_233_000_000 + state.next_serial()));
    let mut messages = Vec::new();
    for item in &act.contents {
        let one = Act { verb: Verb::Send, contents: vec![item.clone()], ..act.clone() }.with("fields", fields.clone());
        messages.push(write::<Options>(state, &one, &dialog, Author::Person(act.who))?);
    }
    Ok(Done { messages, ..Done::default() })
}

/// Changes a caption, or moves a live location.
fn change(state: &mut Telegram, act: &Act) -> Result<Done> {
    let (dialog, id, now) = (place(state, act)?, act.first()?.clone(), state.now);
    let message = state.dialogs.get_mut(&dialog).and_then(|known| known.message_mut(&id));
    let message =
        message.filter(|one| one.author == Author::Person(act.who)).context("there is no such own message")?;
    if act.name == "edit_caption" {
        ensure!(!message.files.is_empty(), "only messages with a file have a caption to change");
        act.field("caption").clone_into(&mut message.text);
    } else {
        let location = message.parts.first_mut().and_then(|fields| fields.get_mut("location"));
        let location = location.filter(|location| location.get("live_period").is_some());
        let location = location.context("the message is no live location")?;
        for name in ["latitude", "longitude", "heading"] {
            if let Some(value) = act.more.get(name) {
                location[name] = value.clone();
            }
        }
    }
    message.edited_at = Some(now);
    state.announce(&dialog, &id, true);
    Ok(Done { messages: vec![id], ..Done::default() })
}

/// A person lends a bot the own chats, or takes them back.
fn connect(state: &mut Telegram, act: &Act) -> Result<Done> {
    let owner = act.more.get("owner").and_then(Value::as_i64).context("owner is missing")?;
    let (bot, date) = (act.line.clone(), state.date());
    let connection = if act.name == "connect" {
        ensure!(state.people.contains_key(&owner), "there is no such person");
        ensure!(state.lines.contains_key(&bot), "there is no such bot");
        state.own.connections.retain(|one| (one.owner, &one.bot) != (owner, &bot));
        // Every new connection gets a new id.
        let id = format!("kQ7mAbCdEf0BAAAA{:06x}", state.next_serial());
        let can_reply = act.more.get("can_reply") != Some(&json!(false));
        let connection = Connection { id, owner, bot: bot.clone(), is_enabled: true, can_reply, date };
        state.own.connections.push(connection.clone());
        let mine = |dialog: &&mut Dialog| matches!(Place::of(dialog), Place::Personal(low, high) if [low, high].contains(&owner));
        for dialog in state.dialogs.values_mut().filter(mine) {
            dialog.line = bot.clone();
        }
        connection
    } else {
        let known = state.own.connections.iter_mut().find(|one| (one.owner, &one.bot) == (owner, &bot));
        let known = known.context("the bot is not connected")?;
        (known.is_enabled, known.date) = (false, date);
        known.clone()
    };
    state.tell_connection(&connection);
    Ok(Done { id: Id::from(connection.id), ..Done::default() })
}

/// Adds a service message to a group.
fn service(state: &mut Telegram, group: &Id, by: Option<i64>, fields: Value) -> Id {
    let id = next_message(state, group);
    let mut message = Message { id: id.clone(), kind: "service".to_owned(), parts: vec![fields], ..Message::default() };
    message.author = by.map_or(Author::Anonymous, Author::Person);
    if by.is_none() {
        let chat = state.dialog(group).map(|known| state.chat(&known.line, known));
        message.more.extend([("from".to_owned(), json::anonymous()), ("sender_chat".to_owned(), json!(chat))]);
    }
    state.add(group, message);
    state.announce(group, &id, false);
    id
}

/// Bots in groups, and changes of groups.
fn in_group(state: &mut Telegram, act: &Act) -> Result<Done> {
    let id = act.id("group")?;
    let by = act.more.get("by").and_then(Value::as_i64).unwrap_or_default();
    let done = |message: Id| Ok(Done { messages: vec![message], ..Done::default() });
    let (bot, user) = (&act.line, state.user(act.line.number()));
    let has_bot = group_mut(state, &id)?.bots.contains_key(bot);
    match act.name.as_str() {
        "add_bot" => {
            ensure!(state.lines.contains_key(bot), "there is no such bot");
            group_mut(state, &id)?.bots.insert(bot.clone(), Role::Member);
            if let Some(dialog) = state.dialogs.get_mut(&id).filter(|dialog| dialog.line.is_empty()) {
                dialog.line = bot.clone();
            }
            state.tell_member(bot, &id, by, ["left", "member"]);
            let fields = json!({"new_chat_participant": user, "new_chat_member": user, "new_chat_members": [user]});
            done(service(state, &id, Some(by), fields))
        }
        "promote" => {
            ensure!(has_bot, "the bot is not in the group");
            group_mut(state, &id)?.bots.insert(bot.clone(), Role::Administrator);
            state.tell_member(bot, &id, by, ["member", "administrator"]);
            Ok(Done::default())
        }
        "upgrade_group" => upgrade(state, &id, by),
        "retitle" => {
            let title = act.field("title").to_owned();
            let dialog = state.dialogs.get_mut(&id).context("there is no such group")?;
            dialog.title.clone_from(&title);
            done(service(state, &id, Some(by), json!({"new_chat_title": title})))
        }
        other => bail!("Telegram has no act {other}"),
    }
}

fn upgrade(state: &mut Telegram, id: &Id, by: i64) -> Result<Done> {
    let old = group_mut(state, id)?.clone();
    let is_basic = old.kind == GroupKind::Basic && old.migrated_to.is_none();
    ensure!(is_basic, "only a basic group can be upgraded");
    // Independent of the old id, so that clients cannot derive one from the other.
    let number = -1_002_233_000_000 - state.next_serial() * 7_919;
    let new = Id::from(number);
    state.own.groups.insert(new.clone(), Group { kind: GroupKind::Super, ..old });
    let dialog = state.dialog(id).context("there is no such group")?;
    let (title, line, kind) = (dialog.title.clone(), dialog.line.clone(), dialog.kind);
    let room = Dialog { id: new.clone(), title, line, kind, ..Dialog::default() };
    state.dialogs.insert(new.clone(), room);
    let to = service(state, id, Some(by), json!({"migrate_to_chat_id": number}));
    group_mut(state, id)?.migrated_to = Some(number);
    let from = service(state, &new, None, json!({"migrate_from_chat_id": id}));
    Ok(Done { messages: vec![to, from], dialog: new, ..Done::default() })
}

/// Ids rise by one within a dialog: nothing is taken out of it.
pub(super) fn next_message(state: &Telegram, dialog: &Id) -> Id {
    let count = state.dialog(dialog).map_or(0, |known| known.messages.len());
    Id::from(i64::try_from(count).unwrap_or_default() + 1)
}
