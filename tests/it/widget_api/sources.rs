//! Sources in the widget: read by all users of the account, changed by administrators.

use entity::audit;
use parom_tests::settings::HOST;
use parom_tests::{World, answer, both, once};
use reqwest::Method;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};

use super::{User, problem};

fn body(world: &World, name: &str) -> Value {
    json!({"kind": "custom", "name": name, "pipeline_id": null, "default": false, "settings": {"webhook_url": world.messenger.url()}})
}

async fn a_source_is_made_changed_and_deleted(world: &mut World) {
    let user = User::administrator(world).await;
    let pipelines = user.get(world, "/pipelines").await.is(200);
    let names: Vec<_> = pipelines.json["items"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["Sales", "Support"]);
    let second = pipelines.json["items"][1]["id"].clone();
    assert!(second.is_string() && pipelines.json["items"][0]["is_main"] == true, "{}", pipelines.text);

    let made = user.post(world, "/sources", &body(world, "Support")).await.is(201);
    assert!(made.text_at("/webhook_secret").starts_with("whsec_"));
    assert_eq!(
        (&made.json["status"], &made.json["pipeline_name"]),
        (&json!("working"), &json!("Sales")),
        "{}",
        made.text
    );
    let path = format!("/sources/{}", made.text_at("/id"));
    let list = user.get(world, "/sources").await.is(200);
    let item = &list.json["items"][0];
    assert_eq!(
        (&list.json["used"], &list.json["limit"], &list.json["next_cursor"]),
        (&json!(1), &json!(50), &json!(null))
    );
    assert_eq!((&item["id"], &item["chats"], &item["deleted_in_crm"]), (&made.json["id"], &json!(0), &json!(false)));
    assert_eq!((&item["embed"], &item["held"]), (&json!(null), &json!({"count": 0, "oldest_at": null})));
    assert!(item.get("webhook_secret").is_none() && item["revision"].is_string(), "{item}");
    assert_eq!((&list.json["strays"], &list.json["tenant"]["host"]), (&json!([]), &json!(HOST)));

    let changed =
        user.patch(world, &path, &json!({"name": "Sales", "pipeline_id": second, "default": true})).await.is(200);
    assert_eq!(
        (&changed.json["name"], &changed.json["pipeline_name"], &changed.json["default"]),
        (&json!("Sales"), &json!("Support"), &json!(true))
    );
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Sales");
    let paused = user.patch(world, &path, &json!({"paused": true})).await.is(200);
    assert_eq!(paused.json["status"], "paused");
    assert!(paused.text_at("/hint").contains("Paused since"), "{}", paused.text);
    user.patch(world, &path, &json!({"paused": false})).await.is(200);
    user.delete(world, &path).await.is(204);
    assert!(world.sandbox.sources(HOST).is_empty());
    user.delete(world, &path).await.is(404);

    let tenant_id = made.text_at("/tenant_id").parse().unwrap();
    let rows = audit::Entity::of_tenant(tenant_id).filter(audit::Column::Action.like("source.%"));
    let rows = rows.all(world.app().store.read()).await.unwrap();
    assert!(
        rows.len() >= 5 && rows.iter().all(|row| row.actor_kind == "crm_user" && row.actor_name == "Olga"),
        "{rows:#?}"
    );
}

async fn a_repeat_makes_no_second_source(world: &mut World) {
    let user = User::administrator(world).await;
    let ask = async |user: &User, name: &str| {
        let request = user.request(world, Method::POST, "/sources").header("Idempotency-Key", "form-1");
        answer(request.json(&body(world, name))).await
    };
    let first = ask(&user, "Support").await.is(201);
    // By another session of the same user: the first one ended meanwhile.
    let again = ask(&User::of(world, HOST, 0).await, "Support").await.is(201);
    assert_eq!((&again.json, again.header("idempotency-replayed")), (&first.json, "true"));
    assert_eq!(again.header("access-control-allow-origin"), "https://acme.amocrm.ru");
    ask(&user, "Other").await.is(422);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
}

