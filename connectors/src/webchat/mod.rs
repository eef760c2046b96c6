//! The chat on a website. Its messages are already stored when they reach this connector, so sending cannot fail: the
//! customer's page reads them in order over server-sent events, and continues after each reconnect.

use async_trait::async_trait;
use base::error::FieldError;
use base::verdict::{Report, Taken};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;

use super::{
    Abilities, AfterUnknown, Connector, ContentAbilities, FeatureAbilities, Field, Outgoing, Settings, Setup, Stand,
    Support,
};
use crate::connector::Kind;
pub use fields::Color;
pub use settings::{
    AskLabels, ButtonOffset, CustomField, EMAIL_ANSWERS, Invitation, QuickAnswer, Translation, WebChatSettings, written,
};

mod fields;
mod settings;

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

/// The connector of kind `webchat`.
pub struct WebChat;

/// The kind.
pub const KIND: Kind = Kind {
    name: "webchat",
    own_server: false,
    vouches_for_numbers: false,
    web_chat: true,
    deep_link: None,
    mark: include_str!("mark.svg"),
};

#[async_trait]
impl Connector for WebChat {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        fields::FIELDS
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
