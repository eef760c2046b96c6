//! Files of messages: stored and served here, and fetched from the other side like amoCRM: once, by a plain GET.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::core::Core;
use super::hook_message::Attachment;
use super::state::{State, StoredFile};
use crate::kit::{self, Answer};

/// How long links live: the documents do not say.
const LIFE: TimeDelta = TimeDelta::hours(24);
/// Time limit of a fetch.
const LIMIT: Duration = Duration::from_secs(15);
/// The largest file kept, in bytes.
const SIZE_LIMIT: usize = 64 * 1024 * 1024;
/// Types that a browser displays inline; others are downloaded.
const SHOWN: [&str; 3] = ["image/", "audio/", "video/"];

#[derive(Clone, Debug)]
pub struct Fetched {
    /// The media type from its server, without parameters.
    pub content_type: String,
    pub bytes: Bytes,
}

/// Stores a file under a new link.
fn store(state: &mut State, own_url: &str, name: &str, file: StoredFile) -> Result<String> {
    let id = Uuid::new_v4().simple().to_string();
    let mut url = url::Url::parse(own_url).context("the sandbox has no address")?;
    url.path_segments_mut().ok().context("the sandbox has no address")?.extend(["attachments", &id, name]);
    state.files.attachments.insert(id, file);
    Ok(url.into())
}

/// Stores a file; returns links to it and to its preview, which is empty if there is none.
pub(crate) fn keep(
    state: &mut State,
    own_url: &str,
    file: &Attachment,
    now: DateTime<Utc>,
) -> Result<(String, String)> {
    let expires_at = now + LIFE;
    // A sticker has no name, but its link ends in one.
    let name = if file.name.is_empty() { file.kind.clone() } else { file.name.clone() };
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let (content_type, bytes) = (file.content_type.clone(), file.bytes.clone());
    let media = store(state, own_url, &name, StoredFile { content_type, bytes, expires_at })?;
    let preview = file.thumbnail.clone().map(|bytes| {
        let preview = StoredFile { content_type: "image/png".to_owned(), bytes, expires_at };
        store(state, own_url, &format!("{stem}_320x200.png"), preview)
    });
    Ok((media, preview.transpose()?.unwrap_or_default()))
}

/// Fetches the file of a message, unless it was fetched before.
pub(crate) async fn fetch(core: &Core, host: &str, message_id: &str) -> Result<Fetched> {
    let own = format!("{}/attachments/", core.own_url());
    let (link, kept) = core.read(|state| {
        let message = state.accounts.get(host).and_then(|account| account.message(message_id));
        let link = message.map(|message| message.media.clone());
        // amoCRM needs no request for its own files.
        let id = link.as_ref().and_then(|link| link.strip_prefix(&own)?.split('/').next());
        let own = id.and_then(|id| state.files.attachments.get(id));
        let kept = state.files.fetched.get(message_id).or(own).cloned();
        (link, kept)
    });
    if let Some(StoredFile { content_type, bytes, .. }) = kept {
        return Ok(Fetched { content_type, bytes });
    }
    let link = link.filter(|link| !link.is_empty()).context("the message has no file")?;
    let loading = kit::download(&core.client, &link, SIZE_LIMIT);
    let part = tokio::time::timeout(LIMIT, loading).await.context("the file did not come in time")??;
    ensure!(part.bytes.len() <= SIZE_LIMIT, "the file is larger than {SIZE_LIMIT} bytes");
    let content_type = if part.mime.is_empty() { "application/octet-stream".to_owned() } else { part.mime };
    let fetched = Fetched { content_type, bytes: part.bytes };
    let Fetched { content_type, bytes } = fetched.clone();
    let file = StoredFile { content_type, bytes, expires_at: core.now() };
    core.change(|state| state.files.fetched.insert(message_id.to_owned(), file));
    Ok(fetched)
}

/// `GET` and `HEAD /attachments/{id}/{name}`: a stored file until its link expires.
pub(crate) fn attachment(core: &Core, id: &str) -> Answer {
    let now = core.now();
    let found = core.read(|state| state.files.attachments.get(id).filter(|file| file.expires_at > now).cloned());
    found.map_or_else(|| Answer::empty(404), |file| served(&file.content_type, file.bytes))
}

pub(crate) fn served(content_type: &str, bytes: Bytes) -> Answer {
    let is_shown = !content_type.starts_with("image/svg") && SHOWN.iter().any(|kind| content_type.starts_with(kind));
    Answer::new(200, content_type, bytes)
        .with("content-disposition", if is_shown { "inline" } else { "attachment" })
        .with("content-security-policy", "default-src 'none'; sandbox")
        .with("x-content-type-options", "nosniff")
        .with("cache-control", "private, max-age=60")
}
