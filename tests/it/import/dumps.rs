//! Exports of other services: from the panel and from the command line into amoCRM, with their files, and beside what the chats have
//! already.

use std::io::{Cursor, Write};
use std::path::Path;

use parom_tests::drill::Drill;
use parom_tests::settings::HOST;
use parom_tests::{Engine, Line, Reply, Visitor, World, answer, once};
use reqwest::Method;
use serde_json::json;
use simulator::crm::MessageView;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::file::{run, text};
use super::{a_second, of_chat};

const PHONE: &str = "79151112233";

/// Both sides write, in a chat that WhatsApp's app on Android exported.
const CHAT: &str = "\
13.05.2024, 10:00 - Сообщения и звонки защищены сквозным шифрованием.
13.05.2024, 10:00 - +7 915 111-22-33: Здравствуйте
13.05.2024, 10:01 - Ольга: Добрый день
13.05.2024, 10:02 - +7 915 111-22-33: IMG-1.png (файл добавлен)
вот такой
13.05.2024, 10:03 - +7 915 111-22-33: Жду
";

const PICTURE: &[u8] = &[
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 31, 21, 196,
    137,
];

fn zipped(chat: &str) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("Чат WhatsApp.txt", chat.as_bytes()), ("IMG-1.png", PICTURE)] {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

pub async fn uploads(world: &World, owner: &Visitor, line: &Line, name: &str, we: &str, file: &[u8]) -> Reply {
    let field = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes()
    };
    let head = format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let source = line.source_id.to_string();
    let body = [
        field("csrf", &owner.csrf()),
        field("source", &source),
        field("leads", "newest"),
        field("we", we),
        field("phone", ""),
        field("dates", "auto"),
        field("zone", ""),
        head.into_bytes(),
        file.to_vec(),
        b"\r\n--b--\r\n".to_vec(),
    ]
    .concat();
    let request = owner.request(Method::POST, "/panel/import").header("origin", world.api.base());
    answer(request.header("content-type", "multipart/form-data; boundary=b").body(body)).await
}

/// What amoCRM has of the chat: kind, whether the account's side wrote, and text.
pub fn at_crm(messages: &[MessageView]) -> Vec<(String, bool, String)> {
    let shown = |message: &MessageView| {
        let kind = message.payload["message"]["type"].as_str().unwrap_or_default().to_owned();
        (kind, !message.payload["receiver"].is_null(), message.text.clone())
    };
    messages.iter().map(shown).collect()
}

async fn a_chat_with_its_files_is_shown_and_imported(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200).says(&["Your name in the export", "Time zone"]);
    let unsaid = uploads(world, &owner, &line, "chat.zip", "", &zipped(CHAT)).await.is(422);
    unsaid.says(&["Choose which of these names is yours", "+7 915 111-22-33, Ольга"]);
    assert!(parom::import::list(&world.app().usage, line.tenant_id).await.unwrap().is_empty(), "nothing is kept");

    let reply = uploads(world, &owner, &line, "chat.zip", "Ольга", &zipped(CHAT)).await.is(303);
    let page = reply.header("location").to_owned();
    owner.opens(&page).await.is(200).says(&[
        "4 messages in 1 chat",
        "What will be shown where",
        "+7 915 111-22-33: 4 messages, 13 May 2024 – 13 May 2024, in a new chat",
        "a note, not a message",
    ]);
    owner.does(&format!("{page}/start"), &[]).await;
    for _ in 0..4 {
        a_second(world).await;
    }
    owner.opens(&page).await.is(200).says(&["4 messages imported, 1 skipped"]);
    let there = of_chat(world, &line, PHONE);
    let wanted = [
        ("text", false, "Здравствуйте"),
        ("text", true, "Добрый день"),
        ("picture", false, "вот такой"),
        ("text", false, "Жду"),
    ];
    assert_eq!(at_crm(&there), wanted.map(|(kind, ours, text)| (kind.to_owned(), ours, text.to_owned())));
    assert_eq!(there[0].msec_timestamp, 1_715_583_600_000, "in the zone of the account, Moscow");

    // A later export brings only what is new.
    let later = format!("{CHAT}13.05.2024, 10:04 - Ольга: Везём\n");
    let reply = uploads(world, &owner, &line, "chat.zip", "Ольга", &zipped(&later)).await.is(303);
    owner.opens(reply.header("location")).await.is(200).says(&[
        "1 message in 1 chat",
        "4 more are in their chats already",
        "in the existing chat",
    ]);
}

/// The messenger gave a live message another id than an export does.
async fn live_messages_are_recognised_in_an_export(world: &mut World) {
    let line = world.line("support").await;
    let mut live = world.customer(&line, "anna").body("live-1", "Здравствуйте");
    live["conversation"]["id"] = json!(PHONE);
    live["sender"] = json!({"role": "client", "id": PHONE});
    live["sent_at"] = json!("2024-05-13T07:00:42Z");
    world.api.post(&line.path("/messages"), &live).await.is(202);
    world.deliver_all().await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200);
    let reply = uploads(world, &owner, &line, "chat.txt", "Ольга", CHAT.as_bytes()).await.is(303);
    let page = reply.header("location").to_owned();
    owner.opens(&page).await.is(200).says(&["3 messages in 1 chat", "1 more is in its chat already"]);
    owner.does(&format!("{page}/start"), &[]).await;
    for _ in 0..4 {
        a_second(world).await;
    }
    let texts: Vec<String> = of_chat(world, &line, PHONE).into_iter().map(|message| message.text).collect();
    assert_eq!(texts, ["Здравствуйте", "Добрый день", "[IMG-1.png]\nвот такой", "Жду"]);
}

