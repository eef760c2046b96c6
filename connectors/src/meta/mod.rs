//! The code shared by Instagram and Facebook Messenger, which both use Meta's Graph API
//! (`docs/protocol/instagram-and-facebook.md`).

use async_trait::async_trait;
use base::config::{Config, Meta as MetaConfig};
use base::error::FieldError;
use base::http_client::HttpClients;
use base::i18n::Words;
use base::message::Failure;
use base::verdict::Report;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use super::{
    Abilities, Check, Connector, ConsentPage, Denied, Field, Gaps, HookTarget, Identity, MetaCustomer, Outgoing, Probe,
    Settings, Setup, Watched, WebhookToEnter,
};
use crate::call::below;
use crate::file::{NotOpened, OpenFile};
use crate::incoming::{AdvertIds, InboundEvent, IncomingCall, NotReceived};
use crate::poll::{HistoryPage, Renewed};
use crate::vendor_app::{self, MetaApp, VendorApp};
use graph::Graph;
use people::Memory;
pub(crate) use settings::{Network, OWN_APP, Platform, VENDORS_APP, abilities};

mod consent;
#[cfg(test)]
mod fake;
mod files;
mod graph;
mod history;
mod keyboard;
mod people;
mod receive;
mod send;
mod settings;
mod setup;

/// The connector of one of the two kinds.
pub struct Meta {
    platform: &'static Platform,
    graph: Graph,
    memory: Memory,
    vendor: Option<MetaApp>,
    dialog: Option<consent::Dialog>,
    /// The operator believes settings about which this server can say nothing; never so for Meta's own.
    trusts_settings: bool,
}

impl Meta {
    pub(crate) fn new(platform: &'static Platform, http: &HttpClients, config: &MetaConfig) -> Self {
        Self {
            platform,
            graph: Graph::new(http, &config.api_url),
            memory: Memory::default(),
            vendor: MetaApp::of(MetaApp {
                app_id: config.app_id.clone(),
                secret: config.app_secret.clone(),
                verify_token: config.verify_token.clone(),
                split: setup::split,
            }),
            dialog: consent::Dialog::of(platform, http, config),
            trusts_settings: config.trust_settings,
        }
    }
}

/// Where events of a data set go: the Graph server of Facebook, whatever the messenger (instagram-and-facebook §20).
pub fn events_url(config: &Config, dataset: &str) -> Url {
    below(&config.facebook.api_url, [graph::VERSION, dataset, "events"], &[])
}

#[async_trait]
impl Connector for Meta {
    fn kind(&self) -> &'static str {
        self.platform.kind
    }

    fn abilities(&self) -> &'static Abilities {
        self.platform.abilities
    }

    fn meta_customer(&self, line: &Value, customer_id: &str, advert: &AdvertIds) -> Option<MetaCustomer> {
        advert.ad_id.as_ref()?;
        let (account, [channel, account_key, person_key]) =
            (line.get(self.platform.account)?, self.platform.conversions);
        Some(MetaCustomer { channel, ids: json!({ account_key: account, person_key: customer_id }) })
    }

    fn fields(&self) -> &'static [Field] {
        let is_signed = self.vendor.as_ref().is_some_and(|vendor| vendor.secret.is_some());
        if is_signed { self.platform.fields_in_vendors_app } else { self.platform.fields }
    }

    fn setup(&self, settings: Value) -> Result<Setup, Vec<FieldError>> {
        settings::setup(self.platform, settings)
    }

    /// Only customers write first (instagram-and-facebook §10).
    fn not_begun(&self, words: Words) -> Failure {
        self.platform.catalog.failure("unknown_person", words)
    }

    async fn check_access(&self, settings: &Settings) -> Check {
        setup::check_access(self, settings).await
    }

    async fn check_webhook(&self, settings: &Settings, probe: &Probe) -> Check {
        setup::check_webhook(self, settings, probe).await
    }

    async fn send(&self, settings: &Settings, outgoing: &Outgoing) -> Report {
        send::send(self, settings, outgoing).await
    }

    async fn complete(&self, settings: &Settings, _words: Words, gaps: Gaps<'_>) {
        people::complete(self, settings, gaps).await;
    }

    fn onward(&self, settings: &Settings, outgoing: &Outgoing) -> Option<String> {
        send::onward(self, settings, outgoing)
    }

    async fn open_media(&self, settings: &Settings, reference: &str) -> Result<OpenFile, NotOpened> {
        files::open(self, settings, reference).await
    }

    fn has_webhook(&self) -> bool {
        true
    }

    fn call_limit(&self) -> usize {
        3 * 1024 * 1024
    }

    fn vendor_app(&self) -> Option<&dyn VendorApp> {
        self.vendor.as_ref().map(|vendor| -> &dyn VendorApp { vendor })
    }

    fn consent_page(&self) -> Option<&dyn ConsentPage> {
        self.dialog.as_ref().map(|_| -> &dyn ConsentPage { self })
    }

    fn webhook_to_enter(&self, settings: &Settings, hook: &HookTarget) -> Option<WebhookToEnter> {
        settings::to_enter(self.platform, settings, hook)
    }

    fn handshake(&self, settings: &Settings, query: &(dyn Fn(&str) -> Option<String> + Sync)) -> Option<String> {
        vendor_app::challenge(query, settings::verify_tokens(settings))
    }

    async fn identity(&self, settings: &Settings) -> Result<Option<Identity>, Denied> {
        setup::identity(self, settings).await.map(Some)
    }

    fn authenticate(&self, settings: &Settings, call: &IncomingCall<'_>) -> bool {
        settings.secrets.get(settings::APP_SECRET).is_some_and(|secret| vendor_app::is_signed(secret, call))
    }

    async fn receive(&self, settings: &Settings, body: &[u8], words: Words) -> Result<Vec<InboundEvent>, NotReceived> {
        receive::receive(self, settings, body, words).await
    }

    async fn connect_webhook(&self, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
        setup::connect(self, settings, hook).await
    }

    async fn watch(&self, settings: &Settings, hook: &HookTarget, _now: DateTime<Utc>) -> Result<Watched, Denied> {
        setup::watch(self, settings, hook).await
    }

    async fn renew(&self, settings: &Settings, now: DateTime<Utc>) -> Result<Option<Renewed>, Denied> {
        setup::renew(self, settings, now).await
    }

    fn has_history(&self) -> bool {
        true
    }

    async fn history(
        &self,
        settings: &Settings,
        since: DateTime<Utc>,
        page: Option<&str>,
        words: Words,
    ) -> Result<HistoryPage, Denied> {
        history::page(self, settings, since, page, words).await
    }

    async fn remove_webhook(&self, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
        setup::remove(self, settings, hook).await
    }

    async fn unsubscribe(&self, settings: &Settings) -> Result<(), Denied> {
        setup::unsubscribe(self, settings).await
    }
}
