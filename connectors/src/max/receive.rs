//! Converts MAX's updates to events (max §4, §5).

use std::time::Duration;

use base::cache::Cache;
use base::i18n::{LocalizedText, Words};
use base::message::{Body, Content, Person, Post, Quote};
use reqwest::Method;
use secrecy::SecretString;
use serde_json::Value;

use super::api::{Call, MaxApi};
use super::setup::{self, BotOptions};
use super::wire::{self, Link, Message, Place, Update};
use crate::call::ApiError;
use crate::incoming::{Began, ButtonPress, EditedMessage, InboundEvent, IncomingMessage, NotReceived};
use crate::receiving::key_of;
use crate::{PressedButton, Settings, field};
use content::{Held, Scene, learned};

mod content;

/// The receiving bot and its settings, which affect how updates are read.
struct Listener<'a> {
    api: &'a MaxApi,
    posts: &'a Posts,
    token: &'a SecretString,
    /// 0 if not known yet.
    bot_id: i64,
    options: BotOptions,
    /// What is known about the bot.
    facts: Option<&'a Value>,
    words: Words,
}

/// Converts one update.
pub(super) async fn receive(
    api: &MaxApi,
    posts: &Posts,
    settings: &Settings,
    body: &[u8],
    words: Words,
) -> Result<Vec<InboundEvent>, NotReceived> {
    let update: Update = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let facts = settings.public.get("facts");
    let listener = Listener {
        api,
        posts,
        token: setup::token(settings).ok_or(NotReceived::Unreadable)?,
        bot_id: facts.and_then(|facts| facts.pointer("/bot/user_id")).and_then(Value::as_i64).unwrap_or_default(),
        options: field::options(settings),
        facts,
        words,
    };
    Ok(listener.read(&update).await)
}

impl Listener<'_> {
    async fn read(&self, update: &Update) -> Vec<InboundEvent> {
        match update.update_type.as_str() {
            "message_created" | "comment_created" => self.wrote(update).await,
            "message_edited" | "comment_edited" => self.edited(update).await,
            "message_removed" | "comment_removed" => vec![self.removed(update)],
            "message_callback" => self.pressed(update).await,
            "bot_started" => self.started(update),
            "bot_stopped" | "dialog_removed" => vec![self.stopped(update)],
            "bot_added" => self.added(update).await,
            "bot_removed" => vec![self.taken_out(update)],
            "chat_title_changed" => vec![self.renamed(update)],
            "dialog_cleared" => vec![InboundEvent::Nothing("dialog_cleared")],
            "dialog_muted" | "dialog_unmuted" => vec![InboundEvent::Nothing("dialog_muted")],
            "user_added" | "user_removed" => vec![InboundEvent::Nothing("members")],
            _ => vec![InboundEvent::Unknown("update")],
        }
    }

    /// A text that Parom adds to a customer's message, with plain spaces instead of no-break ones.
    fn text(&self, key: &'static str, with: &[(&'static str, &str)]) -> String {
        let said = with.iter().fold(LocalizedText::new(key), |said, (name, text)| said.with(name, *text));
        said.plain(self.words, "")
    }
}

/// Maximum length of a start payload in bytes (max §11).
const PAYLOAD: usize = 512;

