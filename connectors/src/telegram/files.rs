//! Files stored at Telegram (telegram §6). Their addresses contain the token, so they are requested each time and never
//! leave this folder.

use serde::Deserialize;
use serde_json::json;

use super::api::BotApi;
use super::setup::SourceBot;
use super::wire::PhotoSize;
use crate::Settings;
use crate::call::{ApiError, Refusal};
use crate::file::{NotOpened, OpenFile};

/// The result of `getFile`.
#[derive(Deserialize)]
struct FileInfo {
    #[serde(default)]
    file_path: String,
}

#[derive(Deserialize)]
struct Faces {
    #[serde(default)]
    photos: Vec<Vec<PhotoSize>>,
}

/// Opens `file:<file_id>` or `face:<user id>:<when>`.
pub(super) async fn open(api: &BotApi, settings: &Settings, reference: &str) -> Result<OpenFile, NotOpened> {
    let bot = SourceBot::of(settings).ok_or(NotOpened::Never("no_access"))?;
    let file_id = match reference.split_once(':') {
        Some(("file", id)) => id.to_owned(),
        Some(("face", person)) => face(api, &bot, person).await?,
        _ => return Err(NotOpened::Never("unsupported")),
    };
    let found: Result<FileInfo, ApiError> = api.call(bot.token, "getFile", &json!({ "file_id": file_id })).await;
    let path = found.map_err(not_opened)?.file_path;
    // An operator's server running with --local returns a path on its own disk.
    if path.is_empty() || path.starts_with('/') || path.split('/').any(|part| part == "..") {
        return Err(NotOpened::Never("local_path"));
    }
    api.file(bot.token, &path).await.map_err(not_opened)
}

/// The largest size of a person's profile photo.
async fn face(api: &BotApi, bot: &SourceBot<'_>, person: &str) -> Result<String, NotOpened> {
    let id = person.split(':').next().and_then(|id| id.parse::<i64>().ok()).ok_or(NotOpened::Never("unsupported"))?;
    let parameters = json!({ "user_id": id, "limit": 1 });
    let faces: Result<Faces, ApiError> = api.call(bot.token, "getUserProfilePhotos", &parameters).await;
    let largest = faces.map_err(not_opened)?.photos.into_iter().next().and_then(|mut sizes| sizes.pop());
    // Not visible to the bot, or there is none.
    largest.map(|size| size.file_id).filter(|id| !id.is_empty()).ok_or(NotOpened::Never("no_face"))
}

fn not_opened(failed: ApiError) -> NotOpened {
    match &failed {
        ApiError::Refused(Refusal { code: 400, text, .. }) if text.to_lowercase().contains("file is too big") => {
            NotOpened::Never("media_too_big")
        }
        ApiError::Refused(refusal) if refusal.is_gateways || refusal.code == 409 => {
            NotOpened::later(format!("status_{}", refusal.code), refusal.retry_after)
        }
        failed => failed.not_opened(401..=401),
    }
}
