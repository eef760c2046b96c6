//! Converts the content of a message (instagram-and-facebook §5): each attachment becomes one message, the text goes
//! with the first.

use base::i18n::LocalizedText;
use base::message::{Content, Media, SharedPost};
use serde_json::Value;

use super::Listener;
use crate::meta::files;
use crate::meta::graph::text_of;
use crate::receiving::above;

/// A part of a message that becomes a message of its own.
#[derive(Debug, PartialEq)]
pub(super) struct Piece {
    pub content: Content,
    pub shared: Option<SharedPost>,
    /// The address of a preview, which the message's text usually contains already.
    preview: Option<String>,
}

impl From<Content> for Piece {
    fn from(content: Content) -> Self {
        Self { content, shared: None, preview: None }
    }
}

impl Piece {
    /// Puts a line above the text or the caption. Only text and files come from Meta.
    fn put_above(&mut self, line: &str) {
        above(line, "\n", &mut self.content, &mut None);
    }
}

impl Listener<'_> {
    /// The pieces of `message`; none if it has no readable content.
    pub(super) fn pieces(&self, message: &Value) -> Vec<Piece> {
        let text = text_of(message, "text").filter(|text| !text.trim().is_empty());
        if message.get("is_unsupported").and_then(Value::as_bool) == Some(true) {
            return vec![Content::Text { text: text.unwrap_or_else(|| self.say("meta-in-unknown")) }.into()];
        }
        let attachments = message.get("attachments").and_then(Value::as_array);
        let attachments: Vec<&Value> = attachments.into_iter().flatten().collect();
        // Until September 2026 a sticker is reported both as a sticker and as a picture.
        let has_sticker = attachments.iter().any(|one| text_of(one, "type").as_deref() == Some("sticker"));
        let is_twin = |one: &Value| {
            has_sticker
                && one.pointer("/payload/sticker_id").is_some()
                && text_of(one, "type").as_deref() == Some("image")
        };
        let mut pieces: Vec<Piece> =
            attachments.into_iter().filter(|one| !is_twin(one)).map(|one| self.piece(one)).collect();
        if let Some(text) = text {
            pieces.retain(|piece| piece.preview.as_ref().is_none_or(|address| !text.contains(address)));
            match pieces.first_mut() {
                Some(Piece { content, .. }) if content.media().is_some() => {
                    if let Some(media) = content.media_mut() {
                        media.text = Some(text);
                    }
                }
                _ => pieces.insert(0, Content::Text { text }.into()),
            }
        }
        if let (Some(story), Some(first)) = (message.pointer("/reply_to/story"), pieces.first_mut()) {
            first.put_above(&self.say("meta-in-story-answer"));
            // After the answer, which does not wait for the picture to be fetched.
            pieces.extend(self.story(story));
        }
        if let (Some(product), Some(first)) = (message.pointer("/referral/product/id"), pieces.first_mut()) {
            let id = product.as_str().map_or_else(|| product.to_string(), str::to_owned);
            first.put_above(&self.say_with("meta-in-product", "id", &id));
        }
        pieces
    }

    /// The picture of an answered story; none if its address is missing. A story lasts a day and its address not much
    /// longer, so it is fetched like any file.
    fn story(&self, story: &Value) -> Option<Piece> {
        let url = text_of(story, "url").filter(|url| url.starts_with("http"))?;
        let (reference, text) = (Some(files::link(&url)), Some(self.say("meta-in-story")));
        Some(Content::Picture(Media { file_name: "story.jpg".to_owned(), reference, text, ..Media::default() }).into())
    }

    fn piece(&self, attachment: &Value) -> Piece {
        let kind = text_of(attachment, "type").unwrap_or_default();
        let nothing = Value::Null;
        let payload = attachment.get("payload").unwrap_or(&nothing);
        let url = text_of(payload, "url").filter(|url| url.starts_with("http"));
        let title = text_of(payload, "title").or_else(|| text_of(attachment, "title")).filter(|text| !text.is_empty());
        let Some(url) = url else {
            let unnamed = match kind.as_str() {
                "story_mention" => "meta-in-story-mention",
                "ig_story" => "meta-in-story-answer",
                _ => "meta-in-unknown",
            };
            let text = title.unwrap_or_else(|| self.say(unnamed));
            return Content::Text { text }.into();
        };
        let media =
            |name: &str| Media { file_name: name.to_owned(), reference: Some(files::link(&url)), ..Media::default() };
        let story = |about| Content::Picture(Media { text: Some(self.say(about)), ..media("story.jpg") }).into();
        match kind.as_str() {
            "image" if payload.get("sticker_id").is_some() => sticker(payload, media("sticker.png")),
            "sticker" => sticker(payload, media("sticker.png")),
            "image" | "animated_image" | "ephemeral" => Content::Picture(media("picture.jpg")).into(),
            "video" => Content::Video(media("video.mp4")).into(),
            // Both apps record voice messages as this type, and neither can send music.
            "audio" => Content::Voice(media("voice.mp4")).into(),
            "file" => Content::File(media(&named(&url))).into(),
            "story_mention" => story("meta-in-story-mention"),
            "ig_story" => story("meta-in-story-answer"),
            "ig_reel" | "reel" | "ig_post" | "post" | "share" => {
                let text = [Some(self.say_with("meta-in-share", "link", &url)), title];
                let text = text.into_iter().flatten().collect::<Vec<_>>().join("\n");
                let shared = SharedPost { url: url.clone(), ..SharedPost::default() };
                Piece { shared: Some(shared), ..Piece::from(Content::Text { text }) }
            }
            "fallback" => {
                let text = [title, Some(url.clone())].into_iter().flatten().collect::<Vec<_>>().join("\n");
                Piece { preview: Some(url), ..Piece::from(Content::Text { text }) }
            }
            _ => Content::Text { text: format!("{}\n{url}", self.say("meta-in-unknown")) }.into(),
        }
    }

    pub(super) fn say(&self, key: &'static str) -> String {
        LocalizedText::new(key).plain(self.words, "")
    }

    pub(super) fn say_with(&self, key: &'static str, name: &'static str, value: &str) -> String {
        LocalizedText::new(key).with(name, value).plain(self.words, "")
    }
}

fn sticker(payload: &Value, media: Media) -> Piece {
    let sticker_id = text_of(payload, "sticker_id");
    Content::Sticker(Media { sticker_id, ..media }).into()
}

/// The file name in an address, if it has one.
fn named(url: &str) -> String {
    let address = url::Url::parse(url).ok();
    let last = address.as_ref().and_then(|url| url.path_segments()?.next_back()).unwrap_or_default();
    if last.contains('.') && last.len() <= 120 { last.to_owned() } else { "file".to_owned() }
}
