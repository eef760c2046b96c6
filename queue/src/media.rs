//! The files of accepted entries, written in the same commit.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::accept_batch::{NewItem, NewMedia};
use super::rows::{Rows, Write};

/// Stores them. A known file (an avatar, or an upload that a message now uses) is kept longer, from now on belongs to
/// this message, and is fetched again if it was gone.
pub(super) fn new_files(fresh: &[NewItem<'_>]) -> Write {
    // One row per file, in the same order in every batch.
    let mut all: BTreeMap<(Uuid, Uuid), &NewMedia> = BTreeMap::new();
    for one in fresh {
        all.extend(one.entry.media.iter().map(|media| ((one.tenant_id, media.id), media)));
    }
    Rows::new()
        .uuid("tenant_id", all.keys().map(|key| key.0))
        .uuid("id", all.keys().map(|key| key.1))
        .uuid("source_id", all.values().map(|media| media.source_id))
        .uuid("message_id", all.values().map(|media| media.message_id))
        .short("direction", all.values().map(|media| media.direction.number()))
        .short("kind", all.values().map(|media| media.kind))
        .short("state", all.values().map(|media| media.state))
        .bytes("origin", all.values().map(|media| media.origin.clone()))
        .text("file_name", all.values().map(|media| media.file_name.as_str()))
        .text("failure", all.values().map(|media| media.failure))
        .long("created_at", all.values().map(|media| media.created_at))
        .int("day", all.values().map(|media| media.day))
        .write(
            "INSERT INTO media (tenant_id, id, source_id, message_id, direction, kind, state, origin, file_name, mime_type, \
             size, checksum, failure, tries, epoch, leased, next_try_at, created_at, kept_at, day) \
             SELECT tenant_id, id, source_id, message_id, direction, kind, state, origin, file_name, '', 0, '', failure, 0, \
             0, false, CASE WHEN state = 0 THEN {now} END, created_at, NULL, day FROM rows WHERE true \
             ORDER BY tenant_id, id ON CONFLICT (tenant_id, id) DO UPDATE SET message_id = excluded.message_id, \
             day = excluded.day, \
             origin = CASE WHEN media.state = 2 THEN excluded.origin ELSE media.origin END, \
             tries = CASE WHEN media.state = 2 THEN 0 ELSE media.tries END, \
             next_try_at = CASE WHEN media.state = 2 THEN excluded.next_try_at ELSE media.next_try_at END, \
             state = CASE WHEN media.state = 2 THEN excluded.state ELSE media.state END \
             WHERE media.day < excluded.day",
        )
}
