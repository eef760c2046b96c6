//! One customer is erased: a canary is planted in every place where a customer leaves a trace, and then searched for in
//! every column of every table.

use base::error::Error;
use base::message::{LetterKind, Person, Reaction};
use entity::parked_status;
use parom::tenant::{Who, erase};
use parom_tests::{Line, World, both, once};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, Statement};
use serde_json::json;
use simulator::crm::HookMessage;

use super::{DAY, round, wait};

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
    let who = Who::Conversation(conversation);
    let found = erase::find(&world.app().tenants, line.tenant_id, &who).await.unwrap();
    assert_eq!((found.conversations.len(), found.messages), (1, 4));
    let proof = parom::tenant::erase(&world.app().tenants, line.tenant_id, &who, "test").await.unwrap();
    assert_eq!((proof.counts["message"], proof.counts["conversation"]), (4, 1), "{proof:?}");
    nothing_is_left(world).await;

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

async fn another_accounts_customer_is_not_found(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "theirs").await;
    let conversation = plant(world, &line).await;
    let theirs =
        parom::tenant::erase(&world.app().tenants, other.tenant_id, &Who::Conversation(conversation), "test").await;
    assert!(matches!(theirs.unwrap_err(), Error::NotFound));
    let theirs =
        parom::tenant::erase(&world.app().tenants, other.tenant_id, &Who::Phone("79150000001".into()), "test").await;
    assert!(matches!(theirs.unwrap_err(), Error::NotFound));
    world.leave_letters();
}

both!(nothing_of_an_erased_customer_is_left, a_phone_number_finds_a_customer_however_it_is_written);
once!(another_accounts_customer_is_not_found);
