//! Message status and history, read for people: shared by the API, the panel and the widget. Nothing here writes.

pub mod activity;
pub mod chats;
pub mod customer;
pub mod dead;
pub mod figures;
pub mod find;
pub mod ledger;
pub mod list;
pub mod reason;
pub mod report;
pub mod sides;
pub mod story;
pub mod webhooks;

use uuid::Uuid;

pub use reason::HoldReasons;
pub use story::MessageStatus;

/// Number of leading bits that hold the time in our ids (UUID v7).
const TIME_BITS: u32 = 48;

/// The smallest id that can have been generated at this moment (milliseconds since 1970): ids begin with their time,
/// so a period is a range of the primary key.
pub fn first_id_at(millis: i64) -> Uuid {
    let time = u128::try_from(millis.clamp(0, (1 << TIME_BITS) - 1)).unwrap_or_default();
    Uuid::from_u128(time << (128 - TIME_BITS))
}

/// When an id of ours was generated, in milliseconds since 1970.
pub fn made_at(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() >> (128 - TIME_BITS)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_lies_before_its_own_ids_and_after_earlier_ones() {
        let clock = base::clock::Clock::frozen(1_795_167_000_123);
        let id = clock.uuid_v7();
        assert!(first_id_at(1_795_167_000_123) <= id && id < first_id_at(1_795_167_000_124));
        assert_eq!(made_at(id), 1_795_167_000_123);
        assert_eq!(first_id_at(-5), Uuid::nil());
    }
}
