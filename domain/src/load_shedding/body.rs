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
//!
//! Hooks wait for room instead of being refused, and until there is some they take nothing from the connection.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use base::clock::Stopwatch;
use base::config::LimitsConfig;
use base::error::{Error, Problem, problem_in, title};
use base::i18n::{CRM, Language, LocalizedText, Words};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::capacity::{CapacityShare, PendingBody};
use super::class::{BodyKind, RequestClass};

/// The most that the HTTP server hands over at once: what it reads ahead of a connection.
const READ_AHEAD: u64 = 128 * 1024;

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
    /// Its length, if the caller announced it.
    announced: Option<u64>,
    received: u64,
    /// Time spent waiting for the caller, without the current wait.
    waited: Duration,
    /// Start of the current wait, on the stopwatch.
    waits_since: Option<Duration>,
    timer: Option<Waits>,
    memory: CapacityShare<IpAddr>,
    /// The signal that room was freed, while it waits for that. Hooks wait for room, others do not.
    freed: Option<Waits>,
    /// Bytes for which there is no room after all.
    unfit: Option<Bytes>,
    is_hook: bool,
    replaced: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Set while it may be ended for a newer request.
    waiting: Option<PendingBody>,
    /// Bytes that [`IncomingBody::begins`] has read ahead.
    ahead: Option<Bytes>,
    end: Option<End>,
}

impl IncomingBody {
    /// `announced`: its length, if known; `memory`: where its bytes are counted; `waiting`: its place among its caller's
    /// unfinished bodies.
    pub fn new(
        (payload, announced): (Payload, Option<u64>),
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
            announced,
            received: 0,
            waited: Duration::ZERO,
            waits_since: None,
            timer: None,
            memory,
            freed: None,
            unfit: None,
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
        reading.freed = None;
        reading.unfit = None;
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
        loop {
            if self.has_room() {
                let bytes = match self.unfit.take() {
                    Some(bytes) => bytes,
                    None => match Pin::new(&mut self.payload).poll_next(context) {
                        Poll::Ready(None) => return Poll::Ready(Ok(None)),
                        Poll::Ready(Some(Err(_))) => return Poll::Ready(Err(End::BrokeOff)),
                        Poll::Ready(Some(Ok(bytes))) => {
                            self.received =
                                self.received.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                            bytes
                        }
                        Poll::Pending => return self.poll_patience(context).map(|()| Err(End::Slow)),
                    },
                };
                self.stop_waiting();
                if self.charge(bytes.len()) {
                    self.freed = None;
                    return Poll::Ready(Ok(Some(bytes)));
                }
                if !self.is_hook {
                    return Poll::Ready(Err(End::NoRoom));
                }
                // Its length is unknown, or another thread was faster.
                self.unfit = Some(bytes);
            }
            match &mut self.freed {
                None => metrics::counter!("parom_hooks_waited_total").increment(1),
                Some(freed) => {
                    if freed.as_mut().poll(context).is_pending() {
                        return self.poll_patience(context).map(|()| Err(End::NoRoom));
                    }
                }
            }
            // Room that is freed from here on gives the signal: look again, then wait.
            self.freed = Some(Box::pin(self.memory.freed().notified_owned()));
        }
    }

    /// Whether there is room for what comes next. A hook takes nothing from the connection before, so that one that waits
    /// costs no more than what the HTTP server has read ahead.
    fn has_room(&self) -> bool {
        let next = match (&self.unfit, self.announced) {
            (Some(bytes), _) => bytes.len(),
            (None, Some(announced)) if self.is_hook => {
                let next = announced.saturating_sub(self.received).min(READ_AHEAD);
                usize::try_from(next).unwrap_or(usize::MAX)
            }
            (None, _) => 0,
        };
        self.memory.has_room(next)
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

// How long a body may take.

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

// Responses to refused requests, in the format that each class of callers expects.

/// Value of `Retry-After`, in seconds.
const AGAIN: &str = "5";

base::worded! {
    /// Why a request is refused.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum LoadRefusal, word {
        /// The database is slow or full.
        Busy = "busy",
        /// The address has its share of requests in progress, or of uploads.
        TooMany = "too_many",
        /// The body took too long.
        Slow = "slow",
        /// There was no room for the body.
        NoRoom = "no_room",
    }
}

impl LoadRefusal {
    /// The refusal for a body that failed; `None` if the handler answers.
    pub(super) fn of(end: Option<End>) -> Option<Self> {
        match end? {
            End::Slow => Some(Self::Slow),
            End::NoRoom => Some(Self::NoRoom),
            End::Replaced => Some(Self::TooMany),
            End::Whole | End::BrokeOff => None,
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Busy | Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
        }
    }

