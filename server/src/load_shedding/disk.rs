//! Free space on the disks that hold messages.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::load_shedding::LoadSheddingContext;

/// Interval of the checks.
const LOOK: Duration = Duration::from_secs(10);
/// A larger disk counts as this size: a tenth of a terabyte is enough.
const LARGE: u64 = 40 * 1024 * 1024 * 1024;

/// Watches the disks that hold messages until the stop.
pub async fn watch(app: Arc<LoadSheddingContext>, stop: CancellationToken) {
    let mut places: Vec<PathBuf> = app.store.file().map(PathBuf::from).into_iter().collect();
    places.push(app.config.spool.dir.clone());
    let places: Vec<PathBuf> = places.into_iter().filter(|place| !place.as_os_str().is_empty()).collect();
    loop {
        let all = places.clone();
        let free = tokio::task::spawn_blocking(move || all.iter().filter_map(|place| free(place)).min()).await;
        if let Ok(Some(free)) = free {
            app.load.disk_has(free);
            metrics::gauge!("parom_disk_free_percent").set(f64::from(free));
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
    }
}

/// Free percentage of the disk of a path, or of the nearest folder that exists.
fn free(place: &Path) -> Option<u8> {
    let whole = std::path::absolute(place).ok()?;
    let standing = whole.ancestors().find(|one| one.exists())?;
    hundredths(fs4::total_space(standing).ok()?, fs4::available_space(standing).ok()?)
}

fn hundredths(all: u64, free: u64) -> Option<u8> {
    let all = all.min(LARGE);
    u8::try_from(free.min(all).saturating_mul(100).checked_div(all)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_disk_has_room_with_little_of_it_free() {
        const GIB: u64 = 1024 * 1024 * 1024;
        assert_eq!(hundredths(20 * GIB, GIB), Some(5));
        assert_eq!(hundredths(1024 * GIB, 46 * GIB), Some(100));
        assert_eq!(hundredths(1024 * GIB, 2 * GIB), Some(5));
        assert_eq!(hundredths(0, 0), None);
    }
}
