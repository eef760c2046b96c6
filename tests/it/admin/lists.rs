//! The whole service at a glance, and lists over all accounts: found, counted, a page at a time.

use std::time::Duration;

use base::i18n::{Language, Words};
use base::store::VENDOR;
use entity::{conversation, heartbeat, tenant};
use parom::alert::Alarm;
use parom::delivery::gauges;
use parom::doctor::LastLook;
use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{Answer, World, both, once};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use simulator::crm::{Fault, HookMessage, Part};
use uuid::Uuid;

use super::operator::Operator;

/// Accounts that exist here alone.
pub async fn add_tenants(world: &World, count: i64) {
    let template = tenant::Entity::find().one(world.app().store.read()).await.unwrap().unwrap();
    for number in 0..count {
        let row = tenant::Model {
            tenant_id: world.clock.uuid_v7(),
            host: format!("shop{number}.amocrm.ru"),
            name: format!("Магазин {number}"),
            account_id: 900_000 + number,
            status: if number % 2 == 0 { "unpaid".into() } else { "active".into() },
            suspended: number == 7,
            ..template.clone()
        };
        tenant::Entity::insert(row.into_active_model())
            .exec_without_returning(world.app().store.write())
            .await
            .unwrap();
    }
}

/// Hosts of the accounts of a page, in its order.
pub fn hosts(text: &str) -> Vec<String> {
    let rows = text.split("<th scope=\"row\"").skip(1);
    rows.map(|row| row.split("\">").nth(2).unwrap().split('<').next().unwrap().to_owned()).collect()
}

async fn accounts_are_found_a_page_at_a_time(world: &mut World) {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    world.active(HOST).await;
    add_tenants(world, 60).await;
    let olga = Operator::signed_in(world).await;
    let first = olga.opens("/admin/accounts").await.is(200);
    let (board, all) = first.text.split_once("Other accounts</h2>").expect("both tables");
    assert_eq!(hosts(board).len(), 25, "of the thirty that are unpaid");
    first.says(&["Needs attention", "The first 25 are shown"]);
    assert_eq!(hosts(all).len(), 25, "of the fifty newest: the unpaid ones are above");
    assert_eq!(hosts(all)[0], "shop59.amocrm.ru", "newest first");
    assert!(hosts(all).iter().all(|host| !hosts(board).contains(host)), "each is there once");
    let next = first.text.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = olga.opens(&next.replace("&amp;", "&").replace("&#38;", "&")).await.is(200);
    let rest = hosts(&second.text);
    assert_eq!((rest.len(), rest.last().unwrap().as_str()), (11, HOST));
    second.never_says(&["rel=\"next\"", "Needs attention"]);

    let found =
        async |olga: &Operator, query: &str| hosts(&olga.opens(&format!("/admin/accounts?{query}")).await.is(200).text);
    assert_eq!(found(&olga, "q=SHOP12").await, ["shop12.amocrm.ru"]);
    assert_eq!(found(&olga, "q=900013").await, ["shop13.amocrm.ru"]);
    assert_eq!(found(&olga, &format!("q={}", "%D0%9C%D0%B0%D0%B3%D0%B0%D0%B7%D0%B8%D0%BD%2014")).await.len(), 1);
    assert_eq!(found(&olga, "q=%25").await.len(), 0, "a per cent sign is a sign");
    assert_eq!(found(&olga, "q=shop&state=unpaid").await.len(), 30);
    assert_eq!(found(&olga, "state=suspended").await, ["shop7.amocrm.ru"]);
    assert_eq!(found(&olga, "state=active").await.len(), 30, "29 of the made and the installed one");
    assert_eq!(found(&olga, "state=uninstalled").await.len(), 0);
    olga.opens("/admin/accounts?cursor=x").await.is(422);
}

