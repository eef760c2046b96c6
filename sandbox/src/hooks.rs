//! Hooks of the Chats API: what a manager writes leaves as a signed body, once.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    core::Core,
    hook_message::HookMessage,
    outgoing::{self, Call, HookAnswer},
    signature,
    state::{Account, Chat, Direction, Message, Person, State},
};

/// amoCRM waits this long for an answer.
const LIMIT: Duration = Duration::from_secs(5);

/// What a manager said, and how its hook was answered.
#[derive(Clone, Debug)]
pub struct Said {
    /// Amojo id of the message; statuses are reported for it.
    pub message_id: String,
    /// Amojo id of the chat.
    pub chat_id: String,
    /// How the hook was answered.
    pub answer: HookAnswer,
}

/// A hook that was made and signed but not sent.
#[derive(Clone, Debug)]
pub struct PreparedHook {
    /// Scope it belongs to, the last part of its address.
    pub scope_id: String,
    /// Amojo id of the chat.
    pub chat_id: String,
    /// Amojo id of the message in it.
    pub message_id: String,
    /// The exact bytes that are covered by the signature.
    pub body: Vec<u8>,
    /// Lower-case hex signature of the body.
    pub signature: String,
}

/// Stores a manager's message in its chat and makes the signed hook for it.
pub(crate) fn prepare(core: &Core, host: &str, chat_id: &str, message: HookMessage) -> Result<PreparedHook> {
    let now = core.now();
    let msec = message.msec_timestamp.unwrap_or_else(|| now.timestamp_millis());
    let id = Uuid::new_v4().to_string();
    let mut content = message.fields;
    content.insert("id".to_owned(), json!(id));
    let (scope_id, hook) = core.change(|state| {
        let scope_id = connected_scope(state, host, chat_id)?;
        let account = state.accounts.get_mut(host).context("no such account")?;
        let manager = account.manager().context("the account has no manager")?.clone();
        let chat = account.chat_mut(chat_id).context("no such chat")?;
        chat.unread = 0;
        let chat = chat.clone();
        let person = account.person(&chat.person_id).cloned();
        let manager_id = manager.amojo_id.unwrap_or_default();
        let inner = Value::Object(content);
        let hook = body(account, &chat, person.as_ref(), &manager_id, msec, &inner);
        let source = account.source_of(&chat).map(|source| source.external_id.clone());
        account.keep(Message {
            id: id.clone(),
            msgid: None,
            scope_id: scope_id.clone(),
            chat_id: chat.id.clone(),
            direction: Direction::Outgoing,
            sender_id: manager_id,
            sender_name: manager.name,
            receiver_id: Some(chat.person_id.clone()),
            msec_timestamp: msec,
            content: inner,
            payload: hook.clone(),
            source,
            silent: true,
            edited: false,
            reactions: Vec::new(),
            statuses: Vec::new(),
            hook: None,
        });
        let whole = json!({
            "account_id": account.amojo_id,
            "time": now.timestamp(),
            "message": hook,
        });
        anyhow::Ok((scope_id, whole))
    })?;
    let body = serde_json::to_vec(&hook).context("the hook's JSON")?;
    let signature = sign(core, &scope_id, &body);
    Ok(PreparedHook { scope_id, chat_id: chat_id.to_owned(), message_id: id, body, signature })
}

fn connected_scope(state: &State, host: &str, chat_id: &str) -> Result<String> {
    let account = state.accounts.get(host).context("no such account")?;
    let scope_id = &account.chat(chat_id).context("no such chat")?.scope_id;
    match state.connections.get(scope_id) {
        None => bail!("the channel of this chat is not connected, so there are no hooks"),
        Some(connection) if connection.hook_version != "v2" => {
            bail!("the channel was connected with hook_api_version v1, which is dead")
        }
        Some(_) => Ok(scope_id.clone()),
    }
}

/// The hook's `message` object.
fn body(account: &Account, chat: &Chat, person: Option<&Person>, manager_id: &str, msec: i64, inner: &Value) -> Value {
    let mut receiver = json!({
        "id": chat.person_id,
        "phone": person.map(|one| one.phone.as_str()).unwrap_or_default(),
        "email": person.map(|one| one.email.as_str()).unwrap_or_default(),
    });
    let mut conversation = json!({"id": chat.id});
    // Both client ids are missing while a chat that was written first is not bound.
    if let (Some(receiver), Some(id)) = (receiver.as_object_mut(), person.and_then(|one| one.client_id.as_ref())) {
        receiver.insert("client_id".to_owned(), json!(id));
    }
    if let (Some(conversation), Some(id)) = (conversation.as_object_mut(), &chat.conversation_id) {
        conversation.insert("client_id".to_owned(), json!(id));
    }
    let mut message = json!({
        "receiver": receiver,
        "sender": {"id": manager_id},
        "conversation": conversation,
        "timestamp": msec.div_euclid(1000),
        "msec_timestamp": msec,
        "message": inner,
    });
    if let (Some(message), Some(source)) = (message.as_object_mut(), account.source_of(chat)) {
        message.insert("source".to_owned(), json!({"external_id": source.external_id}));
    }
    message
}

/// The signature a hook over this scope (or channel) must carry; empty for an unknown channel.
pub(crate) fn sign(core: &Core, scope_id: &str, body: &[u8]) -> String {
    let channel_id = scope_id.get(..36).unwrap_or(scope_id);
    core.channel(channel_id).map(|(_, channel)| signature::sign_hook(&channel.secret, body)).unwrap_or_default()
}

/// Sends bytes to the hook address of a scope, once.
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
    let call = Call { request, method: "POST", shown: path, host, limit: LIMIT };
    outgoing::call(core, call).await
}

/// Makes, stores and sends a manager's message.
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

/// Makes the chat a manager opens by a phone number; the other side knows neither chat nor person yet.
pub(crate) fn open_chat(
    core: &Core,
    host: &str,
    channel_id: &str,
    source: Option<&str>,
    phone: &str,
) -> Result<String> {
    let (integration, _) = core.channel(channel_id).context("no such channel")?;
    core.change(|state| {
        let account = state.accounts.get_mut(host).context("no such account")?;
        let person_id = Uuid::new_v4().to_string();
        let id = Uuid::new_v4().to_string();
        account.people.push(Person {
            id: person_id.clone(),
            channel_id: channel_id.to_owned(),
            client_id: None,
            name: phone.to_owned(),
            avatar: String::new(),
            phone: phone.trim_start_matches('+').to_owned(),
            email: String::new(),
        });
        account.chats.push(Chat {
            id: id.clone(),
            scope_id: format!("{channel_id}_{}", account.amojo_id),
            client_id: integration.client_id.clone(),
            conversation_id: None,
            person_id,
            source: source.map(str::to_owned),
            lead_id: None,
            unread: 0,
            messages: 0,
        });
        Ok(id)
    })
}
