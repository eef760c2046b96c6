//! What a messenger can do, as data: enforced by [`super::fit`], shown in the panel and in `docs/connectors.md`.

use std::time::Duration;

use base::message::Content;
use unicode_segmentation::UnicodeSegmentation;

/// What a messenger can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abilities {
    pub content: ContentAbilities,
    pub features: FeatureAbilities,
    /// The longest text of one message; none if no incoming text can exceed it.
    pub text_length: Option<Length>,
    /// The longest caption of a file.
    pub caption_length: Option<Length>,
    /// Acceptance by the messenger counts as delivery.
    pub delivered_on_accept: bool,
    /// The messenger reports that the customer has read a message.
    pub reports_reading: bool,
    /// What to do after an unknown outcome.
    pub after_unknown: AfterUnknown,
    /// How long anything may be sent after the customer's last message; none if there is no limit.
    pub window: Option<Window>,
    /// Requests per second to one source.
    pub requests_per_second: u32,
    /// Concurrent requests to one source.
    pub at_once: u32,
}

/// How long a manager may answer after the customer's last message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub length: Duration,
    /// How long messages written by people (not bots) may be sent, if that is longer.
    pub by_people: Option<Duration>,
}

/// How a messenger supports something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    Native,
    /// It is replaced by something readable.
    As(Stand),
    /// Not supported: a message of this kind fails with a reason; as a feature it is left out.
    Refused,
}

/// The replacement for something unsupported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Text: lines, a link to a map, a name with its number.
    Text,
    /// A picture, for a sticker.
    Picture,
    /// A file without the kind's player.
    File,
    /// A separate message: a caption, the members of a group.
    Apart,
    /// Only with customers who already have a chat: for conversations started by managers.
    Known,
}

impl Support {
    /// Its word in the documentation.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::As(Stand::Text) => "text",
            Self::As(Stand::Picture) => "picture",
            Self::As(Stand::File) => "file",
            Self::As(Stand::Apart) => "apart",
            Self::As(Stand::Known) => "known",
            Self::Refused => "refused",
        }
    }
}

macro_rules! table_of_support {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$field_doc])* pub $field: Support),+ }

        impl $name {
            /// All by name, in the order in which people ask for them.
            pub fn rows(&self) -> Vec<(&'static str, Support)> {
                vec![$(($word, self.$field)),+]
            }

            /// The same support for everything.
            pub const fn all(support: Support) -> Self {
                Self { $($field: support),+ }
            }
        }
    };
}

table_of_support! {
    /// By the kinds of [`Content`].
    ContentAbilities {
        text = "text",
        picture = "picture",
        video = "video",
        file = "file",
        voice = "voice",
        audio = "audio",
        sticker = "sticker",
        location = "location",
        contact = "contact",
    }
}

table_of_support! {
    /// Parts of messages, and events other than messages.
    FeatureAbilities {
        /// Text attached to a file.
        captions = "captions",
        /// Files sent together stay together.
        media_groups = "media_groups",
        buttons = "buttons",
        /// List messages (chats-api §4.4).
        lists = "lists",
        quotes = "quotes",
        forwards = "forwards",
        /// Named templates with their values; without support, their final text.
        templates = "templates",
        /// Public replies to comments.
        comments = "comments",
        reactions = "reactions",
        typing = "typing",
        /// A conversation started by the manager.
        write_first = "write_first",
        edits = "edits",
    }
}

impl ContentAbilities {
    /// How this kind is supported.
    pub const fn of(&self, content: &Content) -> Support {
        match content {
            Content::Text { .. } => self.text,
            Content::Picture(_) => self.picture,
            Content::Video(_) => self.video,
            Content::File(_) => self.file,
            Content::Voice(_) => self.voice,
            Content::Audio(_) => self.audio,
            Content::Sticker(_) => self.sticker,
            Content::Location { .. } => self.location,
            Content::Contact { .. } => self.contact,
        }
    }
}

/// A limit of length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    pub most: usize,
    pub unit: Unit,
}

/// The unit in which a messenger counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// What people see as one character.
    Graphemes,
    /// Unicode scalar values.
    Characters,
    /// UTF-16 code units: Telegram, and everything written in JavaScript.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
}

impl Unit {
    /// Length of a text in this unit.
    pub fn count(self, text: &str) -> usize {
        match self {
            Self::Graphemes => text.graphemes(true).count(),
            Self::Characters => text.chars().count(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::Bytes => text.len(),
        }
    }

    /// Its word in the documentation.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Graphemes => "graphemes",
            Self::Characters => "characters",
            Self::Utf16 => "UTF-16 units",
            Self::Bytes => "bytes",
        }
    }
}

impl Length {
    /// Whether a text is within the limit.
    pub fn holds(self, text: &str) -> bool {
        // A text never has more units than bytes.
        text.len() <= self.most || self.unit.count(text) <= self.most
    }
}

/// What a source sees beside another service that has its line (docs/takeover.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shadow {
    /// Two services would answer, or Parom is the messenger.
    No,
    /// The messenger delivers to one receiver: a shadow is not registered and sees nothing, until it takes the line over.
    Nothing,
    /// The messenger delivers customers' messages to each receiver.
    Questions,
    /// And what the other service sends.
    Both,
}

/// What to do when a message was sent and no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterUnknown {
    /// Retry with back-off, marked as a repeat: the receiver recognises it by its id.
    RepeatMarked,
    /// Retry freely: a repeat has no effect.
    RepeatFreely,
    /// Wait for the messenger's report, which names the letter: for a minute, then as `ResendOnce`.
    AwaitStatus,
    /// It cannot be determined: resend once after 60 s, marked as a possible duplicate, then fail.
    ResendOnce,
}
