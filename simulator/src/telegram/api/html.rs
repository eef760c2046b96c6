//! `parse_mode` HTML.

use serde_json::{Value, json};

use super::{
    answer::{Refusal, bad},
    text::Text,
};
use crate::telegram::detect;

/// Tags and the entities they become.
const TAGS: [(&str, &str); 15] = [
    ("b", "bold"),
    ("strong", "bold"),
    ("i", "italic"),
    ("em", "italic"),
    ("u", "underline"),
    ("ins", "underline"),
    ("s", "strikethrough"),
    ("strike", "strikethrough"),
    ("del", "strikethrough"),
    ("tg-spoiler", "spoiler"),
    ("span", "spoiler"),
    ("blockquote", "blockquote"),
    ("code", "code"),
    ("pre", "pre"),
    ("a", "text_link"),
];

/// An open tag: its name, its start, its link.
struct Open {
    tag: String,
    entity: &'static str,
    offset: usize,
    link: Option<String>,
}

/// Text and entities of an HTML text.
pub(super) fn parse(given: &str) -> Result<Text, Refusal> {
    let mut text = Text::default();
    let mut open: Vec<Open> = Vec::new();
    let mut rest = given;
    while let Some(at) = rest.find(['<', '&']) {
        text.text.push_str(&rest[..at]);
        let offset = given.len() - rest.len() + at;
        rest = &rest[at..];
        if rest.starts_with('&') {
            let (letter, length) = character(rest).unwrap_or(('&', 1));
            text.text.push(letter);
            rest = &rest[length..];
            continue;
        }
        let unclosed = || bad(&format!("can't parse entities: Unclosed start tag at byte offset {offset}"));
        let end = rest.find('>').ok_or_else(unclosed)?;
        let inside = &rest[1..end];
        rest = &rest[end + 1..];
        match inside.strip_prefix('/') {
            Some(tag) => close(&mut text, &mut open, tag.trim(), offset)?,
            None => open.push(opened(&text, inside, offset)?),
        }
    }
    text.text.push_str(rest);
    match open.last() {
        Some(left) => {
            Err(bad(&format!("can't parse entities: Can't find end tag corresponding to start tag \"{}\"", left.tag)))
        }
        None => Ok(text),
    }
}

fn opened(text: &Text, inside: &str, offset: usize) -> Result<Open, Refusal> {
    let tag = inside.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let unknown = || bad(&format!("can't parse entities: Unsupported start tag \"{tag}\" at byte offset {offset}"));
    let entity = TAGS.iter().find(|(known, _)| *known == tag).map(|(_, entity)| *entity).ok_or_else(unknown)?;
    let link = inside.split_once("href=").map(|(_, link)| link.trim().trim_matches(['"', '\'']).to_owned());
    Ok(Open { tag, entity, offset: detect::length(&text.text), link })
}

fn close(text: &mut Text, open: &mut Vec<Open>, tag: &str, offset: usize) -> Result<(), Refusal> {
    let unexpected = || bad(&format!("can't parse entities: Unexpected end tag at byte offset {offset}"));
    let last = open.pop_if(|last| last.tag == tag.to_ascii_lowercase()).ok_or_else(unexpected)?;
    let length = detect::length(&text.text) - last.offset;
    let mut entity: Value = json!({"offset": last.offset, "length": length, "type": last.entity});
    if let Some(link) = last.link {
        entity["url"] = json!(link);
    }
    if length > 0 {
        text.entities.push(entity);
    }
    Ok(())
}

/// One of the four named entities or a numeric one, and the length of its source.
fn character(text: &str) -> Option<(char, usize)> {
    let end = text.find(';').filter(|end| *end <= 10)?;
    let letter = match &text[1..end] {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        number => char::from_u32(match number.strip_prefix("#x") {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.strip_prefix('#')?.parse().ok()?,
        })?,
    };
    Some((letter, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_entities() {
        let text = parse("👋 <b>Hi</b> &amp; <a href=\"https://acme.test\">see &#128512;</a>").unwrap();
        assert_eq!(text.text, "👋 Hi & see 😀");
        assert_eq!(
            text.entities,
            [
                json!({"offset": 3, "length": 2, "type": "bold"}),
                json!({"offset": 8, "length": 6, "type": "text_link", "url": "https://acme.test"}),
            ]
        );
        for wrong in ["<b>x", "<x>y</x>", "x</b>", "5 < 6"] {
            assert!(parse(wrong).unwrap_err().description.starts_with("Bad Request: can't parse entities"), "{wrong}");
        }
    }
}
