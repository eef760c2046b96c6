//! How Instagram and Messenger differ, as data, and a source's settings.

use std::collections::BTreeMap;
use std::time::Duration;

use base::error::FieldError;
use base::i18n::LocalizedText;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::error_catalog::ErrorCatalog;
use crate::{
    Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Field, HOOK_SECRET, HookTarget, Input, Length,
    Settings, Setup, Stand, Support, ValueToEnter, WebhookToEnter, Window,
};

pub(super) const ACCESS_TOKEN: &str = "access_token";
pub(super) const APP_SECRET: &str = "app_secret";
pub(super) const VERIFY_TOKEN: &str = "verify_token";
const SECRETS: [&str; 3] = [ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN];

/// The fields for an account's own app, after the account and its token.
pub(crate) const OWN_APP: [Field; 2] = [
    Field {
        secret: true,
        ..Field::required(APP_SECRET, Input::Text, "wizard-meta-secret").with_hint("wizard-meta-secret-hint")
    },
    Field {
        secret: true,
        ..Field::required(VERIFY_TOKEN, Input::Text, "wizard-meta-verify").with_hint("wizard-meta-verify-hint")
    },
];

/// The same if the vendor's app serves accounts without one of their own.
pub(crate) const VENDORS_APP: [Field; 2] = [
    Field {
        secret: true,
        ..Field::optional(APP_SECRET, Input::Text, "wizard-meta-secret").with_hint("wizard-meta-secret-optional-hint")
    },
    Field {
        secret: true,
        ..Field::optional(VERIFY_TOKEN, Input::Text, "wizard-meta-verify").with_hint("wizard-meta-verify-optional-hint")
    },
];

/// A source's account with its token.
#[derive(Clone, Copy)]
pub(super) struct Account<'a> {
    pub id: &'a str,
    pub token: &'a SecretString,
    /// The secret of the account's own app, if it has one.
    pub app_secret: Option<&'a SecretString>,
    facts: Option<&'a Value>,
}

impl<'a> Account<'a> {
    /// None if there is no usable token.
    pub fn of(platform: &Platform, settings: &'a Settings) -> Option<Self> {
        Some(Self {
            id: settings.public.get(platform.account)?.as_str()?,
            token: settings.secrets.get(ACCESS_TOKEN)?,
            app_secret: settings.secrets.get(APP_SECRET),
            facts: settings.public.get("facts"),
        })
    }

    /// A stored fact, e.g. `/bot/app_id`.
    pub fn fact(&self, pointer: &str) -> Option<&'a Value> {
        self.facts?.pointer(pointer)
    }
}

/// The tokens that validate our address: the entered one, and ours, which is used if none was entered.
pub(super) fn verify_tokens(settings: &Settings) -> impl Iterator<Item = &SecretString> {
    [VERIFY_TOKEN, HOOK_SECRET].into_iter().filter_map(|name| settings.secrets.get(name))
}

/// The token that Meta returns when it validates our address.
pub(super) fn verify_token<'a>(settings: &'a Settings, hook: &'a HookTarget) -> &'a str {
    settings.secrets.get(VERIFY_TOKEN).unwrap_or(&hook.secret).expose_secret()
}

/// What an administrator must enter at Meta. Only Instagram's dashboard needs it: Messenger has a call for it, and the
/// vendor's app has its address already (instagram-and-facebook §3).
pub(super) fn to_enter(platform: &Platform, settings: &Settings, hook: &HookTarget) -> Option<WebhookToEnter> {
    let is_own_app = settings.secrets.contains_key(APP_SECRET);
    let values = vec![
        ValueToEnter::address("wizard-meta-webhook-url", &hook.url),
        ValueToEnter::secret("wizard-meta-verify", verify_token(settings, hook)),
    ];
    (platform.is_instagram() && is_own_app).then_some(WebhookToEnter {
        title: "wizard-meta-webhook-title",
        hint: "wizard-meta-webhook-hint",
        values,
    })
}

