//! The fields of an integration, its brand and its channels: what a form shows of them, what it changes, and which is wrong.

use base::config::{
    Bot, BrandConfig, CONNECTORS as CONNECTOR_KINDS, Channel, ConfigError, Integration, Platform, ReactionSupport, base,
};
use base::i18n::{CRM, Sentence, Words};
use connectors::{Field, Input};
use domain::doctor::of_configuration;
use domain::identity::Fields;
use domain::integrations::IntegrationRefused;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use crate::admin::channels::end_of;
use crate::panel::fields::Drawn;
use crate::panel::{PageContext, SelectOption};

const PLATFORMS: Input = Input::Choice(&[("amocrm", "admin-int-amocrm"), ("kommo", "admin-int-kommo")]);
/// Its choices are added where it is drawn and read: the kinds are not known here by name.
const CONNECTORS: Input = Input::Choices(&[]);

const fn secret(field: Field) -> Field {
    Field { secret: true, ..field }
}

/// What is set only once.
const IDENTITY: [Field; 2] = [
    Field::required("name", Input::Text, "admin-int-name").with_hint("admin-int-name-hint"),
    Field::required("platform", PLATFORMS, "admin-int-platform"),
];

const INTEGRATION: [Field; 10] = [
    Field::required("client_id", Input::Text, "admin-int-client-id"),
    secret(Field::required("client_secret", Input::Text, "admin-int-client-secret")),
    secret(Field::optional("previous_client_secret", Input::Text, "admin-int-previous-secret"))
        .with_hint("admin-int-previous-hint"),
    Field::optional("forget_previous", Input::Flag, "admin-int-forget-previous"),
    Field::optional("own_redirect", Input::Flag, "admin-int-own-redirect").with_hint("admin-int-own-redirect-hint"),
    Field::optional("widget_code", Input::Text, "admin-int-widget"),
    Field::optional("account_hosts", Input::Lines, "admin-int-hosts").with_hint("admin-int-usual-hint"),
    Field::optional("consent_url", Input::Url, "admin-int-consent").with_hint("admin-int-usual-hint"),
    Field::optional("account_url", Input::Text, "admin-int-account-url").with_hint("admin-int-account-url-hint"),
    Field::optional("amojo_url", Input::Url, "admin-int-amojo").with_hint("admin-int-usual-hint"),
];

/// The fields of a channel.
pub const CHANNEL: [Field; 21] = [
    Field::required("id", Input::Text, "admin-channel-id").with_hint("admin-channel-id-hint"),
    Field::required("code", Input::Text, "admin-channel-code"),
    secret(Field::required("secret", Input::Text, "admin-channel-own-secret")),
    secret(Field::optional("previous_secret", Input::Text, "admin-int-previous-secret"))
        .with_hint("admin-int-previous-hint"),
    Field::optional("forget_previous", Input::Flag, "admin-int-forget-previous"),
    Field::required("title", Input::Text, "admin-channel-title"),
    Field::optional("connectors", CONNECTORS, "admin-channel-connectors"),
    Field::optional("bot_id", Input::Text, "admin-channel-bot-id").with_hint("admin-channel-bot-hint"),
    Field::optional("bot_name", Input::Text, "admin-channel-bot-name"),
    Field::optional("public", Input::Flag, "admin-channel-public").with_hint("admin-channel-public-hint"),
    Field::optional("allowed_accounts", Input::Lines, "admin-channel-accounts")
        .with_hint("admin-channel-accounts-hint"),
    Field::optional("allowed_plans", Input::Lines, "admin-channel-plans").with_hint("admin-channel-plans-hint"),
    Field::optional("time_window_seconds", Input::Text, "admin-channel-window").with_hint("admin-channel-window-hint"),
    Field::optional("reactions", Input::Text, "admin-agreed-reactions").with_hint("admin-channel-reactions-hint"),
    Field::optional("write_first", Input::Flag, "admin-agreed-write-first"),
    Field::optional("block_after_window", Input::Flag, "admin-agreed-templates"),
    Field::optional("quotes", Input::Flag, "admin-agreed-quotes"),
    Field::optional("forwards", Input::Flag, "admin-agreed-forwards"),
    Field::optional("voice", Input::Flag, "admin-agreed-voice"),
    Field::optional("typing_hooks", Input::Flag, "admin-agreed-typing"),
    Field::optional("stores_files", Input::Flag, "admin-agreed-files"),
];

