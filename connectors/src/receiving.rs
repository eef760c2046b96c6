//! What the receiving sides share: lenient parsing (a field whose format has changed does not break the whole value), the
//! addresses of links, and context above a message.

use base::message::Content;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::incoming::IncomingMessage;

/// Reads a field of any type; a value that does not fit counts as absent.
pub(crate) fn field<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).unwrap_or_default())
}

/// Structures all of whose fields are lenient.
macro_rules! wire {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[serde(deserialize_with = "crate::receiving::field")]
                pub $field: $type,
            )+
        }
    )+};
}
pub(crate) use wire;

/// A link in a text, with its position in UTF-16 units.
pub(crate) struct Link<'a> {
    pub offset: usize,
    pub length: usize,
    pub url: &'a str,
}

/// The text with each link's address after its label: `our offer (https://acme.test/…)`. Links outside the text are
/// ignored.
pub(crate) fn with_links<'a>(text: &str, links: impl Iterator<Item = Link<'a>>) -> String {
    let placed = links.filter_map(|Link { offset, length, url }| {
        let (start, end) = (byte_of(text, offset)?, byte_of(text, offset.checked_add(length)?)?);
        let shown = text.get(start..end)?;
        (!url.is_empty() && !shown.is_empty() && !is_same_address(shown, url)).then_some((end, url))
    });
    let mut placed: Vec<(usize, &str)> = placed.collect();
    // From the end to the start, so that earlier offsets stay valid.
    placed.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
    let mut whole = text.to_owned();
    for (end, url) in placed {
        whole.insert_str(end, &format!(" ({url})"));
    }
    whole
}

/// The byte offset of an offset in UTF-16 units; none beyond the end or inside a character.
fn byte_of(text: &str, units: usize) -> Option<usize> {
    let mut passed = 0;
    for (place, sign) in text.char_indices() {
        if passed >= units {
            return (passed == units).then_some(place);
        }
        passed += sign.len_utf16();
    }
    (passed == units).then_some(text.len())
}

/// A label such as `acme.test/x` already shows the address `https://acme.test/x/`.
fn is_same_address(shown: &str, url: &str) -> bool {
    let bare = |address: &str| {
        let address = address.trim().trim_end_matches('/');
        let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
        address.to_lowercase()
    };
    bare(shown) == bare(url)
}

/// Puts a line above the message's own text or caption, with `gap` between them.
pub(crate) fn above(text: &str, gap: &str, content: &mut Content, caption: &mut Option<String>) {
    let joined = |below: &str| if below.is_empty() { text.to_owned() } else { format!("{text}{gap}{below}") };
    match content {
        Content::Text { text: below } => *below = joined(below),
        other => match other.media_mut() {
            Some(media) => media.text = Some(joined(media.text.as_deref().unwrap_or_default())),
            None => *caption = Some(joined(caption.as_deref().unwrap_or_default())),
        },
    }
}

/// A place; none if its degrees are none of the Earth's.
pub(crate) fn place(latitude: Option<f64>, longitude: Option<f64>) -> Option<Content> {
    let degrees = |given: Option<f64>, most: f64| given.filter(|one| one.is_finite() && one.abs() <= most);
    Some(Content::Location { latitude: degrees(latitude, 90.0)?, longitude: degrees(longitude, 180.0)? })
}

/// The key of a change: equal if it is reported again, different for another one. It has the time of the change and the
/// new content.
pub(crate) fn key_of(written: &IncomingMessage, changed_at: i64) -> String {
    let says = serde_json::to_value(&written.body.content).unwrap_or(Value::Null);
    let digest = Sha256::digest(format!("{says}\0{:?}", written.body.caption));
    format!("{}:{changed_at}:{}", written.external_id, hex::encode(&digest[..12]))
}
