//! External ids of MAX's conversations and messages (max §5, §12).
//!
//! ```text
//! conversation   <chat>                a dialog or a group
//!                c<channel>/<user>     the comments of one person in a channel
//! message        <mid>                 unique in all of MAX
//!                <mid>#<number>        its second, third … attachment
//! ```

use std::fmt;

/// Maximum number of attachments expected in one message.
const ATTACHMENTS: usize = 12;

/// A conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Chat(i64),
    Comments { channel: i64, author: i64 },
}

impl Place {
    /// Parses a conversation id.
    pub fn parse(id: &str) -> Option<Self> {
        match id.strip_prefix('c') {
            None => Some(Self::Chat(id.parse().ok()?)),
            Some(both) => {
                let (channel, author) = both.split_once('/')?;
                Some(Self::Comments { channel: channel.parse().ok()?, author: author.parse().ok()? })
            }
        }
    }
}

/// The conversation id.
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chat(chat) => write!(formatter, "{chat}"),
            Self::Comments { channel, author } => write!(formatter, "c{channel}/{author}"),
        }
    }
}

/// Whether this can be the id of a message.
pub fn is_mid(mid: &str) -> bool {
    !mid.is_empty() && !mid.contains('#')
}

/// The external id of a message's attachment, counted from 0.
pub fn message(mid: &str, attachment: usize) -> String {
    match attachment {
        0 => mid.to_owned(),
        more => format!("{mid}#{}", more + 1),
    }
}

/// All external ids that a message may have.
pub fn messages(mid: &str) -> Vec<String> {
    (0..ATTACHMENTS).map(|attachment| message(mid, attachment)).collect()
}

/// The `mid` of an external id.
pub fn mid(external_id: &str) -> &str {
    external_id.split_once('#').map_or(external_id, |(mid, _)| mid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_they_are_written() {
        for (text, place) in [
            ("880011223", Place::Chat(880_011_223)),
            ("-70000000001234", Place::Chat(-70_000_000_001_234)),
            ("c-77345848199175/91234567", Place::Comments { channel: -77_345_848_199_175, author: 91_234_567 }),
        ] {
            assert_eq!((Place::parse(text), place.to_string().as_str()), (Some(place), text));
        }
        for wrong in ["", "x", "c1", "c/1", "1/2", "c1/x"] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn attachments_are_counted_behind_the_message() {
        assert_eq!((message("mid.1", 0).as_str(), message("mid.1", 1).as_str()), ("mid.1", "mid.1#2"));
        assert_eq!((mid("mid.1#2"), mid("mid.1")), ("mid.1", "mid.1"));
        assert_eq!(messages("mid.1").len(), 12);
        assert!(is_mid("mid.1") && is_mid(&"x".repeat(300)) && !is_mid("") && !is_mid("a#2"));
    }
}