/// The fields of an integration.
pub fn integration(is_new: bool) -> Vec<Field> {
    let identity: &[Field] = if is_new { &IDENTITY } else { &[] };
    identity.iter().chain(&INTEGRATION).chain(&BRAND).copied().collect()
}

/// What the form of an integration shows; no secrets. What the platform sets by default is empty.
pub fn settings_of(one: &Integration) -> Value {
    let usual = Integration::blank(one.platform);
    let unless = |is_usual: bool, text: &str| if is_usual { Value::Null } else { text.into() };
    let mut shown = json!({
        "client_id": one.client_id,
        "own_redirect": one.own_redirect,
        "widget_code": one.widget.as_ref().and_then(|widget| widget.code.clone()),
        "account_hosts": if one.account_hosts == usual.account_hosts { Vec::new() } else { one.account_hosts.clone() },
        "consent_url": unless(one.consent_url == usual.consent_url, base(&one.consent_url)),
        "account_url": unless(one.account_url == usual.account_url, &one.account_url),
        "amojo_url": unless(one.amojo_url == usual.amojo_url, base(&one.amojo_url)),
    });
    show_brand(one.brand.as_ref(), &mut shown);
    shown
}

/// The ends of the stored secrets.
pub fn ends(one: &Integration) -> Value {
    ends_of("client_secret", &one.client_secret, "previous_client_secret", one.previous_client_secret.as_ref())
}

/// The ends of a channel's stored secrets.
pub fn channel_ends(one: &Channel) -> Value {
    ends_of("secret", &one.secret, "previous_secret", one.previous_secret.as_ref())
}

fn ends_of(name: &str, secret: &SecretString, previous_name: &str, previous: Option<&SecretString>) -> Value {
    let end = |secret: &SecretString| format!("…{}", end_of(secret));
    json!({ name: end(secret), previous_name: previous.map(end) })
}

/// The platform that a form of a new integration names.
pub fn platform(settings: &Value) -> Platform {
    if text(settings, "platform") == "kommo" { Platform::Kommo } else { Platform::Amocrm }
}

/// Changes an integration to what its form says.
pub fn change(one: &mut Integration, settings: &Value) {
    let usual = Integration::blank(one.platform);
    one.client_id = text(settings, "client_id");
    if let Some(secret) = filled(settings, "client_secret") {
        one.client_secret = secret.into();
    }
    previous(&mut one.previous_client_secret, settings, "previous_client_secret");
    one.own_redirect = flag(settings, "own_redirect");
    let code = filled(settings, "widget_code");
    if code.is_some() || one.widget.is_some() {
        one.widget.get_or_insert_default().code = code;
    }
    let hosts: Vec<String> = list(settings, "account_hosts").iter().map(|host| host.to_ascii_lowercase()).collect();
    one.account_hosts = if hosts.is_empty() { usual.account_hosts } else { hosts };
    one.account_url = filled(settings, "account_url").unwrap_or(usual.account_url);
    let address = |name, usual: Url| filled(settings, name).and_then(|typed| typed.parse().ok()).unwrap_or(usual);
    one.consent_url = address("consent_url", usual.consent_url);
    one.amojo_url = address("amojo_url", usual.amojo_url);
    one.brand = read_brand(settings, one.brand.as_ref());
}

