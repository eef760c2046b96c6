//! The life of an import: paused, cancelled, linked to contacts, and read from the messenger's own history.

use std::time::Duration;

use entity::{audit, import, import_line, import_skip};
use futures_util::stream;
use parom::import::{DumpOptions, LeadsMode, RunningSteps, UploadOptions};
use parom::tenant::{Export, ExportPages, Who, erase};
use parom_tests::settings::HOST;
use parom_tests::{Beside, Line, Reply, Visitor, World, both, once};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};
use simulator::vk::{Act, NewCommunity, NewPerson, ServerStatus, Vk};

use super::{a_second, ends, heard, import_of, imports, lines, sends, texts, wrote};
use crate::messengers::with_bot;

async fn act(world: &World, id: &str, act: &str) -> Value {
    world.api.post(&format!("/api/v1/imports/{id}/{act}"), &json!({})).await.is(202).json
}

async fn rows(world: &World) -> [u64; 3] {
    let db = world.app().store.write();
    [
        import::Entity::find().count(db).await.unwrap(),
        import_line::Entity::find().count(db).await.unwrap(),
        import_skip::Entity::find().count(db).await.unwrap(),
    ]
}

async fn deeds(world: &World, line: &Line) -> Vec<String> {
    let all = audit::Entity::of_tenant(line.tenant_id).all(world.app().store.write()).await.unwrap();
    let mut all: Vec<_> = all.into_iter().filter(|row| row.action.starts_with("import.")).collect();
    all.sort_by_key(|row| row.id);
    all.into_iter().map(|row| format!("{} {}", row.actor_kind, row.action)).collect()
}

async fn a_pause_keeps_the_place(world: &mut World) {
    let line = world.line("support").await;
    let id = sends(world, &line, "", texts("anna", 250)).await.is(202).text_at("/id");
    a_second(world).await;
    a_second(world).await;
    assert_eq!(act(world, &id, "pause").await["status"], "paused");
    assert_eq!(act(world, &id, "pause").await["status"], "paused", "twice is once");
    a_second(world).await;
    let there = heard(world, &line, "anna").len();
    assert!(there > 0 && there < 250, "{there}");
    a_second(world).await;
    assert_eq!(heard(world, &line, "anna").len(), there, "nothing goes on");
    assert_eq!(import_of(world, &id).await["done"], there);
    assert_eq!(act(world, &id, "resume").await["status"], "queued");
    let end = ends(world, &id).await;
    assert_eq!([&end["status"], &end["done"], &end["duplicates"]], [&json!("done"), &json!(250), &json!(0)]);
    let wanted: Vec<String> = (0..60).map(|n| format!("anna {n}")).collect();
    let heard = heard(world, &line, "anna");
    assert_eq!(heard.len(), 250);
    assert!(heard.iter().any(|(text, _)| *text == wanted[59]));
    assert_eq!(heard.iter().filter(|(_, silent)| !silent).count(), 1, "one notice, whatever came between");
    for over in ["pause", "resume", "cancel"] {
        let refused = world.api.post(&format!("/api/v1/imports/{id}/{over}"), &json!({})).await.is(409);
        assert!(refused.text.contains("import_over"), "{}", refused.text);
    }
    assert_eq!(
        deeds(world, &line).await,
        ["key import.started", "key import.paused", "key import.resumed", "parom import.finished"]
    );
    assert_eq!(rows(world).await, [1, 0, 0], "messages are not kept twice");
}

