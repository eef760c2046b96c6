use super::*;

/// When this many simultaneous calls may be made.
fn times(rate: RestRate, calls: i64) -> Vec<i64> {
    (0..calls).map(|number| ((number + 1 - rate.at_once) * rate.each).max(0)).collect()
}

#[test]
fn no_second_has_more_calls_than_amocrm_takes() {
    for requests in [0.5, 1.0, 2.5, 3.0, 4.0, 5.0, 5.5, 6.0, 6.9, 7.0] {
        let rate = RestRate::of(requests);
        let times = times(rate, 100);
        for from in &times {
            let within = times.iter().filter(|at| (*from..*from + 1_000).contains(*at)).count();
            assert!(within <= 7, "{requests} a second: {within} from {from} ms on, {rate:?}");
        }
    }
}

#[test]
fn the_configured_rate_is_what_is_made_in_the_long_run() {
    assert_eq!(RestRate::of(5.0), RestRate { at_once: 2, each: 200, a_second: 5 });
    assert_eq!(RestRate::of(7.0), RestRate { at_once: 1, each: 143, a_second: 7 });
    assert_eq!(RestRate::of(0.5), RestRate { at_once: 1, each: 2_000, a_second: 1 });
    assert_eq!(
        RestRate::of(500.0),
        RestRate { at_once: 500, each: 2, a_second: 500 },
        "a higher configured limit applies"
    );
}
