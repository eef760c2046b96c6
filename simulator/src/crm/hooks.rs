//! Hooks of the Chats API: what a manager does in a chat is sent as a signed body, once.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::core::Core;
use super::exchange::{Outgoing, put};
use super::faults::HookKind;
use super::hook_body::{self, Place, Writer, writer};
use super::hook_message::{Author, HookMessage};
use super::log::HookAnswer;
use super::signature;
use super::state::{Account, CONTACTS, Card, Chat, Direction, Message, Person, State, channel_of};

/// amoCRM's time limit for an answer.
const LIMIT: Duration = Duration::from_secs(5);
/// A typing hook is sent at most this often, and is valid for as long.
const TYPING: TimeDelta = TimeDelta::seconds(5);

/// A manager's message, and the answer to its hook.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Said {
    /// Amojo id of the message; statuses refer to it.
    pub message_id: String,
    /// Amojo id of the chat.
    pub chat_id: String,
    /// How the hook was answered.
    pub answer: HookAnswer,
}

/// A hook that was built and signed but not sent.
#[derive(Clone, Debug)]
pub struct PreparedHook {
    /// Its scope, the last part of its address.
    pub scope_id: String,
    /// Amojo id of the chat.
    pub chat_id: String,
    /// Amojo id of the message in it.
    pub message_id: String,
    /// The exact bytes that are signed.
    pub body: Vec<u8>,
    /// Lower-case hex signature of the body.
    pub signature: String,
}

/// The form of a hook where the documents contradict themselves: the table, or the sample below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookForm {
    /// Typing: `action.typing.user`. Reaction: `action.reaction.msgid`.
    Sample,
    /// Typing: `action.user`. Reaction: `action.reaction.message`, which amoCRM's change log names too.
    Table,
}

/// Stores a manager's message in its chat and builds its signed hook.
pub(crate) fn prepare(core: &Core, host: &str, chat_id: &str, message: HookMessage) -> Result<PreparedHook> {
    let own_url = core.own_url();
    let now = core.now();
    let msec = message.msec_timestamp.unwrap_or_else(|| now.timestamp_millis());
    let (scope_id, message_id, hook) = core.change(|state| {
        let (scope_id, version) = connected(state, host, chat_id)?;
        let author = writer(account(state, host)?, message.author)?;
        let place = Place { host, chat_id, own_url: &own_url, now };
        let content = hook_body::content(state, &place, message)?;
        let account = state.accounts.get_mut(host).context("no such account")?;
        let stored = store(account, chat_id, author, msec, content)?;
        let origin = core.channel(channel_of(&scope_id)).map_or("", |(_, channel)| &channel.code);
        account.talk_goes_on(&stored, origin, now.timestamp());
        let hook = if version == "v1" {
            let chat = account.chat(chat_id).context("no such chat")?;
            hook_body::first_version(chat, account.person(&chat.person_id), msec, &stored.content)
                .context("a hook of the first version can't name a chat that the other side doesn't know")?
        } else {
            json!({"account_id": account.amojo_id, "time": now.timestamp(), "message": stored.payload})
        };
        anyhow::Ok((scope_id, stored.id, hook))
    })?;
    let body = serde_json::to_vec(&hook).context("the hook's JSON")?;
    let signature = sign(core, &scope_id, &body);
    Ok(PreparedHook { scope_id, chat_id: chat_id.to_owned(), message_id, body, signature })
}

fn account<'a>(state: &'a State, host: &str) -> Result<&'a Account> {
    state.accounts.get(host).context("no such account")
}

/// Stores the message in its chat and marks the chat as read.
fn store(account: &mut Account, chat_id: &str, writer: Writer, msec: i64, content: Value) -> Result<Message> {
    let chat = account.chat_mut(chat_id).context("no such chat")?;
    chat.unread = 0;
    let chat = chat.clone();
    let mut sender = json!({"id": writer.id});
    if writer.is_bot || content.get("post").is_some() {
        put(&mut sender, "name", writer.name.as_str());
    }
    let message = Message {
        id: content.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
        msgid: None,
        scope_id: chat.scope_id.clone(),
        chat_id: chat.id.clone(),
        direction: Direction::Outgoing,
        sender_id: writer.id,
        sender_name: writer.name,
        receiver_id: Some(chat.person_id.clone()),
        msec_timestamp: msec,
        payload: hook_body::message(account, &chat, &sender, msec, &content),
        content,
        source: account.source_of(&chat).map(|source| source.external_id.clone()),
        silent: true,
        edited: false,
        reactions: Vec::new(),
        statuses: Vec::new(),
        hook: None,
    };
    account.keep(message.clone());
    Ok(message)
}