async fn imported_messages_stay_when_the_rest_is_cancelled(world: &mut World) {
    let line = world.line("support").await;
    let id = sends(world, &line, "", texts("anna", 250)).await.is(202).text_at("/id");
    a_second(world).await;
    a_second(world).await;
    assert_eq!(act(world, &id, "cancel").await["status"], "cancelled");
    for _ in 0..3 {
        a_second(world).await;
    }
    let end = import_of(world, &id).await;
    let there = heard(world, &line, "anna").len();
    assert!(there > 0 && there < 250, "{there}");
    assert_eq!((&end["status"], &end["done"]), (&json!("cancelled"), &json!(there)));
    assert_eq!(rows(world).await, [1, 0, 0]);
    world.api.post(&format!("/api/v1/imports/{id}/resume"), &json!({})).await.is(409);
    // The rows of a dry run are removed after a day.
    let id = sends(world, &line, "?dry_run=true", texts("boris", 3)).await.is(202).text_at("/id");
    assert_eq!(rows(world).await, [2, 3, 0]);
    world.advance(Duration::from_secs(86_401));
    a_second(world).await;
    assert_eq!(rows(world).await, [2, 0, 0]);
    assert_eq!(import_of(world, &id).await["total"], 3);
    // A deleted source stops its import.
    let id = sends(world, &line, "", texts("carl", 250)).await.is(202).text_at("/id");
    a_second(world).await;
    world.api.delete(&line.path("")).await.is(204);
    let end = ends(world, &id).await;
    assert_eq!(end["status"], "failed", "{end}");
    let before = heard(world, &line, "carl").len();
    a_second(world).await;
    assert_eq!(heard(world, &line, "carl").len(), before);
}

// An import that links its new chats to existing contacts, whatever its source's rule; its customers can be erased
// before any chat is created.

const PHONE: &str = "+79151112233";

fn with_phone(mut line: Value) -> Value {
    line["sender"]["phone"] = json!(PHONE);
    line
}

/// The contact to which a chat is linked at amoCRM.
fn contact_of(world: &World, chat: &str) -> i64 {
    let links = world.sandbox.contact_links(HOST);
    links.iter().find(|link| link.chat_id == chat).map(|link| link.contact_id).expect("the chat has a contact")
}

async fn new_chats_hang_on_contacts_that_are_there(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    let file = lines(&[with_phone(wrote("a1", "chat-anna", 1, "one")), with_phone(wrote("a2", "chat-anna", 2, "two"))]);
    let done = imports(world, &line, "?link_contacts=true", &file).await;
    assert_eq!((&done["link_contacts"], &done["done"]), (&json!(true), &json!(2)));
    assert_eq!(done["notes"].as_array().unwrap().len(), 2, "nothing more to know: {done}");
    let chat = world.manager(&line).chat_with("anna");
    assert_eq!(contact_of(world, &chat), anna);
    let list = world.api.get(&line.path("/conversations")).await.is(200);
    assert_eq!(list.json["items"][0]["contact"]["why"], "phone");
    // It is tried again when amoCRM is away.
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    let file = lines(&[with_phone(wrote("c1", "chat-carl", 1, "one"))]);
    imports(world, &line, "?link_contacts=true", &file).await;
    world.sandbox.faults().clear();
    world.advance(Duration::from_secs(61));
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(contact_of(world, &world.manager(&line).chat_with("carl")), anna);
    // Another import of the same source leaves it to amoCRM.
    let file = lines(&[with_phone(wrote("b1", "chat-boris", 1, "one"))]);
    let done = imports(world, &line, "", &file).await;
    assert_eq!(done["link_contacts"], false);
    assert_ne!(contact_of(world, &world.manager(&line).chat_with("boris")), anna);
}

async fn imports_are_taken_along(world: &mut World) {
    let line = world.line("support").await;
    imports(world, &line, "", &lines(&[wrote("a1", "chat-anna", 1, "one")])).await;
    let mut export = Export::begin(&world.app().tenants, line.tenant_id).await.unwrap();
    let mut text = Vec::new();
    while let Some(page) = export.page().await.unwrap() {
        text.extend(page);
    }
    let text = String::from_utf8(text).unwrap();
    let found: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let import = found.iter().find(|one| one["type"] == "import").expect("the import is there");
    assert_eq!((&import["data"]["total"], &import["data"]["done"]), (&json!(1), &json!(1)), "{import}");
}

