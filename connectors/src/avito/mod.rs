//! Avito's messenger, through its API (avito §1): chats between a seller and the buyers of the seller's adverts.

use std::time::Duration;

use async_trait::async_trait;
use base::config::Avito as AvitoConfig;
use base::error::FieldError;
use base::http_client::HttpClients;
use base::i18n::Words;
use base::message::Failure;
use base::verdict::Report;
use chrono::{DateTime, Utc};

use super::{
    Abilities, Check, Connector, ConsentPage, Denied, Field, HookTarget, Identity, Outgoing, Probe, Receiver, Settings,
    Setup, Shadow, Watched, error_catalog, field,
};
use crate::connector::Kind;
use crate::file::{NotOpened, OpenFile};
use crate::incoming::{InboundEvent, IncomingCall, NotReceived};
use crate::poll::{HistoryPage, OpenConversation, Renewed};
use api::AvitoApi;
use chats::Chats;
use history::Round;
use send::OwnSends;

pub mod api;
pub mod app;
mod chats;
#[cfg(test)]
mod fake;
mod files;
mod history;
mod receive;
mod send;
pub mod settings;
mod setup;
mod wire;

/// The connector of kind `avito`.
pub struct Avito {
    api: AvitoApi,
    chats: Chats,
    sends: OwnSends,
    round: Round,
}

impl Avito {
    pub fn new(http: &HttpClients, config: &AvitoConfig) -> Self {
        Self {
            api: AvitoApi::new(http, config),
            chats: Chats::default(),
            sends: OwnSends::default(),
            round: Round::default(),
        }
    }
}

/// The kind. Chats are opened from adverts, so there is no link to a name.
pub const KIND: Kind = Kind {
    name: "avito",
    own_server: false,
    vouches_for_numbers: false,
    web_chat: false,
    deep_link: None,
    mark: include_str!("mark.svg"),
};

#[async_trait]
impl Connector for Avito {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn abilities(&self) -> &'static Abilities {
        &api::ABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        settings::FIELDS
    }

    fn setup(&self, settings: serde_json::Value) -> Result<Setup, Vec<FieldError>> {
        settings::setup(settings)
    }

    fn signs(&self, settings: &Settings) -> bool {
        field::options::<settings::Options>(settings).sign_with_manager_name
    }

    /// Only a buyer can start a chat (avito §6).
    fn not_begun(&self, words: Words) -> Failure {
        error_catalog::AVITO.failure("a5", words)
    }

    async fn check_access(&self, settings: &Settings) -> Check {
        setup::check_access(&self.api, settings).await
    }

    async fn check_webhook(&self, settings: &Settings, probe: &Probe) -> Check {
        setup::check(&self.api, settings, probe).await
    }

    async fn send(&self, settings: &Settings, outgoing: &Outgoing) -> Report {
        send::send(self, settings, outgoing).await
    }

    async fn open_media(&self, settings: &Settings, reference: &str) -> Result<OpenFile, NotOpened> {
        files::open(&self.api, settings, reference).await
    }

    fn consent_page(&self) -> Option<&dyn ConsentPage> {
        self.api.app.as_ref().map(|_| -> &dyn ConsentPage { self })
    }

    fn has_webhook(&self) -> bool {
        true
    }

    fn secret_in_path(&self) -> bool {
        true
    }

    fn authenticates_by_header(&self) -> bool {
        // The address alone proves the caller; the body need not be read first.
        true
    }

    fn authenticate(&self, settings: &Settings, call: &IncomingCall<'_>) -> bool {
        setup::authenticate(settings, call)
    }

    async fn identity(&self, settings: &Settings) -> Result<Option<Identity>, Denied> {
        setup::identity(&self.api, settings).await
    }

    async fn receive(&self, settings: &Settings, body: &[u8], words: Words) -> Result<Vec<InboundEvent>, NotReceived> {
        receive::receive(self, settings, body, words).await
    }

    /// An account has several webhooks, which get both sides' messages (avito §5).
    fn shadow(&self) -> Shadow {
        Shadow::Both
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

    fn poll_interval(&self) -> Option<Duration> {
        Some(history::INTERVAL)
    }

    async fn poll(&self, settings: &Settings, open: &[OpenConversation]) -> Result<Vec<InboundEvent>, Denied> {
        history::poll(self, settings, open).await
    }

    async fn renew(&self, settings: &Settings, now: DateTime<Utc>) -> Result<Option<Renewed>, Denied> {
        app::renew(&self.api, settings, now).await
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
        history::page(&self.api, settings, since, page, words).await
    }
}
