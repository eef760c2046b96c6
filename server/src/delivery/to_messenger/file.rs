//! The file of a message, as a messenger may fetch it.

use std::time::Duration;

use super::Line;
use crate::media::{self, For, Ready};
use crate::message::{Content, Media};

/// A content whose file can be fetched.
pub(super) enum Filed {
    Content(Content),
    /// Its file is being fetched by us.
    Later(Duration),
}

/// Lends the file of a content out by a link of ours; one that is gone becomes a text that says so, and the lane goes on.
pub(super) async fn lent(line: &Line<'_>, content: &Content) -> anyhow::Result<Filed> {
    let Some((file, media_id)) = content.media().and_then(|file| Some((file, file.media_id?))) else {
        return Ok(Filed::Content(content.clone()));
    };
    let kept = match media::ensure(line.app, line.source.tenant_id, media_id).await? {
        Ready::Kept(kept) => kept,
        Ready::Later { after } => return Ok(Filed::Later(after)),
        Ready::Gone { .. } => {
            let text = media::placeholder(line.words, &file.file_name, file.text.as_deref());
            return Ok(Filed::Content(Content::Text { text }));
        }
    };
    let lent = Media {
        media_url: media::link(line.app, &kept, For::Webhook).to_string(),
        file_name: kept.file_name.clone(),
        file_size: if kept.size > 0 { kept.size } else { file.file_size },
        mime_type: Some(kept.mime_type.clone()).filter(|kind| !kind.is_empty()).or_else(|| file.mime_type.clone()),
        ..file.clone()
    };
    let said = media::Kind::of(content).unwrap_or(media::Kind::File);
    // A "picture" whose bytes are none goes as a file.
    if kept.kind_for(said) == media::Kind::File {
        return Ok(Filed::Content(Content::File(lent)));
    }
    let mut content = content.clone();
    if let Some(file) = content.media_mut() {
        *file = lent;
    }
    Ok(Filed::Content(content))
}
