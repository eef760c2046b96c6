//! Settings of a web chat (docs/webchat.md#settings), validated field by field.

use std::collections::BTreeMap;

use base::error::FieldError;
use base::i18n::{Language, LocalizedText};
use base::web_address;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use url::{Host, Url};

use super::Color;
use super::fields::{ASK, INVITATIONS, REPLY_TIMES, SIDES, THEMES};
use crate::field::{self, SettingsErrors};
use crate::hours::{TEXT_CHARS, WorkingHours};

const MOST_ORIGINS: usize = 50;
const TITLE_CHARS: usize = 100;
const LABEL_CHARS: usize = 100;
/// The setting that needs an SMTP server.
pub const EMAIL_ANSWERS: &str = "email_answers_after";
/// Minutes after which an unread answer may be sent by e-mail: at most a day.
const ANSWERS_AFTER: std::ops::RangeInclusive<u32> = 1..=1440;

/// The settings as stored and shown. All are optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebChatSettings {
    /// Origins of sites whose pages may embed the chat; if empty, the chat is available only on its own page.
    #[serde(deserialize_with = "list")]
    pub allowed_origins: Vec<String>,
    pub title: Option<String>,
    /// `#0B5CAD`.
    pub color: Option<String>,
    pub greeting: Option<String>,
    /// Fields asked for before the first message: `name`, `phone`, `email`.
    #[serde(deserialize_with = "list")]
    pub ask: Vec<String>,
    /// Those of them that the customer may leave empty.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub ask_optional: Vec<String>,
    /// The shop's own questions before the first message, see [`CustomField::of`].
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub custom_fields: Vec<String>,
    /// Whether customers are asked to rate a talk that is over.
    #[serde(skip_serializing_if = "std::ops::Not::not", deserialize_with = "flag")]
    pub rating: bool,
    /// Text that the customer agrees to before the first message.
    pub consent_text: Option<String>,
    pub working_hours: Option<WorkingHours>,
    /// Where the button is on a site: `right`, `left`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<String>,
    /// `auto`, `light`, `dark`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// How far the button is from the edges of a site's page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<ButtonOffset>,
    /// Pages of a site without the chat: those whose address contains one of these.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub hide_on: Vec<String>,
    /// Names of those who answer, for the header.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub team: Vec<String>,
    /// Frequent questions before the first message, see [`QuickAnswer::of`].
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub quick_answers: Vec<String>,
    /// How soon answers usually come: `minutes`, `hour`, `day`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_time: Option<String>,
    /// Own text in place of that of `reply_time`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<AskLabels>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
    /// Minutes after which an unread answer is sent to visitors who asked for that; none: never.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "whole")]
    pub email_answers_after: Option<u32>,
    /// Own texts for visitors of these languages.
    #[serde(skip_serializing_if = "Translations::is_empty", deserialize_with = "translated")]
    pub translations: Translations,
}

/// A list; null is an empty one, like an absent one.
pub(super) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::<Vec<String>>::deserialize(deserializer)?.unwrap_or_default())
}

/// A switch; null is off.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<bool>::deserialize(deserializer)?.unwrap_or_default())
}

/// Translations by language; null is none, also for a language.
fn translated<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Translations, D::Error> {
    let entered = Option::<BTreeMap<String, Option<Translation>>>::deserialize(deserializer)?.unwrap_or_default();
    Ok(entered.into_iter().filter_map(|(code, texts)| Some((code, texts?))).collect())
}

/// A whole number, also as the text that a form sends. Everything else is the largest one, which is out of every range.
pub(super) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let number = match Value::deserialize(deserializer)? {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_u64().and_then(|number| number.try_into().ok()),
        _ => None,
    };
    Ok(Some(number.unwrap_or(u32::MAX)))
}

impl WebChatSettings {
    /// Settings read from a row; unreadable values count as not set.
    pub fn stored(settings: &str) -> Self {
        serde_json::from_str(settings).unwrap_or_default()
    }

    /// Whether pages of this origin may embed the chat.
    pub fn allows(&self, origin: &str) -> bool {
        self.allowed_origins.iter().any(|allowed| allowed == origin)
    }

    /// The chat's colour.
    pub fn color(&self) -> Color {
        self.color.as_deref().and_then(Color::parse).unwrap_or(Color::DEFAULT)
    }
}

