//! The fields of a source that amoCRM gets besides its name.

use super::*;

fn whatsapp(waba: bool) -> Value {
    json!([{"type": "whatsapp", "params": {"waba": waba},
        "pages": [{"id": "79005550101", "name": "Sales", "link": "+79005550101"}]}])
}

async fn services_are_mirrored_at_creation_and_change(world: &mut World) {
    let tenant_id = installed(world).await;
    let mut wanted = body(world, "support");
    wanted["services"] = whatsapp(true);
    let made = make(world, tenant_id, &wanted).await.is(201);
    assert_eq!(made.json["services"], whatsapp(true));
    assert_eq!(there(world, "support")["services"], whatsapp(true));
    assert_eq!(there(world, "support")["origin_code"], "amo.ext.30490163");

    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    world.api.patch(&path, &json!({"services": whatsapp(false)})).await.is(200);
    assert_eq!(there(world, "support")["services"], whatsapp(false));
    let before = world.sandbox.requests().len();
    world.api.patch(&path, &json!({"services": whatsapp(false)})).await.is(200);
    assert_eq!(world.sandbox.requests().len(), before, "what amoCRM has already is not sent again");
    let patched = world.api.patch(&path, &json!({"services": []})).await.is(200);
    assert_eq!((&patched.json["services"], &there(world, "support")["services"]), (&json!([]), &json!([])));
}

async fn wrong_services_are_named_by_their_place(world: &mut World) {
    let tenant_id = installed(world).await;
    for (services, pointer) in [
        (json!({}), "/services"),
        (json!([{"type": "pigeon"}]), "/services/0/type"),
        (json!([{"type": "whatsapp", "params": {"waba": "yes"}}]), "/services/0"),
        (json!([{"type": "whatsapp", "pages": [{"id": "1", "name": "", "link": "+7"}]}]), "/services/0/pages/0/name"),
    ] {
        let mut wanted = body(world, "support");
        wanted["services"] = services.clone();
        assert_eq!(make(world, tenant_id, &wanted).await.is(422).wrong_fields(), [pointer], "{services}");
    }
    assert!(world.sandbox.sources(HOST).is_empty());
}

async fn actions_are_recorded_in_the_audit_log(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    world.api.patch(&path, &json!({"name": "Sales", "paused": true})).await.is(200);
    world.api.patch(&path, &json!({"name": "Sales", "paused": true})).await.is(200);
    world.api.delete(&path).await.is(204);
    let deeds = deeds(world, tenant_id).await;
    let of_sources: Vec<_> = deeds.iter().filter(|deed| deed.0.starts_with("source.")).collect();
    let actions: Vec<_> = of_sources.iter().map(|deed| (deed.0.as_str(), deed.1.as_str())).collect();
    assert_eq!(
        actions,
        [("source.created", "key"), ("source.changed", "key"), ("source.deleted", "key")],
        "a change that changes nothing is none"
    );
    assert_eq!(of_sources[1].2["fields"], json!(["name", "paused"]));
}

both!(services_are_mirrored_at_creation_and_change, actions_are_recorded_in_the_audit_log);
once!(wrong_services_are_named_by_their_place);
