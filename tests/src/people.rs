//! People, whose actions are methods.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base::clock::Clock;
use base::message::crm_id;
use serde_json::{Value, json};
use simulator::crm::{HookMessage, PreparedHook, Said, Sandbox};
use uuid::Uuid;

use crate::api::{Api, Reply, answer};
use crate::settings::{CHANNEL_ID, HOST, PATIENCE, VENDOR_KEY, start_sandbox};
use crate::{Messenger, World};

/// The environment of people: amoCRM, a messenger, and the server between them.
pub struct Stage {
    pub clock: Clock,
    pub sandbox: Arc<Sandbox>,
    pub messenger: Messenger,
    /// With the vendor's key.
    pub api: Api,
    /// Number of customers' messages so far, for their ids.
    written: Arc<AtomicU64>,
}

/// A source of a tenant, connected to the world's messenger.
#[derive(Clone, Debug)]
pub struct Line {
    pub host: String,
    pub tenant_id: Uuid,
    pub source_id: Uuid,
    pub external_id: String,
    pub scope_id: String,
    pub webhook_secret: String,
}

impl Line {
    /// amoCRM's id of a conversation of this source.
    pub fn crm_conversation(&self, conversation: &str) -> String {
        crm_id(self.source_id, "conversation", conversation).to_string()
    }

    /// A path below this source in the API.
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/sources/{}{rest}", self.source_id)
    }

    /// The list of dead letters of this source.
    pub fn dead_letters(&self) -> String {
        format!("/api/v1/dead-letters?source_id={}", self.source_id)
    }
}

/// An administrator of an amoCRM account.
pub struct Owner {
    host: String,
    sandbox: Arc<Sandbox>,
    api: Api,
}

/// A customer in the messenger.
#[derive(Clone)]
pub struct Customer {
    pub(crate) api: Api,
    line: Line,
    name: String,
    written: Arc<AtomicU64>,
}

/// A manager in amoCRM.
#[derive(Clone)]
pub struct Manager {
    sandbox: Arc<Sandbox>,
    line: Line,
}

impl Stage {
    /// Starts amoCRM and messenger, ready for a server.
    pub(crate) async fn set(clock: Clock) -> Self {
        base::http_client::install_crypto_provider();
        let sandbox = Arc::new(start_sandbox(&clock).await);
        let messenger = Messenger::start(clock.clone()).await;
        Self { clock, sandbox, messenger, api: Api::new("", VENDOR_KEY), written: Arc::default() }
    }

    /// Sets the server's address.
    pub(crate) fn server_is_at(&self, url: &str) {
        self.sandbox.set_parom_url(url);
        self.sandbox.set_redirect_uri("main", &format!("{url}/oauth/callback"));
        self.api.moved_to(url);
    }

    /// Polls until `what` returns a value: for states without a signal.
    pub async fn until<T>(&self, what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
        let asking = async {
            let mut ticks = tokio::time::interval(Duration::from_millis(10));
            loop {
                ticks.tick().await;
                if let Some(answer) = ask().await {
                    return answer;
                }
            }
        };
        let answer = tokio::time::timeout(PATIENCE, asking).await;
        answer.unwrap_or_else(|_| panic!("waited {PATIENCE:?} in vain: {what}"))
    }

    /// The owner of an account, which is created if necessary.
    pub fn owner(&self, host: &str) -> Owner {
        self.sandbox.add_account(host);
        Owner { host: host.to_owned(), sandbox: self.sandbox.clone(), api: self.api.clone() }
    }

    /// The tenant of an account, once it is active.
    pub async fn active(&self, host: &str) -> Uuid {
        self.until("the tenant becomes active", async || {
            let tenant = self.tenant(host).await?;
            (tenant["status"] == "active").then(|| tenant["id"].as_str()?.parse().ok())?
        })
        .await
    }

    /// A tenant as the API shows it.
    pub async fn tenant(&self, host: &str) -> Option<Value> {
        let tenants = self.api.get("/api/v1/tenants").await.is(200);
        tenants.json["items"].as_array()?.iter().find(|tenant| tenant["host"] == host).cloned()
    }

    /// A source of kind `custom` in the default account, which is installed if necessary.
    pub async fn line(&self, external_id: &str) -> Line {
        self.line_at(HOST, external_id).await
    }

    /// [`Stage::line`] in any account.
    pub async fn line_at(&self, host: &str, external_id: &str) -> Line {
        let settings = json!({"webhook_url": self.messenger.url()});
        let line = self.source_at(host, "custom", &format!("Line {external_id}"), external_id, settings).await;
        self.messenger.knows(&line.source_id.to_string(), &line.webhook_secret);
        line
    }

