//! The chat on a website. Its messages are already stored when they reach this connector, so sending cannot fail: the
//! customer's page reads them in order over server-sent events, and continues after each reconnect.

use async_trait::async_trait;
use base::error::FieldError;
use base::verdict::{Report, Taken};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;

use super::{
    Abilities, AfterUnknown, Connector, ContentAbilities, FeatureAbilities, Field, Input, Outgoing, Settings, Setup,
    Stand, Support,
};
use crate::kind::Kind;

mod color;
mod hours;
mod settings;

pub use color::Color;
pub use hours::WorkingHours;
pub use settings::{EMAIL_ANSWERS, WebChatSettings};

/// Name, among a source's credentials, of the secret with which a site signs its customers' tokens. Parom generates
/// it.
pub const SITE_SECRET: &str = "site_secret";
/// The previous secret, with the time until which it is valid.
pub const OLD_SITE_SECRET: &str = "site_secret_old";

/// A new secret for a site: 32 random bytes, base64.
pub fn new_secret() -> SecretString {
    let bytes: [u8; 32] = rand::random();
    SecretString::from(URL_SAFE_NO_PAD.encode(bytes))
}

const ABILITIES: Abilities = Abilities {
    content: ContentAbilities::all(Support::Native),
    features: FeatureAbilities {
        templates: Support::As(Stand::Text),
        comments: Support::As(Stand::Text),
        // Customers cannot be found by phone here.
        write_first: Support::Refused,
        edits: Support::Refused,
        ..FeatureAbilities::all(Support::Native)
    },
    text_length: None,
    caption_length: None,
    delivered_on_accept: false,
    reports_reading: true,
    after_unknown: AfterUnknown::RepeatFreely,
    window: None,
    requests_per_second: 1000,
    at_once: 32,
};

const FIELDS: &[Field] = &[
    Field::optional("allowed_origins", Input::Lines, "wizard-web-sites")
        .with_hint("wizard-web-sites-hint")
        .in_section("install")
        .essential(),
    Field::optional("title", Input::Text, "wizard-web-title").in_section("appearance").essential(),
    Field::optional("color", Input::Text, "wizard-web-color")
        .with_hint("wizard-web-color-hint")
        .in_section("appearance"),
    Field::optional("side", Input::Choice(SIDES), "wizard-web-side").in_section("appearance"),
    Field::optional("theme", Input::Choice(THEMES), "wizard-web-theme").in_section("appearance"),
    Field::optional("reply_time", Input::Choice(REPLY_TIMES), "wizard-web-reply").in_section("appearance"),
    Field::optional("greeting", Input::Paragraph, "wizard-web-greeting").in_section("appearance"),
    Field::optional("ask", Input::Choices(ASK), "wizard-web-ask").with_hint("wizard-web-ask-hint").in_section("before"),
    Field::optional("consent_text", Input::Paragraph, "wizard-web-consent")
        .with_hint("wizard-web-consent-hint")
        .in_section("before"),
    Field::optional("working_hours.hours", Input::Lines, "wizard-web-hours")
        .with_hint("wizard-web-hours-hint")
        .in_section("hours"),
    Field::optional("working_hours.time_zone", Input::Text, "wizard-web-zone")
        .with_hint("wizard-web-zone-hint")
        .in_section("hours"),
    Field::optional("working_hours.holidays", Input::Lines, "wizard-web-holidays")
        .with_hint("wizard-web-holidays-hint")
        .in_section("hours"),
    Field::optional("working_hours.text", Input::Paragraph, "wizard-web-away")
        .with_hint("wizard-web-away-hint")
        .in_section("hours"),
    Field::optional(EMAIL_ANSWERS, Input::Text, "wizard-web-mail")
        .with_hint("wizard-web-mail-hint")
        .in_section("hours"),
];

/// What the customer can be asked for.
const ASK: &[(&str, &str)] =
    &[("name", "wizard-web-ask-name"), ("phone", "wizard-web-ask-phone"), ("email", "wizard-web-ask-email")];

const SIDES: &[(&str, &str)] = &[("right", "wizard-web-side-right"), ("left", "wizard-web-side-left")];
const THEMES: &[(&str, &str)] =
    &[("auto", "wizard-web-theme-auto"), ("light", "wizard-web-theme-light"), ("dark", "wizard-web-theme-dark")];
/// The first one is the default.
const REPLY_TIMES: &[(&str, &str)] = &[
    ("", "wizard-web-reply-none"),
    ("minutes", "wizard-web-reply-minutes"),
    ("hour", "wizard-web-reply-hour"),
    ("day", "wizard-web-reply-day"),
];

/// The connector of kind `webchat`.
pub struct WebChat;

/// The kind.
pub const KIND: Kind =
    Kind { name: "webchat", own_server: false, web_chat: true, deep_link: None, mark: include_str!("mark.svg") };

#[async_trait]
impl Connector for WebChat {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn uses_last_incoming(&self) -> bool {
        false
    }

    fn setup(&self, settings: serde_json::Value) -> Result<Setup, Vec<FieldError>> {
        Ok(Setup { public: settings::checked(settings)?, secrets: Default::default() })
    }

    async fn send(&self, _settings: &Settings, _outgoing: &Outgoing) -> Report {
        Report::done(0, Taken::default())
    }
}
