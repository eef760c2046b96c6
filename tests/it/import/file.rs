//! Valid contents of a file, and how errors are reported.

use base::config::Config;
use parom_tests::{Api, Engine, Line, Place, Reply, Setup, World, answer, both, once};
use reqwest::Method;
use serde_json::{Value, json};

use super::{heard, import_of, imports, lines, sends, texts, wrote};

async fn a_dry_run_counts_and_writes_nothing(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "known").writes("live").await;
    world.deliver_all().await;
    let before = world.sandbox.messages(&line.host).len();
    let file = lines(&[wrote("k1", "chat-known", 1, "x"), wrote("a1", "anna", 2, "y"), wrote("a2", "anna", 3, "z")]);
    let reply = sends(world, &line, "?dry_run=true", format!("{file}broken\n")).await.is(202).json;
    assert_eq!(
        [
            &reply["status"],
            &reply["dry_run"],
            &reply["total"],
            &reply["chats"],
            &reply["leads_expected"],
            &reply["done"]
        ],
        [&json!("done"), &json!(true), &json!(3), &json!(2), &json!(1), &json!(0)]
    );
    assert_eq!((&reply["seconds_expected"], &reply["skipped"][0]["line"]), (&json!(1), &json!(4)));
    assert!(reply["notes"][0].as_str().unwrap().contains("24 hours"), "{reply}");
    assert!(reply["notes"][1].as_str().unwrap().contains("contacts"), "{reply}");
    world.api.patch(&line.path(""), &json!({"contact_rule": "link"})).await.is(200);
    let request = world.api.request(Method::GET, &format!("/api/v1/imports/{}", reply["id"].as_str().unwrap()));
    let russian = answer(request.header("accept-language", "ru")).await.is(200).json;
    assert_eq!(russian["notes"].as_array().unwrap().len(), 1, "the source links already: {russian}");
    assert!(russian["notes"][0].as_str().unwrap().contains("24 часа"), "{russian}");
    assert_ne!(russian["skipped"][0]["reason"], reply["skipped"][0]["reason"]);
    super::a_second(world).await;
    assert_eq!(world.sandbox.messages(&line.host).len(), before, "nothing was written");
}

async fn broken_lines_cost_themselves_alone(world: &mut World) {
    let line = world.line("support").await;
    let mut unknown = wrote("u", "anna", 3, "x");
    unknown["colour"] = json!("red");
    let mut private = wrote("p", "anna", 4, "x");
    private["content"] = json!({"type": "picture", "media_url": "https://10.0.0.1/a.png"});
    let mut file = format!("not json\n\n{}\n", wrote("a1", "anna", 1, "good"));
    file += &lines(&[
        json!(["a list"]),
        unknown,
        private,
        wrote("a1", "anna", 9, "the same id"),
        wrote("a2", "anna", 5, "last"),
    ]);
    let mut bytes = file.into_bytes();
    bytes.extend(b"{\"id\":\"\xff\"}\n");
    let id = sends(world, &line, "", bytes).await.is(202).text_at("/id");
    let told = super::ends(world, &id).await;
    let skipped: Vec<i64> =
        told["skipped"].as_array().unwrap().iter().map(|skip| skip["line"].as_i64().unwrap()).collect();
    assert_eq!(skipped, [1, 4, 5, 6, 7, 9], "{told}");
    let reason = |place: usize| told["skipped"][place]["reason"].as_str().unwrap().to_owned();
    assert!(reason(2).contains("/colour") && reason(4).contains("earlier line"), "{told}");
    assert_eq!((&told["total"], &told["done"], &told["skipped_total"]), (&json!(2), &json!(2), &json!(6)));
    let texts: Vec<String> = heard(world, &line, "anna").into_iter().map(|(text, _)| text).collect();
    assert_eq!(texts, ["good", "last"]);
}

