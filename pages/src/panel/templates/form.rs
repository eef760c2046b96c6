//! The values of a template's form: how they are read, checked and offered.

use std::collections::BTreeMap;

use base::error::Result;
use base::i18n::{Sentence, Words};
use base::message::is_visible;
use base::web_address;
use connectors::template;
use domain::template::{ShownButton, TemplateDraft, TemplateView, is_filled_in, markers};
use serde_json::json;

use crate::panel::choice::SelectOption;
use crate::panel::{Fields, PageContext};

/// Markers that the form offers. Accounts have fields of their own besides.
pub(super) const MARKERS: [&str; 8] = [
    "contact.first_name",
    "contact.name",
    "lead.name",
    "lead.id",
    "lead.price",
    "company.name",
    "profile.name",
    "current_date",
];

/// A marker as a button that puts it into the text.
pub(super) struct MarkerChip {
    pub marker: String,
    pub label: Sentence,
}

impl MarkerChip {
    pub fn of(words: Words, name: &str) -> Self {
        Self { marker: format!("{{{{{name}}}}}"), label: words.text_of("marker-", name.replace('.', "-")) }
    }
}

/// What a marker may be replaced by, for WhatsApp's reviewers and the preview; none for fields that only the account knows.
fn sample(words: Words, marker: &str) -> Option<String> {
    let name = marker.trim_start_matches("{{").trim_end_matches("}}").trim();
    MARKERS.contains(&name).then(|| words.text_of("marker-sample-", name.replace('.', "-")).to_string())
}

/// The input of the page's script, as JSON.
pub(super) fn given(words: Words) -> String {
    let samples = MARKERS.map(|name| format!("{{{{{name}}}}}"));
    let samples = samples.map(|marker| (marker.clone(), sample(words, &marker).unwrap_or_default()));
    json!({
        "samples": BTreeMap::from(samples),
        "example": words.text("templates-example").with("marker", "{marker}").to_string(),
        "empty": words.text("templates-preview-empty").to_string(),
    })
    .to_string()
}

/// Longest header, in characters.
const HEADER_CHARS: usize = 60;
const NAME_CHARS: usize = 255;
/// Minimum number of rows for buttons.
const BUTTONS: usize = 3;
const CATEGORIES: [&str; 3] = ["UTILITY", "MARKETING", "AUTHENTICATION"];
const KINDS: [&str; 2] = ["plain", "waba"];
const NAMES: &[&str] = &[
    "key",
    "source",
    "name",
    "kind",
    "text",
    "language",
    "category",
    "header",
    "footer",
    "examples",
    "button_text",
    "button_url",
];

/// Errors by field name.
pub(super) type Wrong = Vec<(String, String)>;

/// The values of the form.
#[derive(Clone, Debug, Default)]
pub(super) struct TemplateForm {
    pub key: String,
    /// The source whose messenger has this template already; empty for any other.
    pub source: String,
    pub name: String,
    pub kind: String,
    pub text: String,
    pub language: String,
    pub category: String,
    pub header: String,
    pub footer: String,
    /// One `{{marker}} = example` per line.
    pub examples: String,
    pub buttons: Vec<ShownButton>,
}

impl TemplateForm {
    /// An empty form for a new template.
    pub fn new(key: String, words: Words) -> Self {
        Self {
            key,
            kind: "plain".to_owned(),
            language: words.language().code().to_owned(),
            category: "UTILITY".to_owned(),
            ..Self::default()
        }
    }

    /// The same for a template for any messenger.
    pub fn for_any_messenger(self) -> Self {
        Self { kind: KINDS[0].to_owned(), ..self }
    }

    /// Whether it is for official WhatsApp.
    pub fn is_of_whatsapp(&self) -> bool {
        self.kind == KINDS[1]
    }

