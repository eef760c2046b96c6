//! VK communities, through VK's API and its Callback API (https://dev.vk.com).

use async_trait::async_trait;
use base::config::Vk as VkConfig;
use base::error::FieldError;
use base::http_client::HttpClients;
use base::i18n::Words;
use base::message::Failure;
use base::verdict::Report;
use chrono::{DateTime, Utc};

use super::{
    Abilities, Check, Connector, ConsentPage, Denied, Field, Gaps, HookTarget, Identity, Outgoing, Probe, Receiver,
    Settings, Setup, Shadow, Watched, error_catalog,
};
use crate::connector::Kind;
use crate::incoming::{InboundEvent, IncomingCall, NotReceived};
use crate::poll::HistoryPage;
use api::VkApi;
use consent::Login;
use people::{Asking, People, Seen};
use receive::Listener;
use send::Uploaded;
use setup::{Community, Confirmations};

mod api;
mod consent;
#[cfg(test)]
mod fake;
mod history;
pub mod keyboard;
mod people;
mod receive;
mod send;
mod setup;
mod wire;

/// Name of the token among a source's credentials.
pub const TOKEN: &str = "access_token";

/// The connector of kind `vk`.
pub struct Vk {
    api: VkApi,
    people: People,
    seen: Seen,
    uploaded: Uploaded,
    confirmations: Confirmations,
    login: Option<Login>,
}

impl Vk {
    /// `config`: the address of VK's API, and the vendor's app there.
    pub fn new(http: &HttpClients, config: &VkConfig) -> Self {
        let api = VkApi::new(http, &config.api_url);
        let login = Login::of(http, &api, config);
        let (people, seen, uploaded) = (People::default(), Seen::default(), Uploaded::default());
        Self { api, people, seen, uploaded, confirmations: Confirmations::default(), login }
    }
}

/// The kind.
pub const KIND: Kind = Kind {
    name: "vk",
    own_server: false,
    vouches_for_numbers: false,
    web_chat: false,
    deep_link: Some(|name| format!("https://vk.me/{}?ref=", name.trim_start_matches('@'))),
    mark: include_str!("mark.svg"),
};

#[async_trait]
impl Connector for Vk {
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

    /// A community may write only to people who allowed it (vk §6).
    fn not_begun(&self, words: Words) -> Failure {
        error_catalog::VK.failure("901", words)
    }

    async fn check_access(&self, settings: &Settings) -> Check {
        setup::check_access(&self.api, settings).await
    }

    async fn check_webhook(&self, settings: &Settings, probe: &Probe) -> Check {
        setup::check(&self.api, settings, probe).await
    }

    async fn send(&self, settings: &Settings, outgoing: &Outgoing) -> Report {
        send::send(&self.api, &self.seen, &self.uploaded, settings, outgoing).await
    }

    fn consent_page(&self) -> Option<&dyn ConsentPage> {
        self.login.as_ref().map(|login| -> &dyn ConsentPage { login })
    }

    fn has_webhook(&self) -> bool {
        true
    }

    async fn identity(&self, settings: &Settings) -> Result<Option<Identity>, Denied> {
        setup::identity(&self.api, settings).await
    }

    fn authenticate(&self, settings: &Settings, call: &IncomingCall<'_>) -> bool {
        setup::authenticate(settings, call)
    }

    async fn answer(&self, settings: &Settings, body: &[u8]) -> String {
        if setup::asks_for_confirmation(body) {
            return self.confirmations.last(settings).await;
        }
        "ok".to_owned()
    }

    async fn receive(&self, settings: &Settings, body: &[u8], words: Words) -> Result<Vec<InboundEvent>, NotReceived> {
        // The only call for which an event waits: VK wants the code of its server as the answer.
        if setup::asks_for_confirmation(body) {
            self.confirmations.prepare(&self.api, settings).await?;
        }
        receive::receive(&self.api, &self.people, &self.seen, settings, body, words).await
    }

    async fn acknowledge(&self, settings: &Settings, press: &str) {
        send::acknowledge(&self.api, settings, press).await;
    }

    /// A community has up to ten callback servers, each of which gets every event (vk §3).
    fn shadow(&self) -> Shadow {
        Shadow::Both
    }

    async fn receivers(&self, settings: &Settings, hook: &HookTarget) -> Result<Vec<Receiver>, Denied> {
        setup::receivers(&self.api, settings, hook).await
    }

    async fn switch_off(&self, settings: &Settings, receiver: &Receiver) -> Result<(), Denied> {
        setup::set_receiver(&self.api, settings, receiver, false).await
    }

    async fn put_back(&self, settings: &Settings, receiver: &Receiver) -> Result<(), Denied> {
        setup::set_receiver(&self.api, settings, receiver, true).await
    }

    async fn connect_webhook(&self, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
        setup::connect(&self.api, &self.confirmations, settings, hook).await
    }

    async fn watch(&self, settings: &Settings, hook: &HookTarget, _now: DateTime<Utc>) -> Result<Watched, Denied> {
        setup::watch(&self.api, settings, hook).await
    }

    async fn complete(&self, settings: &Settings, words: Words, mut gaps: Gaps<'_>) {
        let Some(community) = Community::of(settings) else { return };
        let asking = Asking { api: &self.api, people: &self.people, community, words };
        for person in gaps.unnamed() {
            let Ok(id) = person.id.parse() else { continue };
            // Who is asked for next is mostly the same person.
            let Some(known) = asking.described(id).await else { return };
            (person.name, person.avatar_url, person.profile_url) = (known.name, known.avatar_url, known.profile_url);
        }
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
        let community = Community::required(settings)?;
        let asking = Asking { api: &self.api, people: &self.people, community, words };
        history::page(Listener { asking, seen: &self.seen }, since, page).await
    }

    async fn remove_webhook(&self, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
        setup::remove(&self.api, settings, hook).await
    }
}
