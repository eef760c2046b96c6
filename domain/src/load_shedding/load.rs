//! Resources in use by requests: memory, slots, uploads, streams.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use base::config::LimitsConfig;

use super::capacity::{Bounds, Capacity, CapacityShare};
use super::class::{BodyKind, RequestClass};
use super::requests::Requests;

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
}

/// A simulated load; ends when dropped.
#[derive(Debug)]
pub struct Pressure(Arc<AtomicUsize>);

impl Drop for Pressure {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}