impl Listener<'_> {
    /// `message_created`, `comment_created`.
    pub(super) async fn wrote(&self, update: &Update) -> Vec<InboundEvent> {
        let Some(message) = &update.message else { return vec![InboundEvent::Unknown("message")] };
        let mut scene = match self.scene(message).await {
            Ok(scene) => scene,
            Err(nothing) => return vec![nothing],
        };
        let mut events = std::mem::take(&mut scene.learned);
        if let Some(payload) = start(message) {
            let customer = scene.room.unwrap_or(scene.sender);
            let mark = Some(payload.to_owned()).filter(|payload| !payload.is_empty());
            let began = Began { conversation_id: scene.at.to_string(), customer, mark, greets: false };
            events.push(InboundEvent::Began(Box::new(began)));
            return events;
        }
        match self.written(message, &scene) {
            Some(written) => events.extend(written.into_iter().map(|one| InboundEvent::Wrote(Box::new(one)))),
            None => events.push(InboundEvent::Unknown("message")),
        }
        events
    }

    /// `message_edited`, `comment_edited`.
    pub(super) async fn edited(&self, update: &Update) -> Vec<InboundEvent> {
        let Some(message) = &update.message else { return vec![InboundEvent::Unknown("message")] };
        let mut scene = match self.scene(message).await {
            Ok(scene) => scene,
            Err(nothing) => return vec![nothing],
        };
        let mut events = std::mem::take(&mut scene.learned);
        let Some(all) = self.written(message, &scene) else { return vec![InboundEvent::Unknown("message")] };
        let at = Some(update.timestamp.0).filter(|time| *time > 0);
        events.extend(all.into_iter().map(|written| {
            let key = key_of(&written, update.timestamp.0);
            InboundEvent::Changed(Box::new(EditedMessage { written, key, at }))
        }));
        events
    }

    /// `message_removed`, `comment_removed`.
    pub(super) fn removed(&self, update: &Update) -> InboundEvent {
        if !wire::is_mid(&update.message_id) {
            return InboundEvent::Unknown("removed");
        }
        InboundEvent::TookBack { pieces: wire::messages(&update.message_id) }
    }

    /// The messages created from one: one for each attachment. None if it has no id.
    fn written(&self, message: &Message, scene: &Scene) -> Option<Vec<IncomingMessage>> {
        let body = message.body.clone().unwrap_or_default();
        let forwarded = message.link.as_ref().filter(|link| link.r#type == "forward");
        // A message that only forwards may have no body of its own (max §5).
        let mid = match (body.mid.as_str(), forwarded) {
            ("", Some(link)) => link.message.mid.clone(),
            (own, _) => own.to_owned(),
        };
        if !wire::is_mid(&mid) {
            return None;
        }
        let mut all = self.held(&mid, &body);
        if let Some(link) = forwarded {
            all.extend(self.forwarded(&mid, link));
        }
        if all.is_empty() {
            all.push(Held { content: self.unknown(), caption: None });
        }
        let sender = self.known_by_phone(message, scene.sender.clone());
        let reply_to = message.link.as_ref().filter(|link| link.r#type == "reply").map(|link| self.reply_to(link));
        let written = all.into_iter().enumerate().map(|(number, Held { content, caption })| IncomingMessage {
            external_id: wire::message(&mid, number),
            conversation_id: scene.at.to_string(),
            sent_at: Some(message.timestamp.0).filter(|time| *time > 0),
            body: Body {
                caption,
                reply_to: reply_to.clone().filter(|_| number == 0),
                post: scene.post.clone(),
                ..Body::new(sender.clone(), content)
            },
            room: scene.room.clone(),
        });
        Some(written.collect())
    }

    /// The forwarded message below a line that names its author.
    fn forwarded(&self, mid: &str, link: &Link) -> Vec<Held> {
        let name = link.sender.as_ref().and_then(|sender| sender.called());
        let name = name.unwrap_or_else(|| self.text("max-in-unnamed", &[]));
        let above = self.text("max-in-forward", &[("name", &name)]);
        let mut all = self.held(mid, &link.message);
        match all.first_mut() {
            Some(first) => first.put_above(&above),
            None => all.push(Held { content: Content::Text { text: above }, caption: None }),
        }
        all
    }

    /// The message that this one answers. Its text is included in case the id is unknown.
    fn reply_to(&self, link: &Link) -> Quote {
        let mid = link.message.mid.as_str();
        let held = self.held(mid, &link.message).into_iter().next().map(|held| held.content);
        Quote {
            external_id: Some(mid.to_owned()).filter(|mid| wire::is_mid(mid)),
            content: held.map(without_file),
            sender: link.sender.as_ref().map(|sender| Person { avatar_url: None, ..self.person(sender) }),
            ..Quote::default()
        }
    }

    /// Only a person's own phone number identifies them (max §5.2).
    fn known_by_phone(&self, message: &Message, sender: Person) -> Person {
        let own = message.body.iter().flat_map(|body| body.attachments()).find_map(|attachment| {
            let payload = attachment.payload;
            let card = payload.vcf_info.filter(|_| attachment.r#type == "contact")?;
            let account = payload.max_info.or(payload.tam_info).map(|account| account.user_id.0.to_string());
            let is_own = match payload.hash.filter(|hash| !hash.is_empty()) {
                Some(hash) => wire::is_signed(&card, &hash, self.token),
                None => account.is_some_and(|id| id == sender.id),
            };
            Some(wire::read(&card).phone).filter(|phone| is_own && !phone.is_empty())
        });
        Person { phone: own.or(sender.phone), ..sender }
    }
}

/// The payload of `/start`, typed by a person or sent by an older link.
fn start(message: &Message) -> Option<&str> {
    let body = message.body.as_ref().filter(|body| body.attachments.is_empty())?;
    let rest = body.text.as_deref()?.strip_prefix("/start")?;
    let payload = rest.trim();
    let is_apart = rest.is_empty() || rest.starts_with(' ');
    (is_apart && payload.len() <= PAYLOAD && !payload.contains(char::is_whitespace)).then_some(payload)
}

/// The file of a quoted message is not fetched for the quote.
fn without_file(mut content: Content) -> Content {
    if let Some(file) = content.media_mut() {
        file.reference = None;
    }
    content
}

impl Listener<'_> {
    /// `bot_started`: the dialog begins, or the customer lets the bot write again.
    pub(super) fn started(&self, update: &Update) -> Vec<InboundEvent> {
        let user = update.user.as_ref().filter(|user| user.user_id.0 != 0);
        let (Some(user), chat @ 1..) = (user, update.chat_id.0) else {
            return vec![InboundEvent::Unknown("bot_started")];
        };
        let mark = update.payload.clone().filter(|payload| !payload.is_empty());
        let began =
            Began { conversation_id: Place::Chat(chat).to_string(), customer: self.person(user), mark, greets: true };
        vec![InboundEvent::Began(Box::new(began)), self.reach(update, true)]
    }

    /// `bot_stopped`, `dialog_removed`.
    pub(super) fn stopped(&self, update: &Update) -> InboundEvent {
        if update.chat_id.0 == 0 { InboundEvent::Unknown("bot_stopped") } else { self.reach(update, false) }
    }

    /// `bot_added`: the group's conversation begins before its first message.
    pub(super) async fn added(&self, update: &Update) -> Vec<InboundEvent> {
        if let Some(nothing) = self.not_listened_to(update) {
            return vec![nothing];
        }
        let chat = update.chat_id.0;
        let (customer, mut events) = self.known_room(chat).await;
        let began = Began { conversation_id: Place::Chat(chat).to_string(), customer, mark: None, greets: false };
        events.extend([InboundEvent::Began(Box::new(began)), self.reach(update, true)]);
        events
    }

    /// `bot_removed`.
    pub(super) fn taken_out(&self, update: &Update) -> InboundEvent {
        self.not_listened_to(update).unwrap_or_else(|| self.reach(update, false))
    }

    /// `chat_title_changed`.
    pub(super) fn renamed(&self, update: &Update) -> InboundEvent {
        match (&update.title, self.not_listened_to(update)) {
            (_, Some(nothing)) => nothing,
            (Some(title), None) => learned(update.chat_id.0, title),
            (None, None) => InboundEvent::Unknown("chat_title_changed"),
        }
    }

    fn not_listened_to(&self, update: &Update) -> Option<InboundEvent> {
        match update.chat_id.0 {
            0 => Some(InboundEvent::Unknown("chat")),
            _ if update.is_channel => Some(InboundEvent::Nothing("channel")),
            _ if !self.options.groups => Some(InboundEvent::Nothing("group")),
            _ => None,
        }
    }

    fn reach(&self, update: &Update, reachable: bool) -> InboundEvent {
        let conversation_id = Place::Chat(update.chat_id.0).to_string();
        InboundEvent::Reach { conversation_id, reachable, at: update.timestamp.0 }
    }
}

// Pressed buttons (max §9).

/// Maximum length of a press id in bytes.
const CALLBACK: usize = 400;

impl Listener<'_> {
    /// `message_callback`. Without its message the chat of the press is unknown.
    pub(super) async fn pressed(&self, update: &Update) -> Vec<InboundEvent> {
        let (Some(callback), Some(message)) = (&update.callback, &update.message) else {
            return vec![InboundEvent::Nothing("message_callback")];
        };
        let (chat, user) = (message.recipient.chat_id.0, &callback.user);
        let fits = (1..=CALLBACK).contains(&callback.callback_id.len());
        if chat == 0 || user.user_id.0 == 0 || !fits {
            return vec![InboundEvent::Unknown("message_callback")];
        }
        let is_group = match message.recipient.chat_type.as_str() {
            "channel" => return vec![InboundEvent::Nothing("channel")],
            "chat" if !self.options.groups => return vec![InboundEvent::Nothing("group")],
            kind => kind == "chat",
        };
        let (room, mut events) = match is_group {
            true => {
                let (room, learned) = self.known_room(chat).await;
                (Some(room), learned)
            }
            false => (None, Vec::new()),
        };
        let data = callback.payload.clone().unwrap_or_default();
        let content = Content::Text { text: label(message, &data).unwrap_or_default() };
        let at = callback.timestamp.0;
        events.push(InboundEvent::Pressed(Box::new(ButtonPress {
            written: IncomingMessage {
                // The id belongs to the keyboard, so a second press has the same one.
                external_id: format!("callback:{}:{at}:{}", callback.callback_id, user.user_id.0),
                conversation_id: Place::Chat(chat).to_string(),
                sent_at: Some(at).filter(|at| *at > 0),
                body: Body::new(self.person(user), content),
                room,
            },
            message_id: PressedButton::read(&data).map(|pressed| pressed.message_id),
            data,
            acknowledge: callback.callback_id.clone(),
        })));
        events
    }
}