    /// A working source of this kind in an account, which is installed if necessary.
    pub async fn source_at(&self, host: &str, kind: &str, name: &str, external_id: &str, settings: Value) -> Line {
        let (tenant_id, made) = self.asks_at(host, kind, name, external_id, settings).await;
        let made = made.is(201);
        Line {
            host: host.to_owned(),
            tenant_id,
            source_id: made.text_at("/id").parse().expect("a source's id is a UUID"),
            external_id: external_id.to_owned(),
            scope_id: format!("{CHANNEL_ID}_{}", self.sandbox.add_account(host).amojo_id),
            webhook_secret: made.json["webhook_secret"].as_str().unwrap_or_default().to_owned(),
        }
    }

    async fn asks_at(&self, host: &str, kind: &str, name: &str, external_id: &str, settings: Value) -> (Uuid, Reply) {
        if self.tenant(host).await.is_none() {
            self.owner(host).installs_in_a_browser().await.is(200);
        }
        let tenant_id = self.active(host).await;
        let body = json!({ "kind": kind, "name": name, "external_id": external_id, "settings": settings });
        (tenant_id, self.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &body).await)
    }

    /// Asks for a source of this kind in the default account.
    pub async fn asks_for_source(&self, kind: &str, name: &str, external_id: &str, settings: Value) -> Reply {
        self.asks_at(HOST, kind, name, external_id, settings).await.1
    }

    /// A working source of this kind in the default account.
    pub async fn line_of(&self, kind: &str, name: &str, external_id: &str, settings: Value) -> Line {
        self.source_at(HOST, kind, name, external_id, settings).await
    }

    /// A customer of a line; the conversation's id is `chat-NAME`.
    pub fn customer(&self, line: &Line, name: &str) -> Customer {
        Customer { api: self.api.clone(), line: line.clone(), name: name.to_owned(), written: self.written.clone() }
    }

    /// A manager of the account of a line.
    pub fn manager(&self, line: &Line) -> Manager {
        Manager { sandbox: self.sandbox.clone(), line: line.clone() }
    }

    /// Texts from outside in a line's account at amoCRM, in order of acceptance there.
    pub fn texts_at_crm(&self, line: &Line) -> Vec<String> {
        let came = |message: &simulator::crm::MessageView| message.msgid.is_some();
        self.sandbox.messages(&line.host).into_iter().filter(came).map(|message| message.text).collect()
    }

    /// The statuses sent to amoCRM for a manager's message: codes, in order.
    pub fn statuses_at_crm(&self, line: &Line, message_id: &str) -> Vec<i64> {
        self.failures_at_crm(line, message_id).into_iter().map(|(code, _)| code).collect()
    }

    /// The same with the codes of errors.
    pub fn failures_at_crm(&self, line: &Line, message_id: &str) -> Vec<(i64, Option<i64>)> {
        let messages = self.sandbox.messages(&line.host);
        let found = messages.iter().find(|message| message.id == message_id).expect("amoCRM has the message");
        found.statuses.iter().map(|status| (status.code, status.error_code)).collect()
    }

    /// Waits until an account has this status.
    pub async fn becomes(&self, host: &str, status: &str) {
        self.until(status, async || (self.tenant(host).await?["status"] == status).then_some(())).await;
    }
}

impl Owner {
    /// Installs in a browser, starting at `/oauth/install`, with immediate consent. Returns the response of
    /// `/oauth/callback`.
    pub async fn installs_in_a_browser(&self) -> Reply {
        let begun = self.opens_install().await;
        let back = self.sandbox.allow(&self.host, "main", Some(&state_of(&begun.is_redirect())));
        let request = self.api.anonymous(reqwest::Method::GET, &back).header("cookie", cookie_of(&begun));
        answer(request.header("x-forwarded-for", self.address())).await
    }

    /// Only the first step: the redirect to the consent page.
    pub async fn opens_install(&self) -> Reply {
        let request = self.api.anonymous(reqwest::Method::GET, "/oauth/install?integration=main");
        answer(request.header("x-forwarded-for", self.address())).await
    }

    /// Each owner's own address, forwarded by the proxy that test servers trust: unknown callers are counted by it.
    fn address(&self) -> String {
        let [one, two, ..] = Uuid::new_v5(&Uuid::NAMESPACE_DNS, self.host.as_bytes()).into_bytes();
        format!("198.18.{one}.{two}")
    }

    /// Presses "Install" in the marketplace: amoCRM itself calls, with `from_widget`.
    pub async fn installs_from_the_marketplace(&self) -> simulator::crm::HookAnswer {
        self.sandbox.install(&self.host, "main").await
    }

    /// Disables the integration in amoCRM.
    pub async fn uninstalls(&self) -> simulator::crm::HookAnswer {
        self.sandbox.revoke(&self.host, "main").await
    }
}

