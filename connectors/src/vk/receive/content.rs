//! Contents of a message or a comment: the text with the first file, then each further file separately.

use base::message::Content;

use super::Listener;
use super::attachment::Attached;
use super::text::plain;
use crate::vk::wire::{Attachment, Geo};

/// The contents of a message, in amoCRM's kinds.
#[derive(Debug, PartialEq)]
pub(super) struct Held {
    pub first: Content,
    /// Text in addition to a place.
    pub caption: Option<String>,
    /// Further files.
    pub more: Vec<Content>,
}

impl Listener<'_> {
    /// `lines`: lines above the text.
    pub(super) fn held(&self, text: &str, lines: Vec<String>, attachments: &[Attachment], geo: Option<&Geo>) -> Held {
        let mut words = lines;
        words.push(plain(text));
        let mut files = Vec::new();
        for attachment in attachments {
            match self.attached(attachment) {
                Some(Attached::File(content)) => files.push(*content),
                Some(Attached::Words(said)) => words.push(said),
                None => {}
            }
        }
        words.retain(|line| !line.trim().is_empty());
        let text = words.join("\n");
        if let Some(place) = geo.and_then(point) {
            return Held { first: place, caption: Some(text).filter(|text| !text.is_empty()), more: files };
        }
        let mut files = files.into_iter();
        match files.next() {
            Some(Content::Sticker(sticker)) if !text.is_empty() => {
                let more = std::iter::once(Content::Sticker(sticker)).chain(files).collect();
                Held { first: Content::Text { text }, caption: None, more }
            }
            Some(mut first) => {
                if let Some(media) = first.media_mut() {
                    media.text = Some(text).filter(|text| !text.is_empty());
                }
                Held { first, caption: None, more: files.collect() }
            }
            None => {
                let text = if text.is_empty() { self.text("vk-in-unknown", &[]) } else { text };
                Held { first: Content::Text { text }, caption: None, more: Vec::new() }
            }
        }
    }
}

fn point(geo: &Geo) -> Option<Content> {
    let degrees = |given: Option<f64>, most: f64| given.filter(|one| one.is_finite() && one.abs() <= most);
    let latitude = degrees(geo.coordinates.latitude, 90.0)?;
    let longitude = degrees(geo.coordinates.longitude, 180.0)?;
    Some(Content::Location { latitude, longitude })
}

impl Held {
    /// Marks all files as sent together.
    pub(super) fn grouped(mut self, group: &str) -> Self {
        if !self.more.is_empty() {
            for media in std::iter::once(&mut self.first).chain(&mut self.more).filter_map(Content::media_mut) {
                media.group_id = Some(group.to_owned());
            }
        }
        self
    }
}
