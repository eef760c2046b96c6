//! An import of a file: valid contents, how errors are reported, its pages, and `parom import` beside a running
//! server.

use std::path::Path;
use std::process::{Output, Stdio};

use parom::identity::MemberRole;
use parom_tests::drill::Drill;
use parom_tests::settings::HOST;
use parom_tests::{Api, Engine, Line, Reply, Visitor, World, answer, once};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::{a_second, heard, import_of, imports, lines, sends, texts, wrote};
use crate::panel::{add_member, sign_in};

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
    assert!(reply["notes"][2].as_str().unwrap().contains("cannot be undone"), "{reply}");
    world.api.patch(&line.path(""), &json!({"contact_rule": "link"})).await.is(200);
    let request = world.api.request(Method::GET, &format!("/api/v1/imports/{}", reply["id"].as_str().unwrap()));
    let russian = answer(request.header("accept-language", "ru")).await.is(200).json;
    assert_eq!(russian["notes"].as_array().unwrap().len(), 2, "the source links already: {russian}");
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
    for (table, wrong) in [
        ("null", "it lacks id, conversation.id, sender.role, content.type"),
        ("{\"x\":1}\n", "it lacks id, conversation.id, sender.role, content.type"),
        ("", "the file is empty, or has no line after the names of the fields"),
        ("id;conversation.id;sender.role\n1;anna;client\n", "it lacks content.type"),
    ] {
        let request = world.api.request(Method::POST, &line.path("/imports")).header("content-type", "text/csv");
        let refused = answer(request.body(table)).await.is(422);
        let detail = refused.json["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert!(detail.ends_with(wrong), "{table}: {detail}");
    }
    let rows = entity::import::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    assert!(rows.is_empty(), "nothing stays of what was refused: {rows:?}");
    let empty = sends(world, &line, "", "\n").await.is(202).json;
    assert_eq!((&empty["status"], &empty["total"]), (&json!("done"), &json!(0)), "nothing to do is done");
    // Under one key a file is taken once.
    let post = async |file: String| {
        let request = world.api.request(Method::POST, &line.path("/imports")).header("idempotency-key", "k");
        answer(request.header("content-type", "application/x-ndjson").body(file)).await
    };
    let (first, again) = (post(texts("anna", 3)).await.is(202), post(texts("anna", 3)).await.is(202));
    assert_eq!((again.header("idempotency-replayed"), &again.json), ("true", &first.json));
    assert_eq!(post(texts("anna", 2)).await.is(422).wrong_fields(), ["/Idempotency-Key"]);
    let told = super::ends(world, &first.text_at("/id")).await;
    assert_eq!((&told["done"], &told["duplicates"]), (&json!(3), &json!(0)));
}

async fn too_large_files_leave_nothing(world: &mut World) {
    let line = world.line("support").await;
    let large = texts("anna", 8_000);
    assert!(large.len() > 1024 * 1024);
    let reply = sends(world, &line, "", large).await;
    assert_eq!(reply.status, 413, "{}", reply.text);
    assert!(parom::import::list(&world.app().usage, line.tenant_id).await.unwrap().is_empty());
    let kept = imports(world, &line, "", &texts("anna", 2)).await;
    assert_eq!(
        (&kept["done"], import_of(world, kept["id"].as_str().unwrap()).await["status"].clone()),
        (&json!(2), Value::from("done"))
    );
}

// The pages of imports: a file is counted, begun, watched, paused, and its skipped lines are taken along.

fn form(csrf: &str, line: &Line, name: &str, file: &str) -> String {
    let field =
        |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let source = line.source_id.to_string();
    field("csrf", csrf)
        + &field("source", &source)
        + &field("leads", "newest")
        + &format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{file}\r\n--b--\r\n"
        )
}

async fn uploads(world: &World, visitor: &Visitor, body: String) -> Reply {
    let request = visitor.request(Method::POST, "/panel/import").header("origin", world.api.base());
    answer(request.header("content-type", "multipart/form-data; boundary=b").body(body)).await
}

