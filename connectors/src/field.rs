//! The settings that people enter for a source of a kind, as data: rendered by the wizard and the widget, validated
//! by the connector's `setup`.

use base::error::FieldError;
use base::i18n::LocalizedText;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Settings;

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in `settings`.
    pub name: &'static str,
    pub input: Input,
    pub required: bool,
    /// A credential: never shown again, and kept if left empty in a change.
    pub secret: bool,
    /// Text key of the label.
    pub label: &'static str,
    /// Text key of the hint below it.
    pub hint: Option<&'static str>,
    /// A flag that is on by default.
    pub on: bool,
    /// Belongs to the few that a short form shows first; a required one always does.
    pub essential: bool,
    /// The tab that shows it, for kinds whose settings are split into several: its label is `source-tab-{section}`.
    pub section: &'static str,
    /// The code of the language of a text that has another field without a language; empty for all other fields.
    pub language: &'static str,
}

/// The kind of input, and its JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A text.
    Text,
    /// A URL, as text.
    Url,
    /// A list of texts, one per line.
    Lines,
    /// Seconds, which people enter as hours.
    Hours,
    /// A longer text.
    Paragraph,
    /// Yes or no.
    Flag,
    /// One of some values, each with the text key of its label.
    Choice(&'static [(&'static str, &'static str)]),
    /// A list of values, each with the text key of its label.
    Choices(&'static [(&'static str, &'static str)]),
}

impl Input {
    /// The word of the widget API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Url => "url",
            Self::Lines => "lines",
            Self::Hours => "hours",
            Self::Paragraph => "paragraph",
            Self::Flag => "flag",
            Self::Choice(_) => "choice",
            Self::Choices(_) => "choices",
        }
    }

    /// The values that can be chosen; empty for other inputs.
    pub const fn choices(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Choice(choices) | Self::Choices(choices) => choices,
            _ => &[],
        }
    }
}

impl Field {
    /// An optional setting.
    pub const fn optional(name: &'static str, input: Input, label: &'static str) -> Self {
        Self {
            name,
            input,
            required: false,
            secret: false,
            label,
            hint: None,
            on: false,
            essential: false,
            section: "",
            language: "",
        }
    }

    /// A required setting.
    pub const fn required(name: &'static str, input: Input, label: &'static str) -> Self {
        Self { required: true, ..Self::optional(name, input, label) }
    }

    /// Turns the flag on by default.
    pub const fn turned_on(self) -> Self {
        Self { on: true, ..self }
    }

    /// Shows it among the first.
    pub const fn essential(self) -> Self {
        Self { essential: true, ..self }
    }

    /// Puts it into a tab.
    pub const fn in_section(self, section: &'static str) -> Self {
        Self { section, ..self }
    }

    /// Makes it the text for readers of a language.
    pub const fn in_language(self, language: &'static str) -> Self {
        Self { language, ..self }
    }

    /// Adds a hint.
    pub const fn with_hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }
}

/// Parses the entered settings; the error names the field.
pub(crate) fn read<T: DeserializeOwned>(settings: Value) -> Result<T, Vec<FieldError>> {
    base::json::settings(settings)
}

/// A new credential; none if the field is missing or still has its masked value, in which case the stored credential is
/// kept.
pub(crate) fn credential(entered: Option<&str>) -> Option<&str> {
    entered.map(str::trim).filter(|text| !text.is_empty() && !text.starts_with('…'))
}

/// The stored options of a source.
pub(crate) fn options<T: DeserializeOwned + Default>(settings: &Settings) -> T {
    serde_json::from_value(settings.public.clone()).unwrap_or_default()
}

/// Collects the errors of a form.
#[derive(Default)]
pub(crate) struct SettingsErrors(Vec<FieldError>);

impl SettingsErrors {
    pub(crate) fn add(&mut self, field: impl std::fmt::Display, said: LocalizedText) {
        self.0.push(FieldError::new(format!("/settings/{field}"), said));
    }

    /// A trimmed text; an empty one is none.
    pub(crate) fn text(&mut self, field: &str, text: Option<String>, most: usize) -> Option<String> {
        let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
        if text.chars().count() > most {
            self.add(field, LocalizedText::new("said-most-characters").with("most", most));
        } else if text.contains('\0') {
            self.add(field, LocalizedText::new("said-unstorable"));
        }
        Some(text)
    }

    /// Trimmed lines, without empty ones.
    pub(crate) fn lines(&mut self, field: &str, list: &[String], most: usize, most_chars: usize) -> Vec<String> {
        let lines = list.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
        let lines: Vec<String> = lines.collect();
        self.most(field, &lines, most);
        for (place, line) in lines.iter().enumerate() {
            self.text(&format!("{field}/{place}"), Some(line.clone()), most_chars);
        }
        lines
    }

    pub(crate) fn most(&mut self, field: &str, list: &[String], most: usize) {
        if list.len() > most {
            self.add(field, LocalizedText::new("said-most-lines").with("most", most));
        }
    }

    /// What was checked, unless there are errors.
    pub(crate) fn or<T>(self, checked: T) -> Result<T, Vec<FieldError>> {
        if self.0.is_empty() { Ok(checked) } else { Err(self.0) }
    }
}
