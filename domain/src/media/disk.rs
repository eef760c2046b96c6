//! Warns the operator before the disk with the files is full.

use std::path::{Path, PathBuf};

use base::store::VENDOR;
use sea_orm::DbErr;
use serde_json::json;

use crate::alert::{self, Alarm};
use crate::media::MediaContext;

/// The kind of the vendor's alert.
const ALARM: &str = "disk_full";

/// Checks the disk; raises the alert below `media.disk_free_mb`, ends it above 1.5 times that. Does nothing with a
/// bucket.
pub(super) async fn look(app: &MediaContext) -> Result<(), DbErr> {
    if app.config.media.url.is_some() || app.config.media.disk_free_mb == 0 {
        return Ok(());
    }
    let Some(dir) = standing(&app.config.media.dir) else { return Ok(()) };
    let place = app.config.media.dir.display().to_string();
    let free = match tokio::task::spawn_blocking(move || fs4::available_space(dir)).await {
        Ok(Ok(free)) => free / (1024 * 1024),
        Ok(Err(error)) => {
            tracing::debug!(%error, "the free space on the disk of media.dir could not be read");
            return Ok(());
        }
        Err(_) => return Ok(()),
    };
    let least = u64::from(app.config.media.disk_free_mb);
    if free < least {
        let detail = json!({ "free": free, "place": place });
        let alarm = Alarm { tenant_id: VENDOR, kind: ALARM, object: "", source_id: None, detail };
        alert::raise(app, app.store.write(), alarm).await?;
    } else if free >= least + least / 2 {
        alert::resolve(app, app.store.write(), VENDOR, ALARM, "").await?;
    }
    Ok(())
}

/// The folder, or its nearest existing parent: it is created with the first file.
fn standing(dir: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(dir).ok()?;
    whole.ancestors().find(|one| one.exists()).map(Path::to_owned)
}
