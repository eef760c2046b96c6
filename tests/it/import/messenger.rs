//! The messenger's own history: read page by page, silent, each message once, stopped and refused in words.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{Beside, Line, Reply, Visitor, World, both, once};
use serde_json::{Value, json};
use simulator::avito::{self, Avito, NewBuyer, NewItem, NewSeller};
use simulator::meta::{Meta, NewAccount, NewApp, NewPerson as MetaPerson};
use simulator::vk::{Act, NewCommunity, NewPerson, ServerStatus, Vk};

use super::{a_second, ends, heard, import_of};
use crate::messengers::with_bot;

type VkWorld = Beside<Vk>;

/// Asks for the history on the source's page; returns the import's id.
pub(super) async fn asks(visitor: &Visitor, line: &Line) -> String {
    let page = format!("/panel/sources/{}", line.source_id);
    visitor.opens(&page).await.is(200).says(&["Earlier messages"]);
    let reply = visitor.sends(&format!("{page}/history"), &[]).await.is(303);
    let to = reply.header("location").to_owned();
    to.strip_prefix("/panel/import/").unwrap_or_else(|| panic!("{to}")).to_owned()
}

pub(super) async fn page_of(visitor: &Visitor, id: &str) -> Reply {
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

async fn connects(world: &VkWorld, acme: &Acme) -> Line {
    let settings = json!({ "group_id": acme.id, "access_token": acme.token });
    let line = world.line_of("vk", "Acme", "vk-1", settings).await;
    // VK confirms the address first; what is written before is not sent to it.
    let confirmed = || world.messenger.servers(acme.id).iter().any(|server| server.status == ServerStatus::Ok);
    world.until("the address is confirmed", async || confirmed().then_some(())).await;
    line
}

async fn earlier_messages_come_in_silently_and_once(world: &mut VkWorld) {
    with_bot(world).await;
    let acme = acme(world);
    let line = connects(world, &acme).await;
    world.advance(Duration::from_secs(2));
    world.messenger.customer(acme.maria, acme.id).writes("live").unwrap();
    world.messenger.deliver_all().await;
    world.deliver_all().await;
    let visitor = world.panel(line.tenant_id).await;
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
    with_bot(world).await;
    let acme = acme(world);
    let line = connects(world, &acme).await;
    let visitor = world.panel(line.tenant_id).await;
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

async fn a_refusal_is_described_in_words(world: &mut VkWorld) {
    with_bot(world).await;
    let acme = acme(world);
    let line = connects(world, &acme).await;
    let visitor = world.panel(line.tenant_id).await;
    world.messenger.revoke_tokens(acme.id);
    let id = asks(&visitor, &line).await;
    a_second(world).await;
    assert_eq!(import_of(world, &id).await["status"], "failed");
    page_of(&visitor, &id).await.says(&["The messenger does not show earlier messages:", "Continue import"]);
    // A new token, and it goes on.
    let token = world.messenger.add_token(acme.id, &["messages", "manage", "photos", "docs", "wall"]);
    let settings = json!({ "settings": { "group_id": acme.id, "access_token": token } });
    world.api.patch(&format!("/api/v1/sources/{}", line.source_id), &settings).await.is(200);
    visitor.sends(&format!("/panel/import/{id}/resume"), &[]).await.is(303);
    assert_eq!(counts(&ends(world, &id).await), [&json!("done"), &json!(6), &json!(6), &json!(0)]);
}

async fn a_messenger_that_does_not_answer_is_asked_again(world: &mut VkWorld) {
    with_bot(world).await;
    let acme = acme(world);
    let line = connects(world, &acme).await;
    let visitor = world.panel(line.tenant_id).await;
    let fault = simulator::vk::Fault::HtmlPage { status: 502 };
    world.messenger.faults().next("messages.getConversations", 1, fault);
    let id = asks(&visitor, &line).await;
    a_second(world).await;
    page_of(&visitor, &id).await.says(&["It will be asked again automatically.", "Pause import"]);
    assert_eq!(import_of(world, &id).await["status"], "queued");
    world.advance(Duration::from_secs(30));
    assert_eq!(counts(&ends(world, &id).await), [&json!("done"), &json!(6), &json!(6), &json!(0)]);
    page_of(&visitor, &id).await.never_says(&["asked again"]);
}

async fn a_source_without_history_offers_none(world: &mut World) {
    let line = world.line("support").await;
    let visitor = world.panel(line.tenant_id).await;
    let page = format!("/panel/sources/{}", line.source_id);
    visitor.opens(&page).await.is(200).never_says(&["Earlier messages"]);
    visitor.sends(&format!("{page}/history"), &[]).await.is(404);
}

async fn avito_shows_its_chats(world: &mut Beside<Avito>) {
    let avito = &world.messenger;
    let seller = NewSeller::default();
    let credentials = json!({ "client_id": seller.client_id, "client_secret": seller.client_secret });
    let seller = avito.add_seller(seller);
    let (buyer, item) = (avito.add_buyer(NewBuyer::default()), avito.add_item(NewItem::of(seller)));
    let phone = avito.customer(buyer, item);
    phone.writes("Ещё продаёте?").unwrap();
    let chat = phone.chat().unwrap();
    world.advance(Duration::from_secs(2));
    phone.sends(avito::Content::of("image")).unwrap();
    world.advance(Duration::from_secs(60));
    let line = world.line_of("avito", "Acme", "avito-1", credentials).await;
    let visitor = world.panel(line.tenant_id).await;
    let id = asks(&visitor, &line).await;
    assert_eq!(counts(&ends(world, &id).await), [&json!("done"), &json!(2), &json!(2), &json!(0)]);
    let told = super::of_chat(world, &line, &chat);
    let kinds: Vec<(&str, bool)> = told.iter().map(|message| (message.kind.as_str(), message.silent)).collect();
    assert_eq!(kinds, [("text", true), ("picture", true)]);
    assert!(told[0].text.ends_with("Ещё продаёте?"), "{}", told[0].text);
}

async fn instagram_shows_its_conversations(world: &mut Beside<Meta>) {
    with_bot(world).await;
    let meta = &world.messenger;
    let app = meta.add_app(NewApp::default());
    let account = meta.add_account(&app, NewAccount::instagram());
    let anna = meta.add_person(MetaPerson::default());
    meta.customer(anna, &account.id).writes("first").unwrap();
    world.advance(Duration::from_secs(2));
    meta.customer(anna, &account.id).hears("second").unwrap();
    world.advance(Duration::from_secs(60));
    let settings = json!({
        "account_id": account.id, "access_token": account.token, "app_secret": app.secret, "verify_token": "any-text",
    });
    let line = world.line_of("instagram", "Acme", "instagram-1", settings).await;
    let visitor = world.panel(line.tenant_id).await;
    let id = asks(&visitor, &line).await;
    assert_eq!(counts(&ends(world, &id).await), [&json!("done"), &json!(2), &json!(2), &json!(0)]);
    let conversation = world.messenger.scoped(&account.id, anna);
    let texts: Vec<(String, bool)> = heard(world, &line, &conversation);
    assert_eq!(texts, [("first".to_owned(), true), ("second".to_owned(), true)]);
}

both!(earlier_messages_come_in_silently_and_once, it_continues_where_it_was_interrupted);
both!(avito_shows_its_chats, instagram_shows_its_conversations);
once!(
    a_refusal_is_described_in_words,
    a_messenger_that_does_not_answer_is_asked_again,
    a_source_without_history_offers_none,
);