/// Open alerts weigh more than a state, several more than one, and an account that nothing is wrong with is not on the board.
async fn the_board_begins_with_what_hurts_most(world: &mut World) {
    let line = world.line("support").await;
    add_tenants(world, 4).await;
    let olga = Operator::signed_in(world).await;
    let board = async |olga: &Operator| {
        let page = olga.opens("/admin/accounts").await.is(200);
        hosts(page.text.split("Other accounts</h2>").next().unwrap())
    };
    // Two are unpaid, the newest first.
    assert_eq!(board(&olga).await, ["shop2.amocrm.ru", "shop0.amocrm.ru"]);
    let all = tenant::Entity::find().all(world.app().store.read()).await.unwrap();
    let shop = all.iter().find(|tenant| tenant.host == "shop1.amocrm.ru").unwrap().tenant_id;
    let app = world.app();
    for (tenant_id, kind, object) in [(line.tenant_id, "late", ""), (shop, "late", ""), (shop, "limit_near", "stored")]
    {
        let alarm = Alarm { tenant_id, kind, object, source_id: None, detail: json!({}) };
        parom::alert::raise(app, app.store.write(), alarm).await.unwrap();
    }
    assert_eq!(board(&olga).await, ["shop1.amocrm.ru", HOST, "shop2.amocrm.ru", "shop0.amocrm.ru"]);
}

async fn an_account_is_found_by_a_message(world: &mut World) {
    let (line, manager) = world.chatting().await;
    add_tenants(world, 3).await;
    world.customer(&line, "anna").writes("Hello").await;
    manager.answers("anna", "Good morning").await;
    world.deliver_to_the_end().await;
    let olga = Operator::signed_in(world).await;
    let found = async |id: &str| hosts(&olga.opens(&format!("/admin/accounts?q={}", escape(id))).await.is(200).text);
    let keys = entity::dedupe::Entity::find().all(world.app().store.read()).await.unwrap();
    let is_message = |key: &&entity::dedupe::Model| [1, 2].contains(&key.event);
    let messages: Vec<_> = keys.iter().filter(is_message).collect();
    assert!(messages.len() >= 3, "of the customer, the manager and amojo: {}", messages.len());
    for key in messages {
        assert_eq!(found(&key.external_id).await, [HOST], "{}", key.external_id);
        assert_eq!(found(&key.message_id.to_string()).await, [HOST]);
    }
    assert!(found(&Uuid::nil().to_string()).await.is_empty());
    assert!(found("Good").await.is_empty(), "texts are not searched");
    assert!(found("x\u{0}y").await.is_empty());
}

pub fn escape(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn queues_show_where_and_why_letters_wait(world: &mut World) {
    let line = world.line("support").await;
    let olga = Operator::signed_in(world).await;
    olga.opens("/admin/queues").await.is(200).says(&["Nothing is waiting anywhere."]);
    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    world.customer(&line, "anna").writes("one").await;
    world.customer(&line, "boris").writes("two").await;
    world.deliver_all().await;
    // Of a time to come no page says "just now".
    olga.opens("/admin/queues").await.is(200).says(&["next attempt <time", ">within a minute<"]);
    for _ in 0..12 {
        world.advance(std::time::Duration::from_secs(60));
        world.deliver_all().await;
    }
    let page = olga.opens("/admin/queues").await.is(200);
    page.says(&[HOST, "to amoCRM", "12 min", "Try now", "amojo:main"]);
    // V2: the first page said "the longest 0 ms" of letters that wait for a back-off. It reads the last look at the queue,
    // and they grow older after it.
    gauges::look(&world.app().delivery).await.unwrap();
    world.advance(std::time::Duration::from_secs(60));
    let down = ["Some parts are down.", "<strong>Delivery to amoCRM</strong>: Down"];
    let first = olga.opens("/admin").await.is(200);
    first.says(&["2 waiting, the longest 13 min", "1 needs attention"]);
    first.says(&down);
    // The tile of alerts agrees with that, and the sign of the accounts' tile is at the one, not at the number of all.
    first.says(&["None is open. What does not work is shown above.", "class=\"small note is-warn\""]);
    let list = olga.opens("/admin/accounts").await.is(200);
    let account = format!("/admin/accounts/{}", line.tenant_id);
    for page in [&list, &olga.opens(&account).await.is(200)] {
        page.says(&["amoCRM is not answering"]);
    }
    assert!(list.text.contains("13\u{a0}min"), "the age of the oldest letter: {}", list.text);
    world.sandbox.faults().clear();
    let action = page.text.split("action=\"/admin/queues/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    olga.sends(&format!("/admin/queues/{action}"), &[]).await.is(303);
    world.deliver_all().await;
    assert!(!world.texts_at_crm(&line).is_empty(), "tried without waiting for the back-off's end");
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line).len(), 2);
    olga.sends(&format!("/admin/queues/{}/{}/try", line.tenant_id, Uuid::from_u128(9)), &[]).await.is(404);
    let after = olga.opens("/admin/queues").await.is(200);
    after.never_says(&["Try now", "next attempt"]);
    world.advance(std::time::Duration::from_secs(6));
    olga.opens("/admin").await.is(200).never_says(&down);
    assert!(after.text.contains("Nothing is waiting") && !after.text.contains("Being sent"), "{}", after.text);
}

