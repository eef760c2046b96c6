//! Files of messages as the API shows them: a signed link, and what is known of the bytes.

use std::collections::{BTreeSet, HashMap};

use base::message::day_of;
use entity::media::{self, Column};
use sea_orm::{ColumnTrait, QueryFilter};
use url::Url;
use uuid::Uuid;

use super::ensure::StoredFile;
use super::link::{LinkRecipient, link};
use super::{FileOrigin, MediaState};
use crate::media::MediaContext;

/// A file for a developer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownFile {
    /// Valid for two days; in mode `pass` the public address.
    pub url: Url,
    /// Empty if it has none (yet).
    pub file_name: String,
    /// None if it is not known (yet).
    pub mime_type: Option<String>,
    /// Bytes; 0 if it is not known (yet).
    pub size: u64,
}

/// These files by their ids, read at once. Files that are gone or were refused are left out; the link of one that is
/// still being fetched works as soon as it is stored.
pub async fn shown(
    app: &MediaContext,
    tenant_id: Uuid,
    ids: BTreeSet<Uuid>,
) -> anyhow::Result<HashMap<Uuid, ShownFile>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = media::Entity::of_tenant(tenant_id).filter(Column::Id.is_in(ids)).all(app.store.read()).await?;
    let today = day_of(app.clock.millis());
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let passed = match MediaState::from_number(row.state)? {
            MediaState::Wanted => None,
            MediaState::Kept if row.day >= today => None,
            MediaState::Passed => match FileOrigin::of(app, &row)? {
                // The error's own text would quote the address.
                FileOrigin::Url(url) => {
                    Some(Url::parse(&url).map_err(|_| anyhow::anyhow!("the address of a file is damaged"))?)
                }
                FileOrigin::Connector { .. } => continue,
            },
            MediaState::Kept | MediaState::Gone | MediaState::Refused => continue,
        };
        let file = StoredFile::of(&row, passed);
        let url = link(app, &file, LinkRecipient::Webhook);
        let mime_type = Some(file.mime_type).filter(|kind| !kind.is_empty());
        found.insert(row.id, ShownFile { url, file_name: file.file_name, mime_type, size: file.size });
    }
    Ok(found)
}
