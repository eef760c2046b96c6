//! Bodies of incoming requests. The gate wraps every body before any handler sees it, so that no handler waits for a
//! body that never arrives, or holds more of one than there is room for.
//!
//! ```text
//! socket ─▶ Body ─▶ handler
//!            ├─ the caller took too long                    ─▶ End::Slow      408
//!            ├─ no room for the bytes                       ─▶ End::NoRoom    503
//!            └─ the caller's newer requests need the slot   ─▶ End::Replaced  429
//! ```
//!
//! Only time spent waiting for the caller counts: a slow database or disk ends no request.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use base::clock::Stopwatch;
use base::config::LimitsConfig;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::capacity::CapacityShare;
use super::class::{BodyKind, RequestClass};
use super::requests::PendingBody;

/// amoCRM waits five seconds for the answer to a hook.
const HOOK_WITHIN: Duration = Duration::from_secs(3);

/// How long a caller may take to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// In total, before the first byte.
    whole: Duration,
    /// Between two reads.
    idle: Duration,
    /// This many bytes extend the total by a second; `None`: it is fixed.
    bytes_a_second: Option<u64>,
    /// The most bytes held at once, however many came.
    most_held: usize,
}

impl Patience {
    /// The limits for a body of this kind; `buffer`: bytes buffered of a file while it is stored.
    pub fn of(class: RequestClass, kind: BodyKind, limits: &LimitsConfig, buffer: usize) -> Self {
        let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
        let whole = match (kind, class) {
            (BodyKind::File, _) => {
                let idle = seconds(limits.upload_idle_seconds);
                let bytes_a_second = Some(u64::from(limits.upload_bytes_per_second));
                return Self { whole: idle, idle, bytes_a_second, most_held: buffer };
            }
            (BodyKind::Whole, RequestClass::Hook) => HOOK_WITHIN,
            (BodyKind::Whole, _) => seconds(limits.body_seconds),
        };
        Self { whole, idle: whole, bytes_a_second: None, most_held: usize::MAX }
    }

    /// How much longer the next bytes may take, after this many bytes and this much waiting.
    fn left(&self, received: u64, waited: Duration) -> Duration {
        let bought = self.bytes_a_second.map_or(0, |rate| received / rate.max(1));
        (self.whole + Duration::from_secs(bought)).saturating_sub(waited).min(self.idle)
    }
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All of it was read.
    Whole,
    /// It took too long.
    Slow,
    /// There was no room for it.
    NoRoom,
    /// Ended for a newer request of its caller, which has too many.
    Replaced,
    /// The connection broke.
    BrokeOff,
}

impl End {
    /// The reason of a body's error.
    pub fn of(error: &PayloadError) -> Self {
        match error {
            PayloadError::Io(error) => match error.kind() {
                io::ErrorKind::TimedOut => Self::Slow,
                io::ErrorKind::OutOfMemory => Self::NoRoom,
                io::ErrorKind::ConnectionAborted => Self::Replaced,
                _ => Self::BrokeOff,
            },
            _ => Self::BrokeOff,
        }
    }

    fn error(self) -> PayloadError {
        let kind = match self {
            Self::Slow => io::ErrorKind::TimedOut,
            Self::NoRoom => io::ErrorKind::OutOfMemory,
            Self::Replaced => io::ErrorKind::ConnectionAborted,
            Self::Whole | Self::BrokeOff => io::ErrorKind::UnexpectedEof,
        };
        PayloadError::Io(kind.into())
    }
}

type Waits = Pin<Box<dyn Future<Output = ()>>>;

/// A body being read. Clones share it.
#[derive(Clone)]
pub struct IncomingBody(Rc<RefCell<BodyReading>>);

struct BodyReading {
    payload: Payload,
    patience: Patience,
    watch: Stopwatch,
    received: u64,
    /// Time spent waiting for the caller, without the current wait.
    waited: Duration,
    /// Start of the current wait, on the stopwatch.
    waits_since: Option<Duration>,
    timer: Option<Waits>,
    memory: CapacityShare<IpAddr>,
    /// Bytes for which there is no room yet, and the signal that some was freed. Hooks wait for room, others do not.
    waits_for_room: Option<(Bytes, Waits)>,
    is_hook: bool,
    replaced: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Set while it may be ended for a newer request.
    waiting: Option<PendingBody>,
    /// Bytes that [`IncomingBody::begins`] has read ahead.
    ahead: Option<Bytes>,
    end: Option<End>,
}

