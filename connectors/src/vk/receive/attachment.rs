//! Converts attachments, by kind (vk §5): a file of amoCRM's kinds, or a text.

use base::message::{Content, Media};
use serde_json::Value;

use super::Listener;
use super::text::plain;
use crate::vk::wire::Attachment;

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
