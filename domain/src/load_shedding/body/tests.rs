use super::super::capacity::{Bounds, Capacity};
use super::super::requests::Requests;
use super::*;
use base::clock::Clock;
use futures_util::FutureExt;
use std::cell::Cell;

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

#[tokio::test]
async fn bytes_read_ahead_are_returned_first_and_once() {
    let caller = IpAddr::from([127, 0, 0, 1]);
    let bounds = Bounds { most: 100, of_one: 100, part: 1 };
    let under = Requests::new(bounds).begin(caller).unwrap();
    let parts = [Bytes::from_static(b"one"), Bytes::from_static(b"two")];
    let payload = Payload::Stream { payload: futures_util::stream::iter(parts.map(Ok)).boxed_local() };
    let memory = Capacity::new(bounds).held(caller);
    let watch = Clock::system().stopwatch();
    let body = IncomingBody::new((payload, None), RequestClass::Page, FILE, watch, memory, under.waits_for_body());
    body.begins().await;
    let read: Vec<_> = body.payload().map(Result::unwrap).collect().await;
    assert_eq!((read, body.end()), (vec![Bytes::from_static(b"one"), Bytes::from_static(b"two")], Some(End::Whole)));
}

#[test]
fn the_time_limit_of_a_form_is_independent_of_received_bytes() {
    let form = Patience { whole: Duration::from_secs(10), idle: Duration::from_secs(10), bytes_a_second: None, ..FILE };
    assert_eq!(form.left(60_000, Duration::from_secs(9)).as_secs(), 1);
    assert_eq!(form.left(60_000, Duration::from_secs(10)).as_secs(), 0);
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
    let body = IncomingBody::new((payload, announced), RequestClass::Hook, FILE, watch, memory, under.waits_for_body());
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