impl Reply {
    /// Fails the test unless this is a redirect; returns its target.
    #[track_caller]
    pub fn is_redirect(&self) -> String {
        assert!((300..400).contains(&self.status), "{}: {}", self.status, self.text);
        self.header("location").to_owned()
    }
}

/// The cookie set by a response, as a browser sends it back.
pub fn cookie_of(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

/// The `state` of a consent address.
pub fn state_of(consent: &str) -> String {
    let url = url::Url::parse(consent).expect("an address of the consent page");
    let state = url.query_pairs().find(|(name, _)| name == "state");
    state.expect("the consent address carries a state").1.into_owned()
}

impl Customer {
    /// The messenger's id of the conversation.
    pub fn conversation(&self) -> String {
        format!("chat-{}", self.name)
    }

    /// The body of a message with this id and text.
    pub fn body(&self, id: &str, text: &str) -> Value {
        json!({
            "id": id,
            "conversation": {"id": self.conversation()},
            "sender": {"role": "client", "id": format!("user-{}", self.name), "name": self.name},
            "content": {"type": "text", "text": text},
        })
    }

    /// Posts any body as a message of this line.
    pub async fn posts(&self, body: &Value) -> Reply {
        self.api.post(&self.line.path("/messages"), body).await
    }

    /// Sends a text, which must be accepted as new; returns our id of it.
    pub async fn writes(&self, text: &str) -> String {
        let number = self.written.fetch_add(1, Ordering::SeqCst);
        let reply = self.posts(&self.body(&format!("{}-{number}", self.name), text)).await.is(202);
        assert_eq!(reply.json["duplicate"], false, "{}", reply.text);
        reply.text_at("/id")
    }

    /// Reports a status of a message by our id or the messenger's.
    pub async fn reports_status(&self, message_id: &str, status: &str) -> Reply {
        let path = self.line.path(&format!("/messages/{message_id}/status"));
        let mut body = json!({"status": status});
        if status == "failed" {
            body["error"] = json!({"code": "rejected", "text": "refused"});
        }
        self.api.post(&path, &body).await
    }
}

impl Manager {
    /// amojo's id of a customer's chat; it exists after a message of theirs was delivered.
    #[track_caller]
    pub fn chat_with(&self, name: &str) -> String {
        let conversation = self.line.crm_conversation(&format!("chat-{name}"));
        let chats = self.sandbox.chats(&self.line.host);
        let found = chats.into_iter().find(|chat| chat.conversation_id.as_deref() == Some(&conversation));
        found.unwrap_or_else(|| panic!("amoCRM has no chat with {name}")).id
    }

    /// Answers a customer with a text; the hook must be answered with 200.
    pub async fn answers(&self, name: &str, text: &str) -> Said {
        self.sends(name, HookMessage::text(text)).await
    }

    /// Answers with any kind of message; the hook must be answered with 200.
    pub async fn sends(&self, name: &str, message: HookMessage) -> Said {
        let chat = self.chat_with(name);
        let sent = self.sandbox.manager_sends(&self.line.host, &chat, message).await.expect("amoCRM sends the hook");
        assert_eq!(sent.answer.status, Some(200), "{:?}", sent.answer);
        sent
    }

    /// Writes a message but holds its hook back, to be posted by hand.
    pub fn prepares(&self, name: &str, message: HookMessage) -> PreparedHook {
        self.sandbox.hook_body_for(&self.line.host, &self.chat_with(name), message).expect("amoCRM makes the hook")
    }

    /// Posts a held-back hook.
    pub async fn posts(&self, hook: &PreparedHook) -> Option<u16> {
        self.sandbox.post_hook(&hook.scope_id, hook.body.clone(), Some(&hook.signature)).await.status
    }
}

// Managers who answer the customers of a source of any kind.

impl Line {
    /// amojo's id of a chat, by the messenger's id of the conversation.
    #[track_caller]
    pub fn chat(&self, world: &World, conversation: &str) -> String {
        let conversation = self.crm_conversation(conversation);
        let chats = world.sandbox.chats(&self.host);
        let found = chats.into_iter().find(|chat| chat.conversation_id.as_deref() == Some(&conversation));
        found.unwrap_or_else(|| panic!("amoCRM has no such chat: {conversation}")).id
    }

    /// A manager writes in a conversation; the hook must be answered with 200.
    pub async fn manager_sends(&self, world: &World, conversation: &str, message: HookMessage) -> Said {
        self.manager_sends_to(world, &self.chat(world, conversation), message).await
    }

    /// [`manager_sends`](Line::manager_sends) in a chat by amojo's id.
    pub async fn manager_sends_to(&self, world: &World, chat: &str, message: HookMessage) -> Said {
        let sent = world.sandbox.manager_sends(&self.host, chat, message).await.expect("amoCRM sends the hook");
        assert_eq!(sent.answer.status, Some(200), "{:?}", sent.answer);
        sent
    }
}
