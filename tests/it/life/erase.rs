//! Data is exported and erased: of one customer, searched for in every column of every table, of a phone number, of
//! an account.

use std::collections::BTreeMap;

use base::error::Error;
use base::message::{LetterKind, Person, Reaction};
use entity::parked_status;
use parom::tenant::{Export, ExportPages, Who, erase};
use parom_tests::settings::HOST;
use parom_tests::{Line, World, both, once};
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use uuid::Uuid;

use super::{DAY, round, status, wait};

/// A message's id that no message ever has.
const UNKNOWN: &str = "canary-of-an-id-not-known";

/// Every value of every table as text, bytes as they are and as hexadecimal digits.
pub(crate) async fn everything(world: &World) -> String {
    let db = world.app().store.write();
    let backend = world.app().store.backend();
    let ask = async |sql: String| {
        let rows = db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
        rows.into_iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect::<Vec<_>>()
    };
    let mut all = String::new();
    if world.app().store.is_sqlite() {
        for table in ask("SELECT name FROM sqlite_master WHERE type = 'table'".to_owned()).await {
            for column in ask(format!("SELECT name FROM pragma_table_info('{table}')")).await {
                let of = format!(
                    "SELECT coalesce(CAST(\"{column}\" AS TEXT), '') || ' ' || quote(\"{column}\") FROM \"{table}\""
                );
                let values = db.query_all_raw(Statement::from_string(backend, of)).await.unwrap();
                for value in values {
                    // Sealed bytes are no text.
                    all.push_str(&value.try_get_by_index::<String>(0).unwrap_or_default());
                    all.push('\n');
                }
                for value in ask(format!("SELECT quote(\"{column}\") FROM \"{table}\"")).await {
                    all.push_str(&value);
                    all.push('\n');
                }
            }
        }
    } else {
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'".to_owned();
        for table in ask(tables).await {
            for row in ask(format!("SELECT to_jsonb(t)::text FROM \"{table}\" t")).await {
                all.push_str(&row);
                all.push('\n');
            }
        }
    }
    all
}

fn traces() -> Vec<String> {
    // The last one is the hash of the number.
    let texts = ["canary", "Canary", "79150000001", "915 000-00-01", "9c003d30b00898b5ef81f1928d9638a2"];
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    texts.iter().flat_map(|text| [(*text).to_owned(), hex(text), hex(text).to_uppercase()]).collect()
}

async fn find_traces(world: &World) -> Vec<String> {
    let all = everything(world).await;
    let lines = all.lines().filter(|line| traces().iter().any(|trace| line.contains(trace)));
    lines.map(|line| line.chars().take(400).collect()).collect()
}

fn body(id: &str, text: &str) -> serde_json::Value {
    json!({
        "id": id, "conversation": {"id": "chat-canary"},
        "sender": {"role": "client", "id": "user-canary", "name": "Canary Bird", "phone": "+7 915 000-00-01",
            "email": "canary@example.com", "profile_url": "https://example.com/canary"},
        "content": {"type": "text", "text": text},
    })
}

/// Writes, is answered, fails, waits and reports statuses: everything that leaves a trace.
pub(super) async fn plant(world: &mut World, line: &Line) -> uuid::Uuid {
    let customer = world.customer(line, "canary");
    customer.posts(&body("canary-1", "I am a canary")).await.is(202);
    world.deliver_all().await;
    let said = world.manager(line).answers("canary", "Dear canary").await;
    world.deliver_all().await;
    customer.reports_status(UNKNOWN, "read").await.is(202);
    customer.reports_status(&said.message_id, "failed").await;
    reacts_early(world, line).await;
    world.deliver_all().await;
    // One that the messenger refuses, and one that waits.
    world.messenger.answers_next([parom_tests::Answer::status(422)]);
    world.manager(line).sends("canary", HookMessage::text("refused canary")).await;
    world.deliver_all().await;
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    world.manager(line).answers("canary", "canary waits").await;
    world.deliver_all().await;
    let found = world.api.get(&line.path("/conversations")).await.is(200);
    let items = found.json["items"].as_array().unwrap();
    let one = items.iter().find(|item| item["external_id"] == "chat-canary").unwrap();
    one["id"].as_str().unwrap().parse().unwrap()
}

/// A reaction that waits for its message.
async fn reacts_early(world: &World, line: &Line) {
    let sender = Person { id: "user-canary".to_owned(), name: Some("Canary Bird".to_owned()), ..Person::default() };
    let reaction = Reaction { sender, emoji: Some("👍".to_owned()) };
    let row = parked_status::ActiveModel {
        tenant_id: Set(line.tenant_id),
        source_id: Set(line.source_id),
        external_id: Set("a message on its way".to_owned()),
        id: Set(uuid::Uuid::from_u128(5)),
        payload: Set(serde_json::to_string(&reaction).unwrap()),
        expires_at: Set(i64::MAX),
        kind: Set(LetterKind::Reaction.number()),
    };
    parked_status::Entity::insert(row).exec_without_returning(world.app().store.write()).await.unwrap();
}

