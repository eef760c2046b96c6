//! How gaps are detected in which no process accepted hooks.

use base::config::Config;
use std::time::{Duration, Instant};

use base::store::VENDOR;
use entity::{alert, heartbeat};
use parom::missed_hooks;
use parom_tests::{Line, World, both, on_postgres, once};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;
use simulator::crm::{Fault, HookMessage, Part};

use super::{
    HOUR, MINUTE, SECOND, asked, beats, chatting, events, is_away_for, looks, looks_by_hand, loses_text, shown,
};

async fn an_interruption_is_checked_only_once(world: &mut World) {
    chatting(world).await;
    world.advance(31 * SECOND);
    beats(world).await;
    assert_eq!(looks(world).await, 1, "the process was silent: it could not store anything");
    for _ in 0..5 {
        world.advance(10 * SECOND);
        beats(world).await;
        assert_eq!(looks(world).await, 0);
    }
}

async fn a_process_that_dies_beside_others_is_missed(world: &mut World) {
    let (line, _) = chatting(world).await;
    let second = world.another_server().await;
    missed_hooks::beat(&second.app.intake).await.unwrap();
    loses_text(world, &line, "lost with it").await;
    drop(second);
    for _ in 0..3 {
        world.advance(10 * SECOND);
        beats(world).await;
        assert_eq!(looks(world).await, 0);
    }
    world.advance(SECOND);
    beats(world).await;
    assert_eq!(looks(world).await, 1);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["lost with it"]);
}

async fn only_one_of_two_instances_checks(world: &mut World) {
    let (line, _) = chatting(world).await;
    let second = world.another_server().await;
    missed_hooks::beat(&second.app.intake).await.unwrap();
    assert!(missed_hooks::soon(&world.app().intake, line.tenant_id).await.unwrap());
    let (app, other) = (world.app().clone(), second.app.clone());
    let (one, two) = tokio::join!(missed_hooks::look_now(&app.intake), missed_hooks::look_now(&other.intake));
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(asked(world), 1);
    second.stop().await;
    world.advance(10 * SECOND);
    beats(world).await;
    assert_eq!(looks(world).await, 0, "it stopped in order while another listened");
}

async fn hooks_waiting_in_a_spool_are_not_lost(world: &mut World) {
    let (line, _) = chatting(world).await;
    loses_text(world, &line, "lost").await;
    let now = world.app().store.now().await.unwrap();
    let other = world.clock.uuid_v7();
    let row = heartbeat::Model {
        tenant_id: VENDOR,
        instance: other,
        beat_at: now + 20_000,
        ended: false,
        spooled: 1,
        keys: None,
        version: None,
        calls: None,
    };
    let db = world.app().store.write();
    heartbeat::Entity::insert(row.into_active_model()).exec_without_returning(db).await.unwrap();
    world.advance(11 * SECOND);
    assert!(missed_hooks::soon(&world.app().intake, line.tenant_id).await.unwrap());
    assert_eq!(looks(world).await, 0, "hooks of another process are on their way");
    let db = world.app().store.write();
    heartbeat::Entity::delete_many().filter(heartbeat::Column::Instance.eq(other)).exec(db).await.unwrap();
    assert_eq!(looks(world).await, 1);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["lost"]);
}

async fn a_clean_stop_is_a_gap_if_no_process_returns_soon(world: &mut World) {
    let (line, _) = chatting(world).await;
    missed_hooks::leave(&world.app().intake).await.unwrap();
    loses_text(world, &line, "lost").await;
    world.advance(20 * SECOND);
    world.restart().await;
    beats(world).await;
    assert_eq!(looks(world).await, 1);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["lost"]);
    missed_hooks::leave(&world.app().intake).await.unwrap();
    world.advance(4 * SECOND);
    world.restart().await;
    beats(world).await;
    assert_eq!(looks(world).await, 0, "a quick restart");
}

on_postgres!(a_process_that_dies_beside_others_is_missed, only_one_of_two_instances_checks);

fn without_a_spool(config: &mut Config) {
    config.spool.dir = std::path::PathBuf::new();
}

/// Neither the database nor a spool takes a hook: it is lost, and its account is looked at.
async fn hooks_that_were_refused_are_looked_for(world: &mut World) {
    let (_, manager) = chatting(world).await;
    let hook = manager.prepares("anna", HookMessage::text("refused"));
    world.faults.add("accept.before_commit=error").unwrap();
    assert_eq!(manager.posts(&hook).await, Some(503));
    world.faults.clear();
    world.advance(10 * SECOND);
    beats(world).await;
    assert_eq!(looks(world).await, 1);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["refused"]);
}

