//! Converts message content to amoCRM's format.

use std::time::Duration;

use amocrm::chats::{Content as CrmContent, MediaFile, MediaKind, Post as CrmPost, SharedPost as CrmSharedPost};
use base::message::{Content, Media, Post, SharedPost};

use super::CrmTarget;
use crate::delivery::letter_context::LetterContext;
use crate::media::{self, FileReadiness};
use crate::tenant::words;

/// Content ready for amoCRM.
pub(super) enum Fitted {
    Content(CrmContent),
    /// Its file is being fetched.
    Later(Duration),
}

/// Converts content. A missing file is replaced by a text about it, so that the lane goes on.
pub(super) async fn fit(line: &CrmTarget<'_>, parts: &LetterContext, content: &Content) -> anyhow::Result<Fitted> {
    let Some(file) = content.media() else { return Ok(Fitted::Content(plain(content))) };
    let Some(media_id) = file.media_id else {
        return Ok(Fitted::Content(with_file(media_kind(content), file, named(file, &file.media_url))));
    };
    let kept = match media::ensure(&line.app.files, parts.tenant.tenant_id, media_id).await? {
        FileReadiness::Kept(kept) => kept,
        FileReadiness::Later { after } => return Ok(Fitted::Later(after)),
        FileReadiness::Gone { .. } => {
            let words = words(&line.app.integrations, &parts.tenant);
            let text = media::placeholder(words, &file.file_name, file.text.as_deref());
            return Ok(Fitted::Content(CrmContent::Text { text }));
        }
    };
    let url = media::crm_link(&line.app.files, &kept, line.channel.stores_files).await?;
    let size = if kept.size > 0 { kept.size } else { file.file_size };
    let media_file = MediaFile { url: url.to_string(), file_name: kept.file_name.clone(), file_size: size };
    let given = media::MediaKind::of(content).unwrap_or(media::MediaKind::File);
    // A "picture" whose bytes are not an image is sent as a file.
    let kind = if kept.kind_for(given) == given { media_kind(content) } else { MediaKind::File };
    Ok(Fitted::Content(with_file(kind, file, media_file)))
}

/// Adds the text to a location or a contact.
pub(super) fn with_caption(mut content: CrmContent, text: Option<&str>) -> CrmContent {
    if let (CrmContent::Location { caption, .. } | CrmContent::Contact { caption, .. }, Some(text)) =
        (&mut content, text)
    {
        text.clone_into(caption);
    }
    content
}

/// Content without a file.
pub(super) fn plain(content: &Content) -> CrmContent {
    match content {
        Content::Text { text } => CrmContent::Text { text: text.clone() },
        Content::Location { latitude, longitude } => {
            CrmContent::Location { longitude: *longitude, latitude: *latitude, caption: String::new() }
        }
        Content::Contact { name, phone } => {
            CrmContent::Contact { name: name.clone(), phone: phone.clone(), caption: String::new() }
        }
        Content::Picture(media)
        | Content::Video(media)
        | Content::File(media)
        | Content::Voice(media)
        | Content::Audio(media)
        | Content::Sticker(media) => with_file(media_kind(content), media, named(media, "")),
    }
}

fn named(media: &Media, url: &str) -> MediaFile {
    MediaFile { url: url.to_owned(), file_name: media.file_name.clone(), file_size: media.file_size }
}

/// amoCRM's kind of content with a file.
pub(super) fn media_kind(content: &Content) -> MediaKind {
    match content {
        Content::Picture(_) => MediaKind::Picture,
        Content::Video(_) => MediaKind::Video,
        Content::Voice(_) => MediaKind::Voice,
        Content::Audio(_) => MediaKind::Audio,
        Content::Sticker(_) => MediaKind::Sticker,
        Content::File(_) | Content::Text { .. } | Content::Location { .. } | Content::Contact { .. } => MediaKind::File,
    }
}

fn with_file(kind: MediaKind, media: &Media, file: MediaFile) -> CrmContent {
    let caption = media.text.clone().unwrap_or_default();
    let duration_seconds = media.duration.map(u64::from);
    match kind {
        MediaKind::Picture => CrmContent::Picture { file, caption },
        MediaKind::File => CrmContent::File { file, caption },
        MediaKind::Video => CrmContent::Video { file, caption, duration_seconds },
        MediaKind::Voice => CrmContent::Voice { file, caption, duration_seconds },
        MediaKind::Audio => CrmContent::Audio { file, caption, duration_seconds },
        MediaKind::Sticker => CrmContent::Sticker { url: file.url, sticker_id: media.sticker_id.clone(), caption },
    }
}

/// The post that is commented on.
pub(super) fn post(post: &Post) -> CrmPost {
    CrmPost {
        id: post.id.clone(),
        url: post.url.clone().unwrap_or_default(),
        preview_url: post.preview_url.clone(),
        preview_permalink: post.permalink.clone(),
        username: post.username.clone(),
        caption: post.caption.clone(),
    }
}

/// A post that the customer shared.
pub(super) fn shared_post(post: &SharedPost) -> CrmSharedPost {
    CrmSharedPost {
        url: post.url.clone(),
        site_name: post.site_name.clone(),
        preview_link: post.preview_url.clone(),
        preview_permalink: post.permalink.clone(),
    }
}
