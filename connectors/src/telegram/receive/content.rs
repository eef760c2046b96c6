//! Converts the content of a message, by kind (telegram §4.1). The checks follow Telegram's order: for old clients,
//! older fields are set in addition to newer ones.

use base::message::{Content, Media, Person, Quote, Role};
use base::phone::with_plus;
use chrono::TimeDelta;

use super::Listener;
use crate::receiving::{self, Link};
use crate::telegram::wire::{Chat, ChatThread, Entity, FileRef, Message, Origin, PhotoSize, Sticker, User, line_of};

/// The largest file that can be downloaded from Telegram's own server (telegram §6), and from an operator's.
const LARGEST: u64 = 20 * 1024 * 1024;
const LARGEST_OF_OPERATORS: u64 = 2000 * 1024 * 1024;

/// Content of a message in our kinds.
#[derive(Debug, PartialEq)]
pub(super) struct ReceivedContent {
    pub content: Content,
    /// Text in addition to a location or a contact.
    pub caption: Option<String>,
}

impl ReceivedContent {
    fn text(text: String) -> Self {
        Self { content: Content::Text { text }, caption: None }
    }
}

impl Listener<'_> {
    /// None for a service message or an empty one.
    pub(super) fn held(&self, message: &Message) -> Option<ReceivedContent> {
        if let Some(content) = self.file(message) {
            return Some(ReceivedContent { content, caption: None });
        }
        self.point(message).or_else(|| self.words_of(message).map(ReceivedContent::text))
    }

    fn file(&self, message: &Message) -> Option<Content> {
        let caption = caption(message);
        let group_id = message.media_group_id.clone();
        let media = |file: &FileRef, name: String| Media {
            text: caption.clone(),
            group_id: group_id.clone(),
            duration: file.duration,
            ..media(file, name)
        };
        let content = if let Some(file) = &message.animation {
            Content::Video(media(file, named(file, "animation", "mp4")))
        } else if let Some(largest) = message.photo.last() {
            Content::Picture(media(&of_photo(largest), format!("photo_{}.jpg", largest.file_unique_id)))
        } else if let Some(file) = &message.video {
            Content::Video(media(file, named(file, "video", "mp4")))
        } else if let Some(file) = &message.video_note {
            Content::Video(media(file, "video_note.mp4".to_owned()))
        } else if let Some(file) = &message.voice {
            Content::Voice(media(file, format!("voice_{}.ogg", file.file_unique_id)))
        } else if let Some(file) = &message.audio {
            Content::Audio(media(file, sung(file)))
        } else if let Some(file) = &message.document {
            Content::File(media(file, named(file, "file", "")))
        } else {
            return message.sticker.as_ref().map(|sticker| self.sticker(sticker));
        };
        Some(self.unless_too_large(content))
    }

    /// Content that is too large to download is replaced by a note with its caption.
    fn unless_too_large(&self, content: Content) -> Content {
        let largest = if self.is_telegrams_own { LARGEST } else { LARGEST_OF_OPERATORS };
        let Some(file) = content.media().filter(|file| file.file_size > largest) else {
            return content;
        };
        let size = base::i18n::bytes(file.file_size, self.words.language()).replace('\u{a0}', " ");
        let mut text = match file.file_name.as_str() {
            "" => self.text("tg-in-too-large-unnamed", &[("size", &size)]),
            name => self.text("tg-in-too-large", &[("size", &size), ("name", name)]),
        };
        if let Some(caption) = &file.text {
            text = format!("{text}\n{caption}");
        }
        Content::Text { text }
    }

    /// A sticker in a format that only Telegram shows is replaced by its preview; without one, by its emoji.
    fn sticker(&self, sticker: &Sticker) -> Content {
        let still = match (&sticker.thumbnail, sticker.is_animated || sticker.is_video) {
            (_, false) => Some(FileRef {
                file_id: sticker.file_id.clone(),
                file_unique_id: sticker.file_unique_id.clone(),
                file_size: sticker.file_size,
                ..FileRef::default()
            }),
            (Some(thumbnail), true) => Some(of_photo(thumbnail)),
            (None, true) => None,
        };
        let Some(still) = still.filter(|still| !still.file_id.is_empty()) else {
            let emoji = sticker.emoji.clone().filter(|emoji| !emoji.is_empty());
            return Content::Text { text: emoji.unwrap_or_else(|| self.text("tg-in-sticker", &[])) };
        };
        Content::Sticker(Media {
            sticker_id: Some(sticker.file_unique_id.clone()).filter(|id| !id.is_empty()),
            ..media(&still, format!("sticker_{}.webp", sticker.file_unique_id))
        })
    }

    fn point(&self, message: &Message) -> Option<ReceivedContent> {
        let (location, caption) = match (&message.venue, &message.location) {
            (Some(venue), _) => {
                let lines = [venue.title.trim(), venue.address.trim()];
                let said = lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ");
                (&venue.location, Some(said).filter(|said| !said.is_empty()))
            }
            (None, Some(location)) => (location, None),
            (None, None) => {
                let contact = message.contact.as_ref()?;
                let names = [Some(contact.first_name.as_str()), contact.last_name.as_deref()].into_iter().flatten();
                let name = names.map(str::trim).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
                let phone = with_plus(&contact.phone_number);
                let name = if name.is_empty() { phone.clone() } else { name };
                return Some(ReceivedContent { content: Content::Contact { name, phone }, caption: None });
            }
        };
        let degrees = |given: Option<f64>, most: f64| given.filter(|one| one.is_finite() && one.abs() <= most);
        let (latitude, longitude) = (degrees(location.latitude, 90.0)?, degrees(location.longitude, 180.0)?);
        Some(ReceivedContent { content: Content::Location { latitude, longitude }, caption })
    }

    /// A text for content that has no kind in amoCRM: a symbol and a description.
    fn words_of(&self, message: &Message) -> Option<String> {
        let marked = |key: &'static str, words: String| {
            let mark = self.text(key, &[]);
            if words.trim().is_empty() { mark } else { format!("{mark} {words}") }
        };
        if let Some(poll) = &message.poll {
            let options =
                poll.options.iter().zip(1..).map(|(option, number): (_, usize)| format!("{number}) {}", option.text));
            let words: Vec<String> = std::iter::once(poll.question.clone()).chain(options).collect();
            return Some(marked("tg-in-poll", words.join(" ")));
        }
        if let Some(dice) = &message.dice {
            return Some(format!("{} {}", dice.emoji, dice.value));
        }
        if let Some(story) = &message.story {
            let link = story.chat.link(&format!("/s/{}", story.id)).filter(|_| story.id > 0);
            return Some(marked("tg-in-story", link.unwrap_or_default()));
        }
        if let Some(paid) = &message.paid_media {
            let stars = self.text("tg-in-paid-media", &[("stars", &paid.star_count.to_string())]);
            return Some(match caption(message) {
                Some(caption) => format!("{stars}\n{caption}"),
                None => stars,
            });
        }
        if let Some(list) = &message.checklist {
            let tasks = list.tasks.iter().map(|task| format!("\n– {}", task.text));
            return Some(marked(
                "tg-in-checklist",
                std::iter::once(list.title.clone()).chain(tasks).collect::<String>(),
            ));
        }
        if let Some(rich) = &message.rich_message {
            let words = line_of(rich);
            return Some(if words.is_empty() { self.text("tg-in-unknown", &[]) } else { words });
        }
        if let Some(text) = message.text.as_deref().filter(|text| !text.is_empty()) {
            return Some(with_links(text, &message.entities));
        }
        let others = [
            (&message.gift, "tg-in-gift"),
            (&message.unique_gift, "tg-in-gift"),
            (&message.giveaway, "tg-in-giveaway"),
            (&message.game, "tg-in-game"),
            (&message.invoice, "tg-in-invoice"),
        ];
        let found = others.into_iter().find(|(field, _)| field.is_some()).map(|(_, key)| self.text(key, &[]));
        found.or_else(|| message.web_app_data.as_ref().map(|data| marked("tg-in-form", data.data.clone())))
    }
}

