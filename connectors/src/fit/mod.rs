//! Adapts a message to a messenger: natively, as something readable, in parts, or not at all.
//!
//! ```text
//! quote, forward ─▶ lines before    kind ─▶ itself · another kind · words     buttons, list ─▶ lines after
//!                   └──────────────────── one text ─▶ caption, or beside, cut where it is too long ─▶ parts
//! ```

use base::i18n::{Sentence, Words};
use base::message::{Content, Media};
use unicode_segmentation::UnicodeSegmentation;

use super::{Abilities, Length, Message, PartNumber, Stand, Support, Unit};

pub mod lines;

/// Something that a messenger may not support. As an error: it has no replacement either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A kind of [`Content`].
    Kind(&'static str),
    /// A field of [`super::FeatureAbilities`].
    Feature(&'static str),
}

impl Thing {
    /// Its display name.
    pub fn named(self, words: Words) -> Sentence {
        match self {
            Self::Kind(kind) => words.text_of("messages-kind-", kind),
            Self::Feature(feature) => words.text_of("ability-name-", feature),
        }
    }
}

/// The parts of the message, in sending order; usually one. Fields that remain are supported natively.
pub fn fit(mut message: Message, abilities: &Abilities, words: Words) -> Result<Vec<Message>, Thing> {
    let features = &abilities.features;
    let mut text = Text::default();
    let quote = replaced("quotes", features.quotes, &mut message.reply_to)?;
    text.add_all(quote.iter().map(|quote| lines::quote(words, quote)));
    let forward = replaced("forwards", features.forwards, &mut message.forward)?;
    text.add_all(forward.iter().map(|forward| lines::forward(words, forward)));
    // A template's text is final; a comment is answered in a private message.
    replaced("templates", features.templates, &mut message.template)?;
    replaced("comments", features.comments, &mut message.post)?;

    let (content, said) = shaped(message.content.clone(), abilities, words)?;
    text.add_all(said);
    let (name, support) = match message.markup {
        Some(base::message::Markup::List(_)) => ("lists", features.lists),
        _ => ("buttons", features.buttons),
    };
    let markup = replaced(name, support, &mut message.markup)?;
    text.add_all(markup.iter().map(|markup| lines::markup(markup, lines::said(&message.content))));
    let contents = arranged(content, text.whole(), abilities);
    Ok(parts_of(&message, contents))
}

/// Paragraphs that are joined into one text.
#[derive(Default)]
struct Text(Vec<String>);

impl Text {
    fn add_all(&mut self, more: impl IntoIterator<Item = String>) {
        self.0.extend(more.into_iter().filter(|text| !text.is_empty()));
    }

    fn whole(self) -> String {
        self.0.join("\n\n")
    }
}

/// Removes a value that needs a replacement.
fn replaced<T>(name: &'static str, support: Support, thing: &mut Option<T>) -> Result<Option<T>, Thing> {
    match support {
        Support::Native => Ok(None),
        Support::As(_) => Ok(thing.take()),
        Support::Refused if thing.is_some() => Err(Thing::Feature(name)),
        Support::Refused => Ok(None),
    }
}

/// The content without its text, and the text. No content if there is only text.
fn shaped(content: Content, abilities: &Abilities, words: Words) -> Result<(Option<Content>, Option<String>), Thing> {
    let (kind, support) = (content.kind(), abilities.content.of(&content));
    if support == Support::Refused {
        return Err(Thing::Kind(kind));
    }
    Ok(match (content, support) {
        (Content::Text { text }, _) => (None, Some(text)),
        (content, Support::As(Stand::Text)) => (None, Some(lines::content(words, &content))),
        (content, Support::As(stand)) => {
            let media = content.media().cloned().unwrap_or_default();
            let stands = if stand == Stand::Picture { Content::Picture } else { Content::File };
            without_caption(stands(media))
        }
        (content, _) => without_caption(content),
    })
}

fn without_caption(mut content: Content) -> (Option<Content>, Option<String>) {
    let caption = content.media_mut().and_then(|media| media.text.take());
    (Some(content), caption)
}

/// Contents in order: the file with its caption, or the file followed by the text.
fn arranged(content: Option<Content>, text: String, abilities: &Abilities) -> Vec<Content> {
    let mut contents = Vec::new();
    let mut rest = text;
    if let Some(mut content) = content {
        let below = abilities.features.captions == Support::Native
            && abilities.caption_length.is_none_or(|limit| limit.holds(&rest));
        if let (true, Some(media)) = (below && !rest.is_empty(), content.media_mut()) {
            media.text = Some(std::mem::take(&mut rest));
        }
        contents.push(content);
    }
    if !rest.is_empty() || contents.is_empty() {
        let texts = match abilities.text_length {
            Some(limit) if !limit.holds(&rest) => split(&rest, limit),
            _ => vec![rest],
        };
        contents.extend(texts.into_iter().map(|text| Content::Text { text }));
    }
    contents
}

/// One message per content: the quote goes on the first, the buttons on the last.
fn parts_of(message: &Message, contents: Vec<Content>) -> Vec<Message> {
    let of = contents.len();
    let parts = contents.into_iter().zip(1..).map(|(content, number)| {
        let (first, last) = (number == 1, number == of);
        Message {
            part: PartNumber { number, of },
            content,
            markup: message.markup.clone().filter(|_| last),
            ask_phone: message.ask_phone.clone().filter(|_| last),
            reply_to: message.reply_to.clone().filter(|_| first),
            forward: message.forward.clone().filter(|_| first),
            ..message.clone()
        }
    });
    parts.collect()
}

/// How a text refers to a file: by its name, if it has one.
fn file_name(media: &Media) -> Option<&str> {
    Some(media.file_name.as_str()).filter(|name| !name.is_empty())
}

/// Adds a name on a line above a text or a caption; a file without a caption gets one. Stickers, locations and
/// contacts have no place for it.
pub fn sign(message: &mut Message, name: &str, words: Words) {
    let name = words.text("carried-signed").with("name", name).to_string();
    match &mut message.content {
        Content::Text { text } if text.is_empty() => {}
        Content::Text { text } => *text = format!("{name}\n{text}"),
        Content::Sticker(_) => {}
        content => {
            let Some(media) = content.media_mut() else { return };
            let caption = media.text.take().unwrap_or_default();
            media.text = Some(format!("{name}\n{caption}").trim_end().to_owned());
        }
    }
}

/// Shortens a text that a messenger refused, which counts differently: half of the assumed limit is certainly short enough.
/// The rest goes before `more`; false if there is none.
pub(crate) fn shorten(text: &mut String, more: &mut Vec<String>, limit: Length) -> bool {
    let mut parts = split(text, Length { most: limit.most / 2, ..limit }).into_iter();
    let Some(first) = parts.next() else { return false };
    *text = first;
    let before = more.len();
    more.splice(0..0, parts);
    more.len() > before
}

/// The parts in order, each within the limit. A part ends after a line or a word if there is such a place in its second
/// half, and never inside a grapheme unless that grapheme alone exceeds the limit. Parts of only white space are left
/// out; the other parts, joined, are the text.
pub fn split(text: &str, limit: Length) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !limit.holds(rest) {
        let end = cut(rest, limit);
        let (part, more) = rest.split_at(end);
        parts.push(part.to_owned());
        rest = more;
    }
    parts.push(rest.to_owned());
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// Where the first part ends: after at least one character, whatever the limit.
fn cut(text: &str, limit: Length) -> usize {
    let most = most_of(text, limit);
    let half = most / 2;
    let head = text.get(..most).unwrap_or(text);
    let behind = |found: Option<usize>, width: usize| found.map(|at| at + width).filter(|end| *end > half);
    behind(head.rfind("\n\n"), 2)
        .or_else(|| behind(head.rfind('\n'), 1))
        .or_else(|| {
            let space = head.char_indices().rev().find(|(_, sign)| sign.is_whitespace() && *sign != '\u{a0}');
            space.map(|(at, sign)| at + sign.len_utf8()).filter(|end| *end > half)
        })
        // A joiner after the space would be separated from it.
        .filter(|end| is_boundary(text, *end))
        .unwrap_or(most)
}

/// The length in bytes of as many whole graphemes as fit; of a grapheme longer than the limit, as many characters as
/// fit, at least one.
fn most_of(text: &str, limit: Length) -> usize {
    let (mut used, mut end) = (0, 0);
    for sign in text.graphemes(true) {
        used += limit.unit.count(sign);
        if used > limit.most {
            break;
        }
        end += sign.len();
    }
    if end > 0 {
        return end;
    }
    for sign in text.chars() {
        used = if end == 0 { 0 } else { used };
        used += characters(sign, limit.unit);
        if used > limit.most && end > 0 {
            break;
        }
        end += sign.len_utf8();
    }
    end
}

const fn characters(sign: char, unit: Unit) -> usize {
    match unit {
        Unit::Graphemes | Unit::Characters => 1,
        Unit::Utf16 => sign.len_utf16(),
        Unit::Bytes => sign.len_utf8(),
    }
}

fn is_boundary(text: &str, at: usize) -> bool {
    let mut cursor = unicode_segmentation::GraphemeCursor::new(at, text.len(), true);
    cursor.is_boundary(text, 0).unwrap_or(false)
}

#[cfg(test)]
mod tests;
