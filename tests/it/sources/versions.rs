//! Two people edit one source: the second gets an error.

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

async fn the_second_is_told_who_was_faster(world: &mut World) {
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

async fn of_two_at_once_one_wins(world: &mut World) {
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
    let changes: Vec<_> = ["A", "B", "C"].iter().map(|name| json!({ "name": name })).collect();
    let (one, two, three) = tokio::join!(
        patch(world, &made, None, &changes[0]),
        patch(world, &made, None, &changes[1]),
        patch(world, &made, None, &changes[2])
    );
    assert_eq!((one.status, two.status, three.status), (200, 200, 200));
    reconcile(world, tenant_id).await;
    assert_eq!(get(world, &made).await.json["name"], there(world, "support")["name"], "both sides agree");
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

both!(the_second_is_told_who_was_faster, of_two_at_once_one_wins, a_new_default_changes_the_old_one);
once!(a_change_that_failed_is_no_change, many_at_once_without_a_tag_all_end);
