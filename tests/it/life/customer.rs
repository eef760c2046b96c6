//! One customer's data by the public API and in the panel: exported and erased.

use parom::identity::MemberRole;
use parom_tests::{World, both};
use serde_json::{Value, json};

use super::erase::{nothing_is_left, plant};
use super::wait;
use crate::panel::{add_member, sign_in};

fn kinds(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| line["type"].as_str().unwrap().to_owned()).collect()
}

async fn only_the_customers_own_data_is_exported(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "theirs").await;
    world.customer(&line, "boris").writes("I stay").await;
    let conversation = plant(world, &line).await;
    let path = format!("/api/v1/tenants/{}/customers/export", line.tenant_id);
    for (key, scope) in [("prm_reads", "read"), ("prm_writes", "write"), ("prm_admin", "admin")] {
        world.add_key(line.tenant_id, key, scope).await;
        if scope != "admin" {
            world.api.with_key(key).post(&path, &json!({"conversation_id": conversation})).await.is(403);
        }
    }
    let api = world.api.with_key("prm_admin");
    for who in [json!({"phone": "8 (915) 000-00-01"}), json!({"conversation_id": conversation})] {
        let answer = api.post(&path, &who).await.is(200);
        assert_eq!(answer.header("content-type"), "application/x-ndjson");
        let kinds = kinds(&answer.text);
        assert_eq!(kinds.iter().filter(|kind| *kind == "message").count(), 4, "{kinds:?}");
        assert_eq!(kinds.iter().filter(|kind| *kind == "conversation").count(), 1, "{kinds:?}");
        assert_eq!(kinds.last().unwrap(), "end");
        for part in ["I am a canary", "Dear canary", "canary waits", "canary@example.com"] {
            assert!(answer.text.contains(part), "{part}");
        }
        assert!(!answer.text.contains("I stay"));
    }
    for (who, status) in [
        (json!({"phone": "+7 915 999-99-99"}), 404),
        (json!({"phone": "12"}), 422),
        (json!({}), 422),
        (json!({"phone": "+7 915 000-00-01", "conversation_id": conversation}), 422),
    ] {
        api.post(&path, &who).await.is(status);
    }
    let theirs = format!("/api/v1/tenants/{}/customers/export", other.tenant_id);
    api.post(&theirs, &json!({"phone": "+7 915 000-00-01"})).await.is(404);
    world.api.post(&theirs, &json!({"conversation_id": conversation})).await.is(404);
    world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
    wait(world, 1);
    world.deliver_to_the_end().await;
}

async fn a_customer_is_erased_by_the_api(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "boris").writes("I stay").await;
    let conversation = plant(world, &line).await;
    let path = format!("/api/v1/tenants/{}/customers/erase", line.tenant_id);
    world.add_key(line.tenant_id, "prm_writes", "write").await;
    world.add_key(line.tenant_id, "prm_admin", "admin").await;
    let phone = json!({"phone": "+7 915 000 00 01"});
    world.api.with_key("prm_writes").post(&path, &phone).await.is(403);
    let api = world.api.with_key("prm_admin");
    let count = api.post(&path, &json!({"phone": "+7 915 000 00 01", "dry_run": true})).await.is(200);
    assert_eq!((&count.json["messages"], &count.json["conversation_ids"]), (&json!(4), &json!([conversation])));
    let proof = api.post(&path, &phone).await.is(201);
    assert_eq!(proof.json["counts"]["message"], 4, "{}", proof.text);
    nothing_is_left(world).await;
    api.post(&path, &phone).await.is(404);
    world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
    wait(world, 1);
    world.deliver_to_the_end().await;
}

async fn an_owner_downloads_a_customers_data(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "boris").writes("I stay").await;
    plant(world, &line).await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let anna = sign_in(world, "anna@example.com").await;
    let page = anna.opens("/panel/data/customer?who=%2B7+915+000-00-01").await.is(200);
    page.says(&["Download this customer’s data"]);
    let file = anna.sends("/panel/data/customer/export", &[("who", "+7 915 000-00-01")]).await.is(200);
    assert_eq!(kinds(&file.text).last().unwrap(), "end");
    assert!(file.text.contains("I am a canary") && !file.text.contains("I stay"));
    anna.opens("/panel/audit").await.is(200).says(&["Export downloaded"]);
    world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
    wait(world, 1);
    world.deliver_to_the_end().await;
}

both!(only_the_customers_own_data_is_exported, a_customer_is_erased_by_the_api, an_owner_downloads_a_customers_data,);