/// What the form of a channel shows; no secrets.
pub fn channel_settings(one: &Channel) -> Value {
    json!({
        "id": one.id,
        "code": one.code,
        "title": one.title,
        "connectors": one.connectors,
        "bot_id": one.bot.as_ref().map(|bot| bot.id.as_str()),
        "bot_name": one.bot.as_ref().map(|bot| bot.name.as_str()),
        "public": one.public,
        "allowed_accounts": one.allowed_accounts,
        "allowed_plans": one.allowed_plans,
        "time_window_seconds": one.time_window_seconds,
        "reactions": match &one.reactions {
            ReactionSupport::Off => "off".to_owned(),
            ReactionSupport::All => "all".to_owned(),
            ReactionSupport::Only(list) => list.join(" "),
        },
        "write_first": one.write_first,
        "block_after_window": one.block_after_window,
        "quotes": one.quotes,
        "forwards": one.forwards,
        "voice": one.voice,
        "typing_hooks": one.typing_hooks,
        "stores_files": one.stores_files,
    })
}

/// Leaves out what is about a previous secret: all for a new one (`has_previous` is none), its end if none is stored.
pub fn leave_out_previous(drawn: &mut Vec<Drawn>, has_previous: Option<bool>) {
    drawn.retain(|field| match field.name.as_str() {
        "set.forget_previous" => has_previous == Some(true),
        "set.previous_client_secret" | "set.previous_secret" => has_previous.is_some(),
        _ => true,
    });
}

/// The settings with the connectors that the form ticks.
pub fn with_connectors(mut settings: Value, form: &Fields) -> Value {
    let sent = form.all("set.connectors");
    let known: Vec<&str> = CONNECTOR_KINDS.iter().copied().filter(|kind| sent.contains(kind)).collect();
    if let Some(settings) = settings.as_object_mut() {
        settings.insert("connectors".to_owned(), json!(known));
    }
    settings
}

/// Offers all connectors in the drawn form; ticked are those of the settings.
pub fn offer_connectors(words: Words, drawn: &mut [Drawn], settings: &Value) {
    let chosen = list(settings, "connectors");
    let choices = CONNECTOR_KINDS.iter().map(|kind| SelectOption {
        value: (*kind).to_owned(),
        label: words.text_of("connector-", kind).to_string(),
        chosen: chosen.iter().any(|one| one == kind),
    });
    if let Some(field) = drawn.iter_mut().find(|field| field.name == "set.connectors") {
        field.choices = choices.collect();
    }
}

/// Changes a channel to what its form says; the name of a field that cannot be read is the error.
pub fn change_channel(one: &mut Channel, settings: &Value) -> Result<(), &'static str> {
    one.id = text(settings, "id");
    one.code = text(settings, "code");
    if let Some(secret) = filled(settings, "secret") {
        one.secret = secret.into();
    }
    previous(&mut one.previous_secret, settings, "previous_secret");
    one.title = text(settings, "title");
    one.connectors = list(settings, "connectors");
    one.bot = bot(one, settings)?;
    one.public = flag(settings, "public");
    one.allowed_accounts = list(settings, "allowed_accounts");
    one.allowed_plans = list(settings, "allowed_plans");
    one.time_window_seconds = match text(settings, "time_window_seconds").as_str() {
        "" => None,
        typed => Some(typed.parse().ok().filter(|seconds| *seconds > 0).ok_or("time_window_seconds")?),
    };
    let reactions = text(settings, "reactions");
    one.reactions = match reactions.as_str() {
        "" | "off" => ReactionSupport::Off,
        "all" => ReactionSupport::All,
        emoji => ReactionSupport::Only(emoji.split_whitespace().map(str::to_owned).collect()),
    };
    one.write_first = flag(settings, "write_first");
    one.block_after_window = flag(settings, "block_after_window");
    one.quotes = flag(settings, "quotes");
    one.forwards = flag(settings, "forwards");
    one.voice = flag(settings, "voice");
    one.typing_hooks = flag(settings, "typing_hooks");
    one.stores_files = flag(settings, "stores_files");
    Ok(())
}