    /// The form of a template that a messenger has.
    pub fn of_draft(draft: TemplateDraft) -> Self {
        Self {
            name: draft.name,
            kind: KINDS[1].to_owned(),
            text: draft.text,
            language: draft.language,
            category: draft.category,
            header: draft.header,
            footer: draft.footer,
            buttons: draft.buttons,
            ..Self::default()
        }
    }

    /// The form of an existing template.
    pub fn of(template: &TemplateView) -> Self {
        let line = |(marker, example): (&String, &String)| format!("{marker} = {example}");
        Self {
            name: template.name.clone(),
            kind: if template.is_waba() { "waba" } else { "plain" }.to_owned(),
            text: template.text.clone(),
            language: template.language.clone(),
            category: template.category.clone(),
            header: template.header.clone(),
            footer: template.footer.clone(),
            examples: template.examples.iter().map(line).collect::<Vec<_>>().join("\n"),
            buttons: template.buttons.clone(),
            ..Self::default()
        }
    }

    /// The submitted form. 400 for unknown fields.
    pub fn read(form: &Fields) -> Result<Self> {
        form.allow_only(NAMES)?;
        let (texts, urls) = (form.all("button_text"), form.all("button_url"));
        let typed = |url: &&str| web_address::typed(url).unwrap_or_else(|| url.trim().to_owned());
        let url = |place: usize| urls.get(place).map(typed).unwrap_or_default();
        let buttons =
            texts.iter().enumerate().map(|(place, text)| ShownButton { text: text.trim().to_owned(), url: url(place) });
        let line = |name: &str| form.get(name).trim().to_owned();
        Ok(Self {
            key: line("key"),
            source: line("source"),
            name: line("name"),
            kind: line("kind"),
            text: form.get("text").replace("\r\n", "\n").trim().to_owned(),
            language: line("language"),
            category: line("category"),
            header: line("header"),
            footer: line("footer"),
            examples: form.get("examples").replace("\r\n", "\n"),
            buttons: buttons.filter(|button| !button.text.is_empty() || !button.url.is_empty()).collect(),
        })
    }

    /// The rows of buttons, with empty ones for more buttons.
    pub fn rows(&self) -> Vec<ShownButton> {
        let missing = BUTTONS.saturating_sub(self.buttons.len());
        self.buttons.iter().cloned().chain(std::iter::repeat_n(ShownButton::default(), missing)).collect()
    }

    pub fn kinds(&self, page: &PageContext) -> Vec<SelectOption> {
        KINDS.map(|kind| SelectOption::new(kind, page.words.text_of("templates-kind-", kind), &self.kind)).into()
    }

    /// WhatsApp's languages. One that it has introduced since is offered where a template has it.
    pub fn languages(&self) -> Vec<SelectOption> {
        let known = template::languages().map(|(code, name)| SelectOption::new(code, name, &self.language));
        let mut all: Vec<SelectOption> = known.collect();
        if !self.language.is_empty() && !all.iter().any(|one| one.chosen) {
            all.insert(0, SelectOption::new(self.language.as_str(), &self.language, &self.language));
        }
        all
    }

    pub fn categories(&self, page: &PageContext) -> Vec<SelectOption> {
        CATEGORIES.map(|one| SelectOption::new(one, super::category(page, one), &self.category)).into()
    }