async fn a_customer_in_a_waiting_import_can_be_erased(world: &mut World) {
    let line = world.line("support").await;
    let mut shared = wrote("c1", "chat-carl", 1, "x");
    shared["content"] = json!({"type": "contact", "name": "Anna", "phone": PHONE});
    let file = lines(&[
        with_phone(wrote("a1", "chat-anna", 1, "one")),
        wrote("a2", "chat-anna", 2, "without a number"),
        wrote("b1", "chat-boris", 3, "stays"),
        shared,
        wrote("c2", "chat-carl", 2, "stays too"),
    ]);
    let id = sends(world, &line, "?dry_run=true", file).await.is(202).text_at("/id");
    let who = Who::Phone("8 915 111-22-33".to_owned());
    let found = erase::find(&world.app().tenants, line.tenant_id, &who).await.unwrap();
    assert_eq!((found.conversations.len(), found.messages), (0, 3));
    let proof = erase(&world.app().tenants, line.tenant_id, &who, "test").await.unwrap();
    assert_eq!(proof.counts["import_line"], 3, "{proof:?}");
    assert_eq!(erase::find(&world.app().tenants, line.tenant_id, &who).await.unwrap().messages, 0);
    let left = entity_lines(world).await;
    assert_eq!(left, ["b1", "c2"]);
    assert_eq!(import_of(world, &id).await["status"], "done");
}

async fn entity_lines(world: &World) -> Vec<String> {
    let rows = import_line::Entity::find().all(world.app().store.write()).await.unwrap();
    let mut ids: Vec<_> = rows.into_iter().map(|row| row.external_id).collect();
    ids.sort();
    ids
}

// The messenger's own history: read page by page, silent, each message once, stopped and refused in words.

type VkWorld = Beside<Vk>;

/// Asks for the history on the source's page; returns the import's id.
async fn asks(visitor: &Visitor, line: &Line) -> String {
    let page = format!("/panel/sources/{}", line.source_id);
    visitor.opens(&page).await.is(200).says(&["Earlier messages"]);
    let reply = visitor.sends(&format!("{page}/history"), &[]).await.is(303);
    let to = reply.header("location").to_owned();
    to.strip_prefix("/panel/import/").unwrap_or_else(|| panic!("{to}")).to_owned()
}

async fn page_of(visitor: &Visitor, id: &str) -> Reply {
    visitor.opens(&format!("/panel/import/{id}")).await.is(200)
}

fn counts(told: &Value) -> [&Value; 4] {
    [&told["status"], &told["total"], &told["done"], &told["duplicates"]]
}

/// A community, and what Maria and Pete wrote to it before it was connected.
struct Acme {
    id: i64,
    token: String,
    maria: i64,
    pete: i64,
}

fn acme(world: &VkWorld) -> Acme {
    let vk = &world.messenger;
    let made = vk.add_community(NewCommunity::default());
    let (maria, pete) = (vk.add_person(NewPerson::default()), vk.add_person(NewPerson::default()));
    for number in 0..4 {
        vk.customer(maria, made.id).writes(&format!("maria {number}")).unwrap();
        world.advance(Duration::from_secs(2));
    }
    vk.customer(pete, made.id).writes("pete 0").unwrap();
    world.advance(Duration::from_secs(2));
    let answers = Act::own("admin_writes").line(made.id).with("admin", 42).with("peer", pete);
    vk.act(answers.text("A colleague answers")).unwrap();
    world.advance(Duration::from_secs(60));
    Acme { id: made.id, token: made.token, maria, pete }
}

/// The community is connected, and its owner visits the panel.
async fn connected(world: &mut VkWorld) -> (Acme, Line, Visitor) {
    with_bot(world).await;
    let acme = acme(world);
    let settings = json!({ "group_id": acme.id, "access_token": acme.token });
    let line = world.line_of("vk", "Acme", "vk-1", settings).await;
    // VK confirms the address first; what is written before is not sent to it.
    let confirmed = || world.messenger.servers(acme.id).iter().any(|server| server.status == ServerStatus::Ok);
    world.until("the address is confirmed", async || confirmed().then_some(())).await;
    let visitor = world.panel(line.tenant_id).await;
    (acme, line, visitor)
}

