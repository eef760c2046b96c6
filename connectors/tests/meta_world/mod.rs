//! A simulated Meta with an account of each kind, the connectors, and a callback that they answer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::{Language, Words};
use base::message::{Body, Content, Person, Role};
use base::verdict::{Report, Taken, Verdict};
use chrono::{DateTime, Utc};
use connectors::file::{NotOpened, OpenFile, SharedShelf, Shelf};
use connectors::incoming::{InboundEvent, IncomingMessage};
use connectors::meta::Meta as MetaConnector;
use connectors::{Connector, Denied, Event, Gaps, HookTarget, LastIncoming, Message, Outgoing, Settings, Watched};
use futures_util::StreamExt;
use secrecy::SecretString;
use serde_json::json;
use simulator::meta::{
    AccountView, AppView, Customer, MessageView, Meta, NewAccount, NewApp, NewPerson, Options, Platform,
};
use tokio::net::TcpListener;
use uuid::Uuid;

mod server;

use server::serve;

/// 2026-11-20, in milliseconds.
const START: i64 = 1_795_168_800_000;

pub struct World {
    pub meta: Arc<Meta>,
    pub app: AppView,
    lines: [Line; 2],
    clock: Arc<AtomicI64>,
}

/// An account with its connector and callback.
pub struct Line {
    pub connector: Arc<MetaConnector>,
    pub account: AccountView,
    pub anna: i64,
    meta: Arc<Meta>,
    settings: Settings,
    hook: HookTarget,
    heard: Arc<Mutex<Vec<InboundEvent>>>,
    refused: Arc<AtomicUsize>,
    last: Mutex<Option<LastIncoming>>,
    clock: Arc<AtomicI64>,
}

impl World {
    pub async fn start() -> Self {
        base::http_client::install_crypto_provider();
        let clock = Arc::new(AtomicI64::new(START));
        let shown = Arc::clone(&clock);
        let now = Arc::new(move || DateTime::from_timestamp_millis(shown.load(Ordering::SeqCst)).unwrap());
        let meta = Arc::new(Meta::start(Options { now, ..Options::default() }).await.unwrap());
        let app = meta.add_app(NewApp::default());
        let anna = meta.add_person(NewPerson::default());
        let url = meta.base_url();
        let config = format!(
            "[network]\nallow_private = [\"127.0.0.1/32\"]\n[instagram]\napi_url = \"{url}\"\n[facebook]\napi_url = \"{url}\"\n"
        );
        let config = Config::from_toml(&config).unwrap();
        let http = HttpClients::new(&config.network).unwrap();
        let instagram = connectors::instagram::connector(&http, &config);
        let facebook = connectors::facebook::connector(&http, &config);
        let line = async |connector, new, platform| {
            let account = meta.add_account(&app, new);
            Line::start(&meta, &app, connector, account, platform, (anna, &clock)).await
        };
        let lines = [
            line(instagram, NewAccount::instagram(), Platform::Instagram).await,
            line(facebook, NewAccount::facebook(), Platform::Facebook).await,
        ];
        Self { app, lines, clock, meta }
    }

    /// Instagram, then Messenger.
    pub fn lines(&self) -> &[Line; 2] {
        &self.lines
    }

    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.clock.load(Ordering::SeqCst)).unwrap()
    }

    pub fn advance(&self, time: Duration) {
        self.clock.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
        self.meta.tick();
    }
}

impl Line {
    async fn start(
        meta: &Arc<Meta>,
        app: &AppView,
        connector: MetaConnector,
        account: AccountView,
        platform: Platform,
        (anna, clock): (i64, &Arc<AtomicI64>),
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks/{}/1", listener.local_addr().unwrap(), connector.kind());
        let name = if platform == Platform::Instagram { "account_id" } else { "page_id" };
        let secret = |text: &str| SecretString::from(text);
        let settings = Settings {
            public: json!({ name: account.id, "facts": { "bot": { "app_id": (platform == Platform::Facebook).then_some(&app.id) } } }),
            secrets: BTreeMap::from([
                ("access_token".to_owned(), secret(&account.token)),
                ("app_secret".to_owned(), secret(&app.secret)),
                ("verify_token".to_owned(), secret("verify-me")),
            ]),
        };
        let line = Self {
            connector: Arc::new(connector),
            account,
            anna,
            meta: Arc::clone(meta),
            settings,
            hook: HookTarget { url: url.clone(), secret: SecretString::default() },
            heard: Arc::default(),
            refused: Arc::default(),
            last: Mutex::default(),
            clock: Arc::clone(clock),
        };
        tokio::spawn(serve(
            listener,
            Arc::clone(&line.connector),
            line.settings.clone(),
            Arc::clone(&line.heard),
            Arc::clone(&line.refused),
        ));
        if platform == Platform::Instagram {
            // The dashboard's part: Instagram has no call for it.
            let fields = [
                "comments",
                "messages",
                "message_edit",
                "message_reactions",
                "messaging_postbacks",
                "messaging_referral",
                "messaging_seen",
            ];
            meta.set_callback(app, platform, &url, &fields);
        }
        line.connect().await.unwrap();
        line
    }

    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    pub fn settings(&self) -> Settings {
        self.settings.clone()
    }