async fn a_paused_source_is_not_tried_by_hand(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_to_the_end().await;
    let olga = Operator::signed_in(world).await;
    let page = olga.opens("/admin/queues").await.is(200);
    assert!(page.text.contains("The source is paused.") && !page.text.contains("Try now"), "{}", page.text);
    let path = format!("/admin/queues/{}/{}/try", line.tenant_id, line.source_id);
    olga.sends(&path, &[]).await.is(303);
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), Vec::<String>::new(), "it stays paused");
    world.leave_letters();
}

// An account is found by a customer's phone number.

/// `printf %s 79150000002 | sha256sum`
const HASH: &str = "4aac9c6320d171a07660b9648de7905b805db999cfa9fc0a41f829d44b7f0da7";

fn message(id: &str, phone: Option<&str>) -> Value {
    let mut body = json!({
        "id": id, "conversation": {"id": "chat-anna"},
        "sender": {"role": "client", "id": "anna", "name": "Anna"},
        "content": {"type": "text", "text": "Hello"},
    });
    if let Some(phone) = phone {
        body["sender"]["phone"] = json!(phone);
    }
    body
}

async fn found(olga: &Operator, text: &str) -> Vec<String> {
    hosts(&olga.opens(&format!("/admin/accounts?q={}", escape(text))).await.is(200).text)
}

async fn an_account_is_found_by_a_customers_phone(world: &mut World) {
    let line = world.line("support").await;
    add_tenants(world, 3).await;
    world.customer(&line, "anna").posts(&message("anna-1", Some("8 (915) 000-00-02"))).await.is(202);
    world.deliver_to_the_end().await;
    let olga = Operator::signed_in(world).await;
    for notation in
        ["+7 915 000-00-02", "89150000002", "9150000002", "79150000002", HASH, &HASH[..32], &HASH.to_uppercase()]
    {
        assert_eq!(found(&olga, notation).await, [HOST], "{notation}");
    }
    for other in ["+7 915 000-00-03", "000-00-02", &HASH[..16], "Anna"] {
        assert!(found(&olga, other).await.is_empty(), "{other}");
    }
    let page = olga.opens("/admin/accounts?q=79150000002&state=unpaid").await.is(200);
    assert!(hosts(&page.text).is_empty(), "both filters count");
}

