//! The chat on a site. Its messages are stored already when they come here, so taking one cannot fail: the customer's
//! page reads them in the order of their positions, over server-sent events, as often as it reconnects.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use super::{
    Abilities, AfterUnknown, Connector, ContentAbilities, FeatureAbilities, Field, Input, Outgoing, Settings, Setup,
    Stand, Support,
};
use crate::error::FieldError;
use crate::verdict::{Report, Taken};

const ABILITIES: Abilities = Abilities {
    content: ContentAbilities::all(Support::Native),
    features: FeatureAbilities {
        media_groups: Support::As(Stand::Apart),
        templates: Support::As(Stand::Text),
        comments: Support::As(Stand::Text),
        // Nobody can be found by a phone number here.
        write_first: Support::Refused,
        edits: Support::Refused,
        ..FeatureAbilities::all(Support::Native)
    },
    text_length: None,
    caption_length: None,
    delivered_on_accept: false,
    after_unknown: AfterUnknown::RepeatFreely,
    requests_per_second: 1000,
    at_once: 32,
};
const FIELDS: &[Field] = &[
    Field::optional("allowed_origins", Input::Lines, "wizard-web-sites").with_hint("wizard-web-sites-hint"),
    Field::optional("title", Input::Text, "wizard-web-title"),
    Field::optional("color", Input::Text, "wizard-web-color").with_hint("wizard-web-color-hint"),
    Field::optional("greeting", Input::Paragraph, "wizard-web-greeting"),
    Field::optional("ask", Input::Choices(ASK), "wizard-web-ask").with_hint("wizard-web-ask-hint"),
    Field::optional("consent_text", Input::Paragraph, "wizard-web-consent").with_hint("wizard-web-consent-hint"),
];

const ASK: &[(&str, &str)] =
    &[("name", "wizard-web-ask-name"), ("phone", "wizard-web-ask-phone"), ("email", "wizard-web-ask-email")];

/// The connector of kind `webchat`.
pub struct WebChat;

/// All optional; what the page needs of them follows with the Messengers issue.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WebChatSettings {
    allowed_origins: Vec<String>,
    title: Option<String>,
    color: Option<String>,
    greeting: Option<String>,
    ask: Vec<String>,
    consent_text: Option<String>,
    working_hours: Option<serde_json::Value>,
}

#[async_trait]
impl Connector for WebChat {
    fn kind(&self) -> &'static str {
        "webchat"
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn setup(&self, settings: serde_json::Value) -> Result<Setup, Vec<FieldError>> {
        let parsed: WebChatSettings =
            serde_json::from_value(settings).map_err(|error| vec![FieldError::of_serde("/settings", &error)])?;
        let public = json!({
            "allowed_origins": parsed.allowed_origins,
            "title": parsed.title,
            "color": parsed.color,
            "greeting": parsed.greeting,
            "ask": parsed.ask,
            "consent_text": parsed.consent_text,
            "working_hours": parsed.working_hours,
        });
        Ok(Setup { public, secrets: Default::default() })
    }

    async fn send(&self, _settings: &Settings, _outgoing: &Outgoing) -> Report {
        Report::done(0, Taken::default())
    }
}
