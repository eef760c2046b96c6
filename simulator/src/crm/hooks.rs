//! Hooks of the Chats API: what a manager does in a chat is sent as a signed body, once. Files get links, quotes and forwards
//! are looked up.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::core::Core;
use super::exchange::{Outgoing, put};
use super::faults::HookKind;
use super::hook_message::{Author, HookMessage};
use super::log::HookAnswer;
use super::state::{Account, CONTACTS, Card, Chat, Direction, HookSamples, Message, Person, State, channel_of};
use super::{ids, media, signature};

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
    /// The exact bytes that are signed. At Kommo a line feed follows them on the way.
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
        let content = content(state, &place, message)?;
        let account = state.accounts.get_mut(host).context("no such account")?;
        let stored = store(account, chat_id, author, msec, content)?;
        let origin = core.channel(channel_of(&scope_id)).map_or("", |(_, channel)| &channel.code);
        account.talk_goes_on(&stored, origin, now.timestamp());
        let hook = if version == "v1" {
            let chat = account.chat(chat_id).context("no such chat")?;
            first_version(chat, account.person(&chat.person_id), msec, &stored.content, account.switches.samples)
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
    if writer.is_bot || content.get("post").is_some() || !account.switches.samples.no_names {
        put(&mut sender, "name", writer.name.as_str());
    }
    let mut message = Message {
        id: content.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
        scope_id: chat.scope_id.clone(),
        chat_id: chat.id.clone(),
        direction: Direction::Outgoing,
        sender_id: writer.id,
        sender_name: writer.name,
        receiver_id: Some(chat.person_id.clone()),
        msec_timestamp: msec,
        payload: message_object(account, &chat, &sender, msec, &content),
        source: account.source_of(&chat).map(|source| source.external_id.clone()),
        silent: true,
        ..Message::default()
    };
    message.set_content(content);
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
    let owner = core.channel(channel_of(scope_id)).map(|(integration, _)| core.server_of(integration));
    let request = core.client.post(format!("{}{path}", owner.unwrap_or_else(|| core.parom_url())));
    let mut request = request.header("Content-Type", "application/json").body(body);
    if let Some(signature) = signature {
        request = request.header("X-Signature", signature);
    }
    let host = core.read(|state| state.account_of_scope(scope_id).map(|account| account.host.clone()));
    let call = Outgoing { request, method: "POST", shown: path, host, limit: LIMIT };
    core.deliver(HookKind::Chats, call).await.unwrap_or_else(|unsent| unsent)
}

/// Signs a hook and sends it, once.
async fn post_signed(core: &Core, scope_id: &str, hook: &Value) -> Result<HookAnswer> {
    let body = serde_json::to_vec(hook).context("the hook's JSON")?;
    let signature = sign(core, scope_id, &body);
    Ok(post_recorded(core, scope_id, body, &signature).await)
}

/// Sends a signed body as production does: Kommo was recorded with a line feed after what is signed.
async fn post_recorded(core: &Core, scope_id: &str, mut body: Vec<u8>, signature: &str) -> HookAnswer {
    let has_feed = |account: &Account| account.host.ends_with(".kommo.com") && !account.switches.samples.no_line_feed;
    if core.read(|state| state.account_of_scope(scope_id).is_some_and(has_feed)) {
        body.push(b'\n');
    }
    post(core, scope_id, body, Some(signature)).await
}

/// Creates, stores and sends a manager's message.
pub(crate) async fn send(core: &Core, host: &str, chat_id: &str, message: HookMessage) -> Result<Said> {
    let hook = prepare(core, host, chat_id, message)?;
    let answer = post_recorded(core, &hook.scope_id, hook.body, &hook.signature).await;
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
        let mut sender = json!({"id": message.sender_id});
        if !account.switches.samples.no_names {
            put(&mut sender, "name", message.sender_name.as_str());
        }
        let body = message_object(account, chat, &sender, message.msec_timestamp, &Value::Object(content));
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
        let mut typing = json!({"conversation": conversation(chat), "expired_at": (now + TYPING).timestamp()});
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
        let conversation = account.chat(&chat_id).map(conversation).unwrap_or_default();
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
            HookForm::Table => put(&mut reaction, "message", reacted(message, &manager_id)),
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

/// The chat a message is written in.
struct Place<'a> {
    host: &'a str,
    chat_id: &'a str,
    /// Our own address, for links to files.
    own_url: &'a str,
    now: DateTime<Utc>,
}

