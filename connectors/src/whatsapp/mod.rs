//! WhatsApp, through Meta's Cloud API (https://developers.facebook.com/documentation/business-messaging/whatsapp).

use async_trait::async_trait;
use base::config::WhatsApp as AppConfig;
use base::error::FieldError;
use base::http_client::HttpClients;
use base::i18n::Words;
use base::message::Markup;
use base::verdict::Report;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    Abilities, Check, Connector, ConsentPage, Denied, Field, HookTarget, Identity, LineAccount, LineService, Outgoing,
    Probe, Receiver, Settings, Setup, Shadow, Watched, WebhookToEnter, field,
};
use crate::connector::{Kind, MetaCustomer};
use crate::file::{NotOpened, OpenFile};
use crate::incoming::{AdvertIds, ButtonText, InboundEvent, IncomingCall, NotReceived};
use crate::poll::{OpenConversation, Renewed};
use crate::template::{ListedTemplate, NewTemplate, TemplateState};
use crate::vendor_app::{MetaApp, VendorApp};
use api::GraphApi;
use consent::MetaDialog;
use send::NumberStates;
use webhook::SourceWebhook;

mod api;
pub mod consent;
#[cfg(test)]
mod fake;
mod files;
mod health;
pub mod keyboard;
mod receive;
mod send;
pub mod setup;
mod templates;
mod webhook;
mod wire;

/// Meta sends up to 3 MB (whatsapp §2).
const CALL_BYTES: usize = 3 * 1024 * 1024 + 64 * 1024;
/// How often a number's state is requested, in addition to Meta's reports.
const HEALTH_EVERY: std::time::Duration = std::time::Duration::from_secs(3600);

/// The connector of kind `whatsapp`.
pub struct WhatsApp {
    api: GraphApi,
    hooks: Option<MetaApp>,
    dialog: Option<MetaDialog>,
    memory: NumberStates,
}

impl WhatsApp {
    /// `config`: the address of Meta's server, and the vendor's app there.
    pub fn new(http: &HttpClients, config: &AppConfig) -> Self {
        let api = GraphApi::new(http, &config.api_url);
        let dialog = MetaDialog::of(http, &api, config);
        let hooks = MetaApp::of(MetaApp {
            app_id: config.app_id.clone(),
            secret: config.app_secret.clone(),
            verify_token: config.verify_token.clone(),
            split: webhook::split,
        });
        Self { api, hooks, dialog, memory: NumberStates::default() }
    }

    fn vendors_secret(&self) -> Option<&SecretString> {
        self.hooks.as_ref()?.secret.as_ref()
    }

    fn webhook<'a>(&'a self, settings: &'a Settings) -> SourceWebhook<'a> {
        SourceWebhook { api: &self.api, settings, vendors: self.vendors_secret() }
    }
}

/// The kind.
pub const KIND: Kind = Kind {
    name: "whatsapp",
    own_server: false,
    vouches_for_numbers: true,
    web_chat: false,
    deep_link: Some(|name| {
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        format!("https://wa.me/{digits}?text=")
    }),
    mark: include_str!("mark.svg"),
};

