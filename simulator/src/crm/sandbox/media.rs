//! Functions about files of messages.

use anyhow::Result;
use chrono::TimeDelta;
use uuid::Uuid;

use super::Sandbox;
use crate::crm::{
    attachment::Attachment,
    media::{self, Fetched},
    state::DriveFile,
};

impl Sandbox {
    /// Sets the lifetime of file links from the next message on; 24 hours by default, since the documents do not say.
    pub fn set_media_life(&self, life: TimeDelta) {
        self.core.change(|state| state.files.life = life);
    }

    /// A public link to a file, as from any web server: for customers' files in tests. It has the lifetime of other
    /// links. Empty if the sandbox has no address.
    pub fn link_to(&self, file: &Attachment) -> String {
        let (own_url, now) = (self.core.own_url(), self.core.now());
        self.core.change(|state| media::keep(state, &own_url, file, now)).map(|kept| kept.media).unwrap_or_default()
    }

    /// A user uploads a file to the account's files host, e.g. for a template; returns its uuid, empty for an unknown
    /// host.
    pub fn add_drive_file(&self, host: &str, file: &Attachment) -> String {
        let now = self.core.now().timestamp();
        self.core.change(|state| {
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
                created_at: now,
                is_trashed: false,
            });
            uuid
        })
    }

    /// A user moves a file of the account's files host to the trash; false for an unknown one.
    pub fn trash_drive_file(&self, uuid: &str) -> bool {
        self.core.change(|state| match state.drive.files.iter_mut().find(|file| file.uuid == uuid) {
            Some(file) => {
                file.is_trashed = true;
                true
            }
            None => false,
        })
    }

    /// Expires every link to a file now: it answers 404.
    pub fn expire_media(&self) {
        let now = self.core.now();
        self.core.change(|state| {
            for file in state.files.attachments.values_mut() {
                file.expires_at = now;
            }
        });
    }

    /// Downloads the `media` of a message by a plain GET, as amoCRM does some time after receiving it. The file is
    /// kept, so that later calls and the manager's window show it even if the link has expired. An error says why there
    /// was none.
    pub async fn downloads(&self, host: &str, message_id: &str) -> Result<Fetched> {
        media::fetch(&self.core, host, message_id).await
    }
}
