//! A source of Avito's: the connector, the simulated Avito, and a frozen clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base::config::{Avito as AvitoConfig, Config};
use base::http_client::HttpClients;
use base::i18n::{Language, Words};
use base::message::Content;
use base::verdict::Verdict;
use bytes::Bytes;
use chrono::DateTime;
use connectors::avito::Avito;
use connectors::file::{NotOpened, OpenFile, SharedShelf, Shelf};
use connectors::incoming::{InboundEvent, IncomingCall, IncomingMessage};
use connectors::{Connector, Event, HookTarget, LastIncoming, Message, Outgoing, Settings};
use futures_util::StreamExt;
use serde_json::{Value, json};
use simulator::avito::{Avito as Double, Customer, NewApp, NewBuyer, NewItem, NewSeller, Options};
use uuid::Uuid;

/// Where the clock begins: 2026-11-20, in milliseconds.
pub const START: i64 = 1_795_168_800_000;
pub const PICTURE: &[u8] = include_bytes!("../../../simulator/assets/samples/picture.jpg");

pub struct World {
    pub double: Double,
    pub avito: Avito,
    settings: Mutex<Settings>,
    pub seller: i64,
    pub maria: i64,
    pub item: i64,
    clock: Arc<AtomicI64>,
    taken: Mutex<usize>,
}

impl World {
    pub async fn start() -> Self {
        base::http_client::install_crypto_provider();
        let clock = Arc::new(AtomicI64::new(START));
        let shown = Arc::clone(&clock);
        let now = Arc::new(move || DateTime::from_timestamp_millis(shown.load(Ordering::SeqCst)).unwrap());
        let double = Double::start(Options { now, ..Options::default() }).await.unwrap();
        // `received` plays the server; nothing listens at the registered address.
        double.hold_hooks(true);
        let seller = double.add_seller(NewSeller::default());
        let maria = double.add_buyer(NewBuyer::default());
        let item = double.add_item(NewItem::of(seller));
        let NewApp { client_id, client_secret, .. } = app();
        double.add_app(app());
        let network = Config::from_toml("[network]\nallow_private = [\"127.0.0.1/32\"]").unwrap().network;
        let api_url = double.base_url().parse().unwrap();
        let config = AvitoConfig { api_url, client_id: Some(client_id), client_secret: Some(client_secret.into()) };
        let avito = Avito::new(&HttpClients::new(&network).unwrap(), &config);
        let NewSeller { client_id, client_secret, .. } = NewSeller::default();
        let setup = avito.setup(json!({ "client_id": client_id, "client_secret": client_secret })).unwrap();
        let mut settings = Settings { public: setup.public, secrets: setup.secrets };
        settings.secrets.insert("hook_secret".to_owned(), "s3cr3t".into());
        let identity = avito.identity(&settings).await.unwrap().unwrap();
        assert_eq!(identity.key, seller.to_string());
        settings.public["facts"] = json!({ "bot": identity.facts });
        let world =
            Self { double, avito, settings: Mutex::new(settings), seller, maria, item, clock, taken: Mutex::default() };
        world.avito.connect_webhook(&world.settings(), &hook()).await.unwrap();
        world
    }

    pub fn settings(&self) -> Settings {
        self.settings.lock().unwrap().clone()
    }

    pub fn maria(&self) -> Customer<'_> {
        self.double.customer(self.maria, self.item)
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.double.tick();
    }

    /// Gives the connector what Avito posted since the last time, as the server would.
    pub async fn received(&self) -> Vec<InboundEvent> {
        let posts = self.double.hooks(self.seller);
        let new: Vec<Value> = posts[*self.taken.lock().unwrap()..].iter().map(|post| post.body.clone()).collect();
        *self.taken.lock().unwrap() = posts.len();
        let mut all = Vec::new();
        for body in new {
            let body = body.to_string();
            let call = IncomingCall { header: &|_| None, path_secret: "s3cr3t", body: body.as_bytes() };
            assert!(self.avito.authenticate(&self.settings(), &call));
            for event in self.avito.receive(&self.settings(), &call, Words::new(Language::Ru)).await.unwrap() {
                match event {
                    InboundEvent::Learned { part, key, value } => {
                        self.settings.lock().unwrap().public["facts"][part][key] = value;
                    }
                    other => all.push(other),
                }
            }
        }
        all
    }

    /// The only message that came.
    pub async fn written(&self) -> IncomingMessage {
        match self.received().await.as_slice() {
            [InboundEvent::Wrote(written)] => written.as_ref().clone(),
            other => panic!("{other:?}"),
        }
    }

    pub async fn send(&self, content: Content) -> Verdict {
        self.avito.send(&self.settings(), &outgoing(&self.maria().chat().unwrap(), content)).await.verdict
    }

    /// Sends what has to arrive; returns its id.
    pub async fn sent(&self, content: Content) -> String {
        match self.send(content).await {
            Verdict::Done(taken) => taken.external_id.unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

pub fn app() -> NewApp {
    NewApp {
        name: "Parom".to_owned(),
        client_id: "app".to_owned(),
        client_secret: "app-secret".to_owned(),
        redirect_uri: "https://parom.example/back".to_owned(),
    }
}

pub fn hook() -> HookTarget {
    let url = "https://parom.example/hooks/avito/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001".to_owned();
    HookTarget { url, secret: "s3cr3t".into() }
}

struct Pictures;

#[async_trait]
impl Shelf for Pictures {
    async fn open(&self, _media_id: Uuid) -> Result<OpenFile, NotOpened> {
        let bytes = futures_util::stream::iter([Ok(Bytes::from_static(PICTURE))]).boxed();
        Ok(OpenFile { announced: None, bytes })
    }
}

fn outgoing(chat: &str, content: Content) -> Outgoing {
    let message = Message::of(Uuid::from_u128(1), content, DateTime::UNIX_EPOCH);
    Outgoing {
        letter_id: Uuid::from_u128(9),
        source_id: Uuid::from_u128(8),
        conversation_id: chat.to_owned(),
        last_incoming: Some(LastIncoming { external_id: "last".to_owned(), at: DateTime::UNIX_EPOCH }),
        event: Event::Created(Box::new(message)),
        begun: String::new(),
        repeat: false,
        now: DateTime::from_timestamp_millis(START).unwrap(),
        words: Words::new(Language::Ru),
        files: SharedShelf::new(Arc::new(Pictures)),
    }
}

pub fn text(text: &str) -> Content {
    Content::Text { text: text.to_owned() }
}

#[track_caller]
pub fn text_of(written: &IncomingMessage) -> &str {
    match &written.body.content {
        Content::Text { text } => text,
        other => panic!("{other:?}"),
    }
}