/// The label of the button with this payload.
fn label(message: &Message, payload: &str) -> Option<String> {
    let attachments = message.body.iter().flat_map(|body| body.attachments());
    let mut buttons = attachments.flat_map(|attachment| attachment.payload.buttons.into_iter().flatten());
    buttons.find(|button| button.payload.as_deref() == Some(payload)).map(|button| button.text)
}

// Channel posts, which comments refer to by id only (max §12): requested once and cached in this process.

/// Maximum number of cached posts, and for how long, because a post may be edited.
const POSTS: u64 = 10_000;
const HOUR: Duration = Duration::from_secs(3600);
/// The address of a post if MAX does not return one; amoCRM requires it (chats-api §3.4.8).
const SOMEWHERE: &str = "https://max.ru";

/// The remembered posts.
pub(super) struct Posts(Cache<String, Post>);

impl Default for Posts {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(POSTS).time_to_live(HOUR).build())
    }
}

impl Posts {
    /// A post; without address and text if MAX does not return them.
    pub(super) async fn find(&self, api: &MaxApi, token: &SecretString, id: &str) -> Post {
        if let Some(known) = self.0.get(&id.to_owned()).await {
            return known;
        }
        let path = ["messages", id];
        let call = Call { method: Method::GET, path: &path, query: &[], body: None };
        let bare = Post { id: id.to_owned(), url: Some(SOMEWHERE.to_owned()), ..Post::default() };
        let found: Result<Message, ApiError> = api.call(token, call).await;
        let Ok(message) = found else { return bare };
        let url = message.url.filter(|url| !url.is_empty()).or(bare.url);
        let caption = message.body.and_then(|body| body.text).filter(|text| !text.is_empty());
        let post = Post { id: bare.id, url, caption, ..Post::default() };
        self.0.insert(id.to_owned(), post.clone()).await;
        post
    }
}

#[cfg(test)]
mod tests;