fn caption(message: &Message) -> Option<String> {
    let caption = message.caption.as_deref().filter(|caption| !caption.is_empty())?;
    Some(with_links(caption, &message.caption_entities))
}

fn media(file: &FileRef, file_name: String) -> Media {
    Media {
        file_name,
        file_size: file.file_size,
        mime_type: file.mime_type.clone().filter(|kind| !kind.is_empty()),
        reference: Some(format!("file:{}", file.file_id)),
        known_as: Some(file.file_unique_id.clone()).filter(|id| !id.is_empty()),
        ..Media::default()
    }
}

fn of_photo(photo: &PhotoSize) -> FileRef {
    FileRef {
        file_id: photo.file_id.clone(),
        file_unique_id: photo.file_unique_id.clone(),
        file_size: photo.file_size,
        ..FileRef::default()
    }
}

/// The reported name, else a generated one; empty if the extension is unknown.
fn named(file: &FileRef, kind: &str, ending: &str) -> String {
    if let Some(name) = file.file_name.as_deref().filter(|name| !name.trim().is_empty()) {
        return name.to_owned();
    }
    match ending {
        "" => String::new(),
        ending => format!("{kind}_{}.{ending}", file.file_unique_id),
    }
}

/// `Unknown – Demo 3.mp3`.
fn sung(file: &FileRef) -> String {
    let parts = [&file.performer, &file.title].into_iter().flatten().map(|part| part.trim());
    let words = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" – ");
    match (file.file_name.as_deref().unwrap_or_default(), words.as_str()) {
        ("", "") => named(file, "audio", "mp3"),
        ("", words) if file.mime_type.as_deref().is_none_or(|kind| kind == "audio/mpeg") => format!("{words}.mp3"),
        ("", words) => words.to_owned(),
        (name, _) => name.to_owned(),
    }
}

