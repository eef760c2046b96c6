//! Resources in use by requests: memory, slots, uploads, streams.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use base::config::LimitsConfig;

use super::LoadSheddingContext;
use super::capacity::{Bounds, Capacity, CapacityShare, Requests};
use super::class::{BodyKind, RequestClass};

/// Concurrent requests of a class.
const REQUESTS: usize = 8_192;
/// Concurrent uploads of a class.
const UPLOADS: usize = 512;
/// Bytes buffered of a class's uploads.
const UPLOAD_BYTES: usize = 32 * 1024 * 1024;
/// Concurrent event streams.
const STREAMS: usize = 10_000;
/// A page uses one; this allows as many tabs.
const STREAMS_OF_SESSION: usize = 20;

/// Resources in use. Clones share the counts.
#[derive(Clone, Debug)]
pub struct Load(Arc<LoadParts>);

#[derive(Debug)]
struct LoadParts {
    of: [OfClass; RequestClass::ALL.len()],
    streams: Capacity<IpAddr>,
    streams_of_session: Capacity<uuid::Uuid>,
    /// Free disk, percent.
    free: AtomicU8,
    /// See [`Load::press`].
    pressure: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct OfClass {
    requests: Requests,
    bodies: Capacity<IpAddr>,
    uploads: Capacity<IpAddr>,
    upload_bytes: Capacity<IpAddr>,
}

fn number(of: u32) -> usize {
    usize::try_from(of).unwrap_or(usize::MAX)
}

impl Load {
    pub fn new(limits: &LimitsConfig) -> Self {
        let bytes = |most| Bounds { most, of_one: most, part: 1 };
        let of = RequestClass::ALL.map(|class| OfClass {
            requests: Requests::new(Bounds { most: REQUESTS, of_one: number(limits.requests_per_address), part: 4 }),
            bodies: Capacity::new(bytes(class.body_bytes())),
            uploads: Capacity::new(Bounds { most: UPLOADS, of_one: number(limits.uploads_per_address), part: 4 }),
            upload_bytes: Capacity::new(bytes(UPLOAD_BYTES)),
        });
        let streams = Bounds { most: STREAMS, of_one: number(limits.streams_per_address), part: 4 };
        let streams_of_session = Bounds { most: STREAMS, of_one: STREAMS_OF_SESSION, part: 1 };
        Self(Arc::new(LoadParts {
            of,
            streams: Capacity::new(streams),
            streams_of_session: Capacity::new(streams_of_session),
            free: AtomicU8::new(100),
            pressure: Arc::default(),
        }))
    }

    fn of(&self, class: RequestClass) -> &OfClass {
        let index = class.index();
        self.0.of.get(index).unwrap_or(&self.0.of[0])
    }

    /// The requests of a class.
    pub(super) fn requests(&self, class: RequestClass) -> &Requests {
        &self.of(class).requests
    }

    /// A holder that counts the bytes of a body.
    pub fn memory(&self, class: RequestClass, kind: BodyKind, caller: IpAddr) -> CapacityShare<IpAddr> {
        match kind {
            BodyKind::Whole => self.of(class).bodies.held(caller),
            BodyKind::File => self.of(class).upload_bytes.held(caller),
        }
    }

    /// A slot for an upload; `None` if the caller has its share.
    pub(super) fn upload(&self, class: RequestClass, caller: IpAddr) -> Option<CapacityShare<IpAddr>> {
        self.of(class).uploads.take(caller, 1)
    }

    /// A slot for an event stream; `None` if its address or its session has its share.
    pub fn stream(
        &self,
        caller: IpAddr,
        session: uuid::Uuid,
    ) -> Option<(CapacityShare<IpAddr>, CapacityShare<uuid::Uuid>)> {
        Some((self.0.streams.take(caller, 1)?, self.0.streams_of_session.take(session, 1)?))
    }

    /// Bytes of a class's bodies in memory now, including upload buffers.
    pub fn body_bytes(&self, class: RequestClass) -> usize {
        self.of(class).bodies.taken() + self.of(class).upload_bytes.taken()
    }

    /// Requests of a class in progress.
    pub fn under_way(&self, class: RequestClass) -> usize {
        self.of(class).requests.count()
    }

    /// Uploads of a class in progress.
    pub fn uploads(&self, class: RequestClass) -> usize {
        self.of(class).uploads.taken()
    }

    /// Open event streams.
    pub fn streams(&self) -> usize {
        self.0.streams.taken()
    }

    /// Simulates this load of the database, in percent, until the result is dropped: for drills of the shedding order.
    pub fn press(&self, hundredths: usize) -> Pressure {
        self.0.pressure.store(hundredths, Ordering::Relaxed);
        Pressure(self.0.pressure.clone())
    }

    pub(super) fn pressure(&self) -> usize {
        self.0.pressure.load(Ordering::Relaxed)
    }

    /// Records the free percentage of the disk.
    pub fn disk_has(&self, hundredths: u8) {
        self.0.free.store(hundredths, Ordering::Relaxed);
    }

    /// The free percentage of the disk.
    pub fn free(&self) -> u8 {
        self.0.free.load(Ordering::Relaxed)
    }

    /// The classes that are refused for lack of disk, as words; empty while there is enough.
    pub fn refused_for_disk(&self) -> Vec<&'static str> {
        RequestClass::ALL.into_iter().filter(|class| self.free() < class.disk()).map(RequestClass::word).collect()
    }
}

/// A simulated load; ends when dropped.
#[derive(Debug)]
pub struct Pressure(Arc<AtomicUsize>);

impl Drop for Pressure {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

// Free space on the disks that hold messages.

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
