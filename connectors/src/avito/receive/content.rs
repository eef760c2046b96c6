//! Converts the content of a message, by kind (avito §5.2).

use base::message::{Content, Media};

use super::Listener;
use crate::avito::wire::{Item, Link, Location, Message, SharedItem};

impl Listener<'_> {
    /// The content, and text that accompanies a location. Never empty: what cannot be shown is replaced by a text that
    /// explains it.
    pub(super) fn content(&self, message: &Message) -> (Content, Option<String>) {
        let content = &message.content;
        let found = match message.kind.as_str() {
            "text" => content.text.clone().filter(|text| !text.trim().is_empty()).map(text),
            "image" => content.image.as_ref().and_then(|image| image.largest()).map(|link| picture(message, link)),
            "voice" => {
                content.voice.as_ref().map(|voice| voice.voice_id.as_str()).filter(|id| !id.is_empty()).map(voice)
            }
            "link" => content.link.as_ref().and_then(linked).map(text),
            "item" => content.item.as_ref().map(|item| text(self.shared_item(item))),
            "location" => content.location.as_ref().and_then(location),
            "call" => {
                let is_missed = content.call.as_ref().is_none_or(|call| call.status == "missed");
                Some(text(self.text(if is_missed { "avito-in-missed-call" } else { "avito-in-call" }, &[])))
            }
            "appCall" => Some(text(self.text("avito-in-call", &[]))),
            "file" => Some(text(self.text("avito-in-file", &[]))),
            "video" => Some(text(self.text("avito-in-video", &[]))),
            _ => None,
        };
        // A message of an unknown type may still contain text.
        let spoken = || content.text.clone().filter(|text| !text.trim().is_empty()).map(text);
        found.or_else(spoken).unwrap_or_else(|| text(self.text("avito-in-unknown", &[])))
    }

    /// The advert above a chat's first message.
    pub(super) fn advert(&self, item: &Item) -> String {
        let about = self.text("avito-in-about", &[("title", named(&item.title, &item.price_string).as_str())]);
        lines(&[&about, &item.url])
    }

    fn shared_item(&self, item: &SharedItem) -> String {
        let shown = self.text("avito-in-item", &[("title", named(&item.title, &item.price_string).as_str())]);
        lines(&[&shown, &item.item_url])
    }
}

fn text(text: String) -> (Content, Option<String>) {
    (Content::Text { text }, None)
}

fn picture(message: &Message, link: &str) -> (Content, Option<String>) {
    let media =
        Media { media_url: link.to_owned(), file_name: format!("photo_{}.jpg", message.id), ..Media::default() };
    (Content::Picture(media), None)
}

/// Opus in MP4 (avito §5.3).
fn voice(id: &str) -> (Content, Option<String>) {
    let media = Media {
        file_name: "voice.mp4".to_owned(),
        mime_type: Some("audio/mp4".to_owned()),
        reference: Some(format!("voice:{id}")),
        ..Media::default()
    };
    (Content::Voice(media), None)
}

fn linked(link: &Link) -> Option<String> {
    let (said, url) = (link.text.trim(), link.url.trim());
    let is_same = said.trim_end_matches('/') == url.trim_end_matches('/');
    let text = if is_same { url.to_owned() } else { lines(&[said, url]) };
    Some(text).filter(|text| !text.is_empty())
}

fn location(location: &Location) -> Option<(Content, Option<String>)> {
    let degrees = |given: Option<f64>, most: f64| given.filter(|one| one.is_finite() && one.abs() <= most);
    let place = [&location.text, &location.title].into_iter().map(|text| text.trim()).find(|text| !text.is_empty());
    let place = place.map(str::to_owned);
    match (degrees(location.lat, 90.0), degrees(location.lon, 180.0)) {
        (Some(latitude), Some(longitude)) => Some((Content::Location { latitude, longitude }, place)),
        _ => place.map(text),
    }
}

/// A title with its price.
fn named(title: &str, price: &str) -> String {
    // Prices have non-breaking spaces.
    let price = price.replace('\u{a0}', " ");
    let parts = [title.trim(), price.trim()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn lines(lines: &[&str]) -> String {
    lines.iter().filter(|line| !line.is_empty()).copied().collect::<Vec<_>>().join("\n")
}