// What looking costs when nothing is wrong, and how fast it may be.

async fn a_quiet_account_costs_one_call_a_chat_and_round(world: &mut World) {
    let (line, _) = chatting(world).await;
    for name in ["boris", "clara"] {
        world.customer(&line, name).writes("Hello").await;
    }
    world.deliver_all().await;
    assert_eq!(looks_by_hand(world, &line).await, 3);
    assert_eq!(asked(world), 3);
    world.advance(50 * MINUTE);
    beats(world).await;
    looks(world).await;
    assert!(asked(world) <= 6, "hourly, and once more where the server was silent");
    let before = asked(world);
    world.advance(2 * HOUR);
    looks(world).await;
    assert_eq!(asked(world) - before, 3);
    world.advance(49 * HOUR);
    looks(world).await;
    assert_eq!(asked(world) - before, 3, "nothing was said for two days");
}

fn a_hundred_requests_a_second(config: &mut Config) {
    config.rates.chats_floor = 100.0;
    config.rates.chats_start = 100.0;
    config.rates.chats_ceiling = 100.0;
}

/// 100 requests a second: looks may make five of them.
async fn checks_for_missed_messages_take_five_of_a_hundred_requests(world: &mut World) {
    let line = world.line("support").await;
    for number in 0..6 {
        world.customer(&line, &format!("c{number}")).writes("Hello").await;
    }
    world.deliver_to_the_end().await;
    let started = Instant::now();
    assert_eq!(looks_by_hand(world, &line).await, 6);
    assert!(started.elapsed() >= Duration::from_millis(950), "six calls, 200 ms apart: {:?}", started.elapsed());
}

// What is found late waits for a person.

/// The one message that is held, as a dead letter.
async fn held(world: &World, line: &Line) -> String {
    let dead = world.api.get(&format!("{}&reason=found_in_history", line.dead_letters())).await.is(200);
    assert_eq!(dead.json["items"].as_array().unwrap().len(), 1, "{}", dead.text);
    dead.text_at("/items/0/id")
}

/// Kinds of the open alerts about lost hooks.
async fn alerts(world: &World) -> Vec<String> {
    let open = alert::Entity::find().filter(alert::Column::ResolvedAt.is_null()).all(world.app().store.read()).await;
    let mut kinds: Vec<String> = open.unwrap().into_iter().map(|alert| alert.kind).collect();
    kinds.retain(|kind| ["found_in_history", "hooks_lost"].contains(&kind.as_str()));
    kinds.sort();
    kinds
}

async fn an_old_message_is_held_until_a_person_sends_it(world: &mut World) {
    let (line, manager) = chatting(world).await;
    let lost = loses_text(world, &line, "old").await;
    is_away_for(world, 16 * MINUTE).await;
    world.deliver_to_the_end().await;
    assert!(world.messenger.received().is_empty(), "by itself it is never sent");
    assert!(world.statuses_at_crm(&line, &lost).is_empty(), "it has not failed");
    let told = shown(world, &lost).await;
    assert_eq!((&told["status"], &told["error"]["code"]), (&json!("failed"), &json!("other")), "{told}");
    assert_eq!(events(&told), ["found_in_history", "accepted", "dead"], "{told}");
    let dead = held(world, &line).await;
    manager.answers("anna", "new").await;
    world.api.post(&format!("/api/v1/dead-letters/{dead}/retry"), &json!({})).await.is(202);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["new", "old"]);
    let told = shown(world, &lost).await;
    assert_eq!((&told["status"], &told["error"]), (&json!("sent"), &json!(null)), "{told}");
    let id = world.messenger.received()[1].message_id();
    world.customer(&line, "anna").reports_status(&id, "delivered").await.is(202);
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &lost), [1]);
}

/// The alert stays open until people have decided. A recent message is sent meanwhile.
async fn recent_messages_are_sent_and_old_ones_held(world: &mut World) {
    let (line, _) = chatting(world).await;
    assert!(alerts(world).await.is_empty());
    loses_text(world, &line, "old").await;
    world.advance(10 * MINUTE);
    loses_text(world, &line, "young").await;
    is_away_for(world, 5 * MINUTE).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["young"]);
    assert_eq!(alerts(world).await, ["found_in_history", "hooks_lost"]);
    world.advance(2 * HOUR);
    looks(world).await;
    assert_eq!(alerts(world).await.len(), 2, "it still waits");
    let dead = held(world, &line).await;
    world.api.delete(&format!("/api/v1/dead-letters/{dead}")).await.is(204);
    world.advance(2 * HOUR);
    looks(world).await;
    assert!(alerts(world).await.is_empty());
    // Without its source a message fails as usual.
    let lost = loses_text(world, &line, "nowhere").await;
    world.api.delete(&line.path("")).await.is(204);
    is_away_for(world, 16 * MINUTE).await;
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &lost), [-1]);
}