/// The author, as shown in hooks and the window.
struct Writer {
    id: String,
    name: String,
    is_bot: bool,
}

/// Finds the author; a user without an id in the Chats API cannot write.
fn writer(account: &Account, author: Author) -> Result<Writer> {
    let user = match author {
        Author::Salesbot => {
            let id = ids::amojo(&format!("salesbot.{}", account.amojo_id)).to_string();
            return Ok(Writer { id, name: "Salesbot".to_owned(), is_bot: true });
        }
        Author::Manager => account.manager().context("the account has no manager")?,
        Author::User(id) => account.user(id).context("no such user")?,
    };
    let id = user.amojo_id.clone().with_context(|| format!("{} has no id in the Chats API", user.name))?;
    Ok(Writer { id, name: user.name.clone(), is_bot: false })
}

/// The inner `message` object with its new id.
fn content(state: &mut State, place: &Place<'_>, message: HookMessage) -> Result<Value> {
    let account = state.accounts.get(place.host).context("no such account")?;
    let mut content = Value::Object(message.fields);
    put(&mut content, "id", json!(Uuid::new_v4()));
    if let Some(list) = message.list {
        let list = list.completed()?;
        if content.get("text").is_some_and(|text| text == "") {
            put(&mut content, "text", list.body.as_str());
        }
        put(&mut content, "markup", json!({"list_message": list}));
    }
    if let Some(id) = &message.quoted {
        let quoted = account.message(id).filter(|one| one.chat_id == place.chat_id);
        let quoted = quoted.context("the quoted message is not in this chat")?;
        put(&mut content, "reply_to", json!({"message": embedded(account, quoted)}));
    }
    if let Some(id) = &message.forwarded {
        let forwarded = account.message(id).context("the forwarded message is not there")?;
        let owner = |chat_id: &str| account.chat(chat_id).map(|chat| chat.client_id.as_str());
        if owner(&forwarded.chat_id) != owner(place.chat_id) {
            bail!("the forwarded message is in a chat of another integration");
        }
        let messages = [embedded(account, forwarded)];
        put(&mut content, "forwards", json!({"messages": messages, "conversation_ref_id": forwarded.chat_id}));
    }
    if let Some(id) = &message.comment {
        answer_comment(account, place, id, &mut content)?;
    }
    if let Some(attachment) = message.attachment {
        let (link, preview) = media::keep(state, place.own_url, &attachment, place.now)?;
        put(&mut content, "media", link);
        put(&mut content, "thumbnail", preview);
        put(&mut content, "file_name", attachment.name);
        put(&mut content, "file_size", attachment.bytes.len());
    }
    Ok(content)
}

/// A public answer: text only, with the post and the comment it answers.
fn answer_comment(account: &Account, place: &Place<'_>, id: &str, content: &mut Value) -> Result<()> {
    let comment = account.message(id).filter(|one| one.chat_id == place.chat_id);
    let comment = comment.context("the comment is not in this chat")?;
    let post = comment.post_id().context("the message is not a comment")?;
    if content.get("type").is_none_or(|kind| kind != "text") || content.get("markup").is_some() {
        bail!("a public answer to a comment can only be a text");
    }
    put(content, "markup", Value::Null);
    put(content, "post", json!({"id": post}));
    put(content, "reply_to", json!({"message": embedded(account, comment)}));
    Ok(())
}

/// `conversation`; without `client_id` while a chat opened by a manager is not bound.
fn conversation(chat: &Chat) -> Value {
    with_client_id(json!({"id": chat.id}), chat.conversation_id.as_ref())
}

fn with_client_id(mut shown: Value, id: Option<&String>) -> Value {
    if let Some(id) = id {
        put(&mut shown, "client_id", id.as_str());
    }
    shown
}

