//! The settings of a site's chat in tabs. All tabs are in one form, so that hidden tabs keep their input.

use base::i18n::Language;
use connectors::Field;
use connectors::webchat::WebChatSettings;
use serde_json::{Value, json};

use crate::panel::PageContext;
use crate::panel::fields::{Drawn, name_of};

/// The tabs in order; each is a section of the kind's fields.
pub const TABS: &[&str] = &["appearance", "before", "hours", LANGUAGES, "install"];
/// The tab with own texts for visitors of other languages.
const LANGUAGES: &str = "languages";

/// One tab with its fields.
pub struct ChatTab {
    pub name: &'static str,
    drawn: Vec<Drawn>,
    /// In the tab of languages.
    pub languages: Vec<LanguageTexts>,
    pub current: bool,
}

/// The texts for visitors of one language.
pub struct LanguageTexts {
    pub language: Language,
    drawn: Vec<Drawn>,
}

impl ChatTab {
    pub fn fields(&self) -> &[Drawn] {
        &self.drawn
    }
}

impl LanguageTexts {
    pub fn fields(&self) -> &[Drawn] {
        &self.drawn
    }

    /// How many of them are written.
    pub fn written(&self) -> usize {
        self.drawn.iter().filter(|field| !field.value.is_empty()).count()
    }

    /// A field needs a correction.
    pub fn is_wrong(&self) -> bool {
        self.drawn.iter().any(|field| !field.error.is_empty())
    }
}

/// The requested tab, unless an error is in another one.
pub fn current(asked: &str, fields: &[Field], errors: &[(String, String)]) -> &'static str {
    let wrong = fields.iter().find(|field| errors.iter().any(|(name, _)| *name == name_of(field)));
    let wanted = wrong.map_or(asked, |field| field.section);
    TABS.iter().copied().find(|tab| *tab == wanted).unwrap_or("appearance")
}

/// The fields by tab; none if the kind has no tabs.
pub fn of(fields: &[Field], drawn: &[Drawn], current: &str) -> Vec<ChatTab> {
    if fields.iter().all(|field| field.section.is_empty()) {
        return Vec::new();
    }
    let some = |is_wanted: &dyn Fn(&Field) -> bool| -> Vec<Drawn> {
        let pairs = fields.iter().zip(drawn).filter(|(field, _)| is_wanted(field));
        pairs.map(|(_, drawn)| drawn.clone()).collect()
    };
    let texts =
        |language: Language| LanguageTexts { language, drawn: some(&|field| field.language == language.code()) };
    let tab = |tab: &&'static str| ChatTab {
        name: tab,
        drawn: some(&|field| field.section == *tab && field.language.is_empty()),
        languages: if *tab == LANGUAGES { Language::ALL.map(texts).into() } else { Vec::new() },
        current: *tab == current,
    };
    TABS.iter().map(tab).collect()
}

/// The script's input for the preview.
pub fn given(page: &PageContext, settings: &WebChatSettings, zone: &str) -> Value {
    let words = page.words;
    let say = |key: &'static str| words.text(key).to_string();
    let known = settings.working_hours.as_ref().map(|hours| hours.time_zone.clone()).filter(|zone| !zone.is_empty());
    json!({
        "zone": known.unwrap_or_else(|| if zone.is_empty() { "UTC".to_owned() } else { zone.to_owned() }),
        "texts": domain::source::preview_texts(),
        "words": {
            "language": words.language().code(),
            "visitor": say("source-preview-language"),
            "colour": say("wizard-web-color"),
            "from": say("source-hours-from"),
            "until": say("source-hours-until"),
            "low": words.text("wizard-web-color-low").with("ratio", "{ratio}").to_string(),
        }
    })
}

#[cfg(test)]
mod tests {
    use connectors::Input;

    use super::*;

    #[test]
    fn an_error_opens_its_tab() {
        const FIELDS: &[Field] = &[
            Field::optional("title", Input::Text, "wizard-web-title").in_section("appearance"),
            Field::optional("hours", Input::Lines, "wizard-web-hours").in_section("hours"),
        ];
        assert_eq!(current("install", FIELDS, &[]), "install");
        assert_eq!(current("elsewhere", FIELDS, &[]), "appearance");
        let errors = [("set.hours".to_owned(), "wrong".to_owned())];
        assert_eq!(current("install", FIELDS, &errors), "hours");
    }
}