async fn earlier_messages_come_in_silently_and_once(world: &mut VkWorld) {
    let (acme, line, visitor) = connected(world).await;
    world.advance(Duration::from_secs(2));
    world.messenger.customer(acme.maria, acme.id).writes("live").unwrap();
    world.messenger.deliver_all().await;
    world.deliver_all().await;
    let id = asks(&visitor, &line).await;
    assert_eq!(asks(&visitor, &line).await, id, "a second press leads to the same");
    page_of(&visitor, &id).await.says(&["Reading from VK community: 0 messages so far", "Pause import"]);
    let end = ends(world, &id).await;
    assert_eq!(counts(&end), [&json!("done"), &json!(6), &json!(6), &json!(0)]);
    let (maria, pete) = (acme.maria.to_string(), acme.pete.to_string());
    let quiet = |text: &str| (text.to_owned(), true);
    let mut of_maria = heard(world, &line, &maria);
    let live = of_maria.iter().position(|one| *one == ("live".to_owned(), false)).expect("what came live");
    of_maria.remove(live);
    assert_eq!(of_maria, ["maria 0", "maria 1", "maria 2", "maria 3"].map(quiet));
    assert_eq!(heard(world, &line, &pete), ["pete 0", "A colleague answers"].map(quiet));
    let leads = world.sandbox.chats(HOST).into_iter().filter(|chat| chat.lead.is_some()).count();
    assert_eq!(leads, 1, "who wrote after it was connected");

    let there = world.sandbox.messages(HOST).len();
    let again = asks(&visitor, &line).await;
    assert_ne!(again, id);
    let end = ends(world, &again).await;
    assert_eq!(counts(&end), [&json!("done"), &json!(6), &json!(6), &json!(6)]);
    assert_eq!(world.sandbox.messages(HOST).len(), there, "nothing twice");
}

async fn it_continues_where_it_was_interrupted(world: &mut VkWorld) {
    let (_, line, visitor) = connected(world).await;
    let id = asks(&visitor, &line).await;
    a_second(world).await;
    let first = import_of(world, &id).await["total"].as_i64().unwrap();
    assert!(first > 0 && first < 6, "one of two chats is read: {first}");
    world.restart().await;
    let visitor = world.panel(line.tenant_id).await;
    visitor.sends(&format!("/panel/import/{id}/pause"), &[]).await.is(303);
    a_second(world).await;
    assert_eq!(import_of(world, &id).await["total"], first, "nothing is asked for meanwhile");
    visitor.sends(&format!("/panel/import/{id}/resume"), &[]).await.is(303);
    assert_eq!(counts(&ends(world, &id).await), [&json!("done"), &json!(6), &json!(6), &json!(0)]);
    let pages = world.messenger.all_calls().iter().filter(|call| call.call == "messages.getHistory").count();
    assert_eq!(pages, 2, "no page is read twice");

    let second = asks(&visitor, &line).await;
    a_second(world).await;
    visitor.sends(&format!("/panel/import/{second}/cancel"), &[]).await.is(303);
    a_second(world).await;
    assert_eq!(import_of(world, &second).await["status"], "cancelled");
    page_of(&visitor, &second).await.says(&["0 messages imported"]);
}

/// A messenger that does not answer is asked again; a refusal is shown, and goes on with a new token.
async fn a_refusal_is_described_in_words(world: &mut VkWorld) {
    let (acme, line, visitor) = connected(world).await;
    let fault = simulator::vk::Fault::HtmlPage { status: 502 };
    world.messenger.faults().next("messages.getConversations", 1, fault);
    let id = asks(&visitor, &line).await;
    a_second(world).await;
    page_of(&visitor, &id).await.says(&["It will be asked again automatically."]);
    assert_eq!(import_of(world, &id).await["status"], "queued");
    world.advance(Duration::from_secs(30));
    assert_eq!(counts(&ends(world, &id).await), [&json!("done"), &json!(6), &json!(6), &json!(0)]);
    page_of(&visitor, &id).await.never_says(&["asked again"]);

    world.messenger.revoke_tokens(acme.id);
    let id = asks(&visitor, &line).await;
    a_second(world).await;
    assert_eq!(import_of(world, &id).await["status"], "failed");
    page_of(&visitor, &id).await.says(&["The messenger does not show earlier messages:", "Continue import"]);
    let token = world.messenger.add_token(acme.id, &["messages", "manage", "photos", "docs", "wall"]);
    let settings = json!({ "settings": { "group_id": acme.id, "access_token": token } });
    world.api.patch(&format!("/api/v1/sources/{}", line.source_id), &settings).await.is(200);
    visitor.sends(&format!("/panel/import/{id}/resume"), &[]).await.is(303);
    assert_eq!(counts(&ends(world, &id).await), [&json!("done"), &json!(6), &json!(6), &json!(6)]);
}

