//! Text replacements for content that a messenger does not support.

use base::i18n::Words;
use base::message::{Button, Content, List, Markup, Media, Quote};

use super::file_name;

/// Maximum number of characters of a quoted text.
const QUOTED: usize = 400;

/// A quote as lines prefixed with `>`.
pub fn quote(words: Words, quote: &Quote) -> String {
    let name = quote.sender.as_ref().and_then(|sender| sender.name.as_deref());
    let text = quote.content.as_ref().map(|content| quoted(words, content)).unwrap_or_default();
    let said = match name {
        Some(name) if text.is_empty() => name.to_owned(),
        Some(name) => format!("{name}: {text}"),
        None => text,
    };
    said.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

/// A forwarded message below a line that marks it as forwarded.
pub fn forward(words: Words, forward: &Quote) -> String {
    let name = forward.sender.as_ref().and_then(|sender| sender.name.as_deref());
    let head = match name {
        Some(name) => words.text("carried-forward-of").with("name", name),
        None => words.text("carried-forward"),
    };
    let text = forward.content.as_ref().map(|content| content_line(words, content)).unwrap_or_default();
    format!("{head}\n{text}").trim_end().to_owned()
}

/// Any content as text, reduced to the essentials.
pub fn content(words: Words, content: &Content) -> String {
    match content {
        Content::Text { text } => text.clone(),
        Content::Location { latitude, longitude } => {
            words.text("carried-location").with("map", map(*latitude, *longitude).unwrap_or_default()).to_string()
        }
        Content::Contact { name, phone } => {
            words.text("carried-contact").with("name", name.as_str()).with("phone", phone.as_str()).to_string()
        }
        Content::Picture(media)
        | Content::Video(media)
        | Content::File(media)
        | Content::Voice(media)
        | Content::Audio(media)
        | Content::Sticker(media) => file(words, content.kind(), media, true),
    }
}

/// A link that shows a place on a map.
pub fn map(latitude: f64, longitude: f64) -> Option<String> {
    let point = format!("{latitude},{longitude}");
    url::Url::parse_with_params("https://maps.google.com/maps", [("q", point)]).ok().map(|map| map.to_string())
}

/// The same for a quoted message: short, without a link to its file.
pub fn quoted(words: Words, quoted: &Content) -> String {
    short(&content_line(words, quoted))
}

fn content_line(words: Words, quoted: &Content) -> String {
    match quoted.media() {
        Some(media) => file(words, quoted.kind(), media, false),
        None => content(words, quoted),
    }
}

fn file(words: Words, kind: &str, media: &Media, linked: bool) -> String {
    let kind = words.text_of("messages-kind-", kind);
    let named = file_name(media).map_or_else(|| format!("[{kind}]"), |name| format!("[{kind}: {name}]"));
    let link = Some(media.media_url.as_str()).filter(|link| linked && !link.is_empty());
    let lines = [Some(named.as_str()), link, media.text.as_deref().filter(|text| !text.is_empty())];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// The text with a list's header above and footer below, unless the text already contains them.
pub fn around_list(list: &List, text: &str) -> String {
    let above = [new(&list.header, text), new(&list.body, text)].into_iter().flatten();
    let parts = above.chain(Some(text.trim())).chain(new(&list.footer, text));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A part of a list, unless the text already contains it.
fn new<'part>(part: &'part str, text: &str) -> Option<&'part str> {
    Some(part.trim()).filter(|part| !part.is_empty() && !text.contains(part))
}

/// The text or caption of a message; empty without one.
pub fn said(content: &Content) -> &str {
    match content {
        Content::Text { text } => text,
        content => content.media().and_then(|media| media.text.as_deref()).unwrap_or_default(),
    }
}

/// The choices, one per line. `said`: the message's text, which is not repeated.
pub fn markup(markup: &Markup, said: &str) -> String {
    match markup {
        Markup::Buttons(rows) => rows.iter().flatten().map(button).collect::<Vec<_>>().join("\n"),
        Markup::List(list) => self::list(list, said),
    }
}

fn button(button: &Button) -> String {
    match &button.url {
        Some(url) => format!("• {} – {url}", button.text),
        None => format!("• {}", button.text),
    }
}

fn list(list: &List, said: &str) -> String {
    let mut lines: Vec<String> =
        [new(&list.header, said), new(&list.body, said)].into_iter().flatten().map(str::to_owned).collect();
    for section in &list.sections {
        lines.push(section.title.clone());
        lines.extend(section.rows.iter().map(|row| match row.description.as_str() {
            "" => format!("• {}", row.title),
            description => format!("• {} – {description}", row.title),
        }));
    }
    lines.extend(new(&list.footer, said).map(str::to_owned));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// The beginning of a long text, cut between characters.
fn short(text: &str) -> String {
    use unicode_segmentation::UnicodeSegmentation;
    match text.grapheme_indices(true).nth(QUOTED) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text).trim_end()),
        None => text.to_owned(),
    }
}