impl IncomingBody {
    /// `memory`: where its bytes are counted; `waiting`: its place among its caller's unfinished bodies.
    pub fn new(
        payload: Payload,
        class: RequestClass,
        patience: Patience,
        watch: Stopwatch,
        memory: CapacityShare<IpAddr>,
        waiting: PendingBody,
    ) -> Self {
        Self(Rc::new(RefCell::new(BodyReading {
            payload,
            patience,
            watch,
            received: 0,
            waited: Duration::ZERO,
            waits_since: None,
            timer: None,
            memory,
            waits_for_room: None,
            is_hook: class == RequestClass::Hook,
            replaced: Box::pin(waiting.replaced()),
            waiting: Some(waiting),
            ahead: None,
            end: None,
        })))
    }

    /// The stream that a handler reads.
    pub fn payload(&self) -> Payload {
        Payload::Stream { payload: Box::pin(self.clone()) }
    }

    /// Waits for the first bytes, the end or an error. The stream gives what came as usual.
    pub async fn begins(&self) {
        if let Some(Ok(first)) = self.clone().next().await {
            self.0.borrow_mut().ahead = Some(first);
        }
    }

    /// Frees its memory and drops unread data. Keeps the connection's end of it, so that the server knows that bytes
    /// are still due and closes the connection after the answer.
    pub fn let_go(&self) {
        let mut reading = self.0.borrow_mut();
        reading.memory.release();
        reading.waiting = None;
        reading.timer = None;
        reading.waits_for_room = None;
        reading.ahead = None;
    }

    /// How it ended, if it has.
    pub fn end(&self) -> Option<End> {
        self.0.borrow().end
    }
}

impl Stream for IncomingBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut reading = self.0.borrow_mut();
        if let Some(first) = reading.ahead.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        match reading.end {
            Some(End::Whole) => return Poll::Ready(None),
            Some(end) => return Poll::Ready(Some(Err(end.error()))),
            None => {}
        }
        let next = ready!(reading.poll(context));
        let (end, item) = match next {
            Ok(Some(bytes)) => return Poll::Ready(Some(Ok(bytes))),
            Ok(None) => (End::Whole, None),
            Err(end) => (end, Some(Err(end.error()))),
        };
        reading.end = Some(end);
        reading.waiting = None;
        reading.timer = None;
        Poll::Ready(item)
    }
}

impl BodyReading {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, End>> {
        if self.replaced.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(End::Replaced));
        }
        if self.waits_for_room.is_none() {
            match Pin::new(&mut self.payload).poll_next(context) {
                Poll::Ready(None) => return Poll::Ready(Ok(None)),
                Poll::Ready(Some(Err(_))) => return Poll::Ready(Err(End::BrokeOff)),
                Poll::Ready(Some(Ok(bytes))) => {
                    self.stop_waiting();
                    self.received = self.received.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                    if self.charge(bytes.len()) {
                        return Poll::Ready(Ok(Some(bytes)));
                    }
                    if !self.is_hook {
                        return Poll::Ready(Err(End::NoRoom));
                    }
                    metrics::counter!("parom_hooks_waited_total").increment(1);
                    let freed = self.memory.freed();
                    self.waits_for_room = Some((bytes, Box::pin(freed.notified_owned())));
                }
                Poll::Pending => {}
            }
        }
        while let Some((bytes, mut freed)) = self.waits_for_room.take() {
            if self.charge(bytes.len()) {
                self.stop_waiting();
                return Poll::Ready(Ok(Some(bytes)));
            }
            if freed.as_mut().poll(context).is_pending() {
                self.waits_for_room = Some((bytes, freed));
                break;
            }
            let again = self.memory.freed();
            self.waits_for_room = Some((bytes, Box::pin(again.notified_owned())));
        }
        let late = if self.waits_for_room.is_some() { End::NoRoom } else { End::Slow };
        self.poll_patience(context).map(|()| Err(late))
    }

    /// Counts bytes; false if there is no room for them.
    fn charge(&mut self, bytes: usize) -> bool {
        let more = bytes.min(self.patience.most_held.saturating_sub(self.memory.amount()));
        self.memory.add(more)
    }

    /// Ready when the caller has used up its time.
    fn poll_patience(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let now = self.watch.elapsed();
        let since = *self.waits_since.get_or_insert(now);
        let until = since + self.patience.left(self.received, self.waited);
        if now >= until {
            return Poll::Ready(());
        }
        let watch = &self.watch;
        let timer = self.timer.get_or_insert_with(|| Box::pin(watch.clone().reaches(until)));
        while timer.as_mut().poll(context).is_ready() {
            if self.watch.elapsed() >= until {
                return Poll::Ready(());
            }
            // The timer was set for an earlier wait.
            *timer = Box::pin(self.watch.clone().reaches(until));
        }
        Poll::Pending
    }

    fn stop_waiting(&mut self) {
        if let Some(since) = self.waits_since.take() {
            self.waited += self.watch.elapsed().saturating_sub(since);
        }
    }
}

#[cfg(test)]
mod tests;
