//! External ids for Telegram's conversations and messages (telegram §16).
//!
//! ```text
//! conversation   <chat>            a private chat, or a group as a whole
//!                <chat>/<topic>    a topic of a group or of a private chat
//!                b<owner>/<chat>   a chat of a person who lends the bot their account (Telegram Business)
//! message        the conversation without its topic, `:`, <message id>
//! ```

use std::fmt;

/// A chat, and optionally a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChatThread {
    pub chat: i64,
    pub within: Within,
}

/// The part or side of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Within {
    Whole,
    /// `message_thread_id`.
    Topic(i64),
    /// This person's own chat with the customer, not the bot's.
    Business {
        owner: i64,
    },
}

impl ChatThread {
    /// A chat as a whole.
    pub const fn chat(chat: i64) -> Self {
        Self { chat, within: Within::Whole }
    }

    /// Parses a conversation id.
    pub fn parse(id: &str) -> Option<Self> {
        let number = |text: &str| text.parse::<i64>().ok();
        match id.split_once('/') {
            None => Some(Self::chat(number(id)?)),
            Some((before, after)) => match before.strip_prefix('b') {
                Some(owner) => Some(Self { chat: number(after)?, within: Within::Business { owner: number(owner)? } }),
                None => Some(Self { chat: number(before)?, within: Within::Topic(number(after)?) }),
            },
        }
    }

    /// The external id of a message here. Message ids are unique in a chat, across its topics.
    pub fn message(self, message_id: i64) -> String {
        let within = match self.within {
            Within::Topic(_) => Within::Whole,
            within => within,
        };
        format!("{}:{message_id}", Self { within, ..self })
    }

    /// Groups have negative ids, people positive ones.
    pub const fn is_group(self) -> bool {
        self.chat < 0
    }

    /// The same place in another chat, for a group that was upgraded.
    #[must_use]
    pub const fn moved(self, chat: i64) -> Self {
        Self { chat, ..self }
    }
}

/// The conversation id.
impl fmt::Display for ChatThread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.within {
            Within::Whole => write!(formatter, "{}", self.chat),
            Within::Topic(topic) => write!(formatter, "{}/{topic}", self.chat),
            Within::Business { owner } => write!(formatter, "b{owner}/{}", self.chat),
        }
    }
}

/// The place and Telegram's message id for an external id.
pub fn message_of(external_id: &str) -> Option<(ChatThread, i64)> {
    let (place, id) = external_id.rsplit_once(':')?;
    Some((ChatThread::parse(place)?, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_messages_are_read_as_they_are_written() {
        for (text, within) in [
            ("5512345678", Within::Whole),
            ("-1001234567890", Within::Whole),
            ("-1001234567890/17", Within::Topic(17)),
            ("b42/5512345678", Within::Business { owner: 42 }),
        ] {
            let place = ChatThread::parse(text).unwrap();
            assert_eq!((place.within, place.to_string()), (within, text.to_owned()));
        }
        for wrong in ["", "x", "b1", "1/2/3", "b/5", "/5", "5/"] {
            assert_eq!(ChatThread::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_message_is_counted_in_its_chat() {
        let topic = ChatThread::parse("-100/17").unwrap();
        assert_eq!(topic.message(4), "-100:4");
        assert_eq!(message_of("-100:4"), Some((ChatThread::chat(-100), 4)));
        let business = ChatThread::parse("b42/7").unwrap();
        assert_eq!(message_of(&business.message(4)), Some((business, 4)));
        assert_eq!(message_of("0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001"), None);
        assert_eq!(topic.moved(-200).to_string(), "-200/17");
    }
}
