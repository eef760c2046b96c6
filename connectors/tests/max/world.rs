//! A connector, a simulated MAX, and what MAX calls.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::{Language, Words};
use base::message::{Content, Media};
use base::verdict::{Report, Taken, Verdict};
use bytes::Bytes;
use chrono::DateTime;
use connectors::file::{NotOpened, OpenFile, SharedShelf, Shelf};
use connectors::incoming::{InboundEvent, IncomingCall, IncomingMessage};
use connectors::{
    Connector, Event, HOOK_SECRET, HookTarget, Message, Outgoing, Settings, Watched, max::Max as MaxConnector,
};
use futures_util::{StreamExt, TryStreamExt};
use secrecy::SecretString;
use serde_json::json;
use simulator::max::{BotView, Customer, Max, NewBot, NewPerson, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use uuid::Uuid;

const START: i64 = 1_795_168_800_000;
const SECRET: &str = "s3cr3t-of-ours";
/// The bytes of every file that is stored here.
pub const BYTES: &[u8] = b"the bytes of a file";

/// A call of MAX.
pub struct Called {
    pub secret: Option<String>,
    pub body: Vec<u8>,
}

pub struct World {
    pub max: Max,
    pub bot: BotView,
    pub maria: i64,
    pub connector: MaxConnector,
    pub settings: Settings,
    url: String,
    calls: Mutex<UnboundedReceiver<Called>>,
    clock: Arc<AtomicI64>,
}

async fn serve(mut stream: TcpStream, calls: UnboundedSender<Called>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let header = |name: &str| {
        let found = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.map(str::to_owned)
    };
    let mut body = vec![0; header("content-length")?.parse().unwrap()];
    stream.read_exact(&mut body).await.ok()?;
    calls.send(Called { secret: header("x-max-bot-api-secret"), body }).ok()?;
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.ok()
}

impl World {
    /// A bot that has no conversations yet.
    pub async fn start() -> Self {
        Self::processing_for(0).await
    }

    async fn processing_for(processing: i64) -> Self {
        base::http_client::install_crypto_provider();
        let clock = Arc::new(AtomicI64::new(START));
        let shown = Arc::clone(&clock);
        let now = Arc::new(move || DateTime::from_timestamp_millis(shown.load(Ordering::SeqCst)).unwrap());
        let max = Max::start(Options { now, processing, ..Options::default() }).await.unwrap();
        let bot = max.add_bot(NewBot::default());
        let maria = max.add_person(NewPerson::default());
        let config = Config::from_toml(&format!("[max]\napi_url = \"{}\"", max.base_url())).unwrap();
        let connector = MaxConnector::new(&HttpClients::new(&config.network).unwrap(), &config.max);
        let mut secrets = BTreeMap::from([("bot_token".to_owned(), SecretString::from(bot.token.as_str()))]);
        secrets.insert(HOOK_SECRET.to_owned(), SecretString::from(SECRET));
        let public = json!({ "groups": true, "facts": { "bot": { "user_id": bot.id } } });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks/max/1", listener.local_addr().unwrap());
        let (tell, told) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, tell.clone()));
            }
        });
        let settings = Settings { public, secrets };
        Self { max, bot, maria, connector, settings, url, calls: Mutex::new(told), clock }
    }

    /// With a person who has started the bot.
    pub async fn started() -> Self {
        Self::processing(0).await
    }

    /// The same; files are processed for so many milliseconds.
    pub async fn processing(millis: i64) -> Self {
        let world = Self::processing_for(millis).await;
        world.maria().starts("").unwrap();
        world
    }

    /// The same, with our webhook.
    pub async fn listening() -> Self {
        let world = Self::started().await;
        world.connector.connect_webhook(&world.settings, &world.hook()).await.unwrap();
        world
    }

    pub fn hook(&self) -> HookTarget {
        HookTarget { url: self.url.clone(), secret: SecretString::from(SECRET) }
    }

    pub async fn watched(&self) -> Watched {
        self.connector.watch(&self.settings, &self.hook(), DateTime::UNIX_EPOCH).await.unwrap()
    }

    pub fn maria(&self) -> Customer<'_> {
        self.max.customer(self.maria, self.bot.id)
    }

    pub fn dialog(&self) -> i64 {
        self.max.dialog(self.bot.id, self.maria)
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.max.tick();
    }

    /// The next call of MAX.
    pub async fn called(&self) -> Called {
        self.calls.lock().await.recv().await.unwrap()
    }

    pub fn authenticates(&self, secret: Option<&str>) -> bool {
        let header = |name: &str| secret.filter(|_| name == "x-max-bot-api-secret").map(str::to_owned);
        self.connector.authenticate(&self.settings, &IncomingCall { header: &header, path_secret: "", body: b"" })
    }

    /// The events of the next call of MAX, which is authenticated.
    pub async fn received(&self) -> Vec<InboundEvent> {
        let Called { secret, body } = self.called().await;
        assert!(self.authenticates(secret.as_deref()));
        let header = |_: &str| None;
        let call = IncomingCall { header: &header, path_secret: "", body: &body };
        self.connector.receive(&self.settings, &call, Words::new(Language::En)).await.unwrap()
    }

    /// The bytes of a file of MAX.
    pub async fn opened(&self, reference: &str) -> Vec<u8> {
        let file = self.connector.open_media(&self.settings, reference).await;
        let file = file.unwrap_or_else(|not| panic!("{not:?}"));
        file.bytes.try_collect::<Vec<Bytes>>().await.unwrap().concat()
    }

    pub async fn report(&self, event: Event) -> Report {
        self.report_to(&self.dialog().to_string(), event).await
    }

    async fn report_to(&self, conversation: &str, event: Event) -> Report {
        let mut outgoing = Outgoing {
            letter_id: Uuid::from_u128(9),
            source_id: Uuid::from_u128(8),
            conversation_id: conversation.to_owned(),
            last_incoming: None,
            event,
            begun: String::new(),
            repeat: false,
            now: DateTime::from_timestamp_millis(START).unwrap(),
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

    pub async fn taken(&self, event: Event) -> Taken {
        let dialog = self.dialog().to_string();
        done(self.report_to(&dialog, event).await)
    }

    pub async fn sends(&self, message: Message) -> Taken {
        self.taken(Event::Created(Box::new(message))).await
    }

    pub async fn sends_to(&self, conversation: &str, message: Message) -> Taken {
        done(self.report_to(conversation, Event::Created(Box::new(message))).await)
    }
}

fn done(report: Report) -> Taken {
    match report.verdict {
        Verdict::Done(taken) => taken,
        other => panic!("{other:?}: {} {}", report.reason, report.answer),
    }
}

/// The only message of a call.
#[track_caller]
pub fn written(events: &[InboundEvent]) -> IncomingMessage {
    match events {
        [InboundEvent::Wrote(written)] => written.as_ref().clone(),
        other => panic!("{other:?}"),
    }
}

pub fn text(text: &str) -> Content {
    Content::Text { text: text.to_owned() }
}

pub fn message(content: Content) -> Message {
    Message::of(Uuid::from_u128(0x0190_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0001), content, DateTime::UNIX_EPOCH)
}

/// A file stored by Parom.
pub fn file(name: &str, mime: &str) -> Media {
    Media {
        file_name: name.to_owned(),
        file_size: u64::try_from(BYTES.len()).unwrap(),
        mime_type: Some(mime.to_owned()).filter(|mime| !mime.is_empty()),
        media_id: Some(Uuid::from_u128(7)),
        ..Media::default()
    }
}

/// Contains one file, whatever id is requested.
struct OneFile;

#[async_trait]
impl Shelf for OneFile {
    async fn open(&self, _media_id: Uuid) -> Result<OpenFile, NotOpened> {
        let bytes = futures_util::stream::iter([Ok(Bytes::from_static(BYTES))]).boxed();
        Ok(OpenFile { announced: Some(u64::try_from(BYTES.len()).unwrap()), bytes })
    }

    async fn content(&self, media_id: Uuid) -> Option<String> {
        Some(media_id.to_string())
    }
}