/// A messenger that does not answer delays no import of another account.
async fn a_question_without_an_answer_delays_no_other_account(world: &mut VkWorld) {
    let (_, line, visitor) = connected(world).await;
    let gate = world.messenger.faults().hold("messages.getConversations");
    let history = asks(&visitor, &line).await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    let file = sends(world, &other, "", texts("anna", 3)).await.is(202).text_at("/id");
    let mut steps = RunningSteps::new(world.app().usage.clone());
    assert_eq!(steps.start().await, 2);
    gate.until_waiting(1).await;
    // Of all that ends from here on, nothing is the silent messenger's: it is still being asked.
    assert!(steps.ended().await);
    while import_of(world, &file).await["status"] != "done" {
        world.advance(Duration::from_secs(1));
        if steps.start().await > 0 {
            assert!(steps.ended().await);
        }
        world.deliver_all().await;
    }
    assert_eq!(import_of(world, &history).await["total"], 0);
    gate.open();
    assert!(steps.ended().await);
    assert!(!steps.ended().await, "nothing else is in progress");
    assert_eq!(counts(&ends(world, &history).await), [&json!("done"), &json!(6), &json!(6), &json!(0)]);
}

async fn a_source_without_history_offers_none(world: &mut World) {
    let line = world.line("support").await;
    let visitor = world.panel(line.tenant_id).await;
    let page = format!("/panel/sources/{}", line.source_id);
    visitor.opens(&page).await.is(200).never_says(&["Earlier messages"]);
    visitor.sends(&format!("{page}/history"), &[]).await.is(404);
}

/// What a process that was killed while it received a file leaves.
async fn half_a_file_counts_for_an_hour(world: &mut World) {
    let line = world.line("support").await;
    let rows =
        async |world: &World| import::Entity::of_tenant(line.tenant_id).count(world.app().store.read()).await.unwrap();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let half = stream::once(async {
        begun.send(()).unwrap();
        std::future::pending().await
    });
    let app = world.app().clone();
    let source = app.lookup.source(line.source_id).await.unwrap().unwrap();
    let wish = UploadOptions {
        format: None,
        dump: DumpOptions::default(),
        tables: false,
        leads: LeadsMode::Newest,
        link_contacts: false,
        dry_run: false,
        file_name: String::new(),
    };
    tokio::select! {
        _ = parom::import::take_in(&app.usage, &source, wish, half) => panic!("it has no end"),
        _ = begins => {}
    }
    drop(app);
    world.advance(Duration::from_secs(3590));
    a_second(world).await;
    assert_eq!(rows(world).await, 1);
    world.advance(Duration::from_secs(10));
    a_second(world).await;
    assert_eq!(rows(world).await, 0);
}

both!(a_pause_keeps_the_place);
once!(imported_messages_stay_when_the_rest_is_cancelled, a_customer_in_a_waiting_import_can_be_erased);
once!(earlier_messages_come_in_silently_and_once, new_chats_hang_on_contacts_that_are_there, imports_are_taken_along);
once!(it_continues_where_it_was_interrupted, a_source_without_history_offers_none, a_refusal_is_described_in_words);
once!(a_question_without_an_answer_delays_no_other_account, half_a_file_counts_for_an_hour);
