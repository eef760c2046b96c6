//! Converts the content of a message, attachment by attachment (max §5.1).

use base::message::{Content, Media, Person, Post, Role};
use reqwest::Method;
use serde_json::{Value, json};

use super::Listener;
use crate::call::ApiError;
use crate::incoming::InboundEvent;
use crate::max::api::Call;
use crate::max::files::FileReference;
use crate::max::wire::{self, Attachment, Body, Markup, Message, Place, User};
use crate::receiving::{self, Link};

/// The content of one message in our kinds.
#[derive(Debug, PartialEq)]
pub(super) struct Held {
    pub content: Content,
    /// Text in addition to a location or a contact.
    pub caption: Option<String>,
}

impl Held {
    fn bare(content: Content) -> Self {
        Self { content, caption: None }
    }

    /// Puts a text above the message's own text.
    pub(super) fn put_above(&mut self, above: &str) {
        receiving::above(above, "\n", &mut self.content, &mut self.caption);
    }
}

impl Listener<'_> {
    /// The messages that a body becomes: one for each attachment, with the text on the first; never empty. `mid`: of
    /// the message that contains the attachments.
    pub(super) fn held(&self, mid: &str, body: &Body) -> Vec<Held> {
        let mut text = with_links(body.text.as_deref().unwrap_or_default(), body.markup());
        let mut held = Vec::new();
        for (position, attachment) in body.attachments().enumerate() {
            match attachment.r#type.as_str() {
                "inline_keyboard" => {}
                "share" => add_share(&mut text, &attachment),
                _ => held.push(Held::bare(self.content(mid, position, attachment))),
            }
        }
        let files = held.iter().filter(|one| one.content.media().is_some()).count();
        for file in held.iter_mut().filter_map(|one| one.content.media_mut()).filter(|_| files > 1) {
            file.group_id = Some(mid.to_owned());
        }
        match held.first_mut() {
            Some(first) if !text.is_empty() => first.put_above(&text),
            None if !text.is_empty() => held.push(Held::bare(Content::Text { text })),
            _ => {}
        }
        held
    }

    fn content(&self, mid: &str, position: usize, attachment: Attachment) -> Content {
        let media = |name: String| media(mid, position, &attachment, name);
        let token = attachment.payload.token.as_str();
        match attachment.r#type.as_str() {
            "image" if has_file(&attachment) => {
                let id = attachment.payload.photo_id.0;
                Content::Picture(Media { known_as: Some(id.to_string()), ..media(format!("image_{id}.jpg")) })
            }
            "video" if has_file(&attachment) => Content::Video(media("video.mp4".to_owned())),
            "audio" if has_file(&attachment) => Content::Audio(media("audio.mp3".to_owned())),
            "file" if has_file(&attachment) => Content::File(media(attachment.filename.clone())),
            "sticker" if has_file(&attachment) => {
                let code = Some(attachment.payload.code.clone()).filter(|code| !code.is_empty());
                let name = format!("sticker_{}.webp", code.as_deref().unwrap_or(token));
                Content::Sticker(Media { known_as: code.clone(), sticker_id: code, ..media(name) })
            }
            "location" => receiving::place(attachment.latitude, attachment.longitude).unwrap_or_else(|| self.unknown()),
            "contact" => self.contact(&attachment),
            _ => self.unknown(),
        }
    }

    fn contact(&self, attachment: &Attachment) -> Content {
        let payload = &attachment.payload;
        let card = wire::read(payload.vcf_info.as_deref().unwrap_or_default());
        let account = payload.max_info.as_ref().or(payload.tam_info.as_ref());
        let name = account.and_then(|account| account.called()).filter(|_| card.name.is_empty()).unwrap_or(card.name);
        match (name.is_empty(), card.phone.is_empty()) {
            (true, true) => self.unknown(),
            (true, false) => Content::Contact { name: card.phone.clone(), phone: card.phone },
            _ => Content::Contact { name, phone: card.phone },
        }
    }

    /// The replacement for content that amoCRM has no kind for.
    pub(super) fn unknown(&self) -> Content {
        Content::Text { text: self.text("max-in-unknown", &[]) }
    }
}

/// Adds a link from a preview, unless the text already contains it.
fn add_share(text: &mut String, attachment: &Attachment) {
    let url = attachment.payload.url.as_str();
    if url.is_empty() || text.contains(url) {
        return;
    }
    let title = attachment.title.as_deref().filter(|title| !title.is_empty());
    for line in [title, Some(url)].into_iter().flatten() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line);
    }
}

fn has_file(attachment: &Attachment) -> bool {
    !attachment.payload.url.is_empty() || !attachment.payload.token.is_empty()
}

