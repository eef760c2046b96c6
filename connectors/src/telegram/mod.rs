//! Telegram, through its Bot API (https://core.telegram.org/bots/api).

use async_trait::async_trait;
use base::error::FieldError;
use base::http_client::HttpClients;
use base::i18n::Words;
use base::message::Failure;
use base::verdict::Report;
use chrono::{DateTime, Utc};
use url::Url;

use super::{
    Abilities, Check, Connector, Denied, Field, HookTarget, Identity, Outgoing, Probe, Receiver, Settings, Setup,
    Shadow, Watched, error_catalog, field,
};
use crate::connector::Kind;
use crate::file::{NotOpened, OpenFile};
use crate::incoming::{Greeting, InboundEvent, IncomingCall, NotReceived};
use api::BotApi;
use send::BotStates;

mod api;
#[cfg(test)]
mod fake;
mod files;
pub mod keyboard;
pub mod notice_bot;
mod receive;
mod send;
mod setup;
mod wire;

/// Name of the token among a source's credentials.
pub const TOKEN: &str = "bot_token";

/// The connector of kind `telegram`.
pub struct Telegram {
    api: BotApi,
    memory: BotStates,
}

impl Telegram {
    /// `api_url`: the address of Telegram's server or of the operator's own, from the configuration.
    pub fn new(http: &HttpClients, api_url: &Url) -> Self {
        Self { api: BotApi::new(http, api_url), memory: BotStates::default() }
    }
}

/// The kind.
pub const KIND: Kind = Kind {
    name: "telegram",
    own_server: false,
    vouches_for_numbers: true,
    web_chat: false,
    deep_link: Some(|name| format!("https://t.me/{}?start=", name.trim_start_matches('@'))),
    mark: include_str!("mark.svg"),
};

#[async_trait]
impl Connector for Telegram {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn abilities(&self) -> &'static Abilities {
        &api::ABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        setup::FIELDS
    }

    fn uses_last_incoming(&self) -> bool {
        false
    }

    fn setup(&self, settings: serde_json::Value) -> Result<Setup, Vec<FieldError>> {
        setup::setup(settings)
    }

    fn signs(&self, settings: &Settings) -> bool {
        field::options::<setup::BotOptions>(settings).sign_with_manager_name
    }

    fn greeting(&self, settings: &Settings, words: Words) -> Option<Greeting> {
        field::options::<setup::BotOptions>(settings).greeting(words)
    }

    /// A bot can never write first (telegram §11).
    fn not_begun(&self, words: Words) -> Failure {
        error_catalog::TELEGRAM.failure("t3", words)
    }

    async fn check_access(&self, settings: &Settings) -> Check {
        setup::check_access(&self.api, settings).await
    }

    async fn send(&self, settings: &Settings, outgoing: &Outgoing) -> Report {
        send::send(&self.api, &self.memory, settings, outgoing).await
    }

    async fn open_media(&self, settings: &Settings, reference: &str) -> Result<OpenFile, NotOpened> {
        files::open(&self.api, settings, reference).await
    }

    async fn check_webhook(&self, settings: &Settings, probe: &Probe) -> Check {
        setup::check(&self.api, settings, probe).await
    }

    fn has_webhook(&self) -> bool {
        true
    }

    async fn identity(&self, settings: &Settings) -> Result<Option<Identity>, Denied> {
        setup::identity(&self.api, settings).await
    }

    fn authenticates_by_header(&self) -> bool {
        true
    }

    fn authenticate(&self, settings: &Settings, call: &IncomingCall<'_>) -> bool {
        setup::authenticate(settings, call)
    }

    async fn receive(&self, settings: &Settings, body: &[u8], words: Words) -> Result<Vec<InboundEvent>, NotReceived> {
        receive::receive(&self.api, settings, body, words).await
    }

    async fn acknowledge(&self, settings: &Settings, press: &str) {
        setup::acknowledge(&self.api, settings, press).await;
    }

    fn shadow(&self) -> Shadow {
        Shadow::Nothing
    }

    async fn receivers(&self, settings: &Settings, hook: &HookTarget) -> Result<Vec<Receiver>, Denied> {
        setup::receivers(&self.api, settings, hook).await
    }

    async fn put_back(&self, settings: &Settings, receiver: &Receiver) -> Result<(), Denied> {
        setup::put_back(&self.api, settings, receiver).await
    }

    async fn connect_webhook(&self, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
        setup::connect(&self.api, settings, hook).await
    }

    async fn watch(&self, settings: &Settings, hook: &HookTarget, now: DateTime<Utc>) -> Result<Watched, Denied> {
        setup::watch(&self.api, settings, hook, now).await
    }

    async fn remove_webhook(&self, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
        setup::remove(&self.api, settings, hook).await
    }
}