async fn a_file_is_counted_and_then_imported(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200).says(&["24 hours before", "Line support"]);
    // P8: a table of other data is reported, not counted as nothing.
    let reply = uploads(world, &owner, form(&owner.csrf(), &line, "old.csv", "name,phone\nAnna,5550123\n")).await;
    owner.opens(reply.header("location")).await.says(&["Still to choose", "the column with the text"]);
    let file = texts("anna", 130) + "<script>broken</script>\n";
    let reply = uploads(world, &owner, form(&owner.csrf(), &line, "old <b>.ndjson", &file)).await.is(303);
    let page = reply.header("location").to_owned();
    let plan = owner.opens(&page).await.is(200);
    plan.says(&[
        "130 messages in 1 chat",
        "1 new lead",
        "24 hours before",
        "1 line is skipped",
        "old &#60;b&#62;.ndjson",
    ]);
    assert!(heard(world, &line, "anna").is_empty(), "nothing is written before a person decides");
    owner.does(&format!("{page}/start"), &[]).await;
    a_second(world).await;
    a_second(world).await;
    owner.opens(&page).await.is(200).says(&["of 130", "<progress"]);
    for deed in ["pause", "resume"] {
        owner.does(&format!("{page}/{deed}"), &[]).await;
    }
    for _ in 0..10 {
        a_second(world).await;
    }
    owner.opens(&page).await.is(200).says(&["130 messages imported, 1 skipped"]);
    assert_eq!(heard(world, &line, "anna").len(), 130);
    let table = owner.opens(&format!("{page}/skipped.csv")).await.is(200);
    let is_table = table.header("content-type").starts_with("text/csv");
    assert!(is_table && table.text.contains("\"131\",\""), "{}", table.text);
    owner.does(&format!("{page}/cancel"), &[]).await.says(&["can no longer be changed"]);
    let log = owner.opens("/panel/audit?group=import").await.is(200);
    log.says(&["Import started", "Import finished", "Import paused"]);
}

/// People who have no file yet fill in a sample.
async fn the_samples_can_be_imported(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let form_page = owner.opens("/panel/import/new").await.is(200);
    form_page.says(&["sample.csv", "sample.ndjson"]);
    for name in ["sample.csv", "sample.ndjson"] {
        let sample = owner.opens(&format!("/panel/import/{name}")).await.is(200);
        assert!(sample.header("content-disposition").contains(name));
        let reply = uploads(world, &owner, form(&owner.csrf(), &line, name, &sample.text)).await;
        assert_eq!(reply.status, 303, "{}", reply.text);
        let plan = owner.opens(reply.header("location")).await.is(200);
        // The sample has a manager's message, which needs a bot of the channel: this one has none, which the check reports.
        plan.says(&["1 message in 1 chat", "1 line is skipped", "the channel has no bot"]);
    }
}

/// A frequent reason does not hide a rare one, and a file that is mostly broken is not started unawares.
async fn skipped_lines_are_grouped_by_reason(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200);
    let mut file = texts("anna", 10);
    // Each breaks elsewhere.
    for place in 0..150 {
        file.push_str(&format!("[{}<broken>\n", "1,".repeat(place)));
    }
    file.push_str("{\"id\":\"rare\"}\n");
    let reply = uploads(world, &owner, form(&owner.csrf(), &line, "old.ndjson", &file)).await;
    let plan = owner.opens(reply.header("location")).await.is(200);
    plan.says(&["151 lines are skipped", "93% of the rows cannot be imported", "and 149 more"]);
    assert_eq!(plan.text.matches("<td data-label=\"Line\">").count(), 2, "{}", plan.text);
    assert!(plan.text.contains("<td data-label=\"Line\">161</td>"), "{}", plan.text);
}

// `parom import` beside a running server.

