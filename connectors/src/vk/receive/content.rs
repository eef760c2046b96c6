//! Contents of a message or a comment: the text with the first file, then each further file separately.

use base::message::{Content, Media, Quote};
use serde_json::Value;

use super::Listener;
use crate::receiving::place;
use crate::vk::wire::{Attachment, Geo, Message, MessageId};

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
        if let Some(place) = geo.and_then(|geo| place(geo.coordinates.latitude, geo.coordinates.longitude)) {
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

/// Maximum number of forwarded messages, and how deeply nested ones are read.
const FORWARDED: usize = 20;
const DEPTH: usize = 3;

impl Listener<'_> {
    /// The message that this one answers. Its text is included in case the id is unknown.
    pub(super) async fn reply_to(&self, peer: i64, message: &Message) -> Option<Quote> {
        let quoted = message.reply_message.as_deref()?;
        let id = MessageId::of(peer, quoted.id, quoted.conversation_message_id);
        let held = self.held(&quoted.text, Vec::new(), &quoted.attachments, quoted.geo.as_ref());
        let mut content = held.first;
        if let Some(media) = content.media_mut() {
            // The file of a quoted message is not fetched for the quote.
            media.media_url.clear();
        }
        let sender = match quoted.from_id {
            0 => None,
            from if from == -self.community() => None,
            from => Some(self.asking.person(from).await),
        };
        Some(Quote {
            external_id: id.map(|id| id.to_string()),
            content: Some(content),
            sender,
            sent_at: quoted.date.checked_mul(1000).filter(|at| *at > 0),
            ..Quote::default()
        })
    }

    /// The forwarded messages as lines above the text, and their attachments.
    pub(super) async fn forwarded(&self, message: &Message) -> (Vec<String>, Vec<Attachment>) {
        let (mut lines, mut attachments) = (Vec::new(), Vec::new());
        for (depth, one) in flat(&message.fwd_messages) {
            let name = self.asking.name(one.from_id).await;
            lines.push(self.text("vk-in-forward", &[("name", &name)]));
            let held = self.held(&one.text, Vec::new(), &[], one.geo.as_ref());
            let text = match held.first {
                Content::Text { text } if !one.text.trim().is_empty() => text,
                Content::Location { latitude, longitude } => {
                    crate::fit::lines::map(latitude, longitude).unwrap_or_default()
                }
                _ => String::new(),
            };
            let mark = ">".repeat(depth);
            lines.extend(text.lines().map(|line| format!("{mark} {line}")));
            attachments.extend(one.attachments.iter().cloned());
        }
        (lines, attachments)
    }
}

/// Forwarded messages and those nested in them, in order, with their depth from 1.
fn flat(all: &[Message]) -> Vec<(usize, &Message)> {
    let mut found = Vec::new();
    let mut waiting: Vec<(usize, &Message)> = all.iter().rev().map(|one| (1, one)).collect();
    while let Some((depth, one)) = waiting.pop() {
        if found.len() == FORWARDED {
            break;
        }
        found.push((depth, one));
        if depth < DEPTH {
            waiting.extend(one.fwd_messages.iter().rev().map(|inner| (depth + 1, inner)));
        }
    }
    found
}

// Converts attachments, by kind (vk §5): a file of amoCRM's kinds, or a text.

/// An attachment in our terms.
#[derive(Debug, PartialEq)]
pub(super) enum Attached {
    File(Box<Content>),
    Words(String),
}

fn word<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_default()
}

/// `<owner>_<id>`, the end of the address of every VK object.
fn reference(object: &Value) -> Option<String> {
    let owner = object["owner_id"].as_i64().or(object["from_id"].as_i64()).or(object["to_id"].as_i64())?;
    Some(format!("{owner}_{}", object["id"].as_i64()?))
}

fn page(kind: &str, object: &Value) -> Option<String> {
    reference(object).map(|reference| format!("https://vk.com/{kind}{reference}"))
}

/// The largest of several pictures.
fn largest(pictures: &Value) -> Option<&str> {
    let side = |one: &Value, name: &str| one[name].as_i64().unwrap_or_default();
    let area = |one: &&Value| side(one, "width").saturating_mul(side(one, "height"));
    let found = pictures.as_array()?.iter().filter(|one| !word(one, "url").is_empty()).max_by_key(area)?;
    found["url"].as_str()
}

