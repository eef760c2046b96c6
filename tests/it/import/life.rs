//! Pause, its end, cancelling, what stops an import, and what stays of one.

use entity::{audit, import, import_line, import_skip};
use parom::tenant::{self, Who};
use parom_tests::{Line, World, both, once};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::{a_second, ends, heard, import_of, sends, texts};

async fn act(world: &World, id: &str, act: &str) -> Value {
    world.api.post(&format!("/api/v1/imports/{id}/{act}"), &json!({})).await.is(202).json
}

async fn rows(world: &World) -> [u64; 3] {
    let db = world.app().store.write();
    [
        import::Entity::find().count(db).await.unwrap(),
        import_line::Entity::find().count(db).await.unwrap(),
        import_skip::Entity::find().count(db).await.unwrap(),
    ]
}

async fn deeds(world: &World, line: &Line) -> Vec<String> {
    let all = audit::Entity::of_tenant(line.tenant_id).all(world.app().store.write()).await.unwrap();
    let mut all: Vec<_> = all.into_iter().filter(|row| row.action.starts_with("import.")).collect();
    all.sort_by_key(|row| row.id);
    all.into_iter().map(|row| format!("{} {}", row.actor_kind, row.action)).collect()
}

async fn a_pause_keeps_the_place(world: &mut World) {
    let line = world.line("support").await;
    let id = sends(world, &line, "", texts("anna", 250)).await.is(202).text_at("/id");
    a_second(world).await;
    a_second(world).await;
    assert_eq!(act(world, &id, "pause").await["status"], "paused");
    assert_eq!(act(world, &id, "pause").await["status"], "paused", "twice is once");
    a_second(world).await;
    let there = heard(world, &line, "anna").len();
    assert!(there > 0 && there < 250, "{there}");
    a_second(world).await;
    assert_eq!(heard(world, &line, "anna").len(), there, "nothing goes on");
    assert_eq!(import_of(world, &id).await["done"], there);
    assert_eq!(act(world, &id, "resume").await["status"], "queued");
    let end = ends(world, &id).await;
    assert_eq!([&end["status"], &end["done"], &end["duplicates"]], [&json!("done"), &json!(250), &json!(0)]);
    let wanted: Vec<String> = (0..60).map(|n| format!("anna {n}")).collect();
    let heard = heard(world, &line, "anna");
    assert_eq!(heard.len(), 250);
    assert!(heard.iter().any(|(text, _)| *text == wanted[59]));
    assert_eq!(heard.iter().filter(|(_, silent)| !silent).count(), 1, "one notice, whatever came between");
    for over in ["pause", "resume", "cancel"] {
        let refused = world.api.post(&format!("/api/v1/imports/{id}/{over}"), &json!({})).await.is(409);
        assert!(refused.text.contains("import_over"), "{}", refused.text);
    }
    assert_eq!(
        deeds(world, &line).await,
        ["key import.started", "key import.paused", "key import.resumed", "parom import.finished"]
    );
    assert_eq!(rows(world).await, [1, 0, 0], "messages are not kept twice");
}

async fn imported_messages_stay_when_the_rest_is_cancelled(world: &mut World) {
    let line = world.line("support").await;
    let id = sends(world, &line, "", texts("anna", 250)).await.is(202).text_at("/id");
    a_second(world).await;
    a_second(world).await;
    assert_eq!(act(world, &id, "cancel").await["status"], "cancelled");
    for _ in 0..3 {
        a_second(world).await;
    }
    let end = import_of(world, &id).await;
    let there = heard(world, &line, "anna").len();
    assert!(there > 0 && there < 250, "{there}");
    assert_eq!((&end["status"], &end["done"]), (&json!("cancelled"), &json!(there)));
    assert_eq!(rows(world).await, [1, 0, 0]);
    let refused = world.api.post(&format!("/api/v1/imports/{id}/resume"), &json!({})).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
}

async fn the_rows_of_a_dry_run_are_removed_after_a_day(world: &mut World) {
    let line = world.line("support").await;
    let id = sends(world, &line, "?dry_run=true", texts("anna", 3)).await.is(202).text_at("/id");
    assert_eq!(rows(world).await, [1, 3, 0]);
    world.advance(std::time::Duration::from_secs(86_401));
    a_second(world).await;
    assert_eq!(rows(world).await, [1, 0, 0]);
    assert_eq!(import_of(world, &id).await["total"], 3);
}

async fn a_deleted_source_stops_its_import(world: &mut World) {
    let line = world.line("support").await;
    let id = sends(world, &line, "", texts("anna", 250)).await.is(202).text_at("/id");
    a_second(world).await;
    world.api.delete(&line.path("")).await.is(204);
    let end = ends(world, &id).await;
    assert_eq!(end["status"], "failed", "{end}");
    let before = heard(world, &line, "anna").len();
    a_second(world).await;
    assert_eq!(heard(world, &line, "anna").len(), before);
}

async fn nothing_stays_of_who_is_forgotten(world: &mut World) {
    let line = world.line("support").await;
    let file = texts("anna", 200) + &texts("boris", 200) + "broken\n";
    let id = sends(world, &line, "?leads=none", file).await.is(202).text_at("/id");
    a_second(world).await;
    a_second(world).await;
    act(world, &id, "pause").await;
    a_second(world).await;
    let conversation = world.messages().await.first().expect("a message").conversation_id;
    let [_, before, _] = rows(world).await;
    tenant::erase(&world.app().tenants, line.tenant_id, &Who::Conversation(conversation), "test").await.unwrap();
    let [_, after, _] = rows(world).await;
    assert_eq!(after, 200, "anna's are gone, boris' wait: {before}");
    tenant::forget(&world.app().tenants, line.tenant_id, true, "test").await.unwrap();
    assert_eq!(rows(world).await, [0, 0, 0]);
}

both!(a_pause_keeps_the_place, imported_messages_stay_when_the_rest_is_cancelled, nothing_stays_of_who_is_forgotten);
once!(the_rows_of_a_dry_run_are_removed_after_a_day, a_deleted_source_stops_its_import);