async fn managers_look_and_change_nothing(world: &mut World) {
    let line = world.line("support").await;
    let manager = User::of(world, HOST, 1).await;
    let list = manager.get(world, "/sources").await.is(200);
    assert_eq!(list.json["items"][0]["external_id"], "support");
    let path = format!("/sources/{}", line.source_id);
    let nothing = json!({});
    for reply in [
        manager.post(world, "/sources", &body(world, "x")).await,
        manager.patch(world, &path, &json!({"name": "x"})).await,
        manager.delete(world, &path).await,
        manager.post(world, &format!("{path}/test"), &nothing).await,
        manager.post(world, &format!("{path}/restore"), &nothing).await,
        manager.post(world, "/strays/1/adopt", &nothing).await,
        manager.post(world, "/strays/1/remove", &nothing).await,
        manager.post(world, "/connect", &nothing).await,
        manager.post(world, "/disconnect", &nothing).await,
    ] {
        assert_eq!((reply.status, problem(&reply)), (403, "not-admin"), "{}", reply.text);
    }
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Line support");
}

async fn the_second_of_two_administrators_is_warned(world: &mut World) {
    let line = world.line("support").await;
    let (one, other) = (User::of(world, HOST, 0).await, User::of(world, HOST, 0).await);
    let path = format!("/sources/{}", line.source_id);
    let revision = one.get(world, "/sources").await.is(200).text_at("/items/0/revision");
    let change = async |user: &User, name: &str, revision: &str| {
        let request = user.request(world, Method::PATCH, &path).header("If-Match", format!("\"{revision}\""));
        answer(request.json(&json!({"name": name}))).await
    };
    let done = change(&one, "First", &revision).await.is(200);
    assert_ne!(done.text_at("/revision"), revision);
    let refused = change(&other, "Second", &revision).await.is(412);
    assert_eq!(problem(&refused), "changed-meanwhile");
    assert!(refused.text_at("/detail").contains("Olga"), "{}", refused.text);
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "First");
    change(&other, "Second", "nonsense").await.is(412);
    change(&other, "Second", &done.text_at("/revision")).await.is(200);
}

async fn amocrms_refusals_are_reported_and_leave_nothing_half_created(world: &mut World) {
    let user = User::administrator(world).await;
    let ask = async || user.post(world, "/sources", &body(world, "Support")).await;
    world.sandbox.set_too_many(HOST, Some(3));
    assert_eq!(ask().await.is(503).header("retry-after"), "3");
    world.sandbox.set_too_many(HOST, None);
    world.sandbox.set_gateway_page(HOST, Some(502));
    ask().await.is(503);
    world.sandbox.set_gateway_page(HOST, None);
    world.sandbox.faults().next(Part::Rest, 1, Fault::Reset);
    let lost = ask().await;
    assert!(lost.status == 503, "{}", lost.text);
    assert!(world.sandbox.sources(HOST).is_empty(), "{:?}", world.sandbox.sources(HOST));
    let wrong = user
        .post(world, "/sources", &json!({"kind": "custom", "name": " ", "settings": {"webhook_url": "ftp://x"}}))
        .await
        .is(422);
    assert!(!wrong.wrong_fields().is_empty(), "{}", wrong.text);
    world.sandbox.set_unpaid(HOST, true);
    for language in ["en", "ru"] {
        // What to do, and again the same: the first refusal leaves nothing behind that answers instead.
        let refused = user.post(world, &format!("/sources?lang={language}"), &body(world, "Support")).await.is(409);
        assert_eq!(problem(&refused), "crm-unpaid");
        assert!(
            ["pay in", "оплатите"].iter().any(|what| refused.text_at("/detail").contains(what)),
            "{}",
            refused.text
        );
    }
    let unpaid = user.get(world, "/sources").await.is(200);
    assert_eq!(unpaid.json["tenant"]["status"], "unpaid", "{}", unpaid.text);
    assert!(unpaid.text_at("/tenant/hint").contains("7"), "{}", unpaid.text);
    // Paid: the next slow attempt is not waited for.
    world.sandbox.set_unpaid(HOST, false);
    ask().await.is(201);
}

async fn the_fifty_first_source_is_refused(world: &mut World) {
    let user = User::administrator(world).await;
    let tenant = world.tenant(HOST).await.unwrap();
    let path = format!("/api/v1/tenants/{}", tenant["id"].as_str().unwrap());
    world.api.patch(&path, &json!({"sources_limit": 2})).await.is(200);
    for name in ["one", "two"] {
        user.post(world, "/sources", &body(world, name)).await.is(201);
    }
    let refused = user.post(world, "/sources?lang=ru", &body(world, "three")).await.is(409);
    assert_eq!(problem(&refused), "source-limit");
    assert!(refused.text_at("/detail").contains("Все источники заняты"), "{}", refused.text);
    let list = user.get(world, "/sources").await.is(200);
    assert_eq!((&list.json["used"], &list.json["limit"]), (&json!(2), &json!(2)));
}