/// The settings to store, or an error for every wrong field.
pub(super) fn checked(settings: Value) -> Result<Value, Vec<FieldError>> {
    let read: WebChatSettings = field::read(settings)?;
    let mut wrong = SettingsErrors::default();
    wrong.most("allowed_origins", &read.allowed_origins, MOST_ORIGINS);
    let checked = WebChatSettings {
        allowed_origins: origins(&mut wrong, &read.allowed_origins),
        title: wrong.text("title", read.title, TITLE_CHARS),
        color: color(&mut wrong, read.color),
        greeting: wrong.text("greeting", read.greeting, TEXT_CHARS),
        ask: asked(&mut wrong, "ask", &read.ask),
        ask_optional: asked(&mut wrong, "ask_optional", &read.ask_optional),
        custom_fields: custom_fields(&mut wrong, &read.custom_fields),
        rating: read.rating,
        consent_text: wrong.text("consent_text", read.consent_text, TEXT_CHARS),
        // Checked alike for all kinds: `hours`.
        working_hours: None,
        side: one_of(&mut wrong, "side", read.side, SIDES),
        theme: one_of(&mut wrong, "theme", read.theme, THEMES),
        offset: read.offset.and_then(|entered| offset(&mut wrong, entered)),
        hide_on: wrong.lines("hide_on", &read.hide_on, MOST_PAGES, PAGE_CHARS),
        team: wrong.lines("team", &read.team, MOST_TEAM, LABEL_CHARS),
        quick_answers: quick_answers(&mut wrong, "quick_answers", &read.quick_answers),
        reply_time: one_of(&mut wrong, "reply_time", read.reply_time, REPLY_TIMES),
        reply_text: wrong.text("reply_text", read.reply_text, TITLE_CHARS),
        labels: read.labels.and_then(|entered| labels(&mut wrong, "labels", entered)),
        invitation: read.invitation.and_then(|entered| invitation(&mut wrong, entered)),
        email_answers_after: read.email_answers_after,
        translations: translations(&mut wrong, read.translations),
    };
    if checked.email_answers_after.is_some_and(|minutes| !ANSWERS_AFTER.contains(&minutes)) {
        let said = LocalizedText::new("said-minutes").with("least", *ANSWERS_AFTER.start());
        wrong.add(EMAIL_ANSWERS, said.with("most", *ANSWERS_AFTER.end()));
    }
    serde_json::to_value(wrong.or(checked)?).map_err(|error| vec![FieldError::of_serde("/settings", &error)])
}

fn origins(wrong: &mut SettingsErrors, entered: &[String]) -> Vec<String> {
    let mut origins = Vec::new();
    for (place, entered) in entered.iter().enumerate() {
        match origin(entered) {
            Some(origin) if !origins.contains(&origin) => origins.push(origin),
            Some(_) => {}
            None => wrong.add(format_args!("allowed_origins/{place}"), LocalizedText::new("said-site")),
        }
    }
    origins
}

/// The origin of a site: `https://shop.example`, also of the address of one of its pages or of its bare name. Plain http
/// is only for loopback hosts.
fn origin(entered: &str) -> Option<String> {
    let url = Url::parse(&web_address::typed(entered)?).ok()?;
    let here = match url.host()? {
        // A wildcard is not an address, although URLs permit it.
        Host::Domain(name) if name.contains('*') => return None,
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && here);
    let no_login = url.username().is_empty() && url.password().is_none();
    (scheme && no_login).then(|| url.origin().ascii_serialization())
}

fn color(wrong: &mut SettingsErrors, entered: Option<String>) -> Option<String> {
    let entered = entered.filter(|entered| !entered.trim().is_empty())?;
    if Color::parse(&entered).is_none() {
        wrong.add("color", LocalizedText::new("said-color"));
    }
    // Returned as entered, so that people recognise what they wrote.
    Some(entered.trim().to_owned())
}

/// A chosen value; an empty one is none.
fn one_of(wrong: &mut SettingsErrors, field: &str, entered: Option<String>, known: &[(&str, &str)]) -> Option<String> {
    let entered = entered.filter(|entered| !entered.is_empty())?;
    if !known.iter().any(|(value, _)| *value == entered) {
        let known = known.iter().map(|(value, _)| *value).filter(|value| !value.is_empty()).collect::<Vec<_>>();
        let said = LocalizedText::new("said-value-unknown");
        wrong.add(field, said.with("value", entered.as_str()).with("known", known.join(", ")));
    }
    Some(entered)
}

/// The fields to ask for, in display order.
fn asked(wrong: &mut SettingsErrors, field: &str, entered: &[String]) -> Vec<String> {
    let known: Vec<&str> = ASK.iter().map(|(name, _)| *name).collect();
    for (place, name) in entered.iter().enumerate().filter(|(_, name)| !known.contains(&name.as_str())) {
        let said =
            LocalizedText::new("said-value-unknown").with("value", name.as_str()).with("known", known.join(", "));
        wrong.add(format_args!("{field}/{place}"), said);
    }
    known.into_iter().filter(|name| entered.iter().any(|one| one == name)).map(str::to_owned).collect()
}

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
    /// In place of all quick answers.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub quick_answers: Vec<String>,
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
        if !own.quick_answers.is_empty() {
            self.quick_answers = own.quick_answers;
        }
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
fn labels(wrong: &mut SettingsErrors, field: &str, entered: AskLabels) -> Option<AskLabels> {
    let mut one = |name: &str, text| wrong.text(&format!("{field}/{name}"), text, LABEL_CHARS);
    let labels = AskLabels {
        name: one("name", entered.name),
        phone: one("phone", entered.phone),
        email: one("email", entered.email),
    };
    (labels != AskLabels::default()).then_some(labels)
}