/// At once with one exception: a status of an unknown message, whose customer cannot be determined; it expires in a
/// day.
pub(super) async fn nothing_is_left(world: &World) {
    let at_once = find_traces(world).await;
    assert!(at_once.iter().all(|line| line.contains(UNKNOWN)), "{at_once:#?}");
    wait(world, DAY + 1);
    round(world).await;
    assert_eq!(find_traces(world).await, Vec::<String>::new());
}

async fn nothing_of_an_erased_customer_is_left(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "boris").writes("I stay").await;
    let conversation = plant(world, &line).await;
    assert!(find_traces(world).await.len() >= 4, "it was planted");
    let path = format!("/api/v1/tenants/{}/customers/erase", line.tenant_id);
    for scope in ["write", "admin"] {
        world.add_key(line.tenant_id, &format!("prm_{scope}"), scope).await;
    }
    let who = json!({"phone": "+7 915 000 00 01"});
    world.api.with_key("prm_write").post(&path, &who).await.is(403);
    let api = world.api.with_key("prm_admin");
    let counted = json!({"phone": "+7 915 000 00 01", "dry_run": true});
    let count = api.post(&path, &counted).await.is(200);
    assert_eq!((&count.json["messages"], &count.json["conversation_ids"]), (&json!(4), &json!([conversation])));
    let proof = api.post(&path, &who).await.is(201);
    let counts = &proof.json["counts"];
    assert_eq!((&counts["message"], &counts["conversation"]), (&json!(4), &json!(1)), "{}", proof.text);
    nothing_is_left(world).await;
    api.post(&path, &who).await.is(404);

    // Counts still add up, which the world looks at as it ends; others are as they were.
    world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
    wait(world, 1);
    world.deliver_to_the_end().await;
    let before = world.messenger.texts().len();
    world.manager(&line).answers("boris", "hello").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts().len(), before + 1, "nothing of the erased customer left after all");
    // A repeat of what was erased is one, whatever it says now …
    for text in ["I am a canary", "another text"] {
        let repeat = world.customer(&line, "canary").posts(&body("canary-1", text)).await.is(200);
        assert_eq!((&repeat.json["duplicate"], &repeat.json["external_id"]), (&json!(true), &json!("canary-1")));
    }
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line).iter().filter(|text| text.contains("canary")).count(), 1);
    // … the customer may write again and is a new one to us, whose old messages stay repeats.
    world.customer(&line, "canary").posts(&body("canary-9", "anew")).await.is(202);
    world.deliver_all().await;
    assert!(world.texts_at_crm(&line).contains(&"anew".to_owned()));
    world.customer(&line, "canary").posts(&body("canary-1", "I am a canary")).await.is(200);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line).iter().filter(|text| text.contains("canary")).count(), 1);
}

async fn a_phone_number_finds_a_customer_however_it_is_written(world: &mut World) {
    let line = world.line("support").await;
    let second = world.line("sales").await;
    plant(world, &line).await;
    world.customer(&second, "canary").posts(&body("canary-2", "here too")).await.is(202);
    world.customer(&second, "boris").writes("I stay").await;
    world.deliver_all().await;
    let wrong = Who::Phone("12".into());
    let error = parom::tenant::erase(&world.app().tenants, line.tenant_id, &wrong, "test").await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    let nobody = Who::Phone("+7 915 999-99-99".into());
    let error = parom::tenant::erase(&world.app().tenants, line.tenant_id, &nobody, "test").await.unwrap_err();
    assert!(matches!(error, Error::NotFound), "{error:?}");
    let who = Who::Phone("8 (915) 000 00 01".into());
    let found = erase::find(&world.app().tenants, line.tenant_id, &who).await.unwrap();
    assert_eq!(found.conversations.len(), 2, "over both sources");
    parom::tenant::erase(&world.app().tenants, line.tenant_id, &who, "test").await.unwrap();
    nothing_is_left(world).await;
    assert!(everything(world).await.contains("I stay"));
    world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
    wait(world, 1);
    world.deliver_to_the_end().await;
}

// One customer's data by the public API and in the panel: exported and erased.

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

// An account's data: taken along by its owner, and deleted in the end.

