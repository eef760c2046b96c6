//! Free space on the disks that hold messages.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::load_shedding::LoadSheddingContext;

const GIB: u64 = 1024 * 1024 * 1024;
/// For the metric, a larger disk counts as this size: a tenth of a terabyte is no reason to worry.
const WARNED_SIZE: u64 = 40 * GIB;
/// For refusing requests, a larger disk counts as this size: with 4 GiB free, nothing is refused yet. Its last 5 % are
/// the space that the spool needs.
const SHED_SIZE: u64 = 5 * GIB;

/// Reads how much is free on the disks that hold messages.
pub async fn look_at_disks(app: Arc<LoadSheddingContext>) {
    let mut places: Vec<PathBuf> = app.store.file().map(PathBuf::from).into_iter().collect();
    places.push(app.config.spool.dir.clone());
    places.retain(|place| !place.as_os_str().is_empty());
    let spaces = tokio::task::spawn_blocking(move || places.iter().filter_map(|place| space(place)).collect()).await;
    let spaces: Vec<Space> = spaces.unwrap_or_default();
    let least = |size| spaces.iter().filter_map(|space| space.free_percent(size)).min();
    if let Some(free) = least(SHED_SIZE) {
        app.load.disk_has(free);
    }
    if let Some(free) = least(WARNED_SIZE) {
        metrics::gauge!("parom_disk_free_percent").set(f64::from(free));
    }
}

/// Bytes of a disk.
struct Space {
    all: u64,
    free: u64,
}

impl Space {
    /// Percentage that is free, if a disk larger than `size` bytes counted as `size`; none for a disk without a size.
    fn free_percent(&self, size: u64) -> Option<u8> {
        let all = self.all.min(size);
        u8::try_from(self.free.min(all).saturating_mul(100).checked_div(all)?).ok()
    }
}

/// The disk of a path, or of the nearest folder that exists.
fn space(place: &Path) -> Option<Space> {
    let whole = std::path::absolute(place).ok()?;
    let existing = whole.ancestors().find(|one| one.exists())?;
    Some(Space { all: fs4::total_space(existing).ok()?, free: fs4::available_space(existing).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_disk_has_enough_room_with_a_small_share_free() {
        let percent = |all, free, size| Space { all, free }.free_percent(size);
        assert_eq!(percent(20 * GIB, GIB, WARNED_SIZE), Some(5));
        assert_eq!(percent(1024 * GIB, 46 * GIB, WARNED_SIZE), Some(100));
        assert_eq!(percent(1024 * GIB, 2 * GIB, WARNED_SIZE), Some(5));
        assert_eq!(percent(0, 0, WARNED_SIZE), None);
    }

    #[test]
    fn requests_are_refused_only_when_the_disk_is_nearly_full() {
        let percent = |all, free| Space { all, free }.free_percent(SHED_SIZE);
        assert_eq!(percent(250 * GIB, 2 * GIB), Some(40), "a build machine with 2 GiB left still serves");
        assert_eq!(percent(250 * GIB, GIB / 2), Some(10));
        assert_eq!(percent(250 * GIB, GIB / 4), Some(5));
        assert_eq!(percent(GIB, GIB / 20), Some(4), "a small disk counts as it is");
    }
}