fn media(url: &str, file_name: String, object: &Value) -> Media {
    Media {
        media_url: url.to_owned(),
        file_name,
        file_size: object["size"].as_u64().unwrap_or_default(),
        known_as: reference(object),
        duration: object["duration"].as_u64().and_then(|seconds| u32::try_from(seconds).ok()),
        ..Media::default()
    }
}

impl Listener<'_> {
    /// None for attachments that VK adds and no one sees.
    pub(super) fn attached(&self, attachment: &Attachment) -> Option<Attached> {
        let object = attachment.object();
        let file = match attachment.r#type.as_str() {
            "photo" => photo(object),
            "doc" => doc(object),
            "audio_message" => voice(object),
            "audio" => music(object),
            "graffiti" => picture(word(object, "url"), "graffiti", object),
            "sticker" => sticker(object),
            _ => None,
        };
        if let Some(content) = file {
            return Some(Attached::File(Box::new(content)));
        }
        let words = self.words_of(attachment.r#type.as_str(), object);
        Some(Attached::Words(words)).filter(|_| !attachment.r#type.is_empty())
    }

    fn words_of(&self, kind: &str, object: &Value) -> String {
        let marked = |key: &'static str, parts: &[&str]| {
            let mark = self.text(key, &[]);
            let parts = parts.iter().copied().filter(|part| !part.is_empty());
            std::iter::once(mark.as_str()).chain(parts).collect::<Vec<_>>().join(" ")
        };
        let title = plain(word(object, "title"));
        let link = |kind: &str| page(kind, object).unwrap_or_default();
        match kind {
            "video" | "clip" => marked("vk-in-video", &[&title, &link("video")]),
            "audio" => {
                let names = [word(object, "artist"), word(object, "title")].map(plain);
                marked("vk-in-audio", &[&names.join(" – ")])
            }
            "photo" => marked("vk-in-photo", &[&link("photo")]),
            "doc" => marked("vk-in-file", &[&title]),
            "link" => [title.as_str(), word(object, "url")]
                .into_iter()
                .filter(|one| !one.is_empty())
                .collect::<Vec<_>>()
                .join(" "),
            "wall" => marked("vk-in-post", &[&plain(word(object, "text")), &link("wall")]),
            "wall_reply" => {
                let post = object["owner_id"].as_i64().zip(object["post_id"].as_i64()).zip(object["id"].as_i64());
                let link = post.map(|((owner, post), id)| format!("https://vk.com/wall{owner}_{post}?reply={id}"));
                marked("vk-in-comment", &[&plain(word(object, "text")), &link.unwrap_or_default()])
            }
            "market" => {
                let price = plain(object["price"]["text"].as_str().unwrap_or_default());
                marked("vk-in-product", &[&title, &price, &link("product")])
            }
            "market_album" | "market_market_album" => marked("vk-in-products", &[&title]),
            "poll" => {
                let answers = object["answers"].as_array().into_iter().flatten().map(|one| plain(word(one, "text")));
                let numbered = answers.zip(1..).map(|(text, number): (_, usize)| format!("{number}) {text}"));
                let words: Vec<String> = std::iter::once(plain(word(object, "question"))).chain(numbered).collect();
                marked("vk-in-poll", &[&words.join(" ")])
            }
            "gift" => marked("vk-in-gift", &[]),
            "story" => marked("vk-in-story", &[&link("story")]),
            "call" => marked("vk-in-call", &[]),
            "article" => marked("vk-in-article", &[&title, word(object, "url")]),
            _ => self.text("vk-in-unknown", &[]),
        }
    }
}

fn picture(url: &str, name: &str, object: &Value) -> Option<Content> {
    let id = object["id"].as_i64().unwrap_or_default();
    (!url.is_empty()).then(|| Content::Picture(media(url, format!("{name}_{id}.png"), object)))
}

fn photo(object: &Value) -> Option<Content> {
    let original = word(&object["orig_photo"], "url");
    let url = if original.is_empty() { largest(&object["sizes"])? } else { original };
    let id = object["id"].as_i64().unwrap_or_default();
    Some(Content::Picture(media(url, format!("photo_{id}.jpg"), object)))
}