#[async_trait]
impl Connector for WhatsApp {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn abilities(&self) -> &'static Abilities {
        &api::ABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        if self.vendors_secret().is_some() { setup::FIELDS_WITH_APP } else { setup::FIELDS }
    }

    fn setup(&self, settings: Value) -> Result<Setup, Vec<FieldError>> {
        setup::setup(settings)
    }

    fn meta_customer(&self, line: &Value, _customer_id: &str, advert: &AdvertIds) -> Option<MetaCustomer> {
        let waba = line.get("waba_id")?.as_str().filter(|waba| !waba.is_empty())?;
        let click = advert.ctwa_clid.as_deref()?;
        let ids = json!({ "whatsapp_business_account_id": waba, "ctwa_clid": click });
        Some(MetaCustomer { channel: KIND.name, ids })
    }

    fn signs(&self, settings: &Settings) -> bool {
        field::options::<setup::NumberOptions>(settings).sign_with_manager_name
    }

    async fn check_access(&self, settings: &Settings) -> Check {
        health::check_access(&self.api, settings).await
    }

    async fn check_webhook(&self, settings: &Settings, probe: &Probe) -> Check {
        self.webhook(settings).check(probe).await
    }

    async fn send(&self, settings: &Settings, outgoing: &Outgoing) -> Report {
        send::send(&self.api, &self.memory, settings, outgoing).await
    }

    fn onward(&self, settings: &Settings, outgoing: &Outgoing) -> Option<String> {
        send::onward(&self.api, &self.memory, settings, outgoing)
    }

    fn reviews_templates(&self) -> bool {
        true
    }

    async fn submit_template(&self, settings: &Settings, template: &NewTemplate) -> Result<TemplateState, Denied> {
        templates::submit(&self.api, settings, template).await
    }

    async fn templates(&self, settings: &Settings) -> Result<Vec<ListedTemplate>, Denied> {
        templates::list(&self.api, settings, None).await
    }

    async fn delete_template(&self, settings: &Settings, name: &str, id: &str) -> Result<(), Denied> {
        templates::delete(&self.api, settings, name, id).await
    }

    async fn open_media(&self, settings: &Settings, reference: &str) -> Result<OpenFile, NotOpened> {
        files::open(&self.api, settings, reference).await
    }

    fn has_webhook(&self) -> bool {
        true
    }

    async fn identity(&self, settings: &Settings) -> Result<Option<Identity>, Denied> {
        health::identity(&self.api, settings).await
    }

    fn account(&self, public: &Value) -> Option<LineAccount> {
        setup::account(public)
    }

    fn service(&self, settings: &Settings, identity: &Identity) -> Option<LineService> {
        Some(setup::service(settings, identity))
    }

    fn call_limit(&self) -> usize {
        CALL_BYTES
    }

    fn vendor_app(&self) -> Option<&dyn VendorApp> {
        self.hooks.as_ref().map(|hooks| -> &dyn VendorApp { hooks })
    }

    fn consent_page(&self) -> Option<&dyn ConsentPage> {
        self.dialog.as_ref().map(|dialog| -> &dyn ConsentPage { dialog })
    }

    fn webhook_to_enter(&self, settings: &Settings, hook: &HookTarget) -> Option<WebhookToEnter> {
        self.webhook(settings).to_enter(hook)
    }

    fn handshake(&self, settings: &Settings, query: &(dyn Fn(&str) -> Option<String> + Sync)) -> Option<String> {
        webhook::handshake(settings, query)
    }

    fn authenticate(&self, settings: &Settings, call: &IncomingCall<'_>) -> bool {
        webhook::authenticate(settings, self.vendors_secret(), call)
    }

    async fn receive(&self, settings: &Settings, body: &[u8], words: Words) -> Result<Vec<InboundEvent>, NotReceived> {
        receive::receive(settings, body, words)
    }

    fn numbered_buttons(&self) -> Option<fn(&Markup, usize) -> Option<ButtonText>> {
        Some(keyboard::numbered_button)
    }

    /// Several apps may be subscribed; what the others send is not reported (whatsapp §2).
    fn shadow(&self) -> Shadow {
        Shadow::Questions
    }

    async fn replaces(&self, settings: &Settings, hook: &HookTarget) -> Result<Option<String>, Denied> {
        self.webhook(settings).replaces(hook).await
    }

    async fn receivers(&self, settings: &Settings, hook: &HookTarget) -> Result<Vec<Receiver>, Denied> {
        let app_id = self.hooks.as_ref().and_then(|app| app.app_id.as_deref());
        self.webhook(settings).receivers(hook, app_id).await
    }

    async fn connect_webhook(&self, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
        self.webhook(settings).connect(hook).await
    }

    async fn watch(&self, settings: &Settings, hook: &HookTarget, _now: DateTime<Utc>) -> Result<Watched, Denied> {
        self.webhook(settings).watch(hook).await
    }

    fn poll_interval(&self) -> Option<std::time::Duration> {
        Some(HEALTH_EVERY)
    }

    async fn poll(&self, settings: &Settings, _open: &[OpenConversation]) -> Result<Vec<InboundEvent>, Denied> {
        health::problems(&self.api, settings).await
    }

    async fn renew(&self, settings: &Settings, now: DateTime<Utc>) -> Result<Option<Renewed>, Denied> {
        health::renew(&self.api, settings, now).await
    }

    async fn remove_webhook(&self, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
        self.webhook(settings).remove(hook).await
    }

    async fn unsubscribe(&self, settings: &Settings) -> Result<(), Denied> {
        self.webhook(settings).unsubscribe().await
    }
}

#[cfg(test)]
mod tests;
