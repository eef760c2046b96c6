//! Two people edit one source: the second gets an error.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::*;

async fn patch(world: &World, made: &Reply, version: Option<&str>, change: &Value) -> Reply {
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    let request = world.api.request(reqwest::Method::PATCH, &path).json(change);
    let request = match version {
        Some(version) => request.header("If-Match", version),
        None => request,
    };
    parom_tests::answer(request).await
}

async fn the_second_editor_learns_who_was_faster(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let tag = made.header("etag").to_owned();
    assert_eq!(tag, format!("\"{}\"", made.text_at("/version")));
    let first = patch(world, &made, Some(&tag), &json!({"name": "Sales"})).await.is(200);
    assert_ne!(first.header("etag"), tag);
    let second = patch(world, &made, Some(&tag), &json!({"name": "Service"})).await.is(412);
    assert!(second.text.contains("changed_meanwhile"), "{}", second.text);
    let detail = second.text_at("/detail");
    let told = ["admin key of the tests", "name", "2026-11-20T09:00:00.000Z"];
    assert!(told.iter().all(|words| detail.contains(words)), "{detail}");
    assert_eq!(
        (&get(world, &made).await.json["name"], &there(world, "support")["name"]),
        (&json!("Sales"), &json!("Sales"))
    );
    // With the new tag, with any, and without one it goes.
    patch(world, &made, Some(first.header("etag")), &json!({"name": "A"})).await.is(200);
    patch(world, &made, Some("*"), &json!({"name": "B"})).await.is(200);
    patch(world, &made, None, &json!({"name": "C"})).await.is(200);
    assert_eq!(patch(world, &made, Some("x"), &json!({"name": "D"})).await.is(422).wrong_fields(), ["/If-Match"]);
}

async fn one_of_two_simultaneous_changes_wins(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let tag = made.header("etag");
    let (one, two) = (json!({"name": "One"}), json!({"name": "Two"}));
    let (first, second) = tokio::join!(patch(world, &made, Some(tag), &one), patch(world, &made, Some(tag), &two));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    let name = if first.status == 200 { "One" } else { "Two" };
    assert_eq!((&get(world, &made).await.json["name"], &there(world, "support")["name"]), (&json!(name), &json!(name)));
}

async fn many_at_once_without_a_tag_all_end(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let changes: Vec<_> = (0..24).map(|number| json!({ "name": format!("Name {number}") })).collect();
    let world = &*world;
    let replies = join_all(changes.iter().map(|change| patch(world, &made, None, change))).await;
    let versions: BTreeSet<_> = replies.into_iter().map(|reply| reply.is(200).text_at("/version")).collect();
    assert_eq!(versions.len(), changes.len(), "each is a version of its own");
    assert_eq!(get(world, &made).await.json["name"], there(world, "support")["name"], "both sides agree");
}

async fn changes_and_rotations_at_once_wait_for_each_other(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let path = format!("/api/v1/sources/{}/rotate-secret", made.text_at("/id"));
    let world = &*world;
    let change = json!({"name": "Sales"});
    let changes = join_all((0..6).map(|_| patch(world, &made, None, &change)));
    let none = json!({});
    let rotations = join_all((0..6).map(|_| world.api.post(&path, &none)));
    let (changed, rotated) = tokio::join!(changes, rotations);
    for reply in changed.into_iter().chain(rotated) {
        reply.is(200);
    }
}

/// A deletion that meets a change: the change is done before it, or finds no source.
async fn a_deletion_and_changes_at_once_leave_no_source(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    let world = &*world;
    let changes: Vec<_> = (0..8).map(|number| json!({ "name": format!("Name {number}") })).collect();
    let patches = join_all(changes.iter().map(|change| patch(world, &made, None, change)));
    let (changed, deleted) = tokio::join!(patches, world.api.delete(&path));
    deleted.is(204);
    for reply in &changed {
        assert!(matches!(reply.status, 200 | 404), "{}: {}", reply.status, reply.text);
    }
    world.api.get(&path).await.is(404);
    assert_eq!(world.sandbox.sources(HOST).len(), 0);
}

/// As between two processes: the source is deleted after the change was claimed.
async fn a_change_that_was_overtaken_by_a_deletion_writes_nothing(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let gate = world.sandbox.faults().hold_with(Part::Rest, "Sales");
    let (world, change) = (&*world, json!({"name": "Sales"}));
    let deleting = async {
        gate.until_waiting(1).await;
        let gone = "UPDATE source SET deleted_at = updated_at, name = 'Gone'";
        world.app().store.write().execute_unprepared(gone).await.unwrap();
        gate.open();
    };
    let (reply, ()) = tokio::join!(patch(world, &made, None, &change), deleting);
    reply.is(404);
    let row = entity::source::Entity::find().one(world.app().store.read()).await.unwrap().unwrap();
    assert_eq!(row.name, "Gone");
}

async fn a_change_that_failed_is_no_change(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let tag = made.header("etag").to_owned();
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    patch(world, &made, Some(&tag), &json!({"name": "Sales"})).await.is(503);
    world.sandbox.faults().clear();
    assert_eq!(get(world, &made).await.header("etag"), tag);
    patch(world, &made, Some(&tag), &json!({"name": "Sales"})).await.is(200);
}

async fn a_new_default_changes_the_old_one(world: &mut World) {
    let tenant_id = installed(world).await;
    let mut wanted = body(world, "one");
    wanted["default"] = json!(true);
    let one = make(world, tenant_id, &wanted).await.is(201);
    let two = make(world, tenant_id, &body(world, "two")).await.is(201);
    patch(world, &two, None, &json!({"default": true})).await.is(200);
    patch(world, &one, Some(one.header("etag")), &json!({"name": "Old"})).await.is(412);
    assert_eq!((&there(world, "one")["default"], &there(world, "two")["default"]), (&json!(false), &json!(true)));
}

both!(the_second_editor_learns_who_was_faster, one_of_two_simultaneous_changes_wins, a_new_default_changes_the_old_one);
both!(
    many_at_once_without_a_tag_all_end,
    changes_and_rotations_at_once_wait_for_each_other,
    a_deletion_and_changes_at_once_leave_no_source,
    a_change_that_was_overtaken_by_a_deletion_writes_nothing,
);
once!(a_change_that_failed_is_no_change);
