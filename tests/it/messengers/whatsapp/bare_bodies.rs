//! Bodies of other forms than the simulator's, from and to a Graph that has only what all servers implement.

use parom_tests::once;
use serde_json::{Value, json};
use simulator::crm::HookMessage;

use super::super::{at_crm, texts_at_crm};
use super::bare::{BareWorld, CUSTOMER, PHONE, comes, connected, last_wamid, message};
use super::failure;

fn written(id: &str, text: &str) -> Value {
    json!({"from": CUSTOMER, "id": id, "timestamp": "1795165300", "type": "text", "text": {"body": text}})
}

/// Null and absent fields, numbers as text and text as numbers, unknown keys.
async fn fields_of_any_form_cost_no_message(world: &mut BareWorld) {
    let line = connected(world).await;
    let number: i64 = CUSTOMER.parse().unwrap();
    let phone: i64 = PHONE.parse().unwrap();
    let nulls = json!({"from": CUSTOMER, "id": "wamid.1", "timestamp": 1_795_165_301, "type": "text", "text": {"body": "nulls"},
        "context": null, "errors": null, "image": null, "referral": null, "group_id": null, "from_user_id": null});
    let numbers =
        json!({"from": number, "id": "wamid.2", "timestamp": "1795165302", "type": "text", "text": {"body": 42}});
    let quoting = json!({"from": CUSTOMER, "id": "wamid.3", "timestamp": "1795165303", "type": "text",
        "text": {"body": "quoting"}, "context": {"from": null, "id": "wamid.OF-NOBODY", "forwarded": "yes"}});
    let untyped = json!({"from": CUSTOMER, "id": "wamid.4", "text": {"body": "no type, no time"}});
    let more = json!({"from": CUSTOMER, "id": "wamid.5", "timestamp": "1795165305", "type": "text",
        "text": {"body": "more", "preview": {}}, "from_parent_user_id": "KZ.ENT.1", "new": [1, {"a": null}]});
    comes(
        world,
        &line,
        json!({"metadata": {"phone_number_id": phone}, "contacts": null, "statuses": null,
        "messages": [nulls, numbers, null, 7, quoting, untyped, more], "user_actions": [{}]}),
    )
    .await;
    assert_eq!(texts_at_crm(world), ["nulls", "42", "quoting", "no type, no time", "more"]);
    let chats: Vec<_> = at_crm(world).into_iter().map(|one| one.chat_id).collect();
    assert!(chats.windows(2).all(|two| two[0] == two[1]), "one person: {chats:?}");
    // Without metadata, and the profile is missing: the address of the source says which number it is.
    comes(world, &line, json!({"contacts": [{"wa_id": CUSTOMER}], "messages": [written("wamid.6", "bare")]})).await;
    assert_eq!(texts_at_crm(world).last().map(String::as_str), Some("bare"));
}

/// Unknown kinds become text, and affect nothing else.
async fn unknown_kinds_are_words(world: &mut BareWorld) {
    let line = connected(world).await;
    for (at, kind) in ["hologram", "poll", "unknown"].into_iter().enumerate() {
        comes(world, &line, message(&format!("wamid.{at}"), kind, json!({"a": 1}))).await;
    }
    comes(world, &line, message("wamid.image", "image", json!(null))).await;
    comes(world, &line, message("wamid.place", "location", json!({"latitude": "43.2", "longitude": "76.8"}))).await;
    let came: Vec<_> = at_crm(world).into_iter().map(|one| one.kind).collect();
    assert_eq!(came, ["text", "text", "text", "text", "location"]);
    assert!(texts_at_crm(world)[..4].iter().all(|text| text.starts_with('[')), "{:?}", texts_at_crm(world));
}

async fn files_are_fetched_from_another_host_and_with_the_token(world: &mut BareWorld) {
    let line = connected(world).await;
    comes(world, &line, message("wamid.A", "image", json!({"id": "file-2", "mime_type": null, "caption": null}))).await;
    comes(world, &line, message("wamid.B", "document", json!({"id": "file-ended", "filename": "offer.pdf"}))).await;
    comes(world, &line, message("wamid.C", "text", json!({"body": "Did you get it?"}))).await;
    // It is asked for a few times.
    world.deliver_to_the_end().await;
    let came = at_crm(world);
    let kinds: Vec<_> = came.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["picture", "text", "text"], "{:?}", texts_at_crm(world));
    assert!(texts_at_crm(world)[1].contains("offer.pdf"), "{:?}", texts_at_crm(world));
    let there = world.sandbox.downloads(&line.host, &came[0].id).await.unwrap();
    assert!(!there.bytes.is_empty());
}

/// Refusals in answers and in statuses, with as little as they can have, or in another form.
async fn refusals_of_any_form_are_described_in_words(world: &mut BareWorld) {
    let line = connected(world).await;
    comes(world, &line, json!({"messages": [written("wamid.A", "Hello")]})).await;
    // A refusal may close the window, and the customer opens it again.
    let opens = async |world: &mut BareWorld, id: String| {
        comes(world, &line, json!({"messages": [written(&id, "Hello")]})).await;
    };
    for (status, answer, code) in [
        (400, json!({"error": {"code": 131_026, "message": "(#131026) Message undeliverable"}}), 904),
        (400, json!({"error": {"code": "131047", "error_data": null, "error_subcode": null}}), 905),
        (400, json!({"error": {"code": 130_472, "error_data": "experiment"}}), 905),
        (404, json!({"error": {"code": 131_049, "error_data": {"details": null}}}), 905),
        (400, json!({"error": {"message": "Bad request"}}), 905),
    ] {
        opens(world, format!("wamid.of-{answer}")).await;
        world.messenger.refusals.lock().unwrap().push_back((status, answer.clone()));
        let said = line.manager_sends(world, CUSTOMER, HookMessage::text("Good morning")).await;
        world.deliver_all().await;
        assert_eq!(failure(world, &said).0, code, "{answer}");
    }
    for (errors, code) in [
        (json!([{"code": "131047", "title": "Re-engagement message"}]), 905),
        (json!([{"code": 131_026}]), 904),
        (json!({"code": 131_049, "error_data": "limit"}), 905),
        (json!([{"title": "no code"}]), 905),
        (json!(null), 905),
    ] {
        opens(world, format!("wamid.of-{errors}")).await;
        let said = line.manager_sends(world, CUSTOMER, HookMessage::text("Good morning")).await;
        world.deliver_all().await;
        let failed = json!({"id": last_wamid(world), "status": "failed", "errors": errors, "timestamp": 1_795_165_400});
        comes(world, &line, json!({"metadata": {"phone_number_id": PHONE}, "statuses": [failed]})).await;
        assert_eq!(failure(world, &said).0, code, "{errors}");
    }
    let source = world.api.get(&line.path("")).await.is(200);
    assert_eq!(source.json["status"], "working", "none of these is about the number: {}", source.text);
}

once!(files_are_fetched_from_another_host_and_with_the_token, refusals_of_any_form_are_described_in_words);
once!(fields_of_any_form_cost_no_message, unknown_kinds_are_words);
