//! Files at MAX (max §7). Their addresses are signed and expire: they never leave this folder, and are requested again
//! after they have expired.

use base::i18n::LocalizedText;
use reqwest::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::{Call, MaxApi};
use super::setup;
use super::wire::{Attachment, Message};
use crate::Settings;
use crate::call::{ApiError, Refusal};
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

/// The addresses of a video in the answer to `GET /videos/{token}`, the best first.
const VIDEO_URLS: [&str; 6] = ["mp4_1080", "mp4_720", "mp4_480", "mp4_360", "mp4_240", "mp4_144"];

/// Opens a file by its [`FileReference`].
pub(super) async fn open(api: &MaxApi, settings: &Settings, reference: &str) -> Result<OpenFile, NotOpened> {
    let file: FileReference = serde_json::from_str(reference).map_err(|_| NotOpened::Never("unsupported"))?;
    let failed = match api.open(&file.url).await {
        Ok(opened) => return Ok(opened),
        // The address has expired, or is that of a player.
        Err(failed @ ApiError::Refused(Refusal { status: 400..=499, .. })) => failed,
        Err(failed) => return Err(failed.not_opened(401..=401)),
    };
    let token = setup::token(settings).ok_or(NotOpened::Never("no_access"))?;
    match new_address(api, token, &file).await {
        Ok(Some(url)) if url != file.url => api.open(&url).await.map_err(|failed| failed.not_opened(401..=401)),
        Ok(_) => Err(failed.not_opened(401..=401)),
        Err(failed) => Err(failed.not_opened(401..=401)),
    }
}

/// A new address of the file.
async fn new_address(api: &MaxApi, token: &SecretString, file: &FileReference) -> Result<Option<String>, ApiError> {
    if let Some(video) = &file.video {
        let path = ["videos", video.as_str()];
        let found: Value = api.call(token, Call { method: Method::GET, path: &path, query: &[], body: None }).await?;
        let mut urls = VIDEO_URLS.iter().filter_map(|name| found.get("urls")?.get(name)?.as_str());
        return Ok(urls.find(|url| !url.is_empty()).map(str::to_owned));
    }
    let path = ["messages", file.mid.as_str()];
    let found: Message = api.call(token, Call { method: Method::GET, path: &path, query: &[], body: None }).await?;
    let linked = found.link.map(|link| link.message);
    let own = found.body.filter(|body| !body.attachments.is_empty());
    let attachments = own.or(linked).unwrap_or_default().attachments;
    let attachment = attachments.into_iter().nth(file.attachment).map(Attachment::of).unwrap_or_default();
    Ok(Some(attachment.payload.url).filter(|url| !url.is_empty()))
}

/// The token in the answer to an upload, for types that return it there (max §7).
pub(super) fn uploaded_token(answer: &[u8]) -> Result<String, ApiError> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let photo = answer.get("photos").and_then(Value::as_object).and_then(|photos| photos.values().next());
    let token = photo.unwrap_or(&answer).get("token").and_then(Value::as_str).filter(|token| !token.is_empty());
    token.map(str::to_owned).ok_or_else(|| ApiError::NotSent(LocalizedText::new("said-max-upload")))
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;
    use serde_json::json;

    use super::*;
    use crate::fake::{Answer, Fake};
    use crate::max::fake;

    fn settings() -> Settings {
        Settings { public: json!({}), secrets: [("bot_token".to_owned(), "token".into())].into() }
    }

    fn reference(fake: &Fake, video: Option<&str>) -> String {
        let url = format!("{}files/old?sig=1", fake.base);
        FileReference { mid: "mid.1".to_owned(), attachment: 1, video: video.map(str::to_owned), url }.write()
    }

    async fn opened(fake: &Fake, reference: &str) -> Result<Vec<u8>, NotOpened> {
        let file = open(&fake::api(&fake.base), &settings(), reference).await?;
        let pieces: Vec<bytes::Bytes> = file.bytes.try_collect().await.unwrap();
        Ok(pieces.concat())
    }

    #[tokio::test]
    async fn an_expired_file_address_is_requested_again() {
        let fake = fake::start([]).await;
        let new_url = format!("{}files/new", fake.base);
        let attachments = json!([{ "type": "image" }, { "type": "file", "payload": { "url": new_url } }]);
        let bytes = || Answer::Text(200, "bytes");
        // From the message itself, from the one it forwards, from the video.
        let own = json!({ "body": { "mid": "mid.1", "attachments": attachments } });
        let forwarded = json!({ "body": { "mid": "mid.1" }, "link": { "message": { "attachments": attachments } } });
        let video = json!({ "urls": { "mp4_1080": null, "mp4_480": new_url } });
        for (object, video) in [(own, None), (forwarded, None), (video, Some("vt"))] {
            for answer in [Answer::Text(403, ""), Answer::Json(200, object), bytes()] {
                fake.answers("", answer);
            }
            assert_eq!(opened(&fake, &reference(&fake, video)).await, Ok(b"bytes".to_vec()));
        }
        assert_eq!(fake.calls()[0].authorization, None, "the token is for the API alone");
        let asked: Vec<String> = fake.lines().into_iter().skip(1).step_by(3).collect();
        assert_eq!(asked, ["GET /messages/mid.1", "GET /messages/mid.1", "GET /videos/vt"]);
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_opened_is_reported_with_its_reason() {
        let not = |answers: Vec<Answer>| async {
            let fake = fake::start(answers).await;
            opened(&fake, &reference(&fake, None)).await.unwrap_err()
        };
        let gone = |status| Answer::Text(status, "");
        assert_eq!(not(vec![gone(404), gone(404)]).await, NotOpened::Gone("status_404".to_owned()));
        assert_eq!(
            not(vec![gone(410)]).await,
            NotOpened::Gone("status_410".to_owned()),
            "the message has no such file"
        );
        assert!(matches!(not(vec![gone(503)]).await, NotOpened::Later { .. }));
        assert!(matches!(not(vec![gone(403), gone(401)]).await, NotOpened::Later { .. }), "the token may be renewed");
        let fake = fake::start([]).await;
        assert_eq!(opened(&fake, "no reference").await, Err(NotOpened::Never("unsupported")));
    }
}