async fn exported(world: &World, tenant_id: Uuid) -> String {
    let mut export = Export::begin(&world.app().tenants, tenant_id).await.unwrap();
    let mut text = Vec::new();
    while let Some(page) = export.page().await.unwrap() {
        text.extend(page);
    }
    String::from_utf8(text).unwrap()
}

async fn an_export_holds_everything_but_secrets(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "theirs").await;
    world.customer(&other, "boris").writes("somebody else's").await;
    for number in 0..3 {
        world.customer(&line, "anna").writes(&format!("text {number}")).await;
    }
    world.deliver_all().await;
    world.manager(&line).answers("anna", "answered").await;
    world.deliver_all().await;
    // More than a page.
    for number in 3..520 {
        world.customer(&line, "anna").writes(&format!("text {number}.")).await;
    }
    world.deliver_to_the_end().await;
    let text = exported(world, line.tenant_id).await;
    for number in [3, 499, 500, 519] {
        assert_eq!(text.matches(&format!("text {number}.")).count(), 1, "{number}");
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut last = Value::Null;
    for one in text.lines() {
        last = serde_json::from_str(one).unwrap();
        *counts.entry(last["type"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let count = |kind: &str| counts.get(kind).copied().unwrap_or(0);
    assert_eq!([count("account"), count("channel"), count("grant"), count("source")], [1, 1, 1, 1], "{counts:?}");
    assert_eq!([count("conversation"), count("message"), count("end")], [1, 521, 1], "{counts:?}");
    assert!(count("ledger") >= 2, "{counts:?}");
    assert_eq!((&last["type"], &last["data"]["lines"]), (&"end".into(), &(text.lines().count() - 1).into()));
    for part in ["text 0", "answered", HOST, "anna"] {
        assert!(text.contains(part), "{part}");
    }
    for secret in [line.webhook_secret.as_str(), "somebody else", "access_token", "refresh_token", "def50200"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

async fn erased_data_is_gone_and_that_of_others_stays(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "theirs").await;
    for (line, name) in [(&line, "anna"), (&other, "boris")] {
        world.customer(line, name).writes(&format!("a word of {name}")).await;
        world.deliver_all().await;
        world.manager(line).answers(name, &format!("to {name}")).await;
        world.deliver_all().await;
    }
    // Something waits, too.
    parom::tenant::suspend(&world.app().tenants, line.tenant_id, true).await.unwrap();
    world.customer(&line, "anna").writes("a canary waits").await;
    parom::tenant::suspend(&world.app().tenants, line.tenant_id, false).await.unwrap();

    let amojo_id = world.sandbox.add_account(HOST).amojo_id;
    let refused = parom::tenant::forget(&world.app().tenants, line.tenant_id, false, "test").await.unwrap_err();
    assert!(matches!(refused, Error::Conflict { problem: "tenant_active", .. }), "{refused:?}");
    assert_eq!(status(world).await, "active", "nothing was touched");
    let before = everything(world).await;
    for there in [amojo_id.as_str(), "anna", &line.external_id] {
        assert!(before.contains(there), "{there}");
    }
    let proof = parom::tenant::forget(&world.app().tenants, line.tenant_id, true, "test").await.unwrap();
    assert!(proof.counts["message"] >= 3 && proof.counts["tenant"] == 1, "{proof:?}");
    assert!(
        world.sandbox.connections().iter().all(|one| !one.scope_id.ends_with(&amojo_id)),
        "amoCRM has received the disconnect"
    );
    let after = everything(world).await;
    let id = line.tenant_id;
    let ids = [id.to_string(), id.simple().to_string(), id.simple().to_string().to_uppercase()];
    for gone in ids.iter().map(String::as_str).chain([amojo_id.as_str(), "anna", "canary", &line.external_id, HOST]) {
        assert!(!after.contains(gone), "{gone} is still there");
    }
    assert!(after.contains("boris"), "no other account's data is touched");
    let again = parom::tenant::forget(&world.app().tenants, id, true, "test").await.unwrap_err();
    assert!(matches!(again, Error::NotFound), "{again:?}");
    wait(world, 1);
    world.customer(&other, "boris").writes("still here").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&other), ["a word of boris", "still here"]);
    // An account that returns starts without any data.
    let again = world.line("anew").await;
    assert_ne!(again.tenant_id, id);
}

// One person, one phone number: an export or an erasure touches nobody else.

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

both!(erased_data_is_gone_and_that_of_others_stays, nothing_of_an_erased_customer_is_left);
once!(a_phone_number_finds_a_customer_however_it_is_written, a_number_of_two_countries_is_shown_and_left_alone);
once!(only_the_customers_own_data_is_exported, an_export_holds_everything_but_secrets);
once!(a_phone_that_is_none_loses_no_message, a_number_is_one_persons);
