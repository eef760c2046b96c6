//! MAX, through its Bot API (https://dev.max.ru/docs-api).

use async_trait::async_trait;
use base::config;
use base::error::FieldError;
use base::http_client::HttpClients;
use base::i18n::Words;
use base::message::Failure;
use base::verdict::Report;
use chrono::{DateTime, Utc};

use super::{
    Abilities, Check, Connector, Denied, Field, HookTarget, Identity, Outgoing, Probe, Receiver, Settings, Setup,
    Shadow, Watched, error_catalog, field,
};
use crate::connector::Kind;
use crate::file::{NotOpened, OpenFile};
use crate::incoming::{InboundEvent, IncomingCall, NotReceived};
use api::MaxApi;
use receive::Posts;
use send::Memory;

mod api;
#[cfg(test)]
mod fake;
mod files;
mod keyboard;
mod receive;
mod send;
mod setup;
mod wire;

/// Name of the token among a source's credentials.
const TOKEN: &str = "bot_token";

/// The connector of kind `max`.
pub struct Max {
    api: MaxApi,
    memory: Memory,
    posts: Posts,
}

impl Max {
    /// `config`: the address of MAX's server, and the root certificate that it chains to.
    pub fn new(http: &HttpClients, config: &config::Max) -> Self {
        Self { api: MaxApi::new(http, config), memory: Memory::default(), posts: Posts::default() }
    }
}

/// The kind.
pub const KIND: Kind = Kind {
    name: "max",
    own_server: false,
    vouches_for_numbers: true,
    web_chat: false,
    deep_link: Some(|name| format!("https://max.ru/{}?start=", name.trim_start_matches('@'))),
    mark: include_str!("mark.svg"),
};

#[async_trait]
impl Connector for Max {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn abilities(&self) -> &'static Abilities {
        &api::ABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        setup::FIELDS
    }

    fn setup(&self, settings: serde_json::Value) -> Result<Setup, Vec<FieldError>> {
        setup::setup(settings)
    }

    fn signs(&self, settings: &Settings) -> bool {
        field::options::<setup::BotOptions>(settings).sign_with_manager_name
    }

    /// Only the customer can begin a dialog (max §11).
    fn not_begun(&self, words: Words) -> Failure {
        error_catalog::MAX.failure("m4", words)
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
        receive::receive(&self.api, &self.posts, settings, body, words).await
    }

    async fn acknowledge(&self, settings: &Settings, press: &str) {
        setup::acknowledge(&self.api, settings, press).await;
    }

    /// A bot has several subscriptions; a bot's own messages are no updates (max §3).
    fn shadow(&self) -> Shadow {
        Shadow::Questions
    }

    async fn receivers(&self, settings: &Settings, hook: &HookTarget) -> Result<Vec<Receiver>, Denied> {
        setup::receivers(&self.api, settings, hook).await
    }

    async fn switch_off(&self, settings: &Settings, receiver: &Receiver) -> Result<(), Denied> {
        setup::switch_off(&self.api, settings, receiver).await
    }

    async fn put_back(&self, settings: &Settings, receiver: &Receiver) -> Result<(), Denied> {
        setup::put_back(&self.api, settings, receiver).await
    }

    async fn connect_webhook(&self, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
        setup::connect(&self.api, settings, hook).await
    }

    async fn watch(&self, settings: &Settings, hook: &HookTarget, _now: DateTime<Utc>) -> Result<Watched, Denied> {
        setup::watch(&self.api, settings, hook).await
    }

    async fn remove_webhook(&self, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
        setup::remove(&self.api, settings, hook).await
    }
}