// With any answer of amoCRM, a check does no harm and continues.

fn status(code: u16) -> Fault {
    Fault::Status { code, retry_after: None }
}

async fn temporary_failures_are_retried(world: &mut World) {
    let (line, _) = chatting(world).await;
    let faults = [status(500), status(503), Fault::Html200, Fault::Reset, Fault::HalfBody];
    for (number, fault) in faults.into_iter().enumerate() {
        loses_text(world, &line, &number.to_string()).await;
        world.advance(11 * SECOND);
        world.sandbox.faults().next(Part::History, 2, fault);
        looks_by_hand(world, &line).await;
        assert_eq!(world.messenger.texts().len(), number);
        for _ in 0..2 {
            world.advance(40 * SECOND);
            looks(world).await;
        }
        world.deliver_all().await;
        assert_eq!(world.messenger.texts().len(), number + 1, "{number}");
        assert_eq!(world.sandbox.faults().left(), 0);
    }
    // What amoCRM asks for is waited for.
    world.sandbox.faults().next(Part::History, 1, Fault::Status { code: 429, retry_after: Some(300) });
    looks_by_hand(world, &line).await;
    let before = asked(world);
    world.advance(Duration::from_secs(290));
    looks(world).await;
    assert_eq!(asked(world), before);
    world.advance(11 * SECOND);
    looks(world).await;
    assert_eq!(asked(world), before + 1);
}

async fn a_chat_that_amocrm_does_not_show_stops_no_other(world: &mut World) {
    let (line, _) = chatting(world).await;
    for (number, code) in [204, 400, 403, 404].into_iter().enumerate() {
        loses_text(world, &line, &code.to_string()).await;
        world.advance(11 * SECOND);
        // Boris wrote last, so his chat comes first.
        world.customer(&line, "boris").writes("Hello").await;
        world.deliver_all().await;
        world.sandbox.faults().next(Part::History, 1, status(code));
        assert_eq!(looks_by_hand(world, &line).await, 2, "{code}");
        world.deliver_all().await;
        assert_eq!(world.messenger.texts().len(), number + 1, "{code}");
        world.advance(SECOND);
    }
    assert_eq!(world.messenger.texts(), ["204", "400", "403", "404"]);
}

async fn a_scope_is_left_alone_after_three_refusals(world: &mut World) {
    let (line, _) = chatting(world).await;
    for name in ["boris", "clara", "dora", "emil"] {
        world.customer(&line, name).writes("Hello").await;
    }
    world.deliver_all().await;
    world.sandbox.faults().until_cleared(Part::History, status(403));
    assert_eq!(looks_by_hand(world, &line).await, 3, "three refusals are enough");
    world.sandbox.faults().clear();
    world.advance(HOUR);
    assert_eq!(looks(world).await, 2, "the round goes on where it was");
}

async fn letters_that_wait_hold_looks_up(world: &mut World) {
    let (line, _) = chatting(world).await;
    world.sandbox.faults().next(Part::Message, 1, Fault::Status { code: 429, retry_after: Some(60) });
    world.customer(&line, "anna").writes("Again").await;
    world.deliver_all().await;
    assert_eq!(looks_by_hand(world, &line).await, 0);
    assert_eq!(asked(world), 0);
    world.advance(61 * SECOND);
    world.deliver_all().await;
    assert_eq!(looks(world).await, 1);
}

both!(
    an_interruption_is_checked_only_once,
    an_old_message_is_held_until_a_person_sends_it,
    letters_that_wait_hold_looks_up,
);
once!(
    hooks_waiting_in_a_spool_are_not_lost,
    a_clean_stop_is_a_gap_if_no_process_returns_soon,
    a_quiet_account_costs_one_call_a_chat_and_round,
    temporary_failures_are_retried,
    a_chat_that_amocrm_does_not_show_stops_no_other,
    a_scope_is_left_alone_after_three_refusals
);

once!(hooks_that_were_refused_are_looked_for in super::without_a_spool);
once!(checks_for_missed_messages_take_five_of_a_hundred_requests in super::a_hundred_requests_a_second);
once!(recent_messages_are_sent_and_old_ones_held);
