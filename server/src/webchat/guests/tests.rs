use super::*;

#[tokio::test]
async fn many_visitors_at_one_address_share_one_rate() {
    let guests = Guests::default();
    let pace = async |number: u32, address: &str| {
        guests.pace(&number.to_string(), Some(address.parse().unwrap()), VisitorAct::Begin, 1_000_000).await
    };
    for number in 0..20 {
        assert_eq!(pace(number, "2001:db8::1").await, Ok(()));
    }
    assert_eq!(pace(90, "2001:db8::ffff:2").await, Err(30), "the same network");
    assert_eq!(pace(91, "2001:db8:0:1::1").await, Ok(()));
    assert_eq!(pace(92, "::ffff:192.0.2.1").await, Ok(()));
}

#[tokio::test]
async fn n11_a_source_has_no_more_new_chats_in_an_hour_than_configured() {
    let guests = Guests::default();
    let source = Uuid::from_u128(1);
    let begun = async |from: i64, until: i64| {
        let mut begun = 0;
        for second in from..until {
            begun += u32::from(guests.begin(source, None, 100, second * 1000).await.is_ok());
        }
        begun
    };
    assert_eq!(begun(0, 3600).await, 99);
    assert!(begun(3600, 7200).await <= 50);
    assert_eq!(guests.begin(source, None, 100, 7_200_000).await, Ok(()));
    assert_eq!(guests.begin(source, None, 100, 7_200_000).await, Err(BeginRefusal::Source(72)));
    assert_eq!(guests.begin(Uuid::from_u128(2), None, 100, 7_200_000).await, Ok(()));
    assert_eq!(guests.begin(source, None, 0, 7_200_000).await, Ok(()));
}

#[tokio::test]
async fn n11_five_addresses_leave_half_of_the_new_chats_to_others() {
    let guests = Guests::default();
    let source = Uuid::from_u128(1);
    let begins = async |last: u8, second: i64| {
        let here: Option<IpAddr> = format!("192.0.2.{last}").parse().ok();
        guests.begin(source, here, 300, second * 1000).await
    };
    let mut begun = 0;
    for second in 0..7200 {
        for last in 1..=5 {
            begun += u32::from(begins(last, second).await.is_ok());
        }
        assert_eq!(begins(6, second).await.is_err(), second >= 15 && second % 240 > 0, "{second}");
    }
    assert_eq!(begun, 5 * (15 + 29));
    assert!(matches!(begins(1, 7199).await, Err(BeginRefusal::Address(1))));
}

#[test]
fn the_oldest_stream_makes_room_and_a_dropped_one_leaves_nothing() {
    let guests = Guests::default();
    let seats: Vec<Seat> = (0..6).filter_map(|_| guests.sit("a", None)).collect();
    let left: Vec<bool> = seats.iter().map(|seat| seat.asked_to_leave.is_cancelled()).collect();
    assert_eq!(left, [true, false, false, false, false, false]);
    drop(seats);
    let here: Option<IpAddr> = "192.0.2.1".parse().ok();
    let crowd: Vec<Seat> = (0..600).filter_map(|number| guests.sit(&number.to_string(), here)).collect();
    assert_eq!(crowd.len(), SEATS.of_one);
    assert!(guests.sit("b", "192.0.2.2".parse().ok()).is_some());
    drop(crowd);
    let seats = guests.seats.lock().unwrap();
    assert_eq!((guests.streams(), seats.of.len()), (0, 0));
}

#[test]
fn l14_twenty_addresses_leave_streams_for_others() {
    let guests = Guests::default();
    let all_it_can = |last: u8| -> Vec<Seat> {
        let here: Option<IpAddr> = format!("192.0.2.{last}").parse().ok();
        (0..600).map_while(|number| guests.sit(&format!("{last}-{number}"), here)).collect()
    };
    let crowds: Vec<Vec<Seat>> = (1..=20).map(all_it_can).collect();
    assert!(crowds.iter().all(|crowd| crowd.len() > 100));
    assert!(all_it_can(21).len() > 100, "another office has room");
}

#[test]
fn h3_a_visitor_sends_three_files_at_once() {
    let guests = Guests::default();
    let sent: Vec<_> = (0..4).map(|_| guests.upload("a")).collect();
    assert_eq!(sent.iter().filter(|one| one.is_some()).count(), 3);
    assert!(guests.upload("b").is_some());
    drop(sent);
    assert!(guests.upload("a").is_some());
}
