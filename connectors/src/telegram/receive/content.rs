//! Converts the content of a message, by kind (telegram §4.1). The checks follow Telegram's order: for old clients,
//! older fields are set in addition to newer ones.

use base::message::{Content, Media};
use base::phone::with_plus;

use super::Listener;
use super::text::with_links;
use crate::telegram::wire::{FileRef, Message, PhotoSize, Sticker, line_of};

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