/// Translations as they are stored: languages without a text are left out.
fn translations(wrong: &mut SettingsErrors, entered: Translations) -> Translations {
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
            quick_answers: quick_answers(wrong, &format!("{place}/quick_answers"), &entered.quick_answers),
        };
        if texts != Translation::default() {
            checked.insert(code, texts);
        }
    }
    checked
}

const MOST_PAGES: usize = 50;
const PAGE_CHARS: usize = 200;
/// It is read in passing, beside the button.
const INVITATION_CHARS: usize = 200;
const MOST_SECONDS: u32 = 3600;

/// When visitors are invited, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Invitation {
    /// `text` or `chat`; none: visitors are not invited, and the rest is kept for later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<String>,
    /// Its text; none for the greeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// After this many seconds on a page; none: at once.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "whole")]
    pub after_seconds: Option<u32>,
    /// On pages whose address contains one of these; if empty, on all.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub pages: Vec<String>,
}

/// Parts of addresses as browsers write them, in lower case: people also enter letters that are not ASCII.
pub fn written(parts: &[String]) -> Vec<String> {
    let written = |byte: u8| if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02x}") };
    parts.iter().map(|part| part.bytes().map(written).collect::<String>().to_ascii_lowercase()).collect()
}

/// The invitation to store; none if nothing is set.
fn invitation(wrong: &mut SettingsErrors, entered: Invitation) -> Option<Invitation> {
    let show = one_of(wrong, "invitation/show", entered.show, INVITATIONS);
    let text = wrong.text("invitation/text", entered.text, INVITATION_CHARS);
    if entered.after_seconds.is_some_and(|seconds| seconds > MOST_SECONDS) {
        let said = LocalizedText::new("said-seconds").with("least", 0).with("most", MOST_SECONDS);
        wrong.add("invitation/after_seconds", said);
    }
    let pages = wrong.lines("invitation/pages", &entered.pages, MOST_PAGES, PAGE_CHARS);
    let checked = Invitation { show, text, after_seconds: entered.after_seconds, pages };
    (checked != Invitation::default()).then_some(checked)
}

/// Names that fit into the header.
const MOST_TEAM: usize = 4;
const MOST_ANSWERS: usize = 8;
const QUESTION_CHARS: usize = 100;
const ANSWER_CHARS: usize = 1000;
/// Between a question and its answer.
const ANSWER_SIGN: char = '|';
/// A page may keep its own things below the button.
const MOST_OFFSET: u32 = 500;

/// Pixels between the button and the edges of the window; none: Parom's own distance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ButtonOffset {
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "whole")]
    pub bottom: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "whole")]
    pub side: Option<u32>,
}

fn offset(wrong: &mut SettingsErrors, entered: ButtonOffset) -> Option<ButtonOffset> {
    for (name, pixels) in [("bottom", entered.bottom), ("side", entered.side)] {
        if pixels.is_some_and(|pixels| pixels > MOST_OFFSET) {
            wrong.add(format_args!("offset/{name}"), LocalizedText::new("said-pixels").with("most", MOST_OFFSET));
        }
    }
    (entered != ButtonOffset::default()).then_some(entered)
}

/// A frequent question. Without an answer it is sent to the managers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuickAnswer {
    pub question: String,
    /// Empty if there is none.
    pub answer: String,
}

impl QuickAnswer {
    /// `How much is delivery? | 300 ₽ in the city`, or a question alone.
    pub fn of(line: &str) -> Self {
        let (question, answer) = line.split_once(ANSWER_SIGN).unwrap_or((line, ""));
        Self { question: question.trim().to_owned(), answer: answer.trim().to_owned() }
    }
}

fn quick_answers(wrong: &mut SettingsErrors, field: &str, entered: &[String]) -> Vec<String> {
    let lines = wrong.lines(field, entered, MOST_ANSWERS, ANSWER_CHARS);
    for (place, line) in lines.iter().enumerate() {
        let length = QuickAnswer::of(line).question.chars().count();
        if !(1..=QUESTION_CHARS).contains(&length) {
            let said = LocalizedText::new("said-quick-answer").with("most", QUESTION_CHARS);
            wrong.add(format_args!("{field}/{place}"), said);
        }
    }
    lines
}

const MOST_CUSTOM: usize = 5;
/// Ends the label of a field that has to be filled in.
const REQUIRED_SIGN: char = '*';

/// A question of the shop's own before the first message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustomField {
    pub label: String,
    pub required: bool,
}

impl CustomField {
    /// `Order number`, or `Order number *` if it has to be filled in.
    pub fn of(line: &str) -> Self {
        let label = line.trim().trim_end_matches(REQUIRED_SIGN).trim_end();
        Self { label: label.to_owned(), required: line.trim().ends_with(REQUIRED_SIGN) }
    }
}

fn custom_fields(wrong: &mut SettingsErrors, entered: &[String]) -> Vec<String> {
    let lines = wrong.lines("custom_fields", entered, MOST_CUSTOM, LABEL_CHARS);
    for (place, _) in lines.iter().enumerate().filter(|(_, line)| CustomField::of(line).label.is_empty()) {
        wrong.add(format_args!("custom_fields/{place}"), LocalizedText::new("said-empty"));
    }
    lines
}

#[cfg(test)]
mod tests;
