//! Actions of managers and bots in an account as functions. [`crate::crm::Act`] is the same as JSON.

use anyhow::Result;

use super::Sandbox;
use crate::crm::{
    act::{self, Act, Done},
    attachment::Attachment,
    hook_actions::{self, HookForm},
    hook_message::{Author, HookMessage, album},
    hooks::{self, Said},
    log::HookAnswer,
    open_chat::open_chat,
};

impl Sandbox {
    /// Performs the action; `POST /accounts/{host}/acts` does the same with JSON. An error says why nothing was done.
    pub async fn acts(&self, host: &str, act: Act) -> Result<Done> {
        act::perform(&self.core, host, act).await
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
        let mut caption = Some(caption);
        let messages = files.into_iter().map(|file| {
            let message = HookMessage::attachment(file);
            caption.take().map(|text| message.clone().caption(text)).unwrap_or(message)
        });
        let mut all = Vec::new();
        for message in album(messages.collect()) {
            all.push(hooks::send(&self.core, host, chat_id, message).await?);
        }
        Ok(all)
    }

    /// A manager writes first to a phone number, with any kind of message. The chat opened by an earlier call for the
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
        hook_actions::reaction(&self.core, host, message_id, (Author::Manager, emoji), form).await
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
        hook_actions::typing(&self.core, host, chat_id, (Author::Manager, post_id), form).await
    }

    /// The hook that may be sent for a message imported as a manager's: the documents exclude it only for the bot's
    /// messages. An error: the message is no such import, or its channel is not connected.
    pub async fn echoes(&self, host: &str, message_id: &str) -> Result<HookAnswer> {
        hooks::echo(&self.core, host, message_id).await
    }

    /// Changes the hook version of a connected scope without a call of the other side, as in old connections: `v1` or
    /// `v2`. Hooks of the first version are flat and contain no account.
    pub fn set_hook_version(&self, scope_id: &str, version: &str) {
        self.core.change(|state| {
            if let Some(connection) = state.connections.get_mut(scope_id) {
                version.clone_into(&mut connection.hook_version);
            }
        });
    }
}
