//! Checks at the end of every test.

use std::collections::BTreeMap;

use base::message::LetterKind;
use entity::{lane, ledger_delta, letter, message, raw_hook};
use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use crate::World;

/// Irregularities that a test causes on purpose.
#[derive(Default)]
pub(crate) struct Allowed {
    pub letters: bool,
    pub problems: bool,
    pub repeats: bool,
    pub forgotten: bool,
}

impl World {
    /// This test ends with waiting letters.
    pub fn leave_letters(&mut self) {
        self.allowed.letters = true;
    }

    /// This test makes calls that amoCRM should never receive.
    pub fn allow_problems(&mut self) {
        self.allowed.problems = true;
    }

    /// This test repeats a message to amoCRM.
    pub fn allow_repeats(&mut self) {
        self.allowed.repeats = true;
    }

    /// This test outlasts the retention of messages, while the ledger keeps counting them.
    pub fn forget_messages(&mut self) {
        self.allowed.forgotten = true;
    }

    /// Waiting letters.
    pub async fn letters(&self) -> Vec<letter::Model> {
        all::<letter::Entity>(self.app().store.read()).await
    }

    /// Waits until a live world has delivered all its letters.
    pub async fn carries_all(&self) {
        self.until("all letters are carried", async || self.letters().await.is_empty().then_some(())).await;
    }

    /// All messages, oldest first.
    pub async fn messages(&self) -> Vec<message::Model> {
        let mut found = all::<message::Entity>(self.app().store.read()).await;
        found.sort_by_key(|message| message.id);
        found
    }

    /// Reasons of quarantined hooks, oldest first.
    pub async fn quarantined(&self) -> Vec<String> {
        let mut found = all::<raw_hook::Entity>(self.app().store.read()).await;
        found.sort_by_key(|hook| hook.id);
        found.into_iter().map(|hook| hook.quarantine).filter(|why| !why.is_empty()).collect()
    }

    /// Checks that lanes match letters, and that accepted = delivered + failed + waiting for every source, direction
    /// and day. All are read from one snapshot, because a live world may accept a status meanwhile.
    pub async fn assert_ledger(&self) {
        let snapshot = self.app().store.read_tx().await.expect("a snapshot begins");
        let letters = all::<letter::Entity>(&snapshot).await;
        let mut waiting: BTreeMap<(Uuid, Uuid), i64> = BTreeMap::new();
        let mut unsettled: BTreeMap<(Uuid, Uuid, i16), i64> = BTreeMap::new();
        for letter in letters {
            *waiting.entry((letter.tenant_id, letter.lane_id)).or_default() += 1;
            if letter.kind == 1 {
                *unsettled.entry((letter.tenant_id, letter.source_id, letter.direction)).or_default() += 1;
            }
        }
        for lane in all::<lane::Entity>(&snapshot).await {
            let letters = waiting.get(&(lane.tenant_id, lane.lane_id)).copied().unwrap_or(0);
            assert_eq!(lane.waiting, letters, "a lane miscounts its letters: {lane:?}");
            assert_eq!(lane.due_at.is_some(), letters > 0, "a lane sleeps over letters, or is due without: {lane:?}");
        }
        let mut accepted: BTreeMap<(Uuid, Uuid, i16), i64> = BTreeMap::new();
        for message in all::<message::Entity>(&snapshot).await {
            *accepted.entry((message.tenant_id, message.source_id, message.direction)).or_default() += 1;
        }
        let mut counted: BTreeMap<(Uuid, Uuid, i16), (i64, i64, i64)> = BTreeMap::new();
        for row in all::<ledger_delta::Entity>(&snapshot).await {
            let sum = counted.entry((row.tenant_id, row.source_id, row.direction)).or_default();
            *sum = (sum.0 + row.accepted, sum.1 + row.delivered, sum.2 + row.failed);
        }
        let sums: BTreeMap<_, _> = counted.iter().map(|(key, sum)| (*key, sum.0)).collect();
        assert!(
            self.allowed.forgotten || sums == accepted,
            "the ledger and the messages differ: {sums:?} {accepted:?}"
        );
        for (key, (accepted, delivered, failed)) in counted {
            let waiting = unsettled.get(&key).copied().unwrap_or(0);
            assert_eq!(
                accepted,
                delivered + failed + waiting,
                "accepted {accepted} is not delivered {delivered} + failed {failed} + waiting {waiting} for {key:?}"
            );
        }
    }
}

async fn all<E: EntityTrait>(connection: &impl ConnectionTrait) -> Vec<E::Model> {
    E::find().all(connection).await.expect("the table is read")
}

/// Fails the test of a world that ends in an unclean state. A live one gets time to deliver its letters; only statuses
/// may come after that, e.g. from a page that reports while it closes that a message was read.
pub(crate) async fn all_is_well(world: &World) {
    if world.setup.live && !world.allowed.letters {
        world.carries_all().await;
    }
    world.assert_ledger().await;
    let letters = world.letters().await;
    let left: Vec<_> =
        letters.iter().filter(|letter| !(world.setup.live && letter.kind == LetterKind::Status.number())).collect();
    assert!(world.allowed.letters || left.is_empty(), "letters are left: {left:#?}");
    let problems = world.sandbox.problems();
    assert!(world.allowed.problems || problems.is_empty(), "amoCRM would complain: {problems:#?}");
    let repeats = world.sandbox.repeats();
    assert!(world.allowed.repeats || repeats.is_empty(), "amoCRM saw messages twice: {repeats:#?}");
    let problems = world.messenger.problems();
    assert!(problems.is_empty(), "the messenger complains: {problems:#?}");
}