async fn damaged_exports_leave_nothing(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200);
    for (name, file, said) in [
        (
            "result.json",
            r#"{"name": "Anna", "type": "personal_chat", "id": 1, "messages": [{"#,
            "ends in the middle, at line 1",
        ),
        ("chat.txt", "1/2/24, 10:00 - Anna: x", "No date in this file shows"),
        ("a.zip", "PK\u{3}\u{4}", "The archive is damaged"),
    ] {
        let reply = uploads(world, &owner, &line, name, "Olga", file.as_bytes()).await.is(422);
        reply.says(&[said]);
    }
    assert!(parom::import::list(&world.app().usage, line.tenant_id).await.unwrap().is_empty());
    let rows = entity::import::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    assert!(rows.is_empty(), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_imports_an_export() {
    let mut drill = Drill::prepare(Engine::Sqlite, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await.unwrap();
    drill.serves("").await;
    let line: Line = drill.line("support").await;
    let source = line.source_id.to_string();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.json");
    let export = r#"{"chats": {"list": [
{"name": "Anna", "type": "personal_chat", "id": 123, "messages": [
{"id": 1, "type": "message", "date_unixtime": "1714557600", "from": "Anna", "from_id": "user123", "text": "Hello"},
{"id": 2, "type": "service", "date_unixtime": "1714557601", "action": "phone_call", "text": ""},
{"id": 3, "type": "message", "date_unixtime": "1714557660", "from": "Anna", "from_id": "user123", "text": ["Is it ", {"type": "bold", "text": "open"}]}]},
{"name": "Friends", "type": "private_group", "id": 7, "messages": []}]}}"#;
    std::fs::write(&path, export).unwrap();
    let file = path.to_str().unwrap();

    let plan = run(&drill, &["import", file, "--source", &source, "--dry-run"], "").await;
    let said = text(&plan.stdout);
    assert!(plan.status.success(), "{}", text(&plan.stderr));
    for words in
        ["2 messages in 1 chat", "Anna: 2 messages, 1 May 2024 – 1 May 2024, in a new chat", "2 lines are skipped"]
    {
        assert!(said.contains(words), "{words:?} in {said}");
    }
    assert!(said.contains("groups are not imported, only chats with one customer: Friends  (6)"), "{said}");
    assert!(drill.sandbox.messages(HOST).is_empty());

    let whole = run(&drill, &["import", file, "--source", &source, "--format", "telegram"], "").await;
    let said = text(&whole.stdout);
    assert!(said.ends_with("Finished: 2 messages imported, 2 skipped.\n"), "{said}{}", text(&whole.stderr));
    let texts: Vec<String> = of_chat(&drill, &line, "123").into_iter().map(|message| message.text).collect();
    assert_eq!(texts, ["Hello", "Is it open"]);
    let again = run(&drill, &["import", file, "--source", &source], "").await;
    assert!(
        again.status.success() && text(&again.stdout).contains("2 more are in their chats already"),
        "{}",
        text(&again.stdout)
    );
    assert_eq!(of_chat(&drill, &line, "123").len(), 2);

    let chat = "1/2/24, 10:00 - Anna: x\n";
    let options: [&[&str]; 3] =
        [&[], &["--we", "Olga"], &["--we", "Olga", "--dates", "day-first", "--zone", "Europe/Moscow"]];
    let [unsaid, unclear, right] =
        options.map(|more| [&["import", "-", "--source", &source, "--dry-run"][..], more].concat());
    let refused = text(&run(&drill, &unsaid, chat).await.stderr);
    assert!(refused.contains("choose which of these names is yours") && refused.contains("Anna"), "{refused}");
    let refused = text(&run(&drill, &unclear, chat).await.stderr);
    assert!(refused.contains("--dates"), "{refused}");
    let said = text(&run(&drill, &right, chat).await.stdout);
    assert!(said.contains("Anna: 1 message, 1 Feb 2024"), "{said}");
    let nowhere = run(&drill, &["import", "-", "--source", &source, "--zone", "Mars"], chat).await;
    assert!(text(&nowhere.stderr).contains("a time zone has a name like Europe/Moscow"));
    drill.ends_well().await;
}

/// A small archive may have a text without end: it is unpacked into the temporary folder.
async fn an_archive_unpacks_to_no_more_than_a_file(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200);
    // Nothing of it would be kept.
    let endless = zipped(&CHAT.replacen("Жду", &"<Без медиафайлов>\n13.05.2024, 10:04 - Ольга: ".repeat(20_000), 1));
    assert!(endless.len() < 100_000, "it is small");
    let refused = uploads(world, &owner, &line, "chat.zip", "Ольга", &endless).await.is(422);
    refused.says(&["The export has more than 1 MB of text", "import.file_mb"]);
    assert!(parom::import::list(&world.app().usage, line.tenant_id).await.unwrap().is_empty());
    uploads(world, &owner, &line, "chat.zip", "Ольга", &zipped(CHAT)).await.is(303);
}

once!(a_chat_with_its_files_is_shown_and_imported in crate::contract::has_bot);
once!(live_messages_are_recognised_in_an_export in crate::contract::has_bot);
once!(damaged_exports_leave_nothing);
once!(an_archive_unpacks_to_no_more_than_a_file in |config| config.import.file_mb = 1);
