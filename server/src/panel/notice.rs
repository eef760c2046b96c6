//! What the next page says once.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

/// How a state or notice looks: icon, colour and, for readers of screens, urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Ok,
    Wait,
    Warn,
    Bad,
    Off,
    Odd,
}

impl Tone {
    /// As in the classes `t-…`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Wait => "wait",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Off => "off",
            Self::Odd => "odd",
        }
    }
}

/// A sentence for the top of the page, already in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub tone: Tone,
    pub text: String,
    /// Something to copy that is shown this once: a link, a key. Empty: nothing.
    #[serde(default)]
    pub copy: String,
}

impl Notice {
    /// It was done.
    pub fn done(text: impl Display) -> Self {
        Self::of(Tone::Ok, text)
    }

    /// It was not done.
    pub fn failed(text: impl Display) -> Self {
        Self::of(Tone::Bad, text)
    }

    pub fn of(tone: Tone, text: impl Display) -> Self {
        Self { tone, text: text.to_string(), copy: String::new() }
    }

    /// With something to copy.
    #[must_use]
    pub fn with_copy(self, copy: impl Into<String>) -> Self {
        Self { copy: copy.into(), ..self }
    }
}