fn media(mid: &str, position: usize, attachment: &Attachment, file_name: String) -> Media {
    let payload = &attachment.payload;
    let token = Some(payload.token.clone()).filter(|token| !token.is_empty());
    let reference = FileReference {
        mid: mid.to_owned(),
        attachment: position,
        video: token.clone().filter(|_| attachment.r#type == "video"),
        url: payload.url.clone(),
    };
    Media {
        file_name,
        file_size: attachment.size,
        duration: attachment.duration,
        reference: Some(reference.write()),
        known_as: token,
        ..Media::default()
    }
}

/// The conversation of a message, and its participants.
pub(super) struct Scene {
    pub at: Place,
    pub sender: Person,
    /// Set for a group.
    pub room: Option<Person>,
    /// Set for a comment.
    pub post: Option<Post>,
    /// Facts learned while determining it.
    pub learned: Vec<InboundEvent>,
}

impl Listener<'_> {
    /// The error is the reason why the message is irrelevant.
    pub(super) async fn scene(&self, message: &Message) -> Result<Scene, InboundEvent> {
        let chat = message.recipient.chat_id.0;
        if chat == 0 {
            return Err(InboundEvent::Unknown("message"));
        }
        let Some(sender) = &message.sender else { return Err(InboundEvent::Nothing("channel")) };
        if sender.user_id.0 == 0 {
            return Err(InboundEvent::Unknown("message"));
        }
        if sender.user_id.0 == self.bot_id {
            return Err(InboundEvent::Nothing("echo"));
        }
        let author = sender.user_id.0;
        let sender = self.person(sender);
        let post = message.recipient.post_id.as_str();
        let scene = Scene { at: Place::Chat(chat), sender, room: None, post: None, learned: Vec::new() };
        match message.recipient.chat_type.as_str() {
            _ if !post.is_empty() && !self.options.comments => Err(InboundEvent::Nothing("comment")),
            _ if !post.is_empty() && !wire::is_mid(post) => Err(InboundEvent::Unknown("comment")),
            _ if !post.is_empty() => {
                let post = Some(self.posts.find(self.api, self.token, post).await);
                Ok(Scene { at: Place::Comments { channel: chat, author }, post, ..scene })
            }
            "channel" => Err(InboundEvent::Nothing("channel")),
            "chat" if !self.options.groups => Err(InboundEvent::Nothing("group")),
            "chat" => {
                let (room, learned) = self.known_room(chat).await;
                Ok(Scene { room: Some(room), learned, ..scene })
            }
            _ => Ok(scene),
        }
    }

    /// A group with its title, which messages do not contain (max §8): as stored, otherwise requested once.
    pub(super) async fn known_room(&self, chat: i64) -> (Person, Vec<InboundEvent>) {
        let key = chat.to_string();
        let stored = self.facts.and_then(|facts| facts.get("titles")?.get(&key)?.as_str());
        if stored.is_some() {
            return (self.room(chat, stored), Vec::new());
        }
        let path = ["chats", key.as_str()];
        let call = Call { method: Method::GET, path: &path, query: &[], body: None };
        let found: Result<Value, ApiError> = self.api.call(self.token, call).await;
        let title = found.ok().and_then(|chat| chat.get("title")?.as_str().map(str::to_owned));
        let learned = title.iter().map(|title| learned(chat, title)).collect();
        (self.room(chat, title.as_deref()), learned)
    }
}

/// The title of a group, to be stored.
pub(super) fn learned(chat: i64, title: &str) -> InboundEvent {
    InboundEvent::Learned { part: "titles", key: chat.to_string(), value: json!(title) }
}

impl Listener<'_> {
    /// A person.
    pub(super) fn person(&self, user: &User) -> Person {
        let id = user.user_id.0.to_string();
        let name = user.called().unwrap_or_else(|| self.text("max-in-nameless", &[("id", &id)]));
        let username = user.username.as_deref().filter(|name| !name.is_empty());
        let picture = [&user.full_avatar_url, &user.avatar_url].into_iter().flatten().find(|url| !url.is_empty());
        Person {
            id,
            role: Role::Client,
            name: Some(name),
            profile_url: username.map(|name| format!("https://max.ru/{name}")),
            avatar_url: picture.cloned(),
            ..Person::default()
        }
    }

    /// A group as the owner of a conversation.
    pub(super) fn room(&self, chat: i64, title: Option<&str>) -> Person {
        let id = chat.to_string();
        let title = title.filter(|title| !title.trim().is_empty()).map(str::to_owned);
        let name = title.unwrap_or_else(|| self.text("max-in-nameless", &[("id", &id)]));
        Person { id, role: Role::Client, name: Some(name), ..Person::default() }
    }
}

/// The text with each link's address after its label. Other formatting is dropped.
pub(super) fn with_links(text: &str, markup: impl Iterator<Item = Markup>) -> String {
    let markup: Vec<Markup> = markup.filter(|one| one.r#type == "link").collect();
    let links =
        markup.iter().filter_map(|one| Some(Link { offset: one.from, length: one.length, url: one.url.as_deref()? }));
    receiving::with_links(text, links)
}
