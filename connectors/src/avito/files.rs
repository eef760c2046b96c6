//! Voice messages (avito §5.3): Avito gives a link that works for an hour, so it is asked for each time. Pictures
//! have public links and need nothing here.

use base::http_client::FILE_TIMEOUT;
use futures_util::StreamExt;
use url::Url;

use super::api::{ApiError, AvitoApi, Call};
use super::setup::Account;
use super::wire::VoiceFiles;
use crate::Settings;
use crate::file::{NotOpened, OpenFile};

/// Opens `voice:<voice_id>`.
pub(super) async fn open(api: &AvitoApi, settings: &Settings, reference: &str) -> Result<OpenFile, NotOpened> {
    let account = Account::of(settings).ok_or(NotOpened::Never("no_access"))?;
    let id = reference.strip_prefix("voice:").ok_or(NotOpened::Never("unsupported"))?;
    let path = ["messenger", "v1", "accounts", account.user_id, "getVoiceFiles"];
    let found: Result<VoiceFiles, ApiError> = api.call(&account, Call::get(&path, &[("voice_ids", id)])).await;
    let files = found.map_err(|failed| not_opened(&failed))?;
    let link = files.voices_urls.get(id).ok_or_else(|| NotOpened::Gone("no_link".to_owned()))?;
    // The link leads to another host than the API; it must be a public one.
    let link = Url::parse(link).map_err(|_| NotOpened::Never("address"))?;
    let request = api.guarded.get(&link).map_err(|_| NotOpened::Never("address"))?;
    let response = request.timeout(FILE_TIMEOUT).send().await.map_err(|_| later("unreachable", None))?;
    let status = response.status().as_u16();
    match status {
        200..=299 => {
            let announced = response.content_length();
            let bytes = response.bytes_stream().map(|chunk| chunk.map_err(|_| "broke_off".to_owned()));
            Ok(OpenFile { announced, bytes: bytes.boxed() })
        }
        408 | 425 | 429 | 500.. => Err(later(&format!("status_{status}"), None)),
        _ => Err(NotOpened::Gone(format!("status_{status}"))),
    }
}

fn not_opened(failed: &ApiError) -> NotOpened {
    match failed {
        // The credentials may be replaced, or the level bought again, while the message still waits.
        ApiError::Refused { code: 401..=403, .. } => later("access", None),
        ApiError::Refused { code: code @ (408 | 425 | 429 | 500..), retry_after, .. } => {
            later(&format!("status_{code}"), *retry_after)
        }
        ApiError::Refused { code, .. } => NotOpened::Gone(format!("status_{code}")),
        ApiError::NotSent(_) | ApiError::Unknown(_) => later("unreachable", None),
        ApiError::Unreadable { status } => later(&format!("unreadable_{status}"), None),
    }
}

fn later(reason: &str, after: Option<std::time::Duration>) -> NotOpened {
    NotOpened::Later { reason: reason.to_owned(), after }
}
