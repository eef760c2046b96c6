//! VK, a community that is connected to it, and a callback server.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::{Language, Words};
use base::message::{Body, Content, Media, State};
use base::verdict::{Report, Taken, Verdict};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use connectors::file::{NotOpened, OpenFile, SharedShelf, Shelf};
use connectors::incoming::{InboundEvent, IncomingCall, IncomingMessage};
use connectors::vk::Vk;
use connectors::{Connector, Event, Gaps, HOOK_SECRET, HookTarget, LastIncoming, Message, Outgoing, Settings, Watched};
use futures_util::StreamExt;
use secrecy::SecretString;
use serde_json::json;
use simulator::vk::{self, NewCommunity, NewPerson, Options};
use uuid::Uuid;

/// The time of the frozen clock: 2026-11-20, in milliseconds.
const START: i64 = 1_795_168_800_000;
pub const PICTURE: &[u8] = include_bytes!("../../../simulator/assets/samples/picture.jpg");
pub const VOICE: &[u8] = include_bytes!("../../../simulator/assets/samples/voice.ogg");
pub const OFFER: &[u8] = include_bytes!("../../../simulator/assets/samples/offer.pdf");

/// The time of the frozen clock.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(START).unwrap()
}

/// Files by their number.
struct Files;

#[async_trait::async_trait]
impl Shelf for Files {
    async fn open(&self, media_id: Uuid) -> Result<OpenFile, NotOpened> {
        let bytes = match media_id.as_u128() {
            1 => PICTURE,
            2 => VOICE,
            _ => OFFER,
        };
        let stream = futures_util::stream::iter([Ok(Bytes::from_static(bytes))]).boxed();
        Ok(OpenFile { announced: u64::try_from(bytes.len()).ok(), bytes: stream })
    }
}

type Calls = Arc<Mutex<Vec<Vec<u8>>>>;

/// VK, a community connected to us, a person who writes to it, and our callback server.
pub struct Stage {
    pub vk: vk::Vk,
    pub connector: Arc<Vk>,
    pub settings: Settings,
    pub hook: HookTarget,
    pub acme: i64,
    pub maria: i64,
    calls: Calls,
}

impl Stage {
    pub async fn start() -> Self {
        base::http_client::install_crypto_provider();
        let now = Arc::new(now);
        let vk = vk::Vk::start(Options { now, ..Options::default() }).await.unwrap();
        let acme = vk.add_community(NewCommunity::default());
        let maria = vk.add_person(NewPerson::default());
        let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
        let connector = Arc::new(Vk::new(&http, &vk.base_url().parse().unwrap()));
        let setup = connector.setup(json!({ "group_id": acme.id, "access_token": acme.token })).unwrap();
        let mut secrets = setup.secrets;
        secrets.insert(HOOK_SECRET.to_owned(), SecretString::from("our-hook_secret"));
        let settings = Settings { public: setup.public, secrets };
        let calls = Calls::default();
        let url = serve(Arc::clone(&connector), settings.clone(), Arc::clone(&calls));
        let hook = HookTarget { url, secret: "our-hook_secret".into() };
        Self { vk, connector, settings, hook, acme: acme.id, maria, calls }
    }

    /// With the callback server connected and confirmed.
    pub async fn connected() -> Self {
        let stage = Self::start().await;
        stage.connector.connect_webhook(&stage.settings, &stage.hook).await.unwrap();
        stage.vk.deliver_all().await;
        // The question for the confirmation string.
        stage.calls.lock().unwrap().clear();
        stage
    }

