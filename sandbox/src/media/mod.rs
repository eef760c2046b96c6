//! Files of messages: kept and served by the sandbox itself, and fetched from the other side.

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

/// Links to a kept file.
pub(crate) struct Kept {
    pub(crate) media: String,
    /// Empty without a preview.
    pub(crate) thumbnail: String,
}

/// Keeps a file and gives links to it.
pub(crate) fn keep(state: &mut State, own_url: &str, file: &Attachment, now: DateTime<Utc>) -> Result<Kept> {
    let expires_at = now + state.files.life;
    let mut kept = |name: &str, content_type: &str, bytes: &bytes::Bytes| {
        let id = Uuid::new_v4().simple().to_string();
        let link = link(own_url, &id, name)?;
        let content_type = content_type.to_owned();
        state.files.attachments.insert(id, StoredFile { content_type, bytes: bytes.clone(), expires_at });
        anyhow::Ok(link)
    };
    // A sticker has no name of its own, and its link ends in a name all the same.
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
    /// How long links to files of messages live, from the next message on; 24 hours at first, since the documents
    /// don't say.
    pub fn set_media_life(&self, life: TimeDelta) {
        self.core.change(|state| state.files.life = life);
    }

    /// A link to a file that anybody may fetch, as from any web server: for files of customers in tests. It lives as
    /// long as other links. Empty if the sandbox has no address.
    pub fn link_to(&self, file: &Attachment) -> String {
        let (own_url, now) = (self.core.own_url(), self.core.now());
        self.core.change(|state| keep(state, &own_url, file, now)).map(|kept| kept.media).unwrap_or_default()
    }

    /// Lets every link to a file die now: it answers 404.
    pub fn expire_media(&self) {
        let now = self.core.now();
        self.core.change(|state| {
            for file in state.files.attachments.values_mut() {
                file.expires_at = now;
            }
        });
    }

    /// What amoCRM does some time after a message with a file came: it downloads `media` by a plain GET. The file is
    /// kept, so that later calls and the manager's window show it although the link may have died since.
    /// An error says why there was none.
    pub async fn downloads(&self, host: &str, message_id: &str) -> Result<Fetched> {
        fetch(&self.core, host, message_id).await
    }
}