/// Scope of a chat whose channel is connected, and its hook version.
fn connected(state: &State, host: &str, chat_id: &str) -> Result<(String, String)> {
    let scope_id = &account(state, host)?.chat(chat_id).context("no such chat")?.scope_id;
    let connection = state.connections.get(scope_id);
    let connection = connection.context("the channel of this chat is not connected, so there are no hooks")?;
    Ok((scope_id.clone(), connection.hook_api_version.clone()))
}

fn second_version(state: &State, host: &str, chat_id: &str) -> Result<String> {
    match connected(state, host, chat_id)? {
        (_, version) if version == "v1" => bail!("hook_api_version v1 knows messages alone"),
        (scope_id, _) => Ok(scope_id),
    }
}

/// The signature of a hook over this scope (or channel); empty for an unknown channel.
pub(crate) fn sign(core: &Core, scope_id: &str, body: &[u8]) -> String {
    let channel = core.channel(channel_of(scope_id));
    channel.map(|(_, channel)| signature::sign_hook(&channel.secret, body)).unwrap_or_default()
}

/// Sends bytes to the hook address of a scope, once, unless a fault changes that.
pub(crate) async fn post(core: &Core, scope_id: &str, body: Vec<u8>, signature: Option<&str>) -> HookAnswer {
    let path = format!("/location/{scope_id}");
    let request = core.client.post(format!("{}{path}", core.parom_url()));
    let mut request = request.header("Content-Type", "application/json").body(body);
    if let Some(signature) = signature {
        request = request.header("X-Signature", signature);
    }
    let host = core.read(|state| state.account_of_scope(scope_id).map(|account| account.host.clone()));
    let call = Outgoing { request, method: "POST", shown: path, host, limit: LIMIT };
    let client_id = core.channel(channel_of(scope_id)).map_or("", |(integration, _)| &integration.client_id);
    core.deliver(HookKind::Chats, client_id, call).await.0
}

/// Signs a hook and sends it, once.
async fn post_signed(core: &Core, scope_id: &str, hook: &Value) -> Result<HookAnswer> {
    let body = serde_json::to_vec(hook).context("the hook's JSON")?;
    let signature = sign(core, scope_id, &body);
    Ok(post(core, scope_id, body, Some(&signature)).await)
}

/// Creates, stores and sends a manager's message.
pub(crate) async fn send(core: &Core, host: &str, chat_id: &str, message: HookMessage) -> Result<Said> {
    let hook = prepare(core, host, chat_id, message)?;
    let answer = post(core, &hook.scope_id, hook.body, Some(&hook.signature)).await;
    core.change(|state| {
        let account = state.accounts.get_mut(host);
        if let Some(message) = account.and_then(|account| account.message_mut(&hook.message_id)) {
            message.hook = Some(answer.clone());
        }
    });
    Ok(Said { message_id: hook.message_id, chat_id: hook.chat_id, answer })
}

/// Sends the hook for a message that was imported as a user's.
pub(crate) async fn echo(core: &Core, host: &str, message_id: &str) -> Result<HookAnswer> {
    let now = core.now();
    let (scope_id, hook) = core.read(|state| {
        let account = account(state, host)?;
        let message = account.message(message_id).context("no such message")?;
        if message.direction != Direction::Imported || account.user_by_amojo(&message.sender_id).is_none() {
            bail!("the message was not imported in a manager's name");
        }
        let (scope_id, _) = connected(state, host, &message.chat_id)?;
        let chat = account.chat(&message.chat_id).context("no such chat")?;
        let mut content = HookMessage::text("").fields;
        content.extend(message.content.as_object().cloned().unwrap_or_default());
        content.insert("id".to_owned(), json!(message.id));
        let sender = json!({"id": message.sender_id});
        let body = hook_body::message(account, chat, &sender, message.msec_timestamp, &Value::Object(content));
        anyhow::Ok((scope_id, json!({"account_id": account.amojo_id, "time": now.timestamp(), "message": body})))
    })?;
    post_signed(core, &scope_id, &hook).await
}

