//! C1, C10: targets without room hide none that have room: full and closed pools, accounts at their limit, many turns
//! of one moment.

use parom::delivery::slots::Slot;
use parom_tests::office::Desk;
use parom_tests::{Manager, Office, World, both, once};
use queue::After;
use queue::accept_batch::AcceptBatch;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

/// More than one scan looks at.
const MANY: usize = 129;

/// Letters of accounts that do not exist, one each.
async fn strangers_wait(world: &World, letters: impl IntoIterator<Item = AcceptBatch>) {
    let letters: Vec<AcceptBatch> = letters.into_iter().collect();
    for part in letters.chunks(250) {
        let part: Vec<&AcceptBatch> = part.iter().collect();
        world.app().queue.accept(&part, false).await.unwrap();
    }
    // Later ones have waited for a shorter time.
    world.advance(std::time::Duration::from_millis(1));
}

/// Removes the strangers' rest and delivers the others, so that the final checks pass.
async fn strangers_go(world: &mut World) {
    let db = world.app().store.write();
    for table in ["letter", "lane", "turn", "message", "conversation", "conversation_alias", "dedupe", "ledger_delta"] {
        let text = format!("DELETE FROM {table} WHERE tenant_id NOT IN (SELECT tenant_id FROM tenant)");
        db.execute_unprepared(&text).await.unwrap();
    }
    // The host that was left alone is tried again.
    world.advance(std::time::Duration::from_secs(31));
    world.deliver_to_the_end().await;
}

async fn answer_leaves(world: &mut World, manager: &Manager) {
    manager.answers("anna", "Good morning").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning"], "it does not wait for a slot of another account");
}

async fn c1_a_closed_pool_hides_no_other_target(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let now = world.clock.millis();
    for account in 0..40 {
        world.app().delivery.slots.note("amojo:main", Uuid::from_u128(account), false, now);
    }
    assert_eq!(world.app().delivery.slots.closed(now).len(), 1, "amojo is left alone");
    strangers_wait(world, (0..MANY).map(|_| Desk::new(&world.clock).to_crm("chat", "1", "one"))).await;
    answer_leaves(world, &manager).await;
    strangers_go(world).await;
}

async fn c1_a_pool_full_of_hanging_calls_hides_no_other_target(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let desks: Vec<Desk> = (0..MANY).map(|_| Desk::new(&world.clock)).collect();
    let slots = &world.app().delivery.slots;
    let hanging: Vec<Slot> =
        desks[..128].iter().map(|desk| slots.take("amojo:main", desk.tenant_id, desk.channel_id)).collect();
    strangers_wait(world, desks.iter().map(|desk| desk.to_crm("chat", "1", "one"))).await;
    answer_leaves(world, &manager).await;
    drop(hanging);
    strangers_go(world).await;
}

async fn c1_an_account_with_many_due_targets_hides_no_other_account(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let first = Desk::new(&world.clock);
    let slots = &world.app().delivery.slots;
    let hanging: Vec<Slot> =
        (0..8).map(|_| slots.take("webhooks", first.tenant_id, first.another().source_id)).collect();
    let now = world.clock.millis();
    strangers_wait(world, (0..2 * MANY).map(|_| first.another().to_messenger("chat", "1", "one", now))).await;
    answer_leaves(world, &manager).await;
    drop(hanging);
    strangers_go(world).await;
}

/// Turns of one moment are more than a page.
async fn c1_turns_of_one_moment_are_all_read(office: &mut Office) {
    let desks: Vec<Desk> = (0..300).map(|_| office.desk()).collect();
    let letters: Vec<AcceptBatch> = desks.iter().map(|desk| desk.to_crm("chat", "1", "one")).collect();
    for part in letters.chunks(100) {
        office.queue.accept(&part.iter().collect::<Vec<_>>(), false).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut page = office.ready(128).await;
    while let Some(last) = page.last() {
        let after = After::turn(last);
        seen.extend(page.iter().map(|ready| ready.tenant_id));
        page = office.queue.ready_without(&after, &[], 128).await.unwrap();
    }
    let mut all: Vec<_> = desks.iter().map(|desk| desk.tenant_id).collect();
    all.sort();
    assert_eq!(seen, all, "each once, in the order of their keys");
    let [one, two] = [all[0], all[1]];
    let others = office.queue.ready_without(&After::time("amojo:main", 0), &[one, two], 3).await.unwrap();
    assert_eq!(others.iter().map(|ready| ready.tenant_id).collect::<Vec<_>>(), all[2..5]);
}

/// What a scan costs that finds nothing.
async fn c1_an_idle_scan_is_one_statement(world: &mut World) {
    let mut worker = world.another_worker();
    let counted = world.app().store.counted().clone();
    let mut statements = Vec::new();
    let mut round = async || {
        counted.watch();
        assert_eq!(worker.round().await.unwrap(), 0);
        // What other tasks do meanwhile is not the scan's.
        statements.push(counted.statements().iter().filter(|text| text.contains("turn")).count());
    };
    round().await;
    round().await;
    let desk = Desk::new(&world.clock);
    let fill = |pool: &str, count| -> Vec<Slot> {
        (0..count).map(|_| world.app().delivery.slots.take(pool, desk.tenant_id, desk.source_id)).collect()
    };
    let connectors = &world.app().connectors;
    let pools = connectors.kinds().filter_map(|kind| connectors.get(kind)).map(|connector| connector.pool());
    let full: Vec<Slot> = pools.chain(["amojo:main"]).flat_map(|pool| fill(pool, 1_024)).collect();
    round().await;
    assert_eq!(statements, [2, 1, 0], "with a sweep, without one, and when there is no room anywhere");
    drop(full);
}

/// C10: sixteen accounts of which each has as many calls under way as it may have.
async fn c10_hanging_endpoints_of_many_accounts_delay_no_other_account(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let slots = world.app().delivery.slots.clone();
    let mut hanging: Vec<Slot> = Vec::new();
    for _ in 0..16 {
        let desk = Desk::new(&world.clock);
        hanging.extend((0..8).map(|_| slots.take("webhooks", desk.tenant_id, desk.another().source_id)));
    }
    answer_leaves(world, &manager).await;
    drop(hanging);
    strangers_go(world).await;
}

both!(
    c1_turns_of_one_moment_are_all_read,
    c1_an_idle_scan_is_one_statement,
    c1_a_closed_pool_hides_no_other_target,
    c1_a_pool_full_of_hanging_calls_hides_no_other_target,
    c1_an_account_with_many_due_targets_hides_no_other_account,
);
once!(c10_hanging_endpoints_of_many_accounts_delay_no_other_account);
