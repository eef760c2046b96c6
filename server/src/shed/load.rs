//! Resources in use by requests: memory, slots, uploads, streams.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use base::config::Limits;

use super::class::{Class, Kind};
use super::requests::Requests;
use super::room::{Bounds, Held, Room};

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
pub struct Load(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    of: [OfClass; Class::ALL.len()],
    streams: Room<IpAddr>,
    streams_of_session: Room<uuid::Uuid>,
    /// Free disk, percent.
    free: AtomicU8,
    /// See [`Load::press`].
    pressure: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct OfClass {
    requests: Requests,
    bodies: Room<IpAddr>,
    uploads: Room<IpAddr>,
    upload_bytes: Room<IpAddr>,
}

fn number(of: u32) -> usize {
    usize::try_from(of).unwrap_or(usize::MAX)
}

impl Load {
    pub fn new(limits: &Limits) -> Self {
        let bytes = |most| Bounds { most, of_one: most, part: 1 };
        let of = Class::ALL.map(|class| OfClass {
            requests: Requests::new(Bounds { most: REQUESTS, of_one: number(limits.requests_per_address), part: 4 }),
            bodies: Room::new(bytes(class.body_bytes())),
            uploads: Room::new(Bounds { most: UPLOADS, of_one: number(limits.uploads_per_address), part: 4 }),
            upload_bytes: Room::new(bytes(UPLOAD_BYTES)),
        });
        let streams = Bounds { most: STREAMS, of_one: number(limits.streams_per_address), part: 4 };
        let streams_of_session = Bounds { most: STREAMS, of_one: STREAMS_OF_SESSION, part: 1 };
        Self(Arc::new(Parts {
            of,
            streams: Room::new(streams),
            streams_of_session: Room::new(streams_of_session),
            free: AtomicU8::new(100),
            pressure: Arc::default(),
        }))
    }

    fn of(&self, class: Class) -> &OfClass {
        let index = class.index();
        self.0.of.get(index).unwrap_or(&self.0.of[0])
    }

    /// The requests of a class.
    pub(super) fn requests(&self, class: Class) -> &Requests {
        &self.of(class).requests
    }

    /// A holder that counts the bytes of a body.
    pub fn memory(&self, class: Class, kind: Kind, caller: IpAddr) -> Held<IpAddr> {
        match kind {
            Kind::Whole => self.of(class).bodies.held(caller),
            Kind::File => self.of(class).upload_bytes.held(caller),
        }
    }

    /// A slot for an upload; `None` if the caller has its share.
    pub(super) fn upload(&self, class: Class, caller: IpAddr) -> Option<Held<IpAddr>> {
        self.of(class).uploads.take(caller, 1)
    }

    /// A slot for an event stream; `None` if its address or its session has its share.
    pub fn stream(&self, caller: IpAddr, session: uuid::Uuid) -> Option<(Held<IpAddr>, Held<uuid::Uuid>)> {
        Some((self.0.streams.take(caller, 1)?, self.0.streams_of_session.take(session, 1)?))
    }

    /// Bytes of a class's bodies in memory now, including upload buffers.
    pub fn body_bytes(&self, class: Class) -> usize {
        self.of(class).bodies.taken() + self.of(class).upload_bytes.taken()
    }

    /// Requests of a class in progress.
    pub fn under_way(&self, class: Class) -> usize {
        self.of(class).requests.count()
    }

    /// Uploads of a class in progress.
    pub fn uploads(&self, class: Class) -> usize {
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
