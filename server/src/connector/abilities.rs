//! What a messenger can do, as data: enforced by [`super::fit`], shown in the panel and in `docs/connectors.md`.

use unicode_segmentation::UnicodeSegmentation;

use crate::message::Content;

/// What a messenger can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abilities {
    pub content: ContentAbilities,
    pub features: FeatureAbilities,
    /// The longest text of one message; none: longer than anything that comes in.
    pub text_length: Option<Length>,
    /// The longest caption below a file.
    pub caption_length: Option<Length>,
    /// Its acceptance is as good as a receipt.
    pub delivered_on_accept: bool,
    /// What may be done after an outcome nobody knows.
    pub after_unknown: AfterUnknown,
    /// Requests a second to one source.
    pub requests_per_second: u32,
    /// Requests at once to one source.
    pub at_once: u32,
}

/// How a messenger takes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    Native,
    /// Something readable goes in its place.
    As(Stand),
    /// Not at all: a message fails with a reason, everything else is left out.
    Refused,
}

/// What goes in the place of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Words: lines of text, a link to a map, a name with its number.
    Text,
    /// A picture: of a sticker.
    Picture,
    /// A file without the kind's player.
    File,
    /// A message of its own beside it: a caption, the members of a group.
    Apart,
    /// Only with customers who have a chat already: what a manager begins.
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

            /// The same answer to everything.
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
    /// What comes with a message, and what is no message.
    FeatureAbilities {
        /// Text below a file.
        captions = "captions",
        /// Files that were sent together stay together.
        media_groups = "media_groups",
        buttons = "buttons",
        /// List messages (chats-api §4.4).
        lists = "lists",
        quotes = "quotes",
        forwards = "forwards",
        /// Named templates with their values; else their final text.
        templates = "templates",
        /// Answers to comments in public.
        comments = "comments",
        reactions = "reactions",
        typing = "typing",
        /// A conversation that the manager begins.
        write_first = "write_first",
        edits = "edits",
    }
}

impl ContentAbilities {
    /// How this kind is taken.
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

/// What a messenger counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// What people see as one sign.
    Graphemes,
    /// Unicode scalar values.
    Characters,
    /// Telegram, and everything written in JavaScript.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
}

impl Unit {
    /// How long a text is.
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
    /// Whether a text is short enough.
    pub fn holds(self, text: &str) -> bool {
        // No unit counts more than bytes.
        text.len() <= self.most || self.unit.count(text) <= self.most
    }
}

/// What may be done when a message was handed over and no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterUnknown {
    /// Send again by the back-off, marked as a repeat: the receiver recognises it by its id.
    RepeatMarked,
    /// Send again freely: a repeat has no effect.
    RepeatFreely,
    /// Nobody can find out: one resend after 60 s, marked as a possible duplicate, then failed.
    ResendOnce,
}