/// A manager is typing, in a chat or in an answer to a comment on a post. `None`: the latest hook about it is younger
/// than five seconds, so none is sent.
pub(crate) async fn typing(
    core: &Core,
    host: &str,
    chat_id: &str,
    author: Author,
    post_id: Option<&str>,
    form: HookForm,
) -> Result<Option<HookAnswer>> {
    let now = core.now();
    let made = core.change(|state| {
        let scope_id = second_version(state, host, chat_id)?;
        let account = state.accounts.get_mut(host).context("no such account")?;
        let user = json!({"id": writer(account, author)?.id});
        let amojo_id = account.amojo_id.clone();
        let chat = account.chat_mut(chat_id).context("no such chat")?;
        if chat.manager_typed_at.is_some_and(|at| at + TYPING > now) {
            return Ok(None);
        }
        chat.manager_typed_at = Some(now);
        let mut typing =
            json!({"conversation": hook_body::conversation(chat), "expired_at": (now + TYPING).timestamp()});
        if let Some(post_id) = post_id {
            put(&mut typing, "post_id", post_id);
        }
        let action = match form {
            HookForm::Sample => {
                put(&mut typing, "user", user);
                json!({"typing": typing})
            }
            HookForm::Table => json!({"typing": typing, "user": user}),
        };
        anyhow::Ok(Some((scope_id, json!({"account_id": amojo_id, "time": now.timestamp(), "action": action}))))
    })?;
    match made {
        None => Ok(None),
        Some((scope_id, hook)) => Ok(Some(post_signed(core, &scope_id, &hook).await?)),
    }
}

/// A manager reacts to a message, or removes the reaction.
pub(crate) async fn reaction(
    core: &Core,
    host: &str,
    message_id: &str,
    author: Author,
    emoji: Option<&str>,
    form: HookForm,
) -> Result<HookAnswer> {
    let now = core.now();
    let (scope_id, hook) = core.change(|state| {
        let account = account(state, host)?;
        let chat_id = account.message(message_id).context("no such message")?.chat_id.clone();
        let manager_id = writer(account, author)?.id;
        let conversation = account.chat(&chat_id).map(hook_body::conversation).unwrap_or_default();
        let amojo_id = account.amojo_id.clone();
        let scope_id = second_version(state, host, &chat_id)?;
        let account = state.accounts.get_mut(host).context("no such account")?;
        let message = account.message_mut(message_id).context("no such message")?;
        if !message.react(&manager_id, emoji) && emoji.is_none() {
            bail!("there is no reaction to take back");
        }
        let kind = if emoji.is_some() { "react" } else { "unreact" };
        let mut reaction = json!({"user": {"id": manager_id}, "conversation": conversation, "type": kind});
        match form {
            HookForm::Table => put(&mut reaction, "message", hook_body::reacted(message, &manager_id)),
            HookForm::Sample => put(&mut reaction, "msgid", message.id.as_str()),
        }
        if let Some(emoji) = emoji {
            put(&mut reaction, "emoji", emoji);
        }
        let action = json!({"reaction": reaction});
        Ok((scope_id, json!({"account_id": amojo_id, "time": now.timestamp(), "action": action})))
    })?;
    post_signed(core, &scope_id, &hook).await
}

/// Writing first: the chat for a phone number over a channel and a source. A chat opened earlier and never answered is
/// reused; a chat begun by the customer is not.
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
        let account = state.accounts.get_mut(host).context("no such account")?;
        let scope_id = format!("{channel_id}_{}", account.amojo_id);
        if !state.connections.contains_key(&scope_id) {
            bail!("the channel is not connected, so a manager cannot write first");
        }
        let is_waiting = |chat: &&Chat| {
            chat.scope_id == scope_id
                && chat.conversation_id.is_none()
                && chat.source.as_deref() == source
                && account.person(&chat.person_id).is_some_and(|person| person.phone == digits)
        };
        if let Some(chat) = account.chats.iter().find(is_waiting) {
            return Ok(chat.id.clone());
        }
        let has = |card: &&Card| card.phones().iter().any(|one| one.trim_start_matches('+') == digits);
        let contact = account.crm.all(&CONTACTS).iter().find(has).cloned();
        let name = contact.as_ref().map_or(phone, Card::name).to_owned();
        let person = Person { name, phone: digits.to_owned(), ..Person::stranger(channel_id) };
        let opened = Chat::opened(&scope_id, &integration.client_id, &person.id);
        let chat = Chat { source: source.map(str::to_owned), ..opened };
        let id = chat.id.clone();
        account.people.push(person);
        account.chats.push(chat);
        // The number was chosen on a contact's card, so the chat is linked to that contact.
        if let Some(contact) = contact {
            account.link_chat(&id, contact.id);
        }
        Ok(id)
    })
}
