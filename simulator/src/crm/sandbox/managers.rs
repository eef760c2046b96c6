//! Actions of managers and bots in an account as functions (`POST /accounts/{host}/acts` does the same with JSON), and of
//! amoCRM itself: installations, files.

use anyhow::Result;
use serde_json::Value;
use uuid::Uuid;

use super::Sandbox;
use crate::crm::bots;
use crate::crm::hook_message::{Attachment, Author, HookMessage, album};
use crate::crm::hooks::{self, HookForm, PreparedHook, Said, open_chat};
use crate::crm::log::HookAnswer;
use crate::crm::media::{self, Fetched};
use crate::crm::oauth;
use crate::crm::state::{BotRun, DriveFile, Grant};

impl Sandbox {
    /// A manager sends a text: it is stored in the chat and its signed hook is sent once, with a time limit of 5
    /// seconds. An error means that nothing could be sent: no such chat, or its channel is not connected.
    pub async fn manager_says(&self, host: &str, chat_id: &str, text: &str) -> Result<Said> {
        hooks::send(&self.core, host, chat_id, HookMessage::text(text)).await
    }

    /// [`Sandbox::manager_says`] with any kind of message.
    pub async fn manager_sends(&self, host: &str, chat_id: &str, message: HookMessage) -> Result<Said> {
        hooks::send(&self.core, host, chat_id, message).await
    }

    /// A manager sends several files at once: a hook for each, in order, with one `media_group_id`. The first has the
    /// caption.
    pub async fn manager_sends_album(
        &self,
        host: &str,
        chat_id: &str,
        files: Vec<Attachment>,
        caption: &str,
    ) -> Result<Vec<Said>> {
        let mut messages: Vec<_> = files.into_iter().map(HookMessage::attachment).collect();
        if let Some(first) = messages.first_mut() {
            *first = first.clone().caption(caption);
        }
        let mut all = Vec::new();
        for message in album(messages) {
            all.push(hooks::send(&self.core, host, chat_id, message).await?);
        }
        Ok(all)
    }

    /// A manager writes first to a phone number over a channel and a source. The chat opened by an earlier call for the
    /// same number and source is reused until someone answers in it.
    pub async fn manager_writes_first(
        &self,
        host: &str,
        channel_id: &str,
        source: Option<&str>,
        phone: &str,
        message: HookMessage,
    ) -> Result<Said> {
        let chat_id = open_chat(&self.core, host, channel_id, source, phone)?;
        hooks::send(&self.core, host, &chat_id, message).await
    }

    /// A manager reacts to a message (by amojo id), or removes the reaction (`None`). The hook has the form of the
    /// documents' table or sample.
    pub async fn manager_reacts(
        &self,
        host: &str,
        message_id: &str,
        emoji: Option<&str>,
        form: HookForm,
    ) -> Result<HookAnswer> {
        hooks::reaction(&self.core, host, message_id, Author::Manager, emoji, form).await
    }

    /// A manager is typing, in a chat or in an answer to a comment on a post. `None`: no hook, because the latest one
    /// is younger than five seconds.
    pub async fn manager_types(
        &self,
        host: &str,
        chat_id: &str,
        post_id: Option<&str>,
        form: HookForm,
    ) -> Result<Option<HookAnswer>> {
        hooks::typing(&self.core, host, chat_id, Author::Manager, post_id, form).await
    }

    /// The hook that may be sent for a message imported as a manager's: the documents exclude it only for the bot's
    /// messages. An error: the message is no such import, or its channel is not connected.
    pub async fn echoes(&self, host: &str, message_id: &str) -> Result<HookAnswer> {
        hooks::echo(&self.core, host, message_id).await
    }

    /// Stores a manager's message and builds its signed hook without sending it: for duplicated, reordered or late
    /// hooks.
    pub fn hook_body_for(&self, host: &str, chat_id: &str, message: HookMessage) -> Result<PreparedHook> {
        hooks::prepare(&self.core, host, chat_id, message)
    }

    /// The correct signature of any bytes under the channel of a scope (or channel id); empty if it is unknown.
    pub fn sign_hook(&self, scope_id: &str, body: &[u8]) -> String {
        hooks::sign(&self.core, scope_id, body)
    }

    /// Posts any bytes to the hook address of a scope, with any signature or none.
    pub async fn post_hook(&self, scope_id: &str, body: Vec<u8>, signature: Option<&str>) -> HookAnswer {
        hooks::post(&self.core, scope_id, body, signature).await
    }

    /// Changes the hook version of a connected scope without a call of the other side, as in old connections: `v1` or
    /// `v2`. Hooks of the first version are flat and contain no account.
    pub fn set_hook_version(&self, scope_id: &str, version: &str) {
        self.change(|state| {
            if let Some(connection) = state.connections.get_mut(scope_id) {
                version.clone_into(&mut connection.hook_api_version);
            }
        });
    }