pub async fn run(drill: &Drill, arguments: &[&str], stdin: &str) -> Output {
    let mut command = drill.command(arguments);
    command.env("LANG", "en_US.UTF-8").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).await.unwrap();
    child.wait_with_output().await.unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_shows_the_plan_and_follows_the_import() {
    let mut drill = Drill::prepare(Engine::Sqlite, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await.unwrap();
    drill.serves("").await;
    let line: Line = drill.line("support").await;
    let source = line.source_id.to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old.ndjson");
    std::fs::write(&file, texts("anna", 40) + "broken\n").unwrap();
    let file = file.to_str().unwrap();

    let plan = run(&drill, &["import", file, "--source", &source, "--dry-run"], "").await;
    let said = text(&plan.stdout);
    assert!(plan.status.success(), "{}", text(&plan.stderr));
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].contains("24 hours before the lead"), "said first: {said}");
    for words in ["contacts", "40 messages in 1 chat", "At most 1 new lead", "1 line is skipped"] {
        assert!(said.contains(words), "{words:?} in {said}");
    }
    assert!(drill.sandbox.messages(HOST).is_empty());

    let json = run(&drill, &["import", file, "--source", &source, "--dry-run", "--json", "--leads", "none"], "").await;
    let told: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&told["total"], &told["leads_expected"], &told["status"]), (&40.into(), &0.into(), &"done".into()));

    let whole = run(&drill, &["import", file, "--source", &source], "").await;
    let said = text(&whole.stdout);
    assert!(whole.status.success(), "{said}{}", text(&whole.stderr));
    assert!(said.ends_with("Finished: 40 messages imported, 1 skipped.\n"), "{said}");
    assert_eq!(heard(&drill, &line, "anna").len(), 40);

    let table = "id,conversation.id,sender.role,sender.id,sent_at,content.type,content.text\n\
                 1,boris,client,u,2026-01-01T00:00:01Z,text,from a table\n";
    let stdin = run(&drill, &["import", "-", "--source", &source, "--format", "csv", "--json"], table).await;
    let told: Value = serde_json::from_slice(&stdin.stdout).unwrap();
    assert_eq!((&told["status"], &told["done"]), (&"done".into(), &1.into()), "{told}");
    assert_eq!(heard(&drill, &line, "boris"), [("from a table".to_owned(), false)]);

    let nobody = run(&drill, &["import", file, "--source", "01941f29-7c00-7000-8000-000000000000"], "").await;
    assert!(
        !nobody.status.success() && text(&nobody.stderr).contains("the panel shows the id"),
        "{}",
        text(&nobody.stderr)
    );
    let junk = run(&drill, &["import", "-", "--source", &source], "no message\n").await;
    assert!(
        !junk.status.success() && text(&junk.stderr).contains("no line of - is a message"),
        "{}",
        text(&junk.stderr)
    );
    // What was imported before is known, which is no failure.
    let again = run(&drill, &["import", file, "--source", &source], "").await;
    assert!(again.status.success(), "{}", text(&again.stderr));
    let nothing = run(&drill, &["import", "/nowhere.ndjson", "--source", &source], "").await;
    assert!(!nothing.status.success() && text(&nothing.stderr).contains("cannot read /nowhere.ndjson"));
    drill.ends_well().await;
}

async fn only_our_own_form_takes_files(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200);
    let csrf = owner.csrf();
    let stale = uploads(world, &owner, form("somebody-elses", &line, "a.ndjson", &texts("anna", 1))).await;
    assert_eq!(stale.status, 403, "{}", stale.text);
    let request = world.api.anonymous(Method::POST, "/panel/import").header("cookie", owner.cookies());
    let request = request.header("origin", "https://evil.example").header("sec-fetch-site", "cross-site");
    let request = request.header("content-type", "multipart/form-data; boundary=b");
    assert_eq!(answer(request.body(form(&csrf, &line, "a.ndjson", &texts("anna", 1)))).await.status, 403);
    let empty = uploads(world, &owner, form(&csrf, &line, "", "")).await;
    assert_eq!(empty.status, 422, "{}", empty.text);
    let other = world.line_at("other.amocrm.ru", "theirs").await;
    assert_eq!(uploads(world, &owner, form(&csrf, &other, "a.ndjson", &texts("anna", 1))).await.status, 404);
    add_member(world, line.tenant_id, "viewer@example.com", MemberRole::Viewer).await;
    let viewer = sign_in(world, "viewer@example.com").await;
    for path in ["/panel/import", "/panel/import/new"] {
        assert_eq!(viewer.opens(path).await.status, 403);
    }
    let csrf = viewer.csrf();
    assert_eq!(uploads(world, &viewer, form(&csrf, &line, "a.ndjson", &texts("anna", 1))).await.status, 403);
    assert!(parom::import::list(&world.app().usage, line.tenant_id).await.unwrap().is_empty());
    assert!(parom::import::list(&world.app().usage, other.tenant_id).await.unwrap().is_empty());
}

once!(tables_of_a_russian_excel_are_imported, a_dry_run_counts_and_writes_nothing, a_file_is_counted_and_then_imported);
once!(skipped_lines_are_grouped_by_reason, broken_lines_cost_themselves_alone);
once!(files_that_are_none_are_refused, only_our_own_form_takes_files, the_samples_can_be_imported);
once!(too_large_files_leave_nothing in |config| config.import.file_mb = 1);
