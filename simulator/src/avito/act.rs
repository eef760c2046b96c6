//! Actions of buyers and sellers on their phones: as Rust, and as JSON for programs in any language.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    avito::Avito,
    core::Core,
    json::sizes,
    state::{Picture, State},
    talk::Writing,
};

/// The target of a buyer's message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum To {
    /// About this advert.
    Item(i64),
    /// To this seller, from the profile.
    Seller(i64),
    /// Into this chat.
    Chat(String),
}

/// Content of a message, as offered by Avito's applications.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the OpenAPI file")]
pub enum Content {
    Text {
        text: String,
    },
    /// A JPEG, in base64; a small built-in one if absent.
    Image {
        #[serde(default)]
        data: Option<String>,
    },
    /// The built-in recording of three seconds.
    Voice,
    Link {
        url: String,
        text: String,
    },
    /// An advert.
    Item {
        item: i64,
    },
    Location {
        lat: f64,
        lon: f64,
        text: String,
    },
    /// A phone call; `missed` is the only documented status.
    Call {
        #[serde(default)]
        status: Option<String>,
    },
    /// A call inside Avito's application.
    AppCall,
    File,
    Video,
    /// A type that the OpenAPI file does not contain.
    Raw {
        #[serde(rename = "type")]
        kind: String,
        content: Value,
    },
}

impl Content {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text { text: text.to_owned() }
    }
}

/// An action on a phone. Ids are Avito's.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "who: the buyer; chat, message: ids; the rest says itself")]
pub enum Act {
    /// A buyer writes.
    Send {
        who: i64,
        to: To,
        content: Content,
        #[serde(default)]
        quote: Option<String>,
    },
    /// A buyer deletes their own message.
    TakeBack { who: i64, chat: String, message: String },
    /// A buyer reads the seller's messages.
    Read { who: i64, chat: String },
    /// The seller writes in Avito's application.
    SendAsSeller { chat: String, content: Content },
    /// The seller deletes their own message in the application.
    TakeBackAsSeller { chat: String, message: String },
    /// One of Avito's bots writes to a chat; the message has no real author.
    System { chat: String, flow_id: String, text: String },
    /// Sends a body unchanged to a seller's webhooks.
    Raw { seller: i64, body: Value },
}

/// The author id of the messages of Avito's bots, which no document names.
const SYSTEM: i64 = 0;

impl Avito {
    /// Performs an action; returns the ids of the resulting message and of its chat, empty if there is none.
    pub fn act(&self, act: Act) -> Result<(String, String)> {
        perform(&self.core, act)
    }
}

pub(crate) fn perform(core: &Core, act: Act) -> Result<(String, String)> {
    core.change(|state| match act {
        Act::Send { who, to, content, quote } => {
            let chat = state.open_chat(who, &to)?;
            let seller = state.chats.get(&chat).map(|chat| chat.seller).unwrap_or_default();
            let barred = state.sellers.get(&seller).is_some_and(|seller| seller.blacklist.contains(&who));
            ensure!(!barred, "the seller has blocked the buyer {who}");
            let message = written(state, &chat, who, content, quote)?;
            Ok((message, chat))
        }
        Act::SendAsSeller { chat, content } => {
            let seller = state.chats.get(&chat).map(|chat| chat.seller).context("there is no such chat")?;
            let message = written(state, &chat, seller, content, None)?;
            Ok((message, chat))
        }
        Act::TakeBack { who, chat, message } => {
            ensure!(state.message(&chat, &message).is_some_and(|one| one.author == who), "it is not the buyer's own");
            state.take_back(&chat, &message);
            Ok((message, chat))
        }
        Act::TakeBackAsSeller { chat, message } => {
            let seller = state.chats.get(&chat).map(|chat| chat.seller);
            let is_own = state.message(&chat, &message).is_some_and(|one| Some(one.author) == seller);
            ensure!(is_own, "it is not the seller's own");
            state.take_back(&chat, &message);
            Ok((message, chat))
        }
        Act::Read { who, chat } => {
            state.mark_read(&chat, who);
            Ok((String::new(), chat))
        }
        Act::System { chat, flow_id, text } => {
            let content = json!({"flow_id": flow_id, "text": text});
            let writing = Writing { author: SYSTEM, kind: "system", content, quote: None, by_api: false };
            let message = state.write(&chat, writing).context("there is no such chat")?;
            Ok((message, chat))
        }
        Act::Raw { seller, body } => {
            let serial = state.next_id();
            state.post(seller, "", &serial, body);
            Ok((String::new(), String::new()))
        }
    })
}

fn written(state: &mut State, chat: &str, author: i64, content: Content, quote: Option<String>) -> Result<String> {
    let (kind, content) = shown(state, chat, author, content)?;
    let writing = Writing { author, kind: &kind, content, quote, by_api: false };
    state.write(chat, writing).context("there is no such chat")
}

/// A message's type and content.
fn shown(state: &mut State, chat: &str, author: i64, content: Content) -> Result<(String, Value)> {
    let (kind, value) = match content {
        Content::Text { text } => ("text", json!({"text": text})),
        Content::Image { data } => {
            let bytes = match data {
                Some(data) => Bytes::from(base64::engine::general_purpose::STANDARD.decode(data)?),
                None => Bytes::from_static(include_bytes!("../../assets/samples/picture.jpg")),
            };
            let id = state.keep_picture(author, bytes, "image/jpeg");
            ("image", json!({"image": {"sizes": sizes(state, &id)}}))
        }
        Content::Voice => {
            let id = state.next_id();
            state.voices.insert(id.clone(), chat.to_owned());
            ("voice", json!({"voice": {"voice_id": id}}))
        }
        Content::Link { url, text } => {
            let domain = url.split('/').nth(2).unwrap_or_default().to_owned();
            let preview = json!({"title": text, "description": "", "domain": domain, "url": url, "images": null});
            ("link", json!({"link": {"url": url, "text": text, "preview": preview}}))
        }
        Content::Item { item } => {
            let known = state.items.get(&item).with_context(|| format!("there is no advert {item}"))?;
            let image = format!("{}/static/picture.jpg", state.base_url);
            (
                "item",
                json!({"item": {
                    "title": known.title, "price_string": known.price, "item_url": known.url, "image_url": image,
                }}),
            )
        }
        Content::Location { lat, lon, text } => {
            ("location", json!({"location": {"lat": lat, "lon": lon, "text": text, "title": text, "kind": "house"}}))
        }
        Content::Call { status } => {
            let target = state.chats.get(chat).map(|chat| if author == chat.buyer { chat.seller } else { chat.buyer });
            let status = status.unwrap_or_else(|| "missed".to_owned());
            ("call", json!({"call": {"status": status, "target_user_id": target}}))
        }
        Content::AppCall => ("appCall", json!({})),
        Content::File => ("file", json!({})),
        Content::Video => ("video", json!({})),
        Content::Raw { kind, content } => return Ok((kind, content)),
    };
    Ok((kind.to_owned(), value))
}

impl State {
    /// Stores a picture; returns its id, of the form `12345.…`.
    pub(crate) fn keep_picture(&mut self, owner: i64, bytes: Bytes, mime: &'static str) -> String {
        let id = self.next_id();
        let id = format!("{}.{}", 10_000 + self.pictures.len(), &id[..20]);
        self.pictures.insert(id.clone(), Picture { bytes, mime, owner });
        id
    }
}