    /// An authorization code for the administrator; empty if account or integration is unknown.
    pub fn issue_code(&self, host: &str, integration: &str) -> String {
        let known = self.core.integration_named(integration);
        known.and_then(|known| self.core.code_for(host, known, None)).unwrap_or_default()
    }

    /// An authorization code for any user, who need not be able to install; empty if account or integration is unknown.
    pub fn issue_code_for(&self, host: &str, integration: &str, user_id: i64) -> String {
        let Some(known) = self.core.integration_named(integration) else { return String::new() };
        let now = self.core.now();
        self.change(|state| {
            let account_id = state.accounts.get(host).map(|account| account.id);
            let grant = account_id.map(|account_id| Grant { client_id: known.client_id.clone(), account_id, user_id });
            grant.map(|grant| state.grants.issue_code(grant, now)).unwrap_or_default()
        })
    }

    /// The address that the browser is redirected to after consent; empty if anything is unknown.
    pub fn allow(&self, host: &str, integration: &str, state: Option<&str>) -> String {
        let known = self.core.integration_named(integration);
        let address = known.and_then(|known| {
            let code = self.core.code_for(host, known, None)?;
            oauth::decided(&self.core, known, Some((host, &code)), state)
        });
        address.unwrap_or_default()
    }

    /// Installs the integration as from the marketplace. amoCRM's own call about it follows: `GET redirect_uri` with a
    /// code, 3 seconds, never repeated.
    pub async fn install(&self, host: &str, integration: &str) -> HookAnswer {
        oauth::install(&self.core, host, integration).await
    }

    /// Disables the integration: revokes tokens and codes, disconnects its channels, and notifies
    /// `{parom_url}/oauth/revoked` once.
    pub async fn revoke(&self, host: &str, integration: &str) -> HookAnswer {
        oauth::revoke(&self.core, host, integration).await
    }

    /// [`Sandbox::revoke`] with its notice lost.
    pub fn revoke_silently(&self, host: &str, integration: &str) {
        if let Some(known) = self.core.integration_named(integration) {
            oauth::revoke_silently(&self.core, host, known);
        }
    }

    /// Whether an integration is enabled in an account.
    pub fn is_installed(&self, host: &str, integration: &str) -> bool {
        let known = self.core.integration_named(integration);
        known.is_some_and(|known| self.look(host, |account| account.has_active(&known.client_id)))
    }

    /// A public link to a file, as from any web server: for customers' files in tests. It has the lifetime of other
    /// links.
    pub fn link_to(&self, file: &Attachment) -> String {
        let (own_url, now) = (self.core.own_url(), self.core.now());
        self.change(|state| media::keep(state, &own_url, file, now)).map(|(link, _)| link).unwrap_or_default()
    }

    /// Downloads the `media` of a message by a plain GET, as amoCRM does some time after receiving it. The file is
    /// kept, so that later calls and the manager's window show it even if the link has expired. An error says why there
    /// was none.
    pub async fn downloads(&self, host: &str, message_id: &str) -> Result<Fetched> {
        media::fetch(&self.core, host, message_id).await
    }

    /// A user uploads a file to the account's files host, e.g. for a template; returns its uuid, empty for an unknown
    /// host.
    pub fn add_drive_file(&self, host: &str, file: &Attachment) -> String {
        let now = self.core.now().timestamp();
        self.change(|state| {
            let Some(account_id) = state.accounts.get(host).map(|account| account.id) else { return String::new() };
            state.drive.opened += 1;
            let uuid = Uuid::new_v4().to_string();
            state.drive.files.push(DriveFile {
                id: state.drive.opened,
                uuid: uuid.clone(),
                version_uuid: Uuid::new_v4().to_string(),
                account_id,
                name: file.name.clone(),
                content_type: file.content_type.clone(),
                bytes: file.bytes.clone(),
                created_by: 0,
                created_at: now,
                updated_at: now,
                is_trashed: false,
            });
            uuid
        })
    }

    /// A user moves a file of the account's files host to the trash; false for an unknown one.
    pub fn trash_drive_file(&self, uuid: &str) -> bool {
        self.change(|state| {
            let found = state.drive.files.iter_mut().find(|file| file.uuid == uuid);
            found.map(|file| file.is_trashed = true).is_some()
        })
    }

    /// Starts a Salesbot with what a widget wrote in `onSalesbotDesignerSave`, for a lead: it asks the widget's server and waits.
    /// Returns the id of its stop.
    pub async fn runs_bot(&self, host: &str, integration: &str, lead_id: i64, steps: &str) -> Result<i64> {
        bots::start(&self.core, host, integration, lead_id, steps, None).await
    }

    /// The request that a bot at this stop sends, with a new token: for repeats and forgeries.
    pub fn bot_request(&self, host: &str, integration: &str, continue_id: i64) -> Option<Value> {
        bots::request(&self.core, host, self.core.integration_named(integration)?, continue_id)
    }

    /// The bots of an account, in the order in which they were started.
    pub fn bots(&self, host: &str) -> Vec<BotRun> {
        self.look(host, |account| account.bots.clone())
    }
}