async fn tables_are_imported(world: &mut World) {
    let line = world.line("support").await;
    let table = "\u{feff}id;conversation.id;sender.role;sender.id;sender.name;sent_at;content.type;content.text\r\n\
                 1;anna;client;u;Anna;2026-01-01T00:00:02Z;text;\"Hello; \"\"you\"\"\r\nagain\"\r\n\
                 2;anna;client;u;Anna;2026-01-01T00:00:01Z;text;Before\r\n\
                 3;anna;client;u;Anna;yesterday;text;Never\r\n";
    let request = world.api.request(Method::POST, &line.path("/imports")).header("content-type", "text/csv");
    let id = answer(request.body(table)).await.is(202).text_at("/id");
    let told = super::ends(world, &id).await;
    assert_eq!(told["skipped"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!(told["skipped"][0]["line"], 5);
    let texts: Vec<String> = heard(world, &line, "anna").into_iter().map(|(text, _)| text).collect();
    assert_eq!(texts, ["Before", "Hello; \"you\"\r\nagain"]);
}

/// F3: as a Russian Excel saves CSV; in an unknown encoding, nothing is stored.
async fn tables_of_a_russian_excel_are_imported(world: &mut World) {
    let line = world.line("support").await;
    let header = "id;conversation.id;sender.role;sender.id;sender.name;sent_at;content.type;content.text\r\n";
    let row = "1;anna;client;u;Анна;2026-01-01T00:00:02Z;text;Здравствуйте, сколько стоит доставка?\r\n";
    let posts = async |file: Vec<u8>| {
        let request = world.api.request(Method::POST, &line.path("/imports")).header("content-type", "text/csv");
        answer(request.body(file)).await
    };
    let table = format!("{header}{row}");
    for other in [encoding_rs::KOI8_R, encoding_rs::IBM866] {
        let refused = posts(other.encode(&table).0.into_owned()).await.is(422);
        assert!(refused.text.contains("encoding of this file is unknown"), "{}", refused.text);
    }
    assert!(posts(header.into()).await.is(422).text.contains("no line after"));
    assert!(parom::import::list(&world.app().usage, line.tenant_id).await.unwrap().is_empty());
    let id = posts(encoding_rs::WINDOWS_1251.encode(&table).0.into_owned()).await.is(202).text_at("/id");
    let second = table.replace("\n1;", "\n2;").replace("Здравствуйте, сколько", "Ещё:\tсколько");
    let utf_16 = "\u{feff}".encode_utf16().chain(second.encode_utf16()).flat_map(u16::to_le_bytes);
    let other_id = posts(utf_16.collect()).await.is(202).text_at("/id");
    for id in [id, other_id] {
        let told = super::ends(world, &id).await;
        assert_eq!((&told["done"], &told["skipped_total"]), (&json!(1), &json!(0)), "{told}");
    }
    let mut texts: Vec<String> = heard(world, &line, "anna").into_iter().map(|(text, _)| text).collect();
    texts.sort();
    assert_eq!(texts, ["Ещё:\tсколько стоит доставка?", "Здравствуйте, сколько стоит доставка?"]);
}

async fn files_that_are_none_are_refused(world: &mut World) {
    let line = world.line("support").await;
    let post = async |kind: &str, query: &str, line: &Line, api: &Api| -> Reply {
        let request = api.request(Method::POST, &line.path(&format!("/imports{query}")));
        answer(request.header("content-type", kind).body(texts("anna", 1))).await
    };
    for (kind, query, status) in [
        ("application/json", "", 415),
        ("text/plain", "", 415),
        ("application/x-ndjson", "?leads=all", 422),
        ("application/x-ndjson", "?colour=red", 422),
        ("application/x-ndjson", "?dry_run=maybe", 422),
    ] {
        let reply = post(kind, query, &line, &world.api).await;
        assert_eq!(reply.status, status, "{kind} {query}: {}", reply.text);
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
    // P4: what is wrong is named by its place.
    for (query, pointer) in [("?leads=sometimes", "/leads"), ("?leads=none&dry_run=maybe", "/dry_run"), ("?x=1", "/x")]
    {
        let refused = post("application/x-ndjson", query, &line, &world.api).await.is(422);
        assert_eq!(refused.json["errors"][0]["pointer"], pointer, "{}", refused.text);
    }
    let gone = Line { source_id: world.clock.uuid_v7(), ..line.clone() };
    assert_eq!(post("text/csv", "", &gone, &world.api).await.status, 404);
    world.add_key(line.tenant_id, "prm_reads-0123456789abcdefghijklmnopqrst", "read").await;
    let reads = world.api.with_key("prm_reads-0123456789abcdefghijklmnopqrst");
    assert_eq!(post("text/csv", "", &line, &reads).await.status, 403);
    assert_eq!(world.api.get(&format!("/api/v1/imports/{}", world.clock.uuid_v7())).await.status, 404);
    // P8: JSON that is sent as CSV, and a table of something else.
    for (table, missing) in [
        ("null", "id, conversation.id, sender.role, content.type"),
        ("{\"x\":1}\n", "id, conversation.id, sender.role, content.type"),
        ("", "id, conversation.id, sender.role, content.type"),
        ("id;conversation.id;sender.role\n1;anna;client\n", "content.type"),
    ] {
        let request = world.api.request(Method::POST, &line.path("/imports")).header("content-type", "text/csv");
        let refused = answer(request.body(table)).await.is(422);
        let detail = refused.json["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert!(detail.ends_with(&format!("it lacks {missing}")), "{table}: {detail}");
    }
    let rows = entity::import::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    assert!(rows.is_empty(), "nothing stays of what was refused: {rows:?}");
    let empty = sends(world, &line, "", "\n").await.is(202).json;
    assert_eq!((&empty["status"], &empty["total"]), (&json!("done"), &json!(0)), "nothing to do is done");
}

async fn a_file_is_taken_once_under_one_key(world: &mut World) {
    let line = world.line("support").await;
    let post = async |file: String| {
        let request = world.api.request(Method::POST, &line.path("/imports")).header("idempotency-key", "k");
        answer(request.header("content-type", "application/x-ndjson").body(file)).await
    };
    let first = post(texts("anna", 3)).await.is(202);
    let again = post(texts("anna", 3)).await.is(202);
    assert_eq!((again.header("idempotency-replayed"), &again.json), ("true", &first.json));
    assert_eq!(post(texts("anna", 2)).await.is(422).wrong_fields(), ["/Idempotency-Key"]);
    let id = first.text_at("/id");
    let told = super::ends(world, &id).await;
    assert_eq!((&told["done"], &told["duplicates"]), (&json!(3), &json!(0)));
}

async fn too_large_files_leave_nothing() {
    fn small(config: &mut Config) {
        config.import.file_mb = 1;
    }
    let Some(mut world) = World::start(Engine::Sqlite, Setup { change: small, ..Setup::default() }).await else {
        return;
    };
    let line = world.line("support").await;
    let large = texts("anna", 8_000);
    assert!(large.len() > 1024 * 1024);
    let reply = sends(&world, &line, "", large).await;
    assert_eq!(reply.status, 413, "{}", reply.text);
    assert!(parom::import::list(&world.app().usage, line.tenant_id).await.unwrap().is_empty());
    let kept = imports(&mut world, &line, "", &texts("anna", 2)).await;
    assert_eq!(
        (&kept["done"], import_of(&world, kept["id"].as_str().unwrap()).await["status"].clone()),
        (&json!(2), Value::from("done"))
    );
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sizes() {
    too_large_files_leave_nothing().await;
}

both!(a_dry_run_counts_and_writes_nothing, broken_lines_cost_themselves_alone);
once!(
    tables_are_imported,
    tables_of_a_russian_excel_are_imported,
    files_that_are_none_are_refused,
    a_file_is_taken_once_under_one_key
);