    pub fn hook_url(&self) -> &str {
        &self.hook.url
    }

    pub fn anna(&self) -> Customer<'_> {
        self.meta.customer(self.anna, &self.account.id)
    }

    pub fn anna_id(&self) -> String {
        self.meta.scoped(&self.account.id, self.anna)
    }

    pub fn sent(&self) -> Vec<MessageView> {
        self.meta.sent_to(&self.account.id, self.anna)
    }

    /// Calls with a wrong signature.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    pub async fn connect(&self) -> Result<(), Denied> {
        self.connector.connect_webhook(&self.settings, &self.hook).await
    }

    pub async fn watch(&self) -> Result<Watched, Denied> {
        let now = DateTime::from_timestamp_millis(self.clock.load(Ordering::SeqCst)).unwrap();
        self.connector.watch(&self.settings, &self.hook, now).await
    }

    pub async fn remove(&self) -> Result<(), Denied> {
        self.connector.remove_webhook(&self.settings, &self.hook).await
    }

    /// What Meta has brought since the last time.
    pub async fn events(&self) -> Vec<InboundEvent> {
        self.meta.deliver_all().await;
        std::mem::take(&mut *self.heard.lock().unwrap())
    }

    /// What amoCRM gets of a message: with what Meta's call left out.
    pub async fn completed(&self, written: &IncomingMessage) -> Body {
        let (mut contact, mut body) = (written.body.sender.clone(), written.body.clone());
        let gaps = Gaps { contact: &mut contact, body: Some(&mut body) };
        self.connector.complete(&self.settings, Words::new(Language::En), gaps).await;
        body
    }

    /// What the engine remembers of the customer's last message.
    pub fn heard(&self, written: &IncomingMessage) {
        let at = DateTime::from_timestamp_millis(self.clock.load(Ordering::SeqCst)).unwrap();
        let external_id = written.external_id.clone();
        *self.last.lock().unwrap() = Some(LastIncoming { external_id, at });
    }

    pub async fn send(&self, event: Event) -> Report {
        let mut outgoing = Outgoing {
            letter_id: Uuid::from_u128(u128::try_from(self.sent().len()).unwrap() + 100),
            source_id: Uuid::from_u128(8),
            conversation_id: self.anna_id(),
            last_incoming: self.last.lock().unwrap().clone(),
            event,
            begun: String::new(),
            repeat: false,
            now: DateTime::from_timestamp_millis(self.clock.load(Ordering::SeqCst)).unwrap(),
            words: Words::new(Language::En),
            files: SharedShelf::new(Arc::new(OneFile)),
        };
        loop {
            let mut report = self.connector.send(&self.settings, &outgoing).await;
            match &mut report.verdict {
                // The message takes several requests.
                Verdict::Done(Taken { onward: onward @ Some(_), .. }) => outgoing.begun = onward.take().unwrap(),
                _ => return report,
            }
        }
    }

    /// The bytes of a file at Meta.
    pub async fn fetch(&self, reference: &str) -> Result<Vec<u8>, NotOpened> {
        let mut opened = self.connector.open_media(&self.settings, reference).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = opened.bytes.next().await {
            bytes.extend(chunk.unwrap());
        }
        Ok(bytes)
    }
}

struct OneFile;

#[async_trait]
impl Shelf for OneFile {
    async fn open(&self, _media_id: Uuid) -> Result<OpenFile, NotOpened> {
        let bytes = futures_util::stream::iter([Ok(bytes::Bytes::from_static(b"bytes"))]);
        Ok(OpenFile { announced: Some(5), bytes: Box::pin(bytes) })
    }
}

/// The message of an event.
pub fn wrote(event: &InboundEvent) -> &IncomingMessage {
    match event {
        InboundEvent::Wrote(written) => written,
        other => panic!("{other:?}"),
    }
}

pub fn text(text: &str) -> Message {
    Message {
        sender: Person { role: Role::Manager, ..Person::default() },
        ..Message::of(
            Uuid::from_u128(7),
            Content::Text { text: text.to_owned() },
            DateTime::from_timestamp_millis(START).unwrap(),
        )
    }
}
