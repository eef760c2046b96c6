//! The message that is shown once, on the next page.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

/// Presentation of a state or notice: icon, colour and, for screen readers, urgency.
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
    /// The suffix of the classes `t-…`.
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

/// A message for the top of the page, already translated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub tone: Tone,
    pub text: String,
    /// A value to copy, such as a link or a key, shown only once. Empty if there is none.
    #[serde(default)]
    pub copy: String,
}

impl Notice {
    /// A success message.
    pub fn done(text: impl Display) -> Self {
        Self::of(Tone::Ok, text)
    }

    /// A failure message.
    pub fn failed(text: impl Display) -> Self {
        Self::of(Tone::Bad, text)
    }

    pub fn of(tone: Tone, text: impl Display) -> Self {
        Self { tone, text: text.to_string(), copy: String::new() }
    }

    /// With a value to copy.
    #[must_use]
    pub fn with_copy(self, copy: impl Into<String>) -> Self {
        Self { copy: copy.into(), ..self }
    }
}