    /// The draft, or its errors. `before`: the stored text, whose markers are accepted as they are.
    pub fn draft(&self, words: Words, before: &str) -> std::result::Result<TemplateDraft, Wrong> {
        let mut wrong = Wrong::new();
        let is_waba = self.is_of_whatsapp();
        let label = |key: &'static str| words.text(key).to_string();
        let mut text = |name: &str, key: &'static str, value: &str, most: usize, needed: bool| {
            let length = value.chars().count();
            if needed && !is_visible(value) {
                wrong.push((name.to_owned(), words.text("form-empty").with("field", label(key)).to_string()));
            } else if length > most {
                let said = words.text("form-too-long").with("field", label(key)).with("length", length);
                wrong.push((name.to_owned(), said.with("limit", most).to_string()));
            }
        };
        text("name", "templates-name", &self.name, NAME_CHARS, true);
        text("language", "templates-language", &self.language, 15, is_waba);
        text("header", "templates-header", &self.header, if is_waba { HEADER_CHARS } else { usize::MAX }, false);
        text("text", "templates-body", &self.text, usize::MAX, true);
        self.check_markers(words, before, &mut wrong);
        for (place, button) in self.buttons.iter().enumerate() {
            let name = format!("button_{}", place + 1);
            let label = words.text("templates-button-number").with("number", place + 1).to_string();
            if button.text.is_empty() {
                let said = words.text("templates-button-unnamed").with("field", label);
                wrong.push((name, said.to_string()));
            } else if !button.url.is_empty() && web_address::typed(&button.url).is_none() {
                wrong.push((name, words.text("templates-button-not-url").with("field", label).to_string()));
            }
        }
        let examples = self.examples(words, is_waba, &mut wrong);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let category = CATEGORIES.into_iter().find(|one| *one == self.category).unwrap_or(CATEGORIES[0]);
        Ok(TemplateDraft {
            name: self.name.clone(),
            text: self.text.clone(),
            buttons: self.buttons.clone(),
            is_waba,
            language: self.language.clone(),
            category: category.to_owned(),
            header: self.header.clone(),
            footer: self.footer.clone(),
            examples,
        })
    }

    /// Markers that are not closed, or that nobody would fill in. Those that `before` has are accepted as they are.
    fn check_markers(&self, words: Words, before: &str, wrong: &mut Wrong) {
        let kept = markers(before).unwrap_or_default();
        let header = if self.is_of_whatsapp() { self.header.as_str() } else { "" };
        for (name, key, text) in [("header", "templates-header", header), ("text", "templates-body", &self.text)] {
            let label = words.text(key).to_string();
            let Some(found) = markers(text) else {
                let said = words.text("templates-marker-broken").with("field", label);
                wrong.push((name.to_owned(), said.to_string()));
                continue;
            };
            let is_unknown = |marker: &&String| !is_filled_in(marker) && !kept.contains(marker);
            let unknown: Vec<&str> = found.iter().filter(is_unknown).map(String::as_str).collect();
            if !unknown.is_empty() {
                let said = words.text("templates-marker-unknown").with("field", label);
                wrong.push((name.to_owned(), said.with("markers", unknown.join(", ")).to_string()));
            }
        }
    }

    /// The examples by marker. WhatsApp requires one for each: those of known fields are the form's own unless others were
    /// typed.
    fn examples(&self, words: Words, is_waba: bool, wrong: &mut Wrong) -> BTreeMap<String, String> {
        let named = markers(&self.text).unwrap_or_default();
        let pair = |line: &str| {
            let (marker, example) = line.split_once('=')?;
            Some((marker.trim().to_owned(), example.trim().to_owned()))
        };
        let mut typed: BTreeMap<String, String> = self.examples.lines().filter_map(pair).collect();
        typed.retain(|marker, example| named.contains(marker) && !example.is_empty());
        if !is_waba {
            return typed;
        }
        let mut missing = Vec::new();
        for marker in named.iter().filter(|marker| is_filled_in(marker)) {
            match (typed.contains_key(marker), sample(words, marker)) {
                (true, _) => {}
                (false, Some(sample)) => {
                    typed.insert(marker.clone(), sample);
                }
                (false, None) => missing.push(marker.as_str()),
            }
        }
        if !missing.is_empty() {
            let said =
                words.text("templates-example-missing").with("field", words.text("templates-examples").to_string());
            wrong.push(("examples".to_owned(), said.with("markers", missing.join(", ")).to_string()));
        }
        typed
    }
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;

    fn typed(kind: &str, text: &str, examples: &str) -> TemplateForm {
        TemplateForm {
            name: "Ready".into(),
            kind: kind.into(),
            text: text.into(),
            language: "en".into(),
            examples: examples.into(),
            ..TemplateForm::default()
        }
    }

    #[test]
    fn the_link_of_a_button_may_be_typed_without_its_beginning() {
        let pairs =
            [("name", "Ready"), ("text", "Hi"), ("button_text", "Order"), ("button_url", " shop.example/order ")];
        let form = Fields(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        let draft = TemplateForm::read(&form).unwrap().draft(Words::new(Language::En), "").unwrap();
        assert_eq!(draft.buttons[0].url, "https://shop.example/order");
    }

    fn wrong(typed: &TemplateForm) -> Vec<String> {
        let wrong = typed.draft(Words::new(Language::En), "").unwrap_err();
        wrong.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn whatsapp_wants_an_example_for_each_marker() {
        let words = Words::new(Language::En);
        let draft =
            typed("waba", "Hi {{contact.name}} {{lead.id}}", "{{contact.name}} = Ann\n{{lead.id}}=7\n{{other}} = x")
                .draft(words, "");
        let examples = draft.unwrap().examples;
        assert_eq!(
            examples.into_iter().collect::<Vec<_>>(),
            [("{{contact.name}}".into(), "Ann".into()), ("{{lead.id}}".into(), "7".into())]
        );
        let draft = typed("waba", "Hi {{contact.name}}", "{{contact.name}} =").draft(words, "").unwrap();
        assert_eq!(draft.examples["{{contact.name}}"], "Anna Lind", "the form's own");
        let own = typed("waba", "Hi {{contact.cf.1}} {{contact.cf.2}}", "").draft(words, "").unwrap_err();
        assert!(own[0].0 == "examples" && own[0].1.contains("{{contact.cf.1}}, {{contact.cf.2}}"), "{own:?}");
        assert!(typed("plain", "Hi {{contact.name}}", "").draft(words, "").is_ok());
        assert_eq!(wrong(&typed("plain", "Hi {{contact.name", "")), ["text"]);
    }

    #[test]
    fn an_unknown_marker_is_named_unless_it_was_there_before() {
        let words = Words::new(Language::En);
        for (text, unknown) in [("Hi {{first}}", "{{first}}"), ("Hi {{contact.name}} {{Lead.id}}", "{{Lead.id}}")] {
            let wrong = typed("plain", text, "").draft(words, "").unwrap_err();
            assert_eq!(wrong[0].0, "text");
            assert!(wrong[0].1.contains(unknown) && wrong[0].1.contains("“Text”"), "{wrong:?}");
        }
        assert!(typed("plain", "Hi {{contact.cf.123}} {{ lead.name }} {{name}} {{rand}}", "").draft(words, "").is_ok());
        assert!(typed("plain", "Hello {{first}}", "").draft(words, "Hi {{first}}").is_ok(), "amoCRM has it already");
        let mut header = typed("waba", "Hi {{a}} {{b}}", "");
        header.header = "{{order}}".into();
        assert_eq!(wrong(&header), ["header", "text"]);
        header.kind = "plain".into();
        assert_eq!(wrong(&header), ["text"], "it has no header");
    }

    #[test]
    fn missing_and_overlong_values_are_reported_at_their_fields() {
        let mut empty = typed("waba", "", "");
        (empty.name, empty.language, empty.header) = (String::new(), String::new(), "x".repeat(61));
        empty.buttons = vec![ShownButton { text: String::new(), url: "https://a.example".into() }];
        assert_eq!(wrong(&empty), ["name", "language", "header", "text", "button_1"]);
        let mut address = typed("plain", "Hi", "");
        address.buttons = vec![ShownButton { text: "Go".into(), url: "javascript:alert(1)".into() }];
        assert_eq!(wrong(&address), ["button_1"]);
        assert_eq!(typed("plain", "Hi", "").rows().len(), 3);
    }
}