async fn kinds_come_with_their_forms_in_words(world: &mut World) {
    let user = User::administrator(world).await;
    let kinds = user.get(world, "/kinds?lang=ru").await.is(200);
    let kinds = kinds.json["items"].as_array().unwrap();
    let named = |name: &str| kinds.iter().find(|kind| kind["kind"] == name).unwrap();
    assert_eq!(kinds.len(), base::config::CONNECTORS.len(), "{kinds:?}");
    let custom = &named("custom")["fields"][0];
    assert_eq!(
        (&custom["name"], &custom["type"], &custom["required"]),
        (&json!("webhook_url"), &json!("url"), &json!(true))
    );
    let types = ["text", "secret", "url", "lines", "paragraph", "flag", "choice", "choices"];
    for field in kinds.iter().flat_map(|kind| kind["fields"].as_array().unwrap()) {
        assert!(types.contains(&field["type"].as_str().unwrap()), "{field}");
        assert!(!field["label"].as_str().unwrap().starts_with("wizard-"), "{field}");
        let chosen = ["choice", "choices"].contains(&field["type"].as_str().unwrap());
        assert_eq!(chosen, field.get("options").is_some(), "{field}");
    }
    let chat = named("webchat")["fields"].as_array().unwrap();
    let essential: Vec<_> =
        chat.iter().filter(|field| field["essential"] == true).map(|field| &field["name"]).collect();
    assert_eq!(essential, ["allowed_origins", "title"]);
    assert_eq!((&chat[1]["section"], &custom.get("section")), (&json!("Внешний вид"), &Some(&Value::Null)));
    assert!(named("webchat")["about"].as_str().unwrap().contains("сайте"), "{kinds:?}");
    let chat = json!({"kind": "webchat", "name": "Site", "settings": {}});
    let made = user.post(world, "/sources", &chat).await.is(201);
    let link = format!("{}/chat/{}", world.api.base(), made.text_at("/id"));
    assert_eq!(made.text_at("/embed/link"), link);
    assert!(made.text_at("/embed/code").contains(&link));
}

async fn a_source_deleted_in_amocrm_comes_back_in_one_click(world: &mut World) {
    let line = world.line("support").await;
    let user = User::of(world, HOST, 0).await;
    world.sandbox.delete_source(HOST, "support");
    parom::source::reconcile(&world.app().sources, line.tenant_id).await.unwrap();
    let list = user.get(world, "/sources").await.is(200);
    assert_eq!(list.json["items"][0]["deleted_in_crm"], true, "{}", list.text);
    let restored = user.post(world, &format!("/sources/{}/restore", line.source_id), &json!({})).await.is(200);
    assert_eq!((&restored.json["deleted_in_crm"], &restored.json["status"]), (&json!(false), &json!("working")));
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
}

async fn a_test_describes_its_steps_in_words(world: &mut World) {
    let line = world.line("support").await;
    let user = User::of(world, HOST, 0).await;
    let path = format!("/sources/{}/test?lang=ru", line.source_id);
    let tested = user.post(world, &path, &json!({})).await.is(200);
    let steps = tested.json["steps"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(names[0], "credentials", "{}", tested.text);
    assert!(
        steps.iter().all(|step| step["title"].as_str().unwrap().chars().any(|sign| sign >= 'а')),
        "{}",
        tested.text
    );
    assert!(steps.iter().all(|step| step["ok"] == true), "{}", tested.text);
}

both!(
    a_source_is_made_changed_and_deleted,
    a_repeat_makes_no_second_source,
    the_second_of_two_administrators_is_warned
);
once!(
    managers_look_and_change_nothing,
    amocrms_refusals_are_reported_and_leave_nothing_half_created,
    the_fifty_first_source_is_refused,
    kinds_come_with_their_forms_in_words,
    a_source_deleted_in_amocrm_comes_back_in_one_click,
    a_test_describes_its_steps_in_words,
);
