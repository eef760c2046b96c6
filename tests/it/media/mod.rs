//! Files that messages carry: fetched, kept, lent out, and everything that others do to make that go wrong.

mod fetched;
mod guarded;
mod kept;
mod lent;
mod s3;
mod secret;
mod shared;
mod uploaded;

use std::path::PathBuf;

use base::message::Direction;
use entity::media;
use parom::media::{FileOrigin, FileOwner, FileReadiness, MediaKind, StoredFile, ensure, wanted};
use parom_tests::{Line, World};
use queue::accept_batch::NewMedia;
use queue::accept_batch::{AcceptBatch, AcceptItem, Conversation, DedupeKey, EventKind, Priority};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// The beginning of a PNG, and some more.
pub fn png(length: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend((0..length).map(|at| u8::try_from(at % 251).unwrap()));
    bytes.truncate(length);
    bytes
}

/// A source of which nothing exists but its ids.
pub fn unstored_line(world: &World) -> Line {
    Line {
        host: String::new(),
        tenant_id: world.clock.uuid_v7(),
        source_id: world.clock.uuid_v7(),
        external_id: String::new(),
        scope_id: String::new(),
        webhook_secret: String::new(),
    }
}

pub fn whose(world: &World, line: &Line) -> FileOwner {
    FileOwner {
        tenant_id: line.tenant_id,
        source_id: line.source_id,
        direction: Direction::ToCrm,
        message_id: world.clock.uuid_v7(),
    }
}

/// Accepts files as a message brings them, without the message.
pub async fn accepts(world: &World, line: &Line, files: Vec<NewMedia>) {
    let id = world.clock.uuid_v7();
    let key = DedupeKey { origin: line.source_id, external_id: id.to_string(), event: EventKind::Message };
    let bare = AcceptItem::bare(key, id, world.clock.millis(), Conversation::Known(Uuid::nil()));
    let entries = vec![AcceptItem { media: files, ..bare }];
    let batch = AcceptBatch { tenant_id: line.tenant_id, priority: Priority::Normal, raw: None, entries };
    world.app().writer.accept(batch).await.expect("the parcel is stored");
}

/// A message comes with the file of this address; gives the file's id. Nothing is fetched yet.
pub async fn wants(world: &World, line: &Line, kind: MediaKind, url: &str) -> Uuid {
    let new = wanted(&world.app().files, &whose(world, line), kind, FileOrigin::Url(url.to_owned()), "");
    let id = new.id;
    accepts(world, line, vec![new]).await;
    id
}

/// The same, fetched.
pub async fn keeps(world: &World, line: &Line, kind: MediaKind, url: &str) -> StoredFile {
    let id = wants(world, line, kind, url).await;
    world.fetch_all().await;
    kept(world, line, id).await
}

pub async fn kept(world: &World, line: &Line, id: Uuid) -> StoredFile {
    match ensure(&world.app().files, line.tenant_id, id).await.unwrap() {
        FileReadiness::Kept(kept) => kept,
        other => panic!("the file is not here: {other:?}"),
    }
}

/// Why a file never comes.
pub async fn gone(world: &World, line: &Line, id: Uuid) -> String {
    match ensure(&world.app().files, line.tenant_id, id).await.unwrap() {
        FileReadiness::Gone { reason } => reason,
        other => panic!("the file is not gone: {other:?}"),
    }
}

/// After how many seconds to ask again.
pub async fn later(world: &World, line: &Line, id: Uuid) -> u64 {
    match ensure(&world.app().files, line.tenant_id, id).await.unwrap() {
        FileReadiness::Later { after } => after.as_secs(),
        other => panic!("the file does not wait: {other:?}"),
    }
}

pub async fn row(world: &World, id: Uuid) -> Option<media::Model> {
    media::Entity::find().filter(media::Column::Id.eq(id)).one(world.app().store.write()).await.unwrap()
}

/// Every file in the store, by its name.
pub fn stored(world: &World) -> Vec<String> {
    fn walk(folder: PathBuf, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                walk(entry.path(), found);
            } else {
                found.push(entry.file_name().into_string().unwrap());
            }
        }
    }
    let mut found = Vec::new();
    walk(world.database().folder().join("media"), &mut found);
    found.sort();
    found
}
