//! Converts message content to amoCRM's format, and quoted and forwarded messages (chats-api §3.4.4).

use std::time::Duration;

use amocrm::chats::{
    Content as CrmContent, Forwards, MediaFile, MediaKind, MessageRef, Post as CrmPost, Quote as CrmQuote,
    QuotedMessage, QuotedSender, SharedPost as CrmSharedPost,
};
use base::message::{Content, Direction, Media, Post, Quote, SharedPost};
use entity::{conversation, message};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{CrmTarget, ours};
use crate::delivery::DeliveryContext;
use crate::delivery::letters::{LetterContext, crm_ids};
use crate::lookup::MessageKey;
use crate::media::{self, FileReadiness};
use crate::tenant::words;

/// Content ready for amoCRM.
pub(super) enum Fitted {
    Content(CrmContent),
    /// Its file is being fetched.
    Later(Duration),
}

/// Converts content. A missing file is replaced by a text about it, so that the lane goes on.
pub(super) async fn fit(line: &CrmTarget<'_>, context: &LetterContext, content: &Content) -> anyhow::Result<Fitted> {
    let Some(file) = content.media() else { return Ok(Fitted::Content(plain(content))) };
    let Some(media_id) = file.media_id else {
        return Ok(Fitted::Content(with_file(media_kind(content), file, media_file(file, &file.media_url))));
    };
    let kept = match media::ensure(&line.app.files, context.tenant.tenant_id, media_id).await? {
        FileReadiness::Kept(kept) => kept,
        FileReadiness::Later { after } => return Ok(Fitted::Later(after)),
        FileReadiness::Gone { .. } => {
            let words = words(&line.app.integrations, &context.tenant);
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
        | Content::Sticker(media) => with_file(media_kind(content), media, media_file(media, "")),
    }
}

fn media_file(media: &Media, url: &str) -> MediaFile {
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

/// The quoted message; none if there is none or nothing is known about it. It must be of the same chat.
pub(super) async fn reply_to(
    app: &DeliveryContext,
    context: &LetterContext,
    source_id: Uuid,
) -> anyhow::Result<Option<CrmQuote>> {
    let Some(quote) = &context.message()?.body.reply_to else { return Ok(None) };
    let found = find(app, context, quote).await?;
    let here = found.filter(|row| row.conversation_id == context.conversation.id);
    Ok(here.and_then(|row| message_ref(source_id, &row)).map(CrmQuote::Known).or_else(|| whole(quote)))
}

/// The forwarded message, from any chat of the source.
pub(super) async fn forwards(
    app: &DeliveryContext,
    context: &LetterContext,
    source_id: Uuid,
) -> anyhow::Result<Option<Forwards>> {
    let Some(quote) = &context.message()?.body.forward else { return Ok(None) };
    if let Some(row) = find(app, context, quote).await?
        && let Some(message) = message_ref(source_id, &row)
    {
        let from = conversation::Entity::find_by_id((row.tenant_id, row.conversation_id)).one(app.store.read()).await?;
        let from = from.filter(|from| !from.external_id.is_empty());
        let bound = from.as_ref().filter(|from| !from.crm_unbound);
        return Ok(Some(Forwards {
            message: CrmQuote::Known(message),
            conversation_id: bound.map(|from| crm_ids(from, source_id).conversation()),
            conversation_ref_id: from.filter(|from| from.crm_unbound).map(|from| from.amocrm_chat_id),
        }));
    }
    Ok(whole(quote).map(|message| Forwards { message, conversation_id: None, conversation_ref_id: None }))
}

async fn find(app: &DeliveryContext, context: &LetterContext, quote: &Quote) -> anyhow::Result<Option<message::Model>> {
    let (Some(source), Some(about)) = (context.source.as_deref(), MessageKey::of_quote(quote)) else { return Ok(None) };
    Ok(about.find(&app.store, source).await?)
}

/// By amojo's id if known, else by ours. A message still being sent reaches amojo before this one, because both use
/// the same lane.
fn message_ref(source_id: Uuid, row: &message::Model) -> Option<MessageRef> {
    if !row.amocrm_message_id.is_empty() {
        return Some(MessageRef::Amojo(row.amocrm_message_id.clone()));
    }
    let to_crm = row.direction == Direction::ToCrm.number();
    to_crm.then(|| MessageRef::Ours(ours(source_id, "message", &row.external_id)))
}

fn whole(quote: &Quote) -> Option<CrmQuote> {
    let content = plain(quote.content.as_ref()?);
    let name = quote.sender.as_ref().and_then(|sender| sender.name.clone());
    Some(CrmQuote::Whole(Box::new(QuotedMessage {
        content,
        at_milliseconds: quote.sent_at.unwrap_or_default(),
        // amoCRM requires a sender.
        sender: QuotedSender::Named(name.unwrap_or_else(|| "?".to_owned())),
    })))
}