    pub fn maria(&self) -> vk::Customer<'_> {
        self.vk.customer(self.maria, self.acme)
    }

    /// An admin writes to a person in VK's own interface.
    pub fn admin_writes(&self, peer: i64, text: &str) {
        let act = vk::Act::own("admin_writes").line(self.acme).with("admin", 42).with("peer", peer);
        self.vk.act(act.text(text)).unwrap();
    }

    /// The events that came since the last question.
    pub async fn events(&self) -> Vec<InboundEvent> {
        self.vk.deliver_all().await;
        let bodies: Vec<_> = self.calls.lock().unwrap().drain(..).collect();
        let mut events = Vec::new();
        for body in bodies {
            let call = IncomingCall { header: &|_| None, path_secret: "", body: &body };
            let told = self.connector.receive(&self.settings, &call, Words::new(Language::En)).await.unwrap();
            // Whether the question for the confirmation string comes now or before is VK's affair.
            events.extend(told.into_iter().filter(|one| *one != InboundEvent::Nothing("confirmation")));
        }
        events
    }

    /// What amoCRM gets of a message: with what VK's call left out.
    pub async fn completed(&self, written: &IncomingMessage) -> Body {
        let (mut contact, mut body) = (written.body.sender.clone(), written.body.clone());
        let gaps = Gaps { contact: &mut contact, body: Some(&mut body) };
        self.connector.complete(&self.settings, Words::new(Language::En), gaps).await;
        body
    }

    pub async fn send(&self, number: u128, event: Event) -> Report {
        let mut outgoing = Outgoing {
            letter_id: Uuid::from_u128(number),
            source_id: Uuid::nil(),
            conversation_id: self.maria.to_string(),
            last_incoming: Some(LastIncoming { external_id: "wall-1_1:1".into(), at: DateTime::UNIX_EPOCH }),
            event,
            begun: String::new(),
            repeat: false,
            now: now(),
            words: Words::new(Language::En),
            files: SharedShelf::new(Arc::new(Files)),
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

    pub async fn says(&self, number: u128, message: Message) -> String {
        let report = self.send(number, Event::Created(Box::new(message))).await;
        let Verdict::Done(taken) = report.verdict else { panic!("{report:?}") };
        assert_eq!(taken.state, Some(State::Delivered));
        taken.external_id.unwrap()
    }

    pub async fn watch(&self) -> Watched {
        self.connector.watch(&self.settings, &self.hook, now()).await.unwrap()
    }
}

/// A server that proves calls, keeps them and answers what the connector says, as the product's does.
fn serve(connector: Arc<Vk>, settings: Settings, calls: Calls) -> String {
    let server = HttpServer::new(move || {
        let (connector, settings, calls) = (Arc::clone(&connector), settings.clone(), Arc::clone(&calls));
        let take = move |body: web::Bytes| {
            let (connector, settings, calls) = (Arc::clone(&connector), settings.clone(), Arc::clone(&calls));
            async move {
                let call = IncomingCall { header: &|_| None, path_secret: "", body: &body };
                if !connector.authenticate(&settings, &call) {
                    return HttpResponse::Unauthorized().finish();
                }
                calls.lock().unwrap().push(body.to_vec());
                HttpResponse::Ok().body(connector.answer(&settings, &call).await)
            }
        };
        App::new().route("/hooks/vk/source", web::post().to(take))
    })
    .workers(1)
    .disable_signals()
    .bind("127.0.0.1:0")
    .unwrap();
    let url = format!("http://{}/hooks/vk/source", server.addrs()[0]);
    tokio::spawn(server.run());
    url
}

pub fn message(content: Content) -> Message {
    Message::of(Uuid::from_u128(77), content, DateTime::UNIX_EPOCH)
}

pub fn text(text: &str) -> Content {
    Content::Text { text: text.to_owned() }
}

pub fn file(id: u128, name: &str, mime: &str) -> Media {
    let size = match id {
        1 => PICTURE.len(),
        2 => VOICE.len(),
        _ => OFFER.len(),
    };
    Media {
        file_name: name.to_owned(),
        file_size: u64::try_from(size).unwrap(),
        mime_type: Some(mime.to_owned()),
        media_id: Some(Uuid::from_u128(id)),
        ..Media::default()
    }
}