/// The `message` object of a hook of the second version.
fn message_object(account: &Account, chat: &Chat, sender: &Value, msec: i64, inner: &Value) -> Value {
    let samples = account.switches.samples;
    let person = account.person(&chat.person_id);
    let text = |look: fn(&Person) -> &String| person.map(|one| look(one).as_str()).unwrap_or_default();
    let in_public = inner.get("post").is_some();
    let mut receiver = json!({"id": chat.person_id});
    // A public answer to a comment has a name and no profile.
    if in_public || !samples.no_names {
        put(&mut receiver, "name", text(|one| &one.name));
    }
    for (key, value) in [("phone", text(|one| &one.phone)), ("email", text(|one| &one.email))] {
        let is_recorded = key == "phone" && !value.is_empty();
        if !in_public && (is_recorded || samples.empty_profile) {
            put(&mut receiver, key, value);
        }
    }
    let mut message = json!({
        "receiver": with_client_id(receiver, person.and_then(|one| one.client_id.as_ref())),
        "sender": sender,
        "conversation": conversation(chat),
        "timestamp": msec.div_euclid(1000),
        "msec_timestamp": msec,
        "message": with_empty_fields(inner.clone(), samples),
    });
    if let Some(source) = account.source_of(chat).filter(|_| !in_public) {
        put(&mut message, "source", json!({"external_id": source.external_id}));
    }
    message
}

/// What every recorded message has, with or without content.
fn with_empty_fields(mut inner: Value, samples: HookSamples) -> Value {
    for (key, empty) in [("markup", Value::Null), ("media_group_id", json!(""))] {
        if inner.get(key).is_none() && !samples.no_empty_fields {
            put(&mut inner, key, empty);
        }
    }
    inner
}

/// A hook of the obsolete first version: flat, with the other side's ids only. `None` for a chat that has none.
fn first_version(
    chat: &Chat,
    person: Option<&Person>,
    msec: i64,
    inner: &Value,
    samples: HookSamples,
) -> Option<Value> {
    let (receiver, conversation) = (person?.client_id.as_ref()?, chat.conversation_id.as_ref()?);
    let mut hook = json!({"receiver": receiver, "conversation_id": conversation, "msec_timestamp": msec});
    let inner = with_empty_fields(inner.clone(), samples);
    for key in ["type", "text", "media", "thumbnail", "file_name", "file_size"] {
        put(&mut hook, key, inner.get(key).cloned().unwrap_or_default());
    }
    for key in ["tag", "markup", "media_group_id"] {
        if let Some(value) = inner.get(key).filter(|_| !samples.no_empty_fields) {
            put(&mut hook, key, value.clone());
        }
    }
    Some(hook)
}

/// A participant inside a quoted or forwarded message: no phone, no e-mail.
fn participant(account: &Account, id: &str, name: &str) -> Value {
    let client_id = account.person(id).and_then(|person| person.client_id.as_ref());
    with_client_id(json!({"id": id, "name": name}), client_id)
}

/// A message within `reply_to` and `forwards`.
fn embedded(account: &Account, message: &Message) -> Value {
    let mut shown = json!({
        "id": message.id,
        "timestamp": message.msec_timestamp.div_euclid(1000),
        "msec_timestamp": message.msec_timestamp,
        "sender": participant(account, &message.sender_id, &message.sender_name),
        "file_size": message.content.get("file_size").cloned().unwrap_or_else(|| json!(0)),
    });
    for key in ["type", "text", "media", "thumbnail", "file_name"] {
        put(&mut shown, key, message.content.get(key).cloned().unwrap_or_else(|| json!("")));
    }
    for key in ["location", "contact"] {
        if let Some(value) = message.content.get(key) {
            put(&mut shown, key, value.clone());
        }
    }
    if let Some(msgid) = &message.msgid {
        put(&mut shown, "msgid", msgid.as_str());
    }
    if let Some(person) = message.receiver_id.as_ref().and_then(|id| account.person(id)) {
        put(&mut shown, "receiver", participant(account, &person.id, &person.name));
    }
    shown
}

/// `action.reaction.message`, the form of the table.
fn reacted(message: &Message, manager_id: &str) -> Value {
    let receiver = message.receiver_id.as_deref().unwrap_or(manager_id);
    let shown = json!({
        "id": message.id,
        "sender": {"id": message.sender_id},
        "receiver": {"id": receiver},
        "timestamp": message.msec_timestamp.div_euclid(1000),
        "msec_timestamp": message.msec_timestamp,
    });
    // A message created in amoCRM has no id of the other side.
    with_client_id(shown, message.msgid.as_ref().filter(|_| message.direction != Direction::Outgoing))
}
