use super::super::capacity::{Bounds, Capacity};
use super::super::requests::Requests;
use super::*;
use base::clock::Clock;

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
    let body = IncomingBody::new(payload, RequestClass::Page, FILE, watch, memory, under.waits_for_body());
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
