//! One person, one phone number: an export or an erasure touches nobody else.

use parom::tenant::{Who, erase};
use parom_tests::{Line, World, both};
use serde_json::{Value, json};

/// Name and number of three people whose numbers end with the same ten digits, and of one whose country is unknown.
const PEOPLE: [(&str, &str); 4] =
    [("ivanov", "+79123456789"), ("smith", "+19123456789"), ("patel", "919123456789"), ("nguyen", "84912345678")];

async fn four_people(world: &mut World) -> Line {
    let line = world.line("support").await;
    for (name, phone) in PEOPLE {
        let mut body = world.customer(&line, name).body("1", &format!("secret of {name}"));
        body["id"] = json!(format!("{name}-1"));
        body["sender"]["phone"] = json!(phone);
        world.customer(&line, name).posts(&body).await.is(202);
    }
    world.deliver_to_the_end().await;
    world.add_key(line.tenant_id, "prm_admin", "admin").await;
    line
}

/// Our ids of the chats of these people.
async fn chats(world: &World, line: &Line, names: &[&str]) -> Vec<Value> {
    let list = world.api.get(&line.path("/conversations")).await.is(200);
    let items = list.json["items"].as_array().unwrap().clone();
    let id = |name: &&str| {
        let one = items.iter().find(|item| item["external_id"] == format!("chat-{name}"));
        one.unwrap_or_else(|| panic!("{name}: {}", list.text))["id"].clone()
    };
    names.iter().map(id).collect()
}

async fn a_number_is_one_persons(world: &mut World) {
    let line = four_people(world).await;
    let api = world.api.with_key("prm_admin");
    let path = |what: &str| format!("/api/v1/tenants/{}/customers/{what}", line.tenant_id);
    for (name, spellings) in [
        ("ivanov", ["+7 912 345-67-89", "8 (912) 345-67-89", "9123456789"]),
        ("smith", ["+1 912 345 6789", "1 (912) 345-6789", "19123456789"]),
        ("patel", ["+91 91234 56789", "00919123456789", "919123456789"]),
    ] {
        for phone in spellings {
            let file = api.post(&path("export"), &json!({ "phone": phone })).await.is(200);
            for (other, _) in PEOPLE {
                assert_eq!(file.text.contains(&format!("secret of {other}")), other == name, "{phone}: {other}");
            }
        }
    }
    let proof = api.post(&path("erase"), &json!({"phone": "+79123456789"})).await.is(201);
    assert_eq!((&proof.json["counts"]["conversation"], &proof.json["also_possible"]), (&json!(1), &json!([])));
    for (name, phone) in &PEOPLE[1..3] {
        let file = api.post(&path("export"), &json!({ "phone": phone })).await.is(200);
        assert!(file.text.contains(&format!("secret of {name}")), "{name} was erased with Ivanov");
    }
}

async fn a_number_of_two_countries_is_shown_and_left_alone(world: &mut World) {
    let line = four_people(world).await;
    let nguyen = chats(world, &line, &["nguyen"]).await;
    let api = world.api.with_key("prm_admin");
    let path = |what: &str| format!("/api/v1/tenants/{}/customers/{what}", line.tenant_id);
    // Ryazan and Vietnam: nobody has either for certain.
    for phone in ["+7 4912 34-56-78", "+84 912 345 678"] {
        let counted = api.post(&path("erase"), &json!({"phone": phone, "dry_run": true})).await.is(200);
        assert_eq!((&counted.json["messages"], &counted.json["also_possible"]), (&json!(0), &json!(nguyen)), "{phone}");
        for what in ["erase", "export"] {
            let refused = api.post(&path(what), &json!({ "phone": phone })).await.is(422);
            assert!(refused.text.contains(nguyen[0].as_str().unwrap()), "{}", refused.text);
        }
    }
    // A person certainly has it now: only they are exported and erased, and the other is named.
    let mut body = world.customer(&line, "petrov").body("petrov-1", "secret of petrov");
    body["sender"]["phone"] = json!("8 (4912) 34-56-78");
    world.customer(&line, "petrov").posts(&body).await.is(202);
    world.deliver_to_the_end().await;
    let file = api.post(&path("export"), &json!({"phone": "+74912345678"})).await.is(200);
    assert!(file.text.contains("secret of petrov") && !file.text.contains("secret of nguyen"));
    let end: Value = serde_json::from_str(file.text.lines().last().unwrap()).unwrap();
    assert_eq!(end["data"]["also_possible"], json!(nguyen));
    let found = erase::find(&world.app().tenants, line.tenant_id, &Who::Phone("+74912345678".into())).await.unwrap();
    assert_eq!((found.conversations.len(), json!(found.also_possible)), (1, json!(nguyen)));
    let proof = api.post(&path("erase"), &json!({"phone": "+74912345678"})).await.is(201);
    assert_eq!((&proof.json["counts"]["conversation"], &proof.json["also_possible"]), (&json!(1), &json!(nguyen)));
    // The same digits as they were written, and the chat by its id.
    let file = api.post(&path("export"), &json!({"phone": "84912345678"})).await.is(200);
    assert!(file.text.contains("secret of nguyen"));
    api.post(&path("erase"), &json!({"conversation_id": nguyen[0]})).await.is(201);
}

/// Nothing is lost because of a text that is no number, and nobody is found by it.
async fn a_phone_that_is_none_loses_no_message(world: &mut World) {
    let line = world.line("support").await;
    for (id, phone) in [("a", "abc"), ("b", "555-01-23")] {
        let mut body = world.customer(&line, id).body(id, "Hello");
        body["sender"]["phone"] = json!(phone);
        body["sender"]["email"] = json!("x");
        world.customer(&line, id).posts(&body).await.is(202);
    }
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello", "Hello"]);
    let find = async |phone: &str| erase::find(&world.app().tenants, line.tenant_id, &Who::Phone(phone.into())).await;
    assert!(find("abc").await.is_err());
    assert_eq!(find("5550123").await.unwrap().conversations.len(), 1);
    assert!(find("+7 495 555-01-23").await.unwrap().is_empty(), "not by its tail");
}

both!(
    a_number_is_one_persons,
    a_number_of_two_countries_is_shown_and_left_alone,
    a_phone_that_is_none_loses_no_message,
);
