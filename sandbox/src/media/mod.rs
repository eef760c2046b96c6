//! Files of messages: stored and served by the sandbox, and fetched from the other side.

mod fetch;
mod range;
mod serve;

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub use fetch::Fetched;
pub(crate) use fetch::fetch;
pub(crate) use serve::{attachment, finished};

use crate::{
    attachment::Attachment,
    sandbox::Sandbox,
    state::{State, StoredFile},
};

/// Links to a stored file.
pub(crate) struct Kept {
    pub(crate) media: String,
    /// Empty if there is no preview.
    pub(crate) thumbnail: String,
}

/// Stores a file and returns links to it.
pub(crate) fn keep(state: &mut State, own_url: &str, file: &Attachment, now: DateTime<Utc>) -> Result<Kept> {
    let expires_at = now + state.files.life;
    let mut kept = |name: &str, content_type: &str, bytes: &bytes::Bytes| {
        let id = Uuid::new_v4().simple().to_string();
        let link = link(own_url, &id, name)?;
        let content_type = content_type.to_owned();
        state.files.attachments.insert(id, StoredFile { content_type, bytes: bytes.clone(), expires_at });
        anyhow::Ok(link)
    };
    // A sticker has no name, but its link ends in one.
    let name = if file.name.is_empty() { file.kind.clone() } else { file.name.clone() };
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
    Ok(Kept {
        media: kept(&name, &file.content_type, &file.bytes)?,
        thumbnail: match &file.thumbnail {
            Some(bytes) => kept(&format!("{stem}_320x200.png"), "image/png", bytes)?,
            None => String::new(),
        },
    })
}

fn link(own_url: &str, id: &str, name: &str) -> Result<String> {
    let mut url = url::Url::parse(own_url).context("the sandbox has no address")?;
    url.path_segments_mut().ok().context("the sandbox has no address")?.extend(["attachments", id, name]);
    Ok(url.into())
}

impl Sandbox {
    /// Sets the lifetime of file links from the next message on; 24 hours by default, since the documents do not say.
    pub fn set_media_life(&self, life: TimeDelta) {
        self.core.change(|state| state.files.life = life);
    }

    /// A public link to a file, as from any web server: for customers' files in tests. It has the lifetime of other
    /// links. Empty if the sandbox has no address.
    pub fn link_to(&self, file: &Attachment) -> String {
        let (own_url, now) = (self.core.own_url(), self.core.now());
        self.core.change(|state| keep(state, &own_url, file, now)).map(|kept| kept.media).unwrap_or_default()
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
        fetch(&self.core, host, message_id).await
    }
}