/// Pictures and videos sent as files are shown as pictures and videos.
fn doc(object: &Value) -> Option<Content> {
    let (url, title, ending) = (word(object, "url"), plain(word(object, "title")), word(object, "ext"));
    if url.is_empty() {
        return None;
    }
    let named = ending.is_empty() || title.to_lowercase().ends_with(&format!(".{}", ending.to_lowercase()));
    let file = media(url, if named { title } else { format!("{title}.{ending}") }, object);
    Some(match ending.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "png" | "gif" | "webp" => Content::Picture(file),
        "mp4" | "mov" => Content::Video(file),
        _ => Content::File(file),
    })
}

fn voice(object: &Value) -> Option<Content> {
    let (ogg, mp3) = (word(object, "link_ogg"), word(object, "link_mp3"));
    let (url, ending) = if ogg.is_empty() { (mp3, "mp3") } else { (ogg, "ogg") };
    let id = object["id"].as_i64().unwrap_or_default();
    (!url.is_empty()).then(|| Content::Voice(media(url, format!("voice_{id}.{ending}"), object)))
}

/// Communities get no address for most music.
fn music(object: &Value) -> Option<Content> {
    let url = Some(word(object, "url")).filter(|url| !url.is_empty() && !url.contains("audio_api_unavailable"))?;
    let names = [word(object, "artist"), word(object, "title")].map(plain);
    Some(Content::Audio(media(url, format!("{}.mp3", names.join(" – ")), object)))
}

fn sticker(object: &Value) -> Option<Content> {
    let url = largest(&object["images"])?;
    let id = object["sticker_id"].as_i64().map(|id| id.to_string());
    let name = format!("sticker_{}.png", id.as_deref().unwrap_or_default());
    Some(Content::Sticker(Media { sticker_id: id.clone(), known_as: id, ..media(url, name, &Value::Null) }))
}

// Texts: HTML entities, and mentions of people (vk §5).

/// Named entities that VK writes.
const NAMED: [(&str, char); 6] =
    [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", '\u{a0}')];
/// The longest entity, `&#x10ffff;`.
const LONGEST: usize = 10;

/// A text as people wrote it: without entities, and with names instead of mentions.
pub(super) fn plain(text: &str) -> String {
    unmentioned(&unescaped(&text.replace("<br>", "\n")))
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let found = after.split_once(';').filter(|(name, _)| name.len() <= LONGEST);
        match found.and_then(|(name, after)| Some((entity(name)?, after))) {
            Some((sign, after)) => {
                plain.push(sign);
                rest = after;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|sign| *sign != '\0');
    }
    NAMED.iter().find(|(one, _)| *one == name).map(|(_, sign)| *sign)
}

/// `[id712345678|Maria]` and `[club1|@acme]` become their names.
fn unmentioned(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        let found = after.split_once(']').and_then(|(inside, after)| Some((mention(inside)?, after)));
        match found {
            Some((name, after)) => {
                plain.push_str(name);
                rest = after;
            }
            None => {
                plain.push('[');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn mention(inside: &str) -> Option<&str> {
    let (whose, name) = inside.split_once('|')?;
    let number = ["id", "club", "public", "event"].into_iter().find_map(|start| whose.strip_prefix(start))?;
    // In comments, a mention also contains the comment: `id712:bp-223_45`.
    let number = number.split(':').next()?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_as_people_wrote_them() {
        for (given, wanted) in [
            ("Сколько &lt;стоит&gt; &amp; когда?", "Сколько <стоит> & когда?"),
            ("&quot;Акме&quot; &#33; &#x1F44B;", "\"Акме\" ! 👋"),
            ("&amp;lt; is no sign", "&lt; is no sign"),
            ("A & B; R&D, &unknown; &", "A & B; R&D, &unknown; &"),
            ("[id712|Мария], да. [club223|Акме]!", "Мария, да. Акме!"),
            ("[id712:bp-223_45|Мария], да", "Мария, да"),
            ("[x] [id|y] [id7x|z] [id7", "[x] [id|y] [id7x|z] [id7"),
            ("a<br>b", "a\nb"),
        ] {
            assert_eq!(plain(given), wanted);
        }
    }
}
