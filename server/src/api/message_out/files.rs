//! The files of messages in a response, with their links.

use std::collections::{BTreeSet, HashMap};

use base::error::Result;
use base::message::{Body, Content, Media, Quote};
use uuid::Uuid;

use crate::media::{self, ShownFile};
use crate::usage::UsageContext;

/// What is stored of the files of some messages.
#[derive(Debug, Default)]
pub struct FileLinks(HashMap<Uuid, ShownFile>);

impl FileLinks {
    /// The files of these messages of an account, read at once.
    pub async fn of<'body>(
        app: &UsageContext,
        tenant_id: Uuid,
        bodies: impl IntoIterator<Item = &'body Body>,
    ) -> Result<Self> {
        let quoted = |quote: &'body Option<Quote>| quote.as_ref().and_then(|quote| quote.content.as_ref());
        let contents = |body: &'body Body| {
            [Some(&body.content), quoted(&body.reply_to), quoted(&body.forward)].into_iter().flatten()
        };
        let files = bodies.into_iter().flat_map(contents).filter_map(Content::media);
        let ids: BTreeSet<Uuid> = files.flat_map(|file| [file.media_id, file.thumbnail_id]).flatten().collect();
        Ok(Self(media::shown(&app.files, tenant_id, ids).await?))
    }

    /// A file's description with links of ours instead of its origin's.
    pub(super) fn lent(&self, file: Media) -> Media {
        let known = |id: Option<Uuid>| id.and_then(|id| self.0.get(&id));
        let stored = known(file.media_id);
        let url = match file.media_id {
            Some(_) => stored.map(|stored| stored.url.to_string()).unwrap_or_default(),
            None => file.media_url,
        };
        Media {
            media_url: url,
            thumbnail_url: known(file.thumbnail_id)
                .filter(|preview| is_picture(preview))
                .map(|one| one.url.to_string()),
            file_name: stored
                .map(|stored| stored.file_name.clone())
                .filter(|name| !name.is_empty())
                .unwrap_or(file.file_name),
            mime_type: stored.and_then(|stored| stored.mime_type.clone()).or(file.mime_type),
            file_size: stored.map(|stored| stored.size).filter(|size| *size > 0).unwrap_or(file.file_size),
            ..file
        }
    }
}

fn is_picture(file: &ShownFile) -> bool {
    file.mime_type.as_deref().is_none_or(|kind| kind.starts_with("image/"))
}
