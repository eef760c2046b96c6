//! A message's file, in a form that a messenger can fetch.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base::message::{Content, Media};
use connectors::file::{NotOpened, OpenFile, SharedShelf, Shelf};
use futures_util::{StreamExt, TryStreamExt};
use uuid::Uuid;

use super::MessengerTarget;
use crate::delivery::DeliveryContext;
use crate::media::{self, FileReadiness, LinkRecipient};

/// Content whose file can be fetched.
pub(super) enum Filed {
    Content(Box<Content>),
    /// Parom is still fetching its file.
    Later(Duration),
}

/// Gives a content's file a temporary link of ours. A missing file is replaced by a text about it, so that the lane
/// goes on.
pub(super) async fn lent(line: &MessengerTarget<'_>, content: &Content) -> anyhow::Result<Filed> {
    let Some((file, media_id)) = content.media().and_then(|file| Some((file, file.media_id?))) else {
        return Ok(Filed::Content(Box::new(content.clone())));
    };
    let kept = match media::ensure(&line.app.files, line.source.tenant_id, media_id).await? {
        FileReadiness::Kept(kept) => kept,
        FileReadiness::Later { after } => return Ok(Filed::Later(after)),
        FileReadiness::Gone { .. } => {
            let text = media::placeholder(line.words, &file.file_name, file.text.as_deref());
            return Ok(Filed::Content(Box::new(Content::Text { text })));
        }
    };
    let lent = Media {
        media_url: media::link(&line.app.files, &kept, LinkRecipient::Webhook).to_string(),
        file_name: kept.file_name.clone(),
        file_size: if kept.size > 0 { kept.size } else { file.file_size },
        mime_type: Some(kept.mime_type.clone()).filter(|kind| !kind.is_empty()).or_else(|| file.mime_type.clone()),
        thumbnail_url: preview(line, file).await,
        ..file.clone()
    };
    let declared = media::MediaKind::of(content).unwrap_or(media::MediaKind::File);
    // A "picture" whose bytes are not an image is sent as a file.
    if kept.kind_for(declared) == media::MediaKind::File {
        return Ok(Filed::Content(Box::new(Content::File(lent))));
    }
    let mut content = content.clone();
    if let Some(file) = content.media_mut() {
        *file = lent;
    }
    Ok(Filed::Content(Box::new(content)))
}

/// The content of a partly sent message: as it was at the first request, whatever happened to its file since.
pub(super) async fn as_begun(line: &MessengerTarget<'_>, content: &Content, filed: bool) -> anyhow::Result<Content> {
    let Some(file) = content.media() else { return Ok(content.clone()) };
    if !filed {
        return Ok(Content::Text { text: media::placeholder(line.words, &file.file_name, file.text.as_deref()) });
    }
    Ok(match lent(line, content).await? {
        Filed::Content(lent) if lent.media().is_some() => *lent,
        _ => content.clone(),
    })
}

/// An account's files, for connectors that upload bytes.
pub(super) fn files(app: &Arc<DeliveryContext>, tenant_id: Uuid) -> SharedShelf {
    SharedShelf::new(Arc::new(AccountFiles { app: app.clone(), tenant_id }))
}

struct AccountFiles {
    app: Arc<DeliveryContext>,
    tenant_id: Uuid,
}

#[async_trait]
impl Shelf for AccountFiles {
    async fn open(&self, media_id: Uuid) -> Result<OpenFile, NotOpened> {
        let later = |error: anyhow::Error| {
            tracing::warn!(tenant.id = %self.tenant_id, media.id = %media_id, error = format!("{error:#}"), "a file cannot be read");
            NotOpened::Later { reason: "unreadable".to_owned(), after: None }
        };
        let found = media::find(&self.app.files, self.tenant_id, media_id).await.map_err(later)?;
        let kept = found.ok_or_else(|| NotOpened::Gone("media_gone".to_owned()))?;
        if kept.is_passed() {
            return Err(NotOpened::Never("passed"));
        }
        let bytes = media::read(&self.app.files, &kept).await.map_err(later)?;
        Ok(OpenFile { announced: Some(kept.size), bytes: bytes.map_err(|error| format!("{error:#}")).boxed() })
    }

    async fn content(&self, media_id: Uuid) -> Option<String> {
        // Errors are reported when the file is opened.
        let kept = media::find(&self.app.files, self.tenant_id, media_id).await.ok()??;
        Some(kept.checksum).filter(|checksum| !checksum.is_empty())
    }
}

/// A link to the preview that amoCRM made; none if it is not available within a few seconds or is not a picture.
async fn preview(line: &MessengerTarget<'_>, file: &Media) -> Option<String> {
    let link = media::preview_link(&line.app.files, line.source.tenant_id, file.thumbnail_id?).await?;
    Some(link.to_string())
}