impl Listener<'_> {
    /// The message that this one answers. Its text is included in case the id is unknown.
    pub(super) fn reply_to(&self, at: ChatThread, message: &Message) -> Option<Quote> {
        if let Some(quoted) = message.reply_to_message.as_deref().filter(|quoted| !is_topic_itself(message, quoted)) {
            let held = self.held(quoted).map(|held| without_file(held.content));
            return Some(Quote {
                external_id: Some(at.message(quoted.message_id)),
                content: held,
                sender: Some(Person { avatar_reference: None, ..self.author(quoted) }),
                sent_at: quoted.date.checked_mul(1000),
                ..Quote::default()
            });
        }
        let elsewhere = message.external_reply.as_ref()?;
        let fragment = message.quote.as_ref().map(|quote| quote.text.clone()).filter(|text| !text.is_empty());
        let name = elsewhere.origin.as_ref().and_then(|origin| self.named(origin));
        Some(Quote {
            content: Some(Content::Text { text: fragment.unwrap_or_else(|| self.text("tg-in-elsewhere", &[])) }),
            sender: name.map(|name| Person { name: Some(name), ..Person::default() }),
            sent_at: elsewhere.origin.as_ref().and_then(|origin| origin.date.checked_mul(1000)),
            ..Quote::default()
        })
    }

    /// Lines above a message's own text: the author of a forwarded message, and the quoted fragment.
    pub(super) fn lines_above(&self, message: &Message) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(origin) = &message.forward_origin {
            let name = self.named(origin).unwrap_or_else(|| self.text("tg-in-unnamed", &[]));
            let link = origin.chat.as_ref().and_then(|chat| chat.link(&format!("/{}", origin.message_id)));
            lines.push(match link.filter(|_| origin.message_id > 0) {
                Some(link) => self.text("tg-in-forward-link", &[("name", &name), ("link", &link)]),
                None => self.text("tg-in-forward", &[("name", &name)]),
            });
        }
        // For a message from another chat, the fragment is the only known content and already part of the quote.
        if let Some(quote) = message.quote.as_ref().filter(|_| message.external_reply.is_none()) {
            lines.extend(quote.text.lines().map(|line| format!("> {line}")));
        }
        lines
    }

    /// Name of the original author.
    fn named(&self, origin: &Origin) -> Option<String> {
        let chat = origin.sender_chat.as_ref().or(origin.chat.as_ref()).and_then(|chat| chat.called());
        let user = origin.sender_user.as_ref();
        let user = user
            .map(|user| user.called().unwrap_or_else(|| self.text("tg-in-nameless", &[("id", &user.id.to_string())])));
        let name = user.or_else(|| origin.sender_user_name.clone()).or(chat).filter(|name| !name.trim().is_empty())?;
        match origin.author_signature.as_deref().filter(|signature| !signature.trim().is_empty()) {
            Some(signature) => Some(format!("{name} ({signature})")),
            None => Some(name),
        }
    }
}

