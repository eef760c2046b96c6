//! Fetches the file of a message from the other side like amoCRM: once, by a plain GET.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use crate::crm::{core::Core, state::StoredFile};

/// Time limit of a fetch.
const LIMIT: Duration = Duration::from_secs(15);
/// The largest file kept, in bytes.
const SIZE_LIMIT: usize = 64 * 1024 * 1024;

/// A fetched file.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The media type from its server, without parameters.
    pub content_type: String,
    /// The whole file.
    pub bytes: Bytes,
}

/// Fetches the file of a message, unless it was fetched before.
pub(crate) async fn fetch(core: &Core, host: &str, message_id: &str) -> Result<Fetched> {
    let own = format!("{}/attachments/", core.own_url());
    let (link, kept) = core.read(|state| {
        let message = state.accounts.get(host).and_then(|account| account.message(message_id));
        let link = message.map(|message| message.field("media").to_owned());
        // amoCRM needs no request for its own files.
        let id = link.as_ref().and_then(|link| link.strip_prefix(&own)?.split('/').next());
        let own = id.and_then(|id| state.files.attachments.get(id));
        let kept = state.files.fetched.get(message_id).or(own).cloned();
        (link, kept)
    });
    if let Some(file) = kept {
        return Ok(Fetched { content_type: file.content_type, bytes: file.bytes });
    }
    let link = link.filter(|link| !link.is_empty()).context("the message has no file")?;
    let fetched = tokio::time::timeout(LIMIT, load(core, &link)).await.context("the file did not come in time")??;
    let file =
        StoredFile { content_type: fetched.content_type.clone(), bytes: fetched.bytes.clone(), expires_at: core.now() };
    core.change(|state| state.files.fetched.insert(message_id.to_owned(), file));
    Ok(fetched)
}

async fn load(core: &Core, link: &str) -> Result<Fetched> {
    let response = core.client.get(link).send().await.map_err(|error| error.without_url())?;
    if response.status() != reqwest::StatusCode::OK {
        bail!("the file's server answered {}", response.status());
    }
    let named = response.headers().get(reqwest::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let named = named.and_then(|text| text.split(';').next()).unwrap_or("application/octet-stream");
    let content_type = named.trim().to_ascii_lowercase();
    let mut bytes = BytesMut::new();
    let mut body = response.bytes_stream();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| error.without_url())?);
        if bytes.len() > SIZE_LIMIT {
            bail!("the file is larger than {SIZE_LIMIT} bytes");
        }
    }
    Ok(Fetched { content_type, bytes: bytes.freeze() })
}