async fn a_number_that_comes_later_is_found_too(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.posts(&message("anna-1", None)).await.is(202);
    world.deliver_to_the_end().await;
    let olga = Operator::signed_in(world).await;
    assert!(found(&olga, "+7 915 000-00-02").await.is_empty());
    anna.posts(&message("anna-2", Some("+79150000002"))).await.is(202);
    world.deliver_to_the_end().await;
    assert_eq!(found(&olga, "+7 915 000-00-02").await, [HOST]);

    // A manager who writes first to a number, before the messenger has named the chat and afterwards.
    let source = Some(line.external_id.as_str());
    let written = HookMessage::text("Good morning");
    world.sandbox.manager_writes_first(HOST, CHANNEL_ID, source, "+79150000003", written).await.unwrap();
    assert_eq!(found(&olga, "+7 915 000-00-03").await, [HOST]);
    world.deliver_to_the_end().await;
    assert_eq!(found(&olga, "+7 915 000-00-03").await, [HOST]);
    let rows = conversation::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(rows.iter().all(|row| row.phone_hash.len() == 32), "{rows:?}");
}

// The first page of the admin: the whole service at a glance.

/// The value of a tile.
pub fn figure(text: &str, label: &str) -> String {
    let tile = text.split("<li class=\"tile").skip(1).find(|tile| tile.contains(label));
    let tile = tile.unwrap_or_else(|| panic!("no tile {label}: {text}"));
    let value = tile.split("class=\"figure\">").nth(1).unwrap().split("</p>").next().unwrap();
    value.rsplit('>').next().unwrap().trim().to_owned()
}

async fn the_first_page_shows_the_whole_service(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("canary").await;
    world.deliver_all().await;
    world.messenger.answers_by(|_| Answer::status(400));
    world.manager(&line).answers("anna", "refused").await;
    world.deliver_to_the_end().await;
    world.api.patch(&line.path(""), &serde_json::json!({"paused": true})).await.is(200);
    world.manager(&line).answers("anna", "held").await;
    world.deliver_to_the_end().await;
    add_tenants(world, 8).await;
    parom::missed_hooks::beat(&world.app().intake).await.unwrap();
    gauges::look(&world.app().delivery).await.unwrap();

    let olga = Operator::signed_in(world).await;
    let page = olga.opens("/admin").await.is(200);
    // One installed, three of the even ones; number 7 is suspended.
    assert_eq!(figure(&page.text, "Active accounts"), "4");
    page.says(&["4 need attention", "<title>(5) "]);
    assert_eq!(figure(&page.text, "Messages today"), "3");
    assert_eq!(figure(&page.text, "Undelivered"), "1");
    page.says(&["In 1 account"]);
    assert_eq!(figure(&page.text, ">Waiting"), "0", "held letters wait for a person");
    page.says(&[env!("CARGO_PKG_VERSION"), "Running"]);
    page.never_says(&["canary", "different versions"]);
    let destinations = page.text.split_once("Where messages go").unwrap().1.split("<h2>").next().unwrap();
    // To amoCRM went the message, and the status of the refused answer.
    for wanted in [
        "amoCRM · main",
        "Your own messenger",
        "data-label=\"Errors\">0\u{a0}of 2<",
        "data-label=\"Errors\">0\u{a0}of 1<",
    ] {
        assert!(destinations.contains(wanted), "{wanted}: {destinations}");
    }
    let other = heartbeat::Model {
        tenant_id: VENDOR,
        instance: world.clock.uuid_v7(),
        beat_at: world.app().store.now().await.unwrap(),
        ended: false,
        spooled: 5,
        keys: None,
        version: None,
        calls: None,
    };
    let db = world.app().store.write();
    heartbeat::Entity::insert(other.into_active_model()).exec_without_returning(db).await.unwrap();
    let page = olga.opens("/admin").await.is(200);
    page.says(&["different versions", "data-label=\"In the spool\">5<"]);
    world.leave_letters();
}

