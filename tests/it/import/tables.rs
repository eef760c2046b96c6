//! Tables of any columns: what they mean is guessed, shown and chosen before anything of them is sent.

use std::io::{Cursor, Write};
use std::path::Path;

use entity::{import, import_line};
use futures_util::stream;
use parom::import::{DumpOptions, LeadsMode, Received, UploadOptions, take_in};
use parom::tenant::{Who, erase};
use parom_tests::drill::Drill;
use parom_tests::{Engine, Line, Reply, World, answer, both, once};
use reqwest::Method;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use uuid::Uuid;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::dumps::{at_crm, uploads};
use super::file::{run, text};
use super::{a_second, ends, heard, of_chat};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What a shop kept of its chats.
pub const SHOP: &str = "\
Дата;Кто;Телефон;Имя;Текст сообщения;Сумма\r
01.03.2025 10:00;Клиент;8 915 111-22-33;Анна;Здравствуйте;\r
01.03.2025 10:01;Менеджер;8 915 111-22-33;Анна;Добрый день;100\r
01.03.2031 10:02;Клиент;8 915 111-22-33;Анна;из будущего;\r
01.03.2025 10:03;Клиент;8 915 abc;Анна;без номера;\r
";

/// A table that waits for its columns to be chosen.
pub async fn waits(world: &World, line: &Line, file: &str) -> Uuid {
    let source = world.app().lookup.source(line.source_id).await.unwrap().unwrap();
    let wish = UploadOptions {
        format: None,
        dump: DumpOptions::default(),
        tables: true,
        leads: LeadsMode::Newest,
        link_contacts: false,
        dry_run: true,
        file_name: "chats.csv".to_owned(),
    };
    let file = stream::iter([Ok(file.to_owned().into())]);
    let Ok(Received::Table(stored)) = take_in(&world.app().usage, &source, wish, file).await else {
        panic!("it needs no choice")
    };
    stored.row.id
}

