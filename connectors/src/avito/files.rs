//! Voice messages (avito §5.3): Avito's links work for an hour, so a link is requested each time. Pictures have public
//! links and are not handled here.

use base::http_client::{FILE_TIMEOUT, send};
use futures_util::StreamExt;
use url::Url;

use super::api::{AvitoApi, Call};
use super::settings::Account;
use super::wire::VoiceFiles;
use crate::Settings;
use crate::call::ApiError;
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
    let response = send(request.timeout(FILE_TIMEOUT)).await.map_err(|_| NotOpened::later("unreachable", None))?;
    let status = response.status().as_u16();
    match status {
        200..=299 => {
            let announced = response.content_length();
            let bytes = response.bytes_stream().map(|chunk| chunk.map_err(|_| "broke_off".to_owned()));
            Ok(OpenFile { announced, bytes: bytes.boxed() })
        }
        408 | 425 | 429 | 500.. => Err(NotOpened::later(format!("status_{status}"), None)),
        _ => Err(NotOpened::Gone(format!("status_{status}"))),
    }
}

fn not_opened(failed: &ApiError) -> NotOpened {
    match failed {
        ApiError::Refused(refusal) if refusal.is_gateways => {
            NotOpened::later(format!("status_{}", refusal.status), refusal.retry_after)
        }
        ApiError::Unknown(_) => NotOpened::later("unreachable", None),
        // Also a subscription may be renewed.
        failed => failed.not_opened(401..=403),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::avito::fake::{self, settings};
    use crate::fake::{Answer, Fake};

    const VOICE: &str = "5b1e0c3a-6f2d-4d7e-9a51-0c7a2f9b1d34";

    async fn opened(fake: &Fake, reference: &str) -> Result<Vec<u8>, NotOpened> {
        let mut file = open(&fake::avito(fake).api, &settings(), reference).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = file.bytes.next().await {
            bytes.extend(piece.unwrap());
        }
        Ok(bytes)
    }

    #[tokio::test]
    async fn the_error_of_a_file_says_whether_to_retry() {
        let fake = fake::start().await;
        let reference = format!("voice:{VOICE}");
        let answers = |status: u16, link: &str| {
            fake.next("/getVoiceFiles", status, json!({ "voices_urls": { VOICE: link } }));
        };
        answers(200, "http://10.0.0.1/voice");
        assert_eq!(opened(&fake, &reference).await, Err(NotOpened::Never("address")), "not into our network");
        answers(200, "nowhere");
        assert_eq!(opened(&fake, &reference).await, Err(NotOpened::Never("address")));
        fake.next("/getVoiceFiles", 200, json!({ "voices_urls": {} }));
        assert_eq!(opened(&fake, &reference).await, Err(NotOpened::Gone("no_link".to_owned())));
        for status in [402, 429, 500] {
            answers(status, "");
            assert!(matches!(opened(&fake, &reference).await, Err(NotOpened::Later { .. })), "{status}");
        }
        for (status, gone) in [(403, true), (404, true), (500, false)] {
            fake.next("/voice_url", status, json!({}));
            assert_eq!(matches!(opened(&fake, &reference).await, Err(NotOpened::Gone(_))), gone, "{status}");
        }
        fake.answers("/voice_url", Answer::Text(200, "the bytes"));
        assert_eq!(opened(&fake, &reference).await.unwrap(), b"the bytes");
        assert_eq!(fake::calls(&fake).last().unwrap().authorization, None, "the link needs no token, and gets none");
        assert_eq!(opened(&fake, "file:x").await, Err(NotOpened::Never("unsupported")));
    }
}