/// The bot; its own id of us stays, or is amoCRM's.
fn bot(one: &Channel, settings: &Value) -> Result<Option<Bot>, &'static str> {
    let name = filled(settings, "bot_name");
    let Some(id) = filled(settings, "bot_id") else {
        return if name.is_some() { Err("bot_id") } else { Ok(None) };
    };
    let known = one.bot.as_ref().filter(|bot| bot.id == id).map(|bot| bot.client_id.clone());
    let name = name.unwrap_or_else(|| one.title.clone());
    Ok(Some(Bot { client_id: known.unwrap_or_else(|| id.clone()), id, name }))
}

fn previous(stored: &mut Option<SecretString>, settings: &Value, name: &str) {
    if let Some(typed) = filled(settings, name) {
        *stored = Some(typed.into());
    } else if flag(settings, "forget_previous") {
        *stored = None;
    }
}

fn text(settings: &Value, name: &str) -> String {
    filled(settings, name).unwrap_or_default()
}

pub(super) fn filled(settings: &Value, name: &str) -> Option<String> {
    settings.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn flag(settings: &Value, name: &str) -> bool {
    settings.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn list(settings: &Value, name: &str) -> Vec<String> {
    let values = settings.get(name).and_then(Value::as_array).into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// How its accounts see the service.
pub const BRAND: [Field; 8] = [
    Field::optional("brand_name", Input::Text, "admin-brand-name").with_hint("admin-brand-name-hint"),
    Field::optional("brand_color", Input::Text, "admin-brand-color").with_hint("admin-brand-color-hint"),
    Field::optional("brand_support_url", Input::Url, "admin-brand-support-url").with_hint("admin-brand-vendor-hint"),
    Field::optional("brand_support_email", Input::Text, "admin-brand-support-email")
        .with_hint("admin-brand-vendor-hint"),
    Field::optional("brand_privacy_url", Input::Url, "admin-brand-privacy").with_hint("admin-brand-vendor-hint"),
    Field::optional("brand_legal_entity", Input::Text, "admin-brand-entity").with_hint("admin-brand-vendor-hint"),
    Field::optional("brand_legal_address", Input::Text, "admin-brand-address").with_hint("admin-brand-vendor-hint"),
    Field::optional("brand_unique", Input::Paragraph, "admin-brand-unique").with_hint("admin-brand-unique-hint"),
];

/// Adds what the form shows of a brand.
pub fn show_brand(brand: Option<&BrandConfig>, shown: &mut Value) {
    let Some(brand) = brand else { return };
    let values = json!({
        "brand_name": brand.name,
        "brand_color": brand.color,
        "brand_support_url": brand.support_url,
        "brand_support_email": brand.support_email,
        "brand_privacy_url": brand.privacy_url,
        "brand_legal_entity": brand.legal_entity,
        "brand_legal_address": brand.legal_address,
        "brand_unique": brand.unique,
    });
    if let (Some(shown), Value::Object(values)) = (shown.as_object_mut(), values) {
        shown.extend(values);
    }
}

/// The brand that a form describes, with the pictures that were there.
pub fn read_brand(settings: &Value, before: Option<&BrandConfig>) -> Option<BrandConfig> {
    let brand = BrandConfig {
        name: filled(settings, "brand_name"),
        color: filled(settings, "brand_color"),
        logo: before.and_then(|brand| brand.logo.clone()),
        support_url: filled(settings, "brand_support_url"),
        support_email: filled(settings, "brand_support_email"),
        privacy_url: filled(settings, "brand_privacy_url"),
        legal_entity: filled(settings, "brand_legal_entity"),
        legal_address: filled(settings, "brand_legal_address"),
        icon: before.and_then(|brand| brand.icon.clone()),
        unique: filled(settings, "brand_unique").map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")),
    };
    (brand != BrandConfig::default()).then_some(brand)
}

/// Fields of a form under one title; those that few change are folded.
pub struct FieldGroup {
    /// The message key; empty: it is not folded.
    pub title: &'static str,
    pub fields: Vec<Drawn>,
    /// Something in it was set, or is wrong.
    pub open: bool,
}

impl FieldGroup {
    pub fn words(&self, page: &PageContext) -> Sentence {
        page.words.text(self.title)
    }
}

/// The fields in groups: those that everyone fills in, those with a default, and the brand. What is about a channel's agreement
/// belongs to the second.
pub fn grouped(drawn: Vec<Drawn>) -> Vec<FieldGroup> {
    const FIRST: [&str; 9] =
        ["name", "platform", "client_id", "client_secret", "widget_code", "id", "code", "secret", "connectors"];
    let mut groups = [
        FieldGroup { title: "", fields: Vec::new(), open: true },
        FieldGroup { title: "admin-int-defaults", fields: Vec::new(), open: false },
        FieldGroup { title: "admin-int-brand", fields: Vec::new(), open: false },
    ];
    for field in drawn {
        let name = field.name.trim_start_matches("set.");
        let group = match name {
            name if FIRST.contains(&name) || name == "title" => 0,
            name if name.starts_with("brand_") => 2,
            _ => 1,
        };
        groups[group].open |= !field.error.is_empty();
        groups[group].fields.push(field);
    }
    groups.into_iter().filter(|group| !group.fields.is_empty()).collect()
}

/// Fields that have a text of their own: `admin-int-wrong-{name}`.
const REFUSED: [&str; 14] = [
    "name",
    "client_id",
    "client_secret",
    "previous_client_secret",
    "account_hosts",
    "consent_url",
    "account_url",
    "amojo_url",
    "id",
    "code",
    "secret",
    "bot_id",
    "time_window_seconds",
    "allowed_plans",
];

/// Errors by the form's names; one without a field has an empty name.
pub type FieldErrors = Vec<(String, String)>;

/// What is wrong with this field.
pub fn wrong_field(words: Words, name: &str) -> FieldErrors {
    vec![(named(name), words.text_of("admin-int-wrong-", name).to_string())]
}

/// An address in this field that the configuration file does not allow.
pub fn wrong_elsewhere(words: Words, name: &str) -> FieldErrors {
    vec![(named(name), words.text("admin-int-wrong-elsewhere").to_string())]
}

/// The errors of a refusal; anything that is not about what was typed is returned.
pub fn errors_of(words: Words, refused: IntegrationRefused) -> Result<FieldErrors, IntegrationRefused> {
    match refused {
        IntegrationRefused::Invalid(error) => Ok(invalid(words, &error)),
        IntegrationRefused::InFile(_) => Ok(vec![(named("name"), words.text("admin-int-wrong-in-file").to_string())]),
        IntegrationRefused::Taken { key, other } => {
            let name = if key == "channel.id" { "id" } else { key };
            let text = words.text("admin-int-wrong-taken").with("name", other);
            Ok(vec![(named(name), text.to_string())])
        }
        other => Err(other),
    }
}

fn invalid(words: Words, error: &ConfigError) -> FieldErrors {
    if let ConfigError::Invalid { key, problem, .. } = error {
        if let Some((_, name)) = key.rsplit_once(".brand.") {
            let text = words.text("form-refused").with("reason", problem.in_words(words, CRM));
            return vec![(named(&format!("brand_{name}")), text.to_string())];
        }
        let last = key.rsplit('.').next().unwrap_or_default();
        let last = last.split('[').next().unwrap_or_default();
        let last = if key.contains(".bot.") { "bot_id" } else { last };
        if REFUSED.contains(&last) {
            return wrong_field(words, last);
        }
    }
    vec![(
        String::new(),
        words.text("form-refused").with("reason", of_configuration(error).in_words(words, CRM)).to_string(),
    )]
}

fn named(name: &str) -> String {
    format!("set.{name}")
}