/// V1: "None needs attention" while alerts of accounts were open.
async fn accounts_with_open_alerts_are_listed_first(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let olga = Operator::signed_in(world).await;
    let quiet = olga.opens("/admin").await.is(200);
    quiet.says(&["None needs attention", "No open alerts about the service itself"]);
    quiet.never_says(&["Accounts with open alerts"]);
    world.messenger.answers_next([Answer::status(422)]);
    manager.answers("anna", "refused").await;
    world.deliver_to_the_end().await;
    parom::alert_checks::round(&world.app().usage).await.unwrap();
    let page = olga.opens("/admin").await.is(200);
    page.says(&["1 needs attention", "Accounts with open alerts", "1 message was not delivered: Line", "<title>(2) "]);
    page.says(&[&format!("href=\"/admin/accounts/{}\">{HOST}<", line.tenant_id)]);
    let [first, processes] = ["Accounts with open alerts", "Processes"].map(|what| page.text.find(what).unwrap());
    assert!(first < processes);
}

/// V3: a messenger that failed 5 of 8 calls was "Operational". What it refuses is an answer.
async fn a_destination_with_many_failed_calls_is_not_green(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let olga = Operator::signed_in(world).await;
    let answers = async |world: &mut World, codes: &[u16]| {
        for code in codes {
            world.messenger.answers_next([Answer::status(*code)]);
            manager.answers("anna", "Hello").await;
            world.deliver_to_the_end().await;
        }
    };
    answers(world, &[422, 422, 422, 503, 503]).await;
    let page = olga.opens("/admin").await.is(200);
    page.says(&["data-label=\"Errors\">2 of 7<"]);
    page.never_says(&["Slow or failing"]);
    answers(world, &[503]).await;
    let page = olga.opens("/admin").await.is(200);
    page.says(&["Slow or failing", "data-label=\"Errors\">3 of 9<"]);
}

async fn doctor_and_letter_are_shown(world: &mut World) {
    // Doctor signs by the machine's clock, the sandbox looks at the frozen one.
    world.allow_problems();
    let olga = Operator::signed_in(world).await;
    // Opening the page asks nobody.
    olga.opens("/admin/doctor").await.is(200).says(&["Run checks", "Not checked yet"]);
    olga.sends("/admin/doctor", &[]).await.is(303);
    let ran = olga.opens("/admin/doctor").await.is(200);
    ran.says(&["Run checks", "Checked just now", "<p>Public address</p>"]);
    let words = Words::new(Language::En);
    for check in LastLook::of_checks(&world.app().store).await.unwrap().unwrap().seen {
        assert!(words.has(&format!("admin-checked-{}", check.name)), "{} has no name for people", check.name);
    }
    // Failures and warnings come first; passed checks are folded.
    let place = |what: &str| ran.text.find(what).unwrap_or_else(|| panic!("{what} is not in {}", ran.text));
    let [folded, warning, passed] = [place("checks passed"), place("Public address"), place("Version of the database")];
    assert!(warning < folded && folded < passed, "{}", ran.text);
    // What they found stays, with its time, until they run again.
    world.advance(Duration::from_mins(7));
    olga.opens("/admin/doctor").await.is(200).says(&["Checked 7 minutes ago", "Public address"]);
    olga.sends("/admin/doctor", &[]).await.is(303);
    olga.opens("/admin/doctor").await.is(200).says(&["Checked just now", "Public address"]);
    let letter = olga.opens("/admin/channels/letter?integration=main&letter=ru").await.is(200);
    letter.says(&["Добрый день.", "vendor.support_email"]);
    olga.opens("/admin/channels/letter?integration=other").await.is(404);
    olga.opens("/admin/channels/letter?integration=main&channel=x").await.is(404);
}

both!(an_account_is_found_by_a_customers_phone, the_first_page_shows_the_whole_service);
both!(accounts_are_found_a_page_at_a_time, an_account_is_found_by_a_message);
both!(the_board_begins_with_what_hurts_most);
both!(accounts_with_open_alerts_are_listed_first, queues_show_where_and_why_letters_wait);
once!(a_destination_with_many_failed_calls_is_not_green);
once!(a_number_that_comes_later_is_found_too, doctor_and_letter_are_shown);
once!(a_paused_source_is_not_tried_by_hand);