/// A workbook with one sheet of texts.
fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let cell = |text: &&str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |cells: &&[&str]| format!("<row>{}</row>", cells.iter().map(cell).collect::<String>());
    let sheet: String = rows.iter().map(row).collect();
    let link =
        r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        (
            "xl/workbook.xml",
            "<workbook><sheets><sheet name=\"1\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>".to_owned(),
        ),
        ("xl/_rels/workbook.xml.rels", link.to_owned()),
        ("xl/worksheets/sheet1.xml", format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>")),
    ] {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(part.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

async fn sends(world: &World, line: &Line, kind: &str, query: &str, file: Vec<u8>) -> Reply {
    let request = world.api.request(Method::POST, &line.path(&format!("/imports{query}")));
    answer(request.header("content-type", kind).body(file)).await
}

async fn rows(world: &World) -> [u64; 2] {
    let db = world.app().store.write();
    [import::Entity::find().count(db).await.unwrap(), import_line::Entity::find().count(db).await.unwrap()]
}

async fn a_table_is_shown_as_messages_and_then_imported(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200);
    let file = encoding_rs::WINDOWS_1251.encode(SHOP).0.into_owned();
    let reply = uploads(world, &owner, &line, "chats.csv", "", &file).await.is(303);
    let columns = reply.header("location").to_owned();
    let guess = owner.opens(&columns).await.is(200);
    guess.says(&["Текст сообщения", "The first messages", "Здравствуйте", "→ Анна", "Добрый день", "Line 2"]);
    guess.says(&["Skipped: its date is in the future", "Skipped: the customer’s phone is no phone number"]);
    assert!(guess.text.contains("value=\"Менеджер\""), "the account's side is found: {}", guess.text);
    owner.opens("/panel/import").await.is(200).says(&["Choose columns", "chats.csv"]);

    // A wrong choice is seen, and another process goes on with it.
    let wrong = [
        ("c0", "sent_at"),
        ("c1", "sender"),
        ("c2", "phone"),
        ("c3", "text"),
        ("we", "Менеджер"),
        ("zone", "Asia/Omsk"),
    ];
    let seen = owner.does(&columns, &wrong).await;
    seen.says(&["<p class=\"prose\" dir=\"auto\">Анна</p>", "value=\"Asia/Omsk\""]);
    let none = owner.does(&columns, &[("c3", "text"), ("do", "check")]).await;
    none.says(&["Still to choose", "the column with the date", "the column by which customers differ"]);
    owner.does(&columns, &wrong).await;
    world.restart().await;
    let page = columns.strip_suffix("/columns").unwrap();
    owner.opens(page).await.is(303);
    owner.opens(&columns).await.is(200).says(&["<p class=\"prose\" dir=\"auto\">Анна</p>", "value=\"Asia/Omsk\""]);
    let right = [
        ("c0", "sent_at"),
        ("c1", "sender"),
        ("c2", "phone"),
        ("c3", "name"),
        ("c4", "text"),
        ("we", "менеджер"),
        ("zone", ""),
        ("do", "check"),
    ];
    let typo = right.map(|(name, value)| (name, if name == "we" { "Менеджерр" } else { value }));
    owner.does(&columns, &typo).await.says(&["No row has “Менеджерр” in", "Клиент, Менеджер"]);
    let plan = owner.does(&columns, &right).await;
    plan.says(&[
        "2 messages in 1 chat",
        "2 lines are skipped",
        "cannot be undone",
        "The first messages",
        "Change columns",
    ]);
    assert!(of_chat(world, &line, "79151112233").is_empty(), "nothing is written before a person decides");
    let again = owner.does(&columns, &right).await;
    again.says(&["2 messages in 1 chat"]);
    assert_eq!(rows(world).await, [2, 6], "another choice replaces the one before");

    let list = owner.opens("/panel/import").await.is(200);
    let id = list
        .text
        .split("/panel/import/")
        .filter_map(|rest| rest.get(..36))
        .find(|id| id.parse::<Uuid>().is_ok() && !columns.contains(id));
    let id = id.expect("the plan is in the list").to_owned();
    owner.does(&format!("/panel/import/{id}/start"), &[]).await;
    assert_eq!(rows(world).await, [1, 2], "the table is no longer needed");
    for _ in 0..4 {
        a_second(world).await;
    }
    let there = of_chat(world, &line, "79151112233");
    let wanted = [("text", false, "Здравствуйте"), ("text", true, "Добрый день")];
    assert_eq!(at_crm(&there), wanted.map(|(kind, ours, text)| (kind.to_owned(), ours, text.to_owned())));
    assert_eq!(there[0].msec_timestamp, 1_740_812_400_000, "in the zone of the account, Moscow");

    // The next table with these columns is read as this one was.
    let later = SHOP.replace("Добрый день", "До свидания");
    let reply = uploads(world, &owner, &line, "later.csv", "", later.as_bytes()).await.is(303);
    owner.opens(reply.header("location")).await.is(200).says(&["value=\"менеджер\"", "До свидания"]);
}

async fn american_dates_are_asked_for(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200);
    let table = "Date,Name,Message\n03/04/2025 10:00,Anna,Hello\n05/06/2025 10:00,Anna,Hi\n";
    let utf_16: Vec<u8> = "\u{feff}".encode_utf16().chain(table.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let columns = uploads(world, &owner, &line, "chats.csv", "", &utf_16).await.is(303).header("location").to_owned();
    let choice = [("c0", "sent_at"), ("c1", "name"), ("c2", "text"), ("zone", ""), ("do", "check")];
    for asked in [owner.opens(&columns).await, owner.does(&columns, &[&choice[..], &[("dates", "")]].concat()).await] {
        asked.says(&[
            "“03/04/2025 10:00” is 3 Apr 2025",
            "“03/04/2025 10:00” is 4 Mar 2025",
            "the order of day and month",
        ]);
        assert!(!asked.text.contains("class=\"bubbles\""), "{}", asked.text);
    }
    let plan = owner.does(&columns, &[&choice[..], &[("dates", "month_first")]].concat()).await;
    plan.says(&["Anna: 2 messages, 4 Mar 2025 – 6 May 2025"]);
    owner.does(&columns.replace("/columns", "/discard"), &[]).await.says(&["The file is deleted"]);
    owner.opens(&columns).await.is(404);
    let old = uploads(world, &owner, &line, "old.xls", "", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest").await.is(422);
    old.says(&["save it as .xlsx"]);
    let bare = uploads(world, &owner, &line, "bare.csv", "", b"Date,Name,Message\n").await.is(422);
    bare.says(&["no line after"]);
}

/// The columns of a workbook are named as those of CSV, or chosen by a parameter.
async fn workbooks_are_imported_through_the_api(world: &mut World) {
    let line = world.line("support").await;
    let named = workbook(&[
        &["id", "conversation.id", "sender.role", "sender.id", "sent_at", "content.type", "content.text"],
        &["1", "anna", "client", "u", "2026-01-01T00:00:01Z", "text", "named"],
        &["2", "anna", "boss", "u", "2026-01-01T00:00:01Z", "text", "nobody"],
    ]);
    let id = sends(world, &line, XLSX, "", named).await.is(202).text_at("/id");
    let told = ends(world, &id).await;
    assert_eq!((&told["done"], &told["skipped"][0]["line"]), (&json!(1), &json!(3)), "{told}");
    assert_eq!(heard(world, &line, "anna"), [("named".to_owned(), false)]);

    let table = || {
        workbook(&[
            &["When", "Chat", "Message"],
            &["2026-01-01 10:00", "boris", "a"],
            &["2026-01-01 10:01", "boris", "b"],
        ])
    };
    let refused = sends(world, &line, XLSX, "", table()).await.is(422);
    assert!(refused.text.contains("it lacks id, conversation.id"), "as CSV: {}", refused.text);
    for (query, pointers) in [
        ("?columns=sent_at,chat", vec!["/columns"]),
        ("?columns=sent_at,colour", vec!["/columns"]),
        ("?columns=text,,time", vec!["/columns", "/columns"]),
        ("?columns=auto&dates=maybe", vec!["/dates"]),
        ("?columns=auto&zone=Mars", vec!["/zone"]),
    ] {
        let refused = sends(world, &line, XLSX, query, table()).await.is(422);
        assert_eq!(refused.wrong_fields(), pointers, "{query}: {}", refused.text);
    }
    assert!(sends(world, &line, XLSX, "?columns=auto", b"Date,Text\n".to_vec()).await.is(422).text.contains("neither"));
    assert_eq!(rows(world).await[1], 0, "nothing stays of what was refused");
    let query = "?columns=sent_at,chat,text&leads=none&zone=UTC";
    let plan = sends(world, &line, XLSX, &format!("{query}&dry_run=true"), table()).await.is(202).json;
    assert_eq!((&plan["total"], &plan["chats"], &plan["leads"]), (&json!(2), &json!(1), &json!("none")), "{plan}");
    let id = sends(world, &line, XLSX, query, table()).await.is(202).text_at("/id");
    assert_eq!(ends(world, &id).await["done"], 2);
    assert_eq!(heard(world, &line, "boris"), [("a".to_owned(), true), ("b".to_owned(), true)]);
    // Again: the same rows have the same ids.
    let id = sends(world, &line, XLSX, query, table()).await.is(202).text_at("/id");
    assert_eq!(ends(world, &id).await["duplicates"], 2);
    let csv = "date;chat;text\n03/04/2025;carl;x\n".as_bytes().to_vec();
    assert_eq!(sends(world, &line, "text/csv", "?columns=auto", csv.clone()).await.is(422).wrong_fields(), ["/dates"]);
    let told: Value = sends(world, &line, "text/csv", "?columns=auto&dates=day_first", csv).await.is(202).json;
    assert_eq!(told["total"], 1);
}

/// Rows whose columns nobody has chosen yet contain customers too, and stay for a day.
async fn tables_that_wait_can_be_erased_and_expire(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200);
    uploads(world, &owner, &line, "chats.csv", "", SHOP.as_bytes()).await.is(303);
    assert_eq!(rows(world).await, [1, 4]);
    erase(&world.app().tenants, line.tenant_id, &Who::Phone("+79151112233".into()), "test").await.unwrap();
    assert_eq!(rows(world).await, [1, 1], "the row with another number stays");
    world.advance(std::time::Duration::from_secs(86_401));
    a_second(world).await;
    assert_eq!(rows(world).await, [0, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_imports_a_table() {
    let mut drill = Drill::prepare(Engine::Sqlite, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await.unwrap();
    drill.serves("").await;
    let line: Line = drill.line("support").await;
    let source = line.source_id.to_string();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chats.xlsx");
    std::fs::write(&path, workbook(&[&["Date", "Chat ID", "Message"], &["2025-03-01 10:00", "anna", "Hello"]]))
        .unwrap();
    let import = ["import", path.to_str().unwrap(), "--source", &source];
    let refused = run(&drill, &import, "").await;
    let said = text(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("--columns sent_at,chat,text is what their names say"),
        "{said}"
    );
    let plan = run(&drill, &[&import[..], &["--columns", "auto", "--dry-run"]].concat(), "").await;
    let said = text(&plan.stdout);
    assert!(plan.status.success() && said.contains("1 Mar 2025, 10:00 ← anna: Hello"), "{said}{}", text(&plan.stderr));
    let whole = run(&drill, &[&import[..], &["--columns", "sent_at,chat,text"]].concat(), "").await;
    let said = text(&whole.stdout);
    assert!(said.ends_with("Finished: 1 message imported, 0 skipped.\n"), "{said}{}", text(&whole.stderr));
    assert_eq!(heard(&drill, &line, "anna"), [("Hello".to_owned(), false)]);
    drill.ends_well().await;
}

both!(a_table_is_shown_as_messages_and_then_imported in crate::contract::has_bot);
once!(american_dates_are_asked_for, workbooks_are_imported_through_the_api, tables_that_wait_can_be_erased_and_expire);