    const fn problem(self) -> &'static str {
        match self {
            Self::Busy | Self::NoRoom => "unavailable",
            Self::TooMany => "rate_limited",
            Self::Slow => "request_timeout",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Busy => "page-busy",
            Self::TooMany => "said-too-many-at-once",
            Self::Slow => "said-body-slow",
            Self::NoRoom => "said-too-much-waits",
        }
    }
}

/// The response to a caller of a class.
pub fn answer(class: RequestClass, refusal: LoadRefusal, headers: &HeaderMap) -> HttpResponse {
    let words = Words::new(Language::accepted(headers));
    let status = refusal.status();
    let mut answer = match (class, refusal) {
        (RequestClass::Api, LoadRefusal::Busy) => Error::not_storing().answer(words, CRM),
        (RequestClass::Api, _) => {
            let (name, detail) = (refusal.problem(), LocalizedText::new(refusal.text()).plain(words, CRM));
            let problem = Problem::new(name, status, title(name, words, CRM), detail);
            problem_in(words.language(), status).body(problem.json())
        }
        _ => HttpResponse::build(status)
            .content_type("text/plain; charset=utf-8")
            .body(format!("{}\n", words.text(refusal.text()))),
    };
    if refusal != LoadRefusal::Slow && !answer.headers().contains_key(header::RETRY_AFTER) {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(AGAIN));
    }
    if refusal != LoadRefusal::Busy {
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
    answer
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use base::clock::Clock;
    use futures_util::FutureExt;

    use super::*;
    use crate::load_shedding::capacity::{Bounds, Capacity, Requests};

    const FILE: Patience = Patience {
        whole: Duration::from_secs(20),
        idle: Duration::from_secs(20),
        bytes_a_second: Some(4_096),
        most_held: 65_536,
    };

    #[test]
    fn received_bytes_extend_the_time_limit_and_silence_is_bounded() {
        let left = |received, waited| FILE.left(received, Duration::from_secs(waited)).as_secs();
        assert_eq!(left(0, 0), 20);
        assert_eq!(left(19, 19), 1, "a byte a second buys nothing");
        assert_eq!(left(20, 20), 0);
        assert_eq!(left(40_960, 20), 10);
        assert_eq!(left(100_000_000, 20), 20, "no caller is waited for longer at a stretch");
    }

    /// A hook of this length, which comes in parts of a kilobyte, and how many of them were taken from the connection.
    fn hook(
        memory: &Capacity<IpAddr>,
        last: u8,
        kilobytes: usize,
        announced: Option<u64>,
    ) -> (IncomingBody, Rc<Cell<usize>>) {
        let caller = IpAddr::from([127, 0, 0, last]);
        let under = Requests::new(Bounds { most: 100, of_one: 100, part: 1 }).begin_uncounted(caller);
        let taken = Rc::new(Cell::new(0));
        let counted = taken.clone();
        let parts = futures_util::stream::iter(0..kilobytes).map(move |number| {
            counted.set(number + 1);
            Ok(Bytes::from(vec![b'x'; 1_024]))
        });
        let payload = Payload::Stream { payload: parts.boxed_local() };
        let watch = Clock::frozen(0).stopwatch();
        let memory = memory.held(caller);
        let body =
            IncomingBody::new((payload, announced), RequestClass::Hook, FILE, watch, memory, under.waits_for_body());
        (body, taken)
    }

    #[test]
    fn a_hook_that_waits_for_room_takes_nothing_from_its_connection() {
        let memory = Capacity::new(Bounds { most: 9 * 1_024, of_one: usize::MAX, part: 1 });
        let held = memory.take(IpAddr::from([127, 0, 0, 1]), 6 * 1_024).unwrap();
        let (large, taken) = hook(&memory, 2, 4, Some(4 * 1_024));
        let mut large = large.payload().collect::<Vec<_>>();
        assert!((&mut large).now_or_never().is_none());
        assert_eq!(taken.get(), 0);
        // There is room for a smaller one, and for a part of one of unknown length.
        let (small, _) = hook(&memory, 3, 2, Some(2 * 1_024));
        assert_eq!(small.payload().collect::<Vec<_>>().now_or_never().unwrap().len(), 2);
        small.let_go();
        let (unknown, taken_of_unknown) = hook(&memory, 4, 4, None);
        assert!(unknown.payload().collect::<Vec<_>>().now_or_never().is_none());
        assert_eq!(taken_of_unknown.get(), 3, "two of them found room");
        drop((held, unknown));
        assert_eq!(large.now_or_never().unwrap().len(), 4);
        assert_eq!(taken.get(), 4);
    }
}
