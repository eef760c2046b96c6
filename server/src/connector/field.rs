//! What people are asked for when they add or repair a source of a kind, as data: the wizard and the widget draw it, the
//! connector's `setup` checks it.

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in `settings`.
    pub name: &'static str,
    pub input: Input,
    pub required: bool,
    /// A credential: never shown again, and kept when it is left empty in a change.
    pub secret: bool,
    /// Key of its words.
    pub label: &'static str,
    /// Key of the words below it.
    pub hint: Option<&'static str>,
    /// A flag that is on unless somebody takes it away.
    pub on: bool,
}

/// How it is entered, and its JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A text.
    Text,
    /// A web address, a text.
    Url,
    /// A list of texts, one a line.
    Lines,
    /// A longer text.
    Paragraph,
    /// Yes or no.
    Flag,
    /// A list of values, each with the key of its words.
    Choices(&'static [(&'static str, &'static str)]),
}

impl Input {
    /// The word of the widget API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Url => "url",
            Self::Lines => "lines",
            Self::Paragraph => "paragraph",
            Self::Flag => "flag",
            Self::Choices(_) => "choices",
        }
    }

    /// The values of choices.
    pub const fn choices(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Choices(choices) => choices,
            _ => &[],
        }
    }
}

impl Field {
    /// A setting that may be left out.
    pub const fn optional(name: &'static str, input: Input, label: &'static str) -> Self {
        Self { name, input, required: false, secret: false, label, hint: None, on: false }
    }

    /// A setting without which there is no source.
    pub const fn required(name: &'static str, input: Input, label: &'static str) -> Self {
        Self { required: true, ..Self::optional(name, input, label) }
    }

    /// A flag that is on at first.
    pub const fn turned_on(self) -> Self {
        Self { on: true, ..self }
    }

    /// With words below it.
    pub const fn with_hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }
}
