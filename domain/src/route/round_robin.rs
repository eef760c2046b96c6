//! People in turn: smooth weighted round robin, so that a person of weight 2 gets two of three enquiries, and never all of
//! them in a row. Who is absent or has their limit loses no turn and gets none afterwards.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use connectors::hours::HoursLine;
use serde::{Deserialize, Serialize};

use super::rule::Seat;

/// The state of one round robin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn(BTreeMap<i64, SeatTurn>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct SeatTurn {
    /// How long the person has waited, in weights.
    credit: i64,
    /// The day of `given`, as days since 1970 in the account's time zone.
    day: i32,
    /// Enquiries got on that day.
    given: u32,
}

impl Turn {
    /// The person who is next, and the state after that; none if nobody is present with room.
    ///
    /// `is_active`: whether a person still works with amoCRM. `now`: in the account's time zone.
    pub fn next(&self, seats: &[Seat], now: NaiveDateTime, is_active: impl Fn(i64) -> bool) -> Option<(i64, Self)> {
        let day = now.date().to_epoch_days();
        let given = |user_id: i64| self.0.get(&user_id).filter(|turn| turn.day == day).map_or(0, |turn| turn.given);
        let present: Vec<&Seat> = seats
            .iter()
            .filter(|seat| is_active(seat.user_id.0) && is_at_work(&seat.times, now))
            .filter(|seat| seat.limit.is_none_or(|limit| given(seat.user_id.0) < limit))
            .collect();
        let mut after = self.clone();
        // A person who was taken out of the round robin begins anew when they return.
        after.0.retain(|user_id, _| seats.iter().any(|seat| seat.user_id.0 == *user_id));
        for seat in &present {
            after.0.entry(seat.user_id.0).or_default().credit += i64::from(seat.weight);
        }
        let total: i64 = present.iter().map(|seat| i64::from(seat.weight)).sum();
        let credit = |user_id: i64| after.0.get(&user_id).map_or(0, |turn| turn.credit);
        // Of equals the first in the list.
        let next = present.iter().rev().max_by_key(|seat| credit(seat.user_id.0))?.user_id.0;
        let got = given(next) + 1;
        let turn = after.0.entry(next).or_default();
        (turn.credit, turn.day, turn.given) = (turn.credit - total, day, got);
        Some((next, after))
    }
}

/// Whether a moment is within one of the lines; always if there is none.
pub fn is_at_work(lines: &[String], now: NaiveDateTime) -> bool {
    let mut lines = lines.iter().filter_map(|line| HoursLine::parse(line)).peekable();
    lines.peek().is_none() || lines.any(|line| line.holds(now))
}

#[cfg(test)]
mod tests {
    use base::json::NumericId;
    use chrono::NaiveDate;

    use super::*;

    fn seat(user_id: i64, weight: u32) -> Seat {
        Seat { user_id: NumericId(user_id), weight, limit: None, times: Vec::new() }
    }

    /// A Monday.
    fn at(day: u32, hour: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap().and_hms_opt(hour, 0, 0).unwrap()
    }

    fn rounds(seats: &[Seat], now: NaiveDateTime, count: usize) -> Vec<i64> {
        let mut turn = Turn::default();
        let mut next = || {
            let (user_id, after) = turn.next(seats, now, |_| true)?;
            turn = after;
            Some(user_id)
        };
        std::iter::from_fn(&mut next).take(count).collect()
    }

    #[test]
    fn weights_are_shares_without_runs() {
        assert_eq!(rounds(&[seat(1, 1), seat(2, 1), seat(3, 1)], at(30, 9), 6), [1, 2, 3, 1, 2, 3]);
        assert_eq!(rounds(&[seat(1, 4), seat(2, 1), seat(3, 1)], at(30, 9), 6), [1, 1, 2, 1, 3, 1]);
    }

    #[test]
    fn limits_are_of_a_day() {
        let limited = [Seat { limit: Some(1), ..seat(1, 9) }, Seat { limit: Some(2), ..seat(2, 1) }];
        assert_eq!(rounds(&limited, at(30, 9), 9), [1, 2, 2], "then nobody has room");
        let (_, turn) = Turn::default().next(&limited[..1], at(29, 9), |_| true).unwrap();
        assert!(turn.next(&limited[..1], at(29, 20), |_| true).is_none());
        assert!(turn.next(&limited[..1], at(30, 0), |_| true).is_some(), "another day");
    }

    #[test]
    fn only_those_present_are_next() {
        let shifts = [
            Seat { times: vec!["mon-fri 09:00-15:00".into()], ..seat(1, 1) },
            Seat { times: vec!["mon-fri 15:00-21:00".into()], ..seat(2, 1) },
            Seat { times: vec!["mon 22:00-06:00".into()], ..seat(3, 1) },
        ];
        assert_eq!(rounds(&shifts, at(30, 9), 2), [1, 1]);
        assert_eq!(rounds(&shifts, at(30, 15), 2), [2, 2]);
        assert_eq!(rounds(&shifts, at(30, 23), 1), [3]);
        assert_eq!(Turn::default().next(&shifts, at(30, 21), |_| true), None, "between the shifts");
        assert_eq!(Turn::default().next(&shifts, at(30, 9), |id| id != 1), None, "a dismissed manager");
    }
}
