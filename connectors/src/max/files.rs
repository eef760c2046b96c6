//! Files at MAX (max §7). Their addresses are signed and expire: they never leave this folder, and are requested again
//! after they have expired.

use base::i18n::LocalizedText;
use reqwest::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::{ApiError, Call, MaxApi};
use super::setup;
use super::wire::{Attachment, Message};
use crate::Settings;
use crate::file::{NotOpened, OpenFile};

/// How to find a file, stored until it is downloaded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct FileReference {
    /// The message that contains it, from which a new address is requested.
    pub mid: String,
    /// Its position among the attachments of that message.
    pub attachment: usize,
    /// The token of a video, which has addresses of its own.
    pub video: Option<String>,
    pub url: String,
}

impl FileReference {
    /// The stored form.
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The result of `GET /videos/{token}`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Video {
    urls: Option<VideoUrls>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct VideoUrls {
    mp4_1080: Option<String>,
    mp4_720: Option<String>,
    mp4_480: Option<String>,
    mp4_360: Option<String>,
    mp4_240: Option<String>,
    mp4_144: Option<String>,
}

impl VideoUrls {
    fn best(self) -> Option<String> {
        let all = [self.mp4_1080, self.mp4_720, self.mp4_480, self.mp4_360, self.mp4_240, self.mp4_144];
        all.into_iter().flatten().find(|url| !url.is_empty())
    }
}

/// Opens a file by its [`FileReference`].
pub(super) async fn open(api: &MaxApi, settings: &Settings, reference: &str) -> Result<OpenFile, NotOpened> {
    let file: FileReference = serde_json::from_str(reference).map_err(|_| NotOpened::Never("unsupported"))?;
    let failed = match api.open(&file.url).await {
        Ok(opened) => return Ok(opened),
        // The address has expired, or is that of a player.
        Err(failed @ ApiError::Refused { status: 400..=499, .. }) => failed,
        Err(failed) => return Err(not_opened(&failed)),
    };
    let token = setup::token(settings).ok_or(NotOpened::Never("no_access"))?;
    match new_address(api, token, &file).await {
        Ok(Some(url)) if url != file.url => api.open(&url).await.map_err(|failed| not_opened(&failed)),
        Ok(_) => Err(not_opened(&failed)),
        Err(failed) => Err(not_opened(&failed)),
    }
}

/// A new address of the file.
async fn new_address(api: &MaxApi, token: &SecretString, file: &FileReference) -> Result<Option<String>, ApiError> {
    if let Some(video) = &file.video {
        let path = ["videos", video.as_str()];
        let found: Video = api.call(token, Call { method: Method::GET, path: &path, query: &[], body: None }).await?;
        return Ok(found.urls.and_then(VideoUrls::best));
    }
    let path = ["messages", file.mid.as_str()];
    let found: Message = api.call(token, Call { method: Method::GET, path: &path, query: &[], body: None }).await?;
    let linked = found.link.map(|link| link.message);
    let own = found.body.filter(|body| !body.attachments.is_empty());
    let attachments = own.or(linked).unwrap_or_default().attachments;
    let attachment = attachments.into_iter().nth(file.attachment).map(Attachment::of).unwrap_or_default();
    Ok(Some(attachment.payload.url).filter(|url| !url.is_empty()))
}

fn not_opened(failed: &ApiError) -> NotOpened {
    let later = |reason: String, after| NotOpened::Later { reason, after };
    match failed {
        // The token may be replaced while the message still waits.
        ApiError::Refused { status: 401, .. } => later("access".to_owned(), None),
        ApiError::Refused { status: status @ (408 | 425 | 429 | 500..), retry_after, .. } => {
            later(format!("status_{status}"), *retry_after)
        }
        ApiError::Refused { status, .. } => NotOpened::Gone(format!("status_{status}")),
        ApiError::NotSent(_) => later("unreachable".to_owned(), None),
        ApiError::Unknown(_) => later("broke_off".to_owned(), None),
        ApiError::Unreadable { status } => later(format!("unreadable_{status}"), None),
    }
}

/// The token in the answer to an upload, for types that return it there (max §7).
pub(super) fn uploaded_token(answer: &[u8]) -> Result<String, ApiError> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let photo = answer.get("photos").and_then(Value::as_object).and_then(|photos| photos.values().next());
    let token = photo.unwrap_or(&answer).get("token").and_then(Value::as_str).filter(|token| !token.is_empty());
    token.map(str::to_owned).ok_or_else(|| ApiError::NotSent(LocalizedText::new("said-max-upload")))
}

#[cfg(test)]
mod tests;
