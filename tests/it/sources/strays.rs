//! Sources that amoCRM has under our integration and that are none of ours.

use amocrm::rest::NewSource;

use super::*;

const CODE: &str = "parom_chats";

/// A world whose integration has a widget, and in whose account amoCRM has created a source itself.
async fn with_own_source(engine: Engine) -> Option<(World, Uuid)> {
    fn with_widget(config: &mut base::config::Config) {
        let widget = serde_json::from_value(json!({ "code": CODE })).unwrap();
        config.integrations[0].widget = Some(widget);
    }
    let world = World::start(engine, Setup { change: with_widget, ..Setup::default() }).await?;
    let tenant_id = installed(&world).await;
    add(&world, tenant_id, CODE, true).await;
    Some((world, tenant_id))
}

/// Something makes a source in our name, not through us.
async fn add(world: &World, tenant_id: Uuid, external_id: &str, default: bool) -> i64 {
    let new = NewSource {
        name: format!("Made elsewhere: {external_id}"),
        external_id: external_id.to_owned(),
        pipeline_id: Some(second_pipeline(world)),
        default: Some(default),
        origin_code: None,
        services: None,
    };
    let new = &new;
    let made = with_token(&world.app().tenants, tenant_id, |rest, token| async move {
        rest.create_sources(&token, std::slice::from_ref(new)).await
    });
    made.await.unwrap()[0].id
}

fn second_pipeline(world: &World) -> i64 {
    let account = world.sandbox.add_account(HOST);
    account.pipelines.iter().find(|pipeline| !pipeline.is_main).unwrap().id
}

async fn strays(world: &World, tenant_id: Uuid) -> Vec<Value> {
    let list = world.api.get(&format!("/api/v1/tenants/{tenant_id}/stray-sources")).await.is(200);
    list.json["items"].as_array().unwrap().clone()
}

fn path(tenant_id: Uuid, stray: &Value, deed: &str) -> String {
    format!("/api/v1/tenants/{tenant_id}/stray-sources/{}/{deed}", stray["amocrm_source_id"].as_str().unwrap())
}

async fn amocrms_own_source_is_taken_over(engine: Engine) {
    let Some((world, tenant_id)) = with_own_source(engine).await else { return };
    reconcile(&world, tenant_id).await;
    let found = strays(&world, tenant_id).await;
    assert_eq!((&found[0]["reason"], &found[0]["default"]), (&json!("own_default"), &json!(true)));
    let migration = parom::source::migration(&world.app().sources, tenant_id).await.unwrap();
    assert_eq!((migration.stage, migration.done), (1, false));
    assert_eq!(migration.steps[0].action, Some(parom::source::MigrationAction::CreateDefault));
    let early = world.api.post(&path(tenant_id, &found[0], "adopt"), &json!({})).await.is(409);
    assert!(early.text.contains("no_source"), "{}", early.text);

    let made = make(&world, tenant_id, &body(&world, "support")).await.is(201);
    let adopted = world.api.post(&path(tenant_id, &found[0], "adopt"), &json!({})).await.is(200);
    assert_eq!(adopted.json["id"], made.json["id"]);
    assert_eq!(
        (&adopted.json["default"], adopted.text_at("/pipeline_id")),
        (&json!(true), second_pipeline(&world).to_string()),
        "it replaces the old line now"
    );
    let left = world.sandbox.sources(HOST);
    assert_eq!((left.len(), &left[0]["external_id"], &left[0]["default"]), (1, &json!("support"), &json!(true)));
    assert!(strays(&world, tenant_id).await.is_empty());
    let migration = parom::source::migration(&world.app().sources, tenant_id).await.unwrap();
    assert_eq!((migration.stage, migration.steps[0].done), (3, true));
    assert_eq!(migration.steps[2].action, Some(parom::source::MigrationAction::AddSource));
    world.api.post(&path(tenant_id, &found[0], "adopt"), &json!({})).await.is(404);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amocrms_own_source_is_taken_over_on_sqlite() {
    amocrms_own_source_is_taken_over(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amocrms_own_source_is_taken_over_on_postgres() {
    amocrms_own_source_is_taken_over(Engine::Postgres).await;
}

async fn a_stray_is_removed(world: &mut World) {
    let tenant_id = installed(world).await;
    make(world, tenant_id, &body(world, "support")).await.is(201);
    add(world, tenant_id, "stranger", false).await;
    add(world, tenant_id, "other", false).await;
    assert_eq!(reconcile(world, tenant_id).await["strays"], 2);
    let found = strays(world, tenant_id).await;
    assert!(found.iter().all(|stray| stray["reason"] == "unknown"), "without a widget's code all are unknown");
    world.api.post(&path(tenant_id, &found[0], "remove"), &json!({})).await.is(204);
    world.api.post(&path(tenant_id, &found[0], "remove"), &json!({})).await.is(404);
    assert_eq!(world.sandbox.sources(HOST).len(), 2);
    // The other one was removed there: forgotten, without a notice.
    world.sandbox.delete_source(HOST, found[1]["external_id"].as_str().unwrap());
    world.api.post(&path(tenant_id, &found[1], "remove"), &json!({})).await.is(204);
    assert!(strays(world, tenant_id).await.is_empty());
}

async fn while_amocrm_is_away_a_stray_stays(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    add(world, tenant_id, "stranger", true).await;
    reconcile(world, tenant_id).await;
    let found = strays(world, tenant_id).await;
    for deed in ["adopt", "remove"] {
        world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
        world.api.post(&path(tenant_id, &found[0], deed), &json!({})).await.is(503);
        world.sandbox.faults().clear();
        assert_eq!((strays(world, tenant_id).await.len(), world.sandbox.sources(HOST).len()), (1, 2));
    }
    assert_eq!(get(world, &made).await.json["default"], false);
}

async fn another_accounts_strays_are_not_there(world: &mut World) {
    let tenant_id = installed(world).await;
    add(world, tenant_id, "stranger", false).await;
    reconcile(world, tenant_id).await;
    let found = strays(world, tenant_id).await;
    let line = world.line_at("other.amocrm.ru", "support").await;
    world.add_key(line.tenant_id, "prm_key-of-the-other-account-0123456789ab", "write").await;
    let api = world.api.with_key("prm_key-of-the-other-account-0123456789ab");
    api.get(&format!("/api/v1/tenants/{tenant_id}/stray-sources")).await.is(404);
    for deed in ["adopt", "remove"] {
        api.post(&path(tenant_id, &found[0], deed), &json!({})).await.is(404);
        api.post(&path(line.tenant_id, &found[0], deed), &json!({})).await.is(404);
    }
    api.post(&format!("/api/v1/tenants/{tenant_id}/sources/reconcile"), &json!({})).await.is(404);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
}

async fn a_deletion_during_lost_access_is_completed_later(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    make(world, tenant_id, &body(world, "other")).await.is(201);
    world.sandbox.expire_refresh_tokens(HOST);
    world.sandbox.expire_access_tokens(HOST);
    world.api.delete(&format!("/api/v1/sources/{}", made.text_at("/id"))).await.is(204);
    assert_eq!(world.sandbox.sources(HOST).len(), 2, "amoCRM keeps its part");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    world.active(HOST).await;
    assert_eq!(reconcile(world, tenant_id).await["strays"], 0);
    let left = world.sandbox.sources(HOST);
    assert_eq!((left.len(), &left[0]["external_id"]), (1, &json!("other")));
}

both!(a_stray_is_removed, a_deletion_during_lost_access_is_completed_later);
once!(while_amocrm_is_away_a_stray_stays, another_accounts_strays_are_not_there);