/// Validates the entered settings. A missing or still masked secret is kept. `facts` is Parom's own data, accepted
/// because clients may send back what they read.
pub(super) fn setup(platform: &Platform, settings: Value) -> Result<Setup, Vec<FieldError>> {
    let wrong = |name: &str, key: &'static str| FieldError::new(format!("/settings/{name}"), LocalizedText::new(key));
    let Value::Object(typed) = settings else {
        return Err(vec![FieldError::new("/settings", LocalizedText::new("wizard-meta-bad-format"))]);
    };
    let mut errors: Vec<FieldError> =
        strange(platform, &typed).map(|name| wrong(name, "wizard-meta-unknown-setting")).collect();
    let mut secrets = BTreeMap::new();
    for name in SECRETS {
        match typed.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if text.trim().is_empty() || text.starts_with('…') => {}
            Some(Value::String(text)) if text.trim().bytes().all(|byte| byte.is_ascii_graphic()) => {
                secrets.insert(name.to_owned(), SecretString::from(text.trim()));
            }
            Some(_) => errors.push(wrong(name, "wizard-meta-bad-format")),
        }
    }
    let id = typed.get(platform.account).and_then(Value::as_str).unwrap_or_default().trim();
    let is_id = (5..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    if !is_id {
        errors.push(wrong(platform.account, "wizard-meta-bad-id"));
    }
    if errors.is_empty() { Ok(Setup { public: json!({ platform.account: id }), secrets }) } else { Err(errors) }
}

/// Names that are not settings.
fn strange<'a>(platform: &'a Platform, typed: &'a Map<String, Value>) -> impl Iterator<Item = &'a str> {
    let is_known = |name: &str| name == platform.account || name == "facts" || SECRETS.contains(&name);
    typed.keys().map(String::as_str).filter(move |name| !is_known(name))
}

/// What both support (instagram-and-facebook §9, instagram-and-facebook §13, instagram-and-facebook §16), with their
/// differences as parameters.
pub(crate) const fn abilities(text: Length, delivered_on_accept: bool, after_unknown: AfterUnknown) -> Abilities {
    Abilities {
        content: ContentAbilities {
            sticker: Support::As(Stand::Picture),
            location: Support::As(Stand::Text),
            contact: Support::As(Stand::Text),
            ..ContentAbilities::all(Support::Native)
        },
        features: FeatureAbilities {
            captions: Support::As(Stand::Apart),
            media_groups: Support::As(Stand::Apart),
            forwards: Support::As(Stand::Text),
            templates: Support::As(Stand::Text),
            write_first: Support::As(Stand::Known),
            edits: Support::Refused,
            ..FeatureAbilities::all(Support::Native)
        },
        text_length: Some(text),
        caption_length: None,
        delivered_on_accept,
        reports_reading: true,
        after_unknown,
        window: Some(Window {
            length: Duration::from_secs(24 * 3600),
            by_people: Some(Duration::from_secs(7 * 24 * 3600)),
        }),
        // Media are limited to 10 a second.
        requests_per_second: 10,
        at_once: 8,
    }
}

/// One of the two networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    Instagram,
    Facebook,
}

/// What the shared code needs to know about a kind.
pub(crate) struct Platform {
    pub kind: &'static str,
    pub network: Network,
    /// The `object` in its webhooks and in an app's subscription.
    pub object: &'static str,
    /// The setting that contains the account's id.
    pub account: &'static str,
    /// The channel in the Conversions API, and the names of the account and of a person there.
    pub conversions: [&'static str; 3],
    pub fields: &'static [Field],
    /// The same if the vendor's app receives the calls.
    pub fields_in_vendors_app: &'static [Field],
    pub abilities: &'static Abilities,
    pub catalog: ErrorCatalog,
    /// The webhook fields that Parom uses.
    pub subscribed: &'static [&'static str],
    /// The `fields` requested of the account, of a person and of a post.
    pub me: &'static str,
    pub profile: &'static str,
    pub post: &'static str,
    /// The edge of a comment for replies to it.
    pub replies: &'static str,
    /// The start of the address of a person's public page, if usernames are available.
    pub person_page: &'static str,
}

impl Platform {
    pub fn is_instagram(&self) -> bool {
        self.network == Network::Instagram
    }
}
