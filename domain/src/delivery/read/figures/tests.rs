use super::*;
use crate::delivery::read::first_id_at;

/// 20 Nov 2026, 09:30 UTC.
const NOW: i64 = 1_795_167_000_000;

fn figures() -> Figures {
    Figures { now: NOW, hours: Vec::new(), days: Vec::new(), waiting: Vec::new(), took: Vec::new() }
}

fn hour(source_id: Uuid, direction: Direction, state: State, back: i64, messages: i64) -> HourRow {
    let hour = NOW / HOUR - back;
    HourRow { source_id, direction: direction.number(), state: state.number(), hour, messages, last: Some(hour * HOUR) }
}

#[test]
fn an_hour_counts_both_directions_and_what_failed_of_them() {
    let source = Uuid::from_u128(1);
    let hours = vec![
        hour(source, Direction::ToCrm, State::Delivered, 0, 3),
        hour(source, Direction::ToCrm, State::Queued, 0, 1),
        hour(source, Direction::ToMessenger, State::Read, 0, 2),
        hour(source, Direction::ToMessenger, State::Failed, 0, 1),
        hour(source, Direction::ToMessenger, State::Sent, 23, 5),
    ];
    let figures = Figures { hours, ..figures() };
    let slots = figures.slots(Span::Hours);
    assert_eq!(slots.len(), 24);
    assert_eq!(slots[23].flow, Flow { came: 4, went: 3, failed: 1, failed_in: 0 });
    assert_eq!(slots[23].delivered, 5);
    assert_eq!(slots[0].flow, Flow { came: 0, went: 5, failed: 0, failed_in: 0 });
    assert_eq!(figures.of_source(source, Span::Hours), Flow { came: 4, went: 8, failed: 1, failed_in: 0 });
    assert_eq!(figures.last_of(source), LastMessage::At(NOW / HOUR * HOUR));
    assert_eq!(figures.last_of(Uuid::nil()), LastMessage::None);
}

#[test]
fn days_are_those_asked_for() {
    let source_id = Uuid::from_u128(1);
    let day = |back: i32, accepted: i64| DayRow {
        source_id,
        direction: Direction::ToCrm.number(),
        day: day_of(NOW) - back,
        accepted: Some(accepted),
        delivered: Some(accepted),
        failed: None,
        failed_later: None,
    };
    let figures = Figures { days: vec![day(0, 1), day(6, 2), day(7, 4), day(29, 8)], ..figures() };
    let sum = |days: i32| figures.slots(Span::Days(days)).iter().map(|slot| slot.flow.all()).sum::<i64>();
    assert_eq!([sum(1), sum(7), sum(30)], [1, 3, 15]);
    assert_eq!(figures.of_source(source_id, Span::Days(7)).came, 3);
    assert_eq!(figures.ledger(day_of(NOW) - 6).to_crm.accepted, 3);
    assert_eq!(figures.last_of(source_id), LastMessage::OnDay(i64::from(day_of(NOW)) * DAY));
}

#[test]
fn times_are_those_of_messages_until_the_other_side_has_them() {
    let row = |took: i64| TookRow { message_id: first_id_at(NOW), source_id: Uuid::from_u128(1), took };
    let figures = Figures { took: (1..=100).map(|took| row(took * 10)).collect(), ..figures() };
    assert_eq!(figures.times(), Some(Times { median: 500, most: 950, messages: 100 }));
    let by_hour = figures.times_by_hour();
    assert_eq!(by_hour.iter().flatten().count(), 1);
    assert_eq!(by_hour[23], figures.times());
    assert_eq!(figures.times_of(Uuid::nil()), None);
}
