//! A chat's own texts, also in the languages of its visitors.

use std::collections::BTreeMap;

use base::i18n::{Language, LocalizedText};
use serde::{Deserialize, Serialize};

use super::WebChatSettings;
use super::invitation::INVITATION_CHARS;
use super::settings::{LABEL_CHARS, SettingsErrors, TEXT_CHARS, TITLE_CHARS};

/// Own labels of the fields before the first message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AskLabels {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// The texts for visitors of one language; those that are missing are the ones of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Translation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_text: Option<String>,
    /// In place of the text of the working hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<AskLabels>,
    /// In place of the text of the invitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation_text: Option<String>,
}

/// Translations by the codes of their languages.
pub type Translations = BTreeMap<String, Translation>;

impl AskLabels {
    /// The own label of a field; none for the default one.
    pub fn of(&self, field: &str) -> Option<&str> {
        match field {
            "name" => self.name.as_deref(),
            "phone" => self.phone.as_deref(),
            "email" => self.email.as_deref(),
            _ => None,
        }
    }

    fn or(self, other: Self) -> Self {
        Self { name: self.name.or(other.name), phone: self.phone.or(other.phone), email: self.email.or(other.email) }
    }
}

impl WebChatSettings {
    /// The settings with the texts for visitors of a language.
    #[must_use]
    pub fn in_language(mut self, language: Language) -> Self {
        let Some(own) = self.translations.remove(language.code()) else { return self };
        self.title = own.title.or(self.title);
        self.greeting = own.greeting.or(self.greeting);
        self.reply_text = own.reply_text.or(self.reply_text);
        self.consent_text = own.consent_text.or(self.consent_text);
        self.labels = match (own.labels, self.labels) {
            (Some(own), Some(others)) => Some(own.or(others)),
            (own, others) => own.or(others),
        };
        if let Some(hours) = &mut self.working_hours {
            hours.text = own.away_text.or(hours.text.take());
        }
        if let Some(invitation) = &mut self.invitation {
            invitation.text = own.invitation_text.or(invitation.text.take());
        }
        self
    }
}

/// Labels as they are stored; none if all are empty.
pub(super) fn labels(wrong: &mut SettingsErrors, field: &str, entered: AskLabels) -> Option<AskLabels> {
    let mut one = |name: &str, text| wrong.text(&format!("{field}/{name}"), text, LABEL_CHARS);
    let labels = AskLabels {
        name: one("name", entered.name),
        phone: one("phone", entered.phone),
        email: one("email", entered.email),
    };
    (labels != AskLabels::default()).then_some(labels)
}

/// Translations as they are stored: languages without a text are left out.
pub(super) fn translations(wrong: &mut SettingsErrors, entered: Translations) -> Translations {
    let mut checked = Translations::new();
    for (code, entered) in entered {
        let place = format!("translations/{code}");
        if !Language::ALL.iter().any(|language| language.code() == code) {
            let known = Language::ALL.map(Language::code).join(", ");
            let said = LocalizedText::new("said-value-unknown").with("value", code.as_str());
            wrong.add(&place, said.with("known", known));
            continue;
        }
        let mut one = |name: &str, text, most| wrong.text(&format!("{place}/{name}"), text, most);
        let texts = Translation {
            title: one("title", entered.title, TITLE_CHARS),
            greeting: one("greeting", entered.greeting, TEXT_CHARS),
            reply_text: one("reply_text", entered.reply_text, TITLE_CHARS),
            away_text: one("away_text", entered.away_text, TEXT_CHARS),
            consent_text: one("consent_text", entered.consent_text, TEXT_CHARS),
            invitation_text: one("invitation_text", entered.invitation_text, INVITATION_CHARS),
            labels: entered.labels.and_then(|entered| labels(wrong, &format!("{place}/labels"), entered)),
        };
        if texts != Translation::default() {
            checked.insert(code, texts);
        }
    }
    checked
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_visitor_reads_the_texts_of_their_language_and_else_the_others() {
        let settings = WebChatSettings::stored(
            &json!({
                "title": "Flowers", "greeting": "Hello", "consent_text": "I agree", "labels": {"name": "Who?", "email": "Mail"},
                "working_hours": {"time_zone": "UTC", "hours": ["mon 09:00-18:00"], "text": "Later"},
                "translations": {"ru": {"greeting": "Привет", "away_text": "Позже", "labels": {"name": "Кто?"}}},
            })
            .to_string(),
        );
        let russian = settings.clone().in_language(Language::Ru);
        let said = |settings: &WebChatSettings| {
            let labels = settings.labels.clone().unwrap();
            let away = settings.working_hours.clone().unwrap().text.unwrap();
            [settings.title.clone().unwrap(), settings.greeting.clone().unwrap(), away, labels.name.unwrap()]
        };
        assert_eq!(said(&russian), ["Flowers", "Привет", "Позже", "Кто?"]);
        assert_eq!(russian.labels.unwrap().email.as_deref(), Some("Mail"));
        assert_eq!(russian.consent_text.as_deref(), Some("I agree"), "a translation cannot remove the consent");
        assert_eq!(said(&settings.in_language(Language::Es)), ["Flowers", "Hello", "Later", "Who?"]);
    }
}
