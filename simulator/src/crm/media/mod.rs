//! Files of messages: stored and served by the sandbox, and fetched from the other side.

mod fetch;
mod range;
mod serve;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use fetch::Fetched;
pub(crate) use fetch::fetch;
pub(crate) use serve::{attachment, finished};

use crate::crm::{
    attachment::Attachment,
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