/// In a forum, a message that is not a reply formally answers the topic's first message.
fn is_topic_itself(message: &Message, quoted: &Message) -> bool {
    let first = message.is_topic_message && message.message_thread_id == Some(quoted.message_id);
    first || quoted.forum_topic_created.is_some()
}

/// The file of a quoted message is not fetched for the quote.
fn without_file(mut content: Content) -> Content {
    if let Some(file) = content.media_mut() {
        file.reference = None;
    }
    content
}

/// Profile photos are checked again after this long (a week).
const FACE: TimeDelta = TimeDelta::days(7);

impl Listener<'_> {
    /// A person. `date`: the time of the event in seconds since 1970, which decides when the profile photo is checked
    /// again.
    pub(super) fn person(&self, user: &User, date: i64) -> Person {
        let name = user.called().unwrap_or_else(|| self.say_id("tg-in-nameless", user.id));
        let username = user.username.as_deref().filter(|name| !name.is_empty());
        Person {
            id: user.id.to_string(),
            role: Role::Client,
            name: Some(name),
            profile_url: username.map(|name| format!("https://t.me/{name}")),
            avatar_reference: (!user.is_bot).then(|| face(user.id, date)),
            ..Person::default()
        }
    }

    /// A chat as a sender, or as a group.
    pub(super) fn room(&self, chat: &Chat) -> Person {
        let name = chat.called().unwrap_or_else(|| self.say_id("tg-in-nameless", chat.id));
        Person {
            id: chat.id.to_string(),
            role: Role::Client,
            name: Some(name),
            profile_url: chat.link(""),
            ..Person::default()
        }
    }

    /// The customer of a private chat.
    pub(super) fn customer(&self, chat: &Chat, date: i64) -> Person {
        Person { avatar_reference: Some(face(chat.id, date)), ..self.room(chat) }
    }

    /// The author of a message: the chat in whose name it was sent, otherwise the person.
    pub(super) fn author(&self, message: &Message) -> Person {
        match (&message.sender_chat, &message.from) {
            (Some(chat), _) => {
                let person = self.room(chat);
                let signed = message.author_signature.as_deref().filter(|name| !name.is_empty());
                let name = match (signed, &person.name) {
                    (Some(signed), Some(name)) => Some(format!("{name} ({signed})")),
                    _ => person.name.clone(),
                };
                Person { name, ..person }
            }
            (None, Some(user)) => self.person(user, message.date),
            (None, None) => self.customer(&message.chat, message.date),
        }
    }

    fn say_id(&self, key: &'static str, id: i64) -> String {
        self.text(key, &[("id", &id.to_string())])
    }
}

/// The reference to a person's profile photo for [`crate::Connector::open_media`].
fn face(user_id: i64, date: i64) -> String {
    format!("face:{user_id}:{}", date.div_euclid(FACE.num_seconds()))
}

// Texts with their link targets (telegram §4.2).

/// The text with each link's address after its label. Other formatting (bold, spoiler, mention) is dropped.
pub(super) fn with_links(text: &str, entities: &[Entity]) -> String {
    let links = entities
        .iter()
        .filter(|entity| entity.r#type == "text_link")
        .filter_map(|entity| Some(Link { offset: entity.offset, length: entity.length, url: entity.url.as_deref()? }));
    receiving::with_links(text, links)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_follow_their_words_once_and_places_outside_are_left_out() {
        let link = |offset: usize, length: usize, url: &str| Entity {
            r#type: "text_link".to_owned(),
            offset,
            length,
            url: Some(url.to_owned()),
        };
        for (text, links, linked) in [
            (
                "a 🌸 b acme.test/x",
                vec![
                    link(0, 1, "https://one.test"),
                    link(2, 2, "https://two.test"),
                    link(7, 11, "https://Acme.test/x/"),
                ],
                "a (https://one.test) 🌸 (https://two.test) b acme.test/x",
            ),
            ("🌸!", vec![link(1, 1, "https://x"), link(0, 99, "https://x"), link(usize::MAX, 2, "https://x")], "🌸!"),
            ("", vec![link(0, 0, "https://x")], ""),
        ] {
            assert_eq!(with_links(text, &links), linked);
        }
    }
}
