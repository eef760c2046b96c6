//! Converts the content of a message, attachment by attachment (max §5.1).

use base::message::{Content, Media};

use super::Listener;
use super::text::with_links;
use crate::max::files::FileReference;
use crate::max::vcard;
use crate::max::wire::{Attachment, Body};

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
        let joined = |below: Option<&str>| match below.filter(|below| !below.is_empty()) {
            Some(below) => format!("{above}\n{below}"),
            None => above.to_owned(),
        };
        match &mut self.content {
            Content::Text { text } => *text = joined(Some(text)),
            Content::Location { .. } | Content::Contact { .. } => self.caption = Some(joined(self.caption.as_deref())),
            content => {
                if let Some(file) = content.media_mut() {
                    file.text = Some(joined(file.text.as_deref()));
                }
            }
        }
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
            "location" => self.location(&attachment),
            "contact" => self.contact(&attachment),
            _ => self.unknown(),
        }
    }

    fn location(&self, attachment: &Attachment) -> Content {
        let degrees = |given: Option<f64>, most: f64| given.filter(|one| one.is_finite() && one.abs() <= most);
        match (degrees(attachment.latitude, 90.0), degrees(attachment.longitude, 180.0)) {
            (Some(latitude), Some(longitude)) => Content::Location { latitude, longitude },
            _ => self.unknown(),
        }
    }

    fn contact(&self, attachment: &Attachment) -> Content {
        let payload = &attachment.payload;
        let card = vcard::read(payload.vcf_info.as_deref().unwrap_or_default());
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
