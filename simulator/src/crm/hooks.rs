//! Hooks of the Chats API: a manager's message is sent as a signed body, once.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::crm::{
    compose::{self, Place, Writer},
    core::Core,
    exchange::Outgoing,
    hook_body,
    hook_faults::HookKind,
    hook_message::HookMessage,
    log::HookAnswer,
    outgoing, signature,
    state::{Direction, Message, State},
};

/// amoCRM's time limit for an answer.
const LIMIT: Duration = Duration::from_secs(5);

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

/// Stores a manager's message in its chat and builds its signed hook.
pub(crate) fn prepare(core: &Core, host: &str, chat_id: &str, message: HookMessage) -> Result<PreparedHook> {
    let own_url = core.own_url();
    let now = core.now();
    let msec = message.msec_timestamp.unwrap_or_else(|| now.timestamp_millis());
    let (scope_id, message_id, hook) = core.change(|state| {
        let (scope_id, version) = connected(state, host, chat_id)?;
        let author = message.author;
        let writer = compose::writer(state.accounts.get(host).context("no such account")?, author)?;
        let place = Place { host, chat_id, scope_id: &scope_id, own_url: &own_url, now };
        let content = compose::content(state, &place, message)?;
        let stored = store(state, host, chat_id, writer, msec, content)?;
        let account = state.accounts.get(host).context("no such account")?;
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

/// Stores the message in its chat and marks the chat as read.
fn store(state: &mut State, host: &str, chat_id: &str, writer: Writer, msec: i64, content: Value) -> Result<Message> {
    let account = state.accounts.get_mut(host).context("no such account")?;
    let chat = account.chat_mut(chat_id).context("no such chat")?;
    chat.unread = 0;
    let chat = chat.clone();
    let mut sender = json!({"id": writer.id});
    if writer.is_bot || content.get("post").is_some() {
        hook_body::put(&mut sender, "name", json!(writer.name));
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
pub(crate) fn connected(state: &State, host: &str, chat_id: &str) -> Result<(String, String)> {
    let account = state.accounts.get(host).context("no such account")?;
    let scope_id = &account.chat(chat_id).context("no such chat")?.scope_id;
    let connection = state.connections.get(scope_id);
    let connection = connection.context("the channel of this chat is not connected, so there are no hooks")?;
    Ok((scope_id.clone(), connection.hook_version.clone()))
}

/// The signature of a hook over this scope (or channel); empty for an unknown channel.
pub(crate) fn sign(core: &Core, scope_id: &str, body: &[u8]) -> String {
    let channel_id = scope_id.get(..36).unwrap_or(scope_id);
    core.channel(channel_id).map(|(_, channel)| signature::sign_hook(&channel.secret, body)).unwrap_or_default()
}

/// Sends bytes to the hook address of a scope, once, unless a fault changes that.
pub(crate) async fn post(core: &Core, scope_id: &str, body: Vec<u8>, signature: Option<&str>) -> HookAnswer {
    let path = format!("/location/{scope_id}");
    let mut request =
        core.client.post(format!("{}{path}", core.parom_url())).header("Content-Type", "application/json").body(body);
    if let Some(signature) = signature {
        request = request.header("X-Signature", signature);
    }
    let host = core.read(|state| {
        let account = state.account_by_amojo(scope_id.get(37..)?)?;
        Some(account.host.clone())
    });
    let call = Outgoing { request, method: "POST", shown: path, host, limit: LIMIT };
    let channel_id = scope_id.get(..36).unwrap_or(scope_id);
    let client_id = core.channel(channel_id).map(|(integration, _)| integration.client_id.as_str()).unwrap_or_default();
    outgoing::deliver(core, HookKind::Chats, client_id, call).await.answer
}

/// Signs a hook and sends it, once.
pub(crate) async fn post_signed(core: &Core, scope_id: &str, hook: &Value) -> Result<HookAnswer> {
    let body = serde_json::to_vec(hook).context("the hook's JSON")?;
    let signature = sign(core, scope_id, &body);
    Ok(post(core, scope_id, body, Some(&signature)).await)
}

/// Sends the hook for a message that was imported as a user's.
pub(crate) async fn echo(core: &Core, host: &str, message_id: &str) -> Result<HookAnswer> {
    let now = core.now();
    let (scope_id, hook) = core.read(|state| {
        let account = state.accounts.get(host).context("no such account")?;
        let message = account.message(message_id).context("no such message")?;
        let by_user = account.users.iter().any(|user| user.amojo_id.as_ref() == Some(&message.sender_id));
        if message.direction != Direction::Imported || !by_user {
            bail!("the message was not imported in a manager's name");
        }
        let (scope_id, _) = connected(state, host, &message.chat_id)?;
        let chat = account.chat(&message.chat_id).context("no such chat")?;
        let mut content = Value::Object(HookMessage::text("").fields);
        for (key, value) in message.content.as_object().into_iter().flatten() {
            hook_body::put(&mut content, key, value.clone());
        }
        hook_body::put(&mut content, "id", json!(message.id));
        let sender = json!({"id": message.sender_id});
        let body = hook_body::message(account, chat, &sender, message.msec_timestamp, &content);
        let hook = json!({"account_id": account.amojo_id, "time": now.timestamp(), "message": body});
        anyhow::Ok((scope_id, hook))
    })?;
    post_signed(core, &scope_id, &hook).await
}

/// Creates, stores and sends a manager's message.
pub(crate) async fn send(core: &Core, host: &str, chat_id: &str, message: HookMessage) -> Result<Said> {
    let hook = prepare(core, host, chat_id, message)?;
    let answer = post(core, &hook.scope_id, hook.body, Some(&hook.signature)).await;
    core.change(|state| {
        let message = state.accounts.get_mut(host).and_then(|account| account.message_mut(&hook.message_id));
        if let Some(message) = message {
            message.hook = Some(answer.clone());
        }
    });
    Ok(Said { message_id: hook.message_id, chat_id: hook.chat_id, answer })
}
