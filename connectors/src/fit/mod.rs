//! Adapts a message to a messenger: natively, as something readable, in parts, or not at all.
//!
//! ```text
//! quote, forward ─▶ lines before    kind ─▶ itself · another kind · words     buttons, list ─▶ lines after
//!                   └──────────────────── one text ─▶ caption, or beside, cut where it is too long ─▶ parts
//! ```

use base::i18n::{Sentence, Words};
use base::message::{Content, Media};

use super::{Abilities, Message, PartNumber, Stand, Support};

pub mod lines;
mod sign;
mod split;

pub use sign::sign;
pub use split::split;

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
    text.add_all(markup.iter().map(lines::markup));
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

#[cfg(test)]
mod tests;
