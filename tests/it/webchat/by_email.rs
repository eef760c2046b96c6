//! Answers by e-mail: asked for in the chat, confirmed by the reader of the address, sent once, with a way back and
//! a way to end them.

use std::time::Duration;

use entity::chat_email;
use parom::identity::mail::{self, Email};
use parom::webchat::by_email::round;
use parom_tests::settings::HOST;
use parom_tests::{Mail, Reply, Visitor, World, answer, on_postgres, once};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{OnSite, SHOP, chat_of, chat_with};
use crate::identity::{Mailed, link_of};

const MINUTE: Duration = Duration::from_secs(60);
const ANNA: &str = "anna@example.com";

fn settings() -> Value {
    json!({"allowed_origins": [SHOP], "title": "Shop talk", "email_answers_after": 10})
}

async fn sent(world: &World) -> usize {
    round(&world.app().webchat).await.expect("a round")
}

async fn asks(world: &World, who: &OnSite, email: &str) -> Reply {
    who.posts(world, "/email", json!({"email": email})).await
}

/// Every link of a letter, as a path.
fn links(world: &World, letter: &Mail) -> Vec<String> {
    let base = world.api.base();
    letter.text.split_whitespace().filter_map(|word| word.strip_prefix(&base)).map(str::to_owned).collect()
}

/// A visitor who wrote, asked for answers by e-mail and confirmed the address.
async fn confirmed(world: &mut Mailed, source: &str) -> OnSite {
    let anna = OnSite::new(source);
    anna.writes(world, "Is it in stock?").await.is(202);
    world.deliver_all().await;
    assert_eq!(asks(world, &anna, ANNA).await.is(202).text_at("/state"), "asked");
    let letter = world.mail.next().await;
    let link = link_of(world, &letter);
    answer(world.api.anonymous(Method::POST, &link)).await.is(200).says(&["Done. Answers"]);
    anna
}

async fn manager_says(world: &mut Mailed, text: &str) {
    world.advance(Duration::from_secs(1));
    let chat = chat_of(world, "Is it in stock?");
    world.sandbox.manager_says(HOST, &chat, text).await.unwrap();
    world.deliver_all().await;
}

async fn rows(world: &World) -> Vec<chat_email::Model> {
    chat_email::Entity::find().all(world.app().store.read()).await.unwrap()
}

/// The whole way, and that nothing goes to an address before its reader has agreed.
async fn a_visitor_who_left_gets_the_answer_by_email(world: &mut Mailed) {
    let source = chat_with(world, settings()).await;
    let anna = OnSite::new(&source);
    assert_eq!(anna.gets(world, "/look").await.is(200).json["mail"], "");
    asks(world, &anna, ANNA).await.is(422).says(&["Write a message first"]);
    let visit = json!({"url": format!("{SHOP}/cart"), "title": "Cart"});
    let first = json!({"id": uuid::Uuid::new_v4(), "text": "Is it in stock?", "visit": visit});
    anna.posts(world, "/messages", first).await.is(202);
    world.deliver_all().await;
    assert_eq!(anna.gets(world, "/history").await.is(200).json["mail"], "");
    let russian = anna.request(world, Method::POST, "/email").header("Accept-Language", "ru");
    answer(russian.json(&json!({"email": ANNA}))).await.is(202);
    let letter = world.mail.next().await;
    assert_eq!(letter.to, ANNA);
    letter.says(&["Подтвердите почту для чата «Shop talk»", "ничего не делайте"]);
    assert!(!letter.text.contains("stock"), "nothing of the chat is in it: {letter:?}");
    let stored = &rows(world).await[0];
    assert!(!String::from_utf8_lossy(&stored.address).contains("anna"), "the address is sealed");

    // Not confirmed: nothing is sent. Opening the link, as a scanner does, confirms nothing.
    let confirm = link_of(world, &letter);
    let browser = world.visitor();
    browser.opens(&confirm).await.is(200).says(&["Yes, send answers", "<form method=\"post\""]);
    manager_says(world, "Yes, in blue").await;
    world.advance(30 * MINUTE);
    assert_eq!((sent(world).await, world.mail.is_empty()), (0, true));
    answer(world.api.anonymous(Method::POST, &confirm)).await.is(200).says(&["href=\"https://shop.example/cart\""]);
    browser.opens(&confirm).await.is(200).says(&["Done. Answers"]);
    assert_eq!(anna.gets(world, "/history").await.is(200).json["mail"], Value::Null, "it is not offered again");
    assert_eq!(asks(world, &anna, ANNA).await.is(200).text_at("/state"), "confirmed");

    // Unread for ten minutes: one letter with everything since.
    manager_says(world, "And in red").await;
    assert_eq!(sent(world).await, 0);
    world.advance(10 * MINUTE);
    assert_eq!(sent(world).await, 1);
    let letter = world.mail.next().await;
    letter.says(&["Ответ в чате «Shop talk»", "Yes, in blue", "And in red"]);
    let (back, end) = (links(world, &letter)[0].clone(), links(world, &letter)[1].clone());
    assert!(letter.head.contains(&format!("List-Unsubscribe: <{}{end}>", world.api.base())), "{letter:?}");
    assert!(letter.head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{letter:?}");
    world.advance(60 * MINUTE);
    assert_eq!((sent(world).await, rows(world).await[0].next_at), (0, None), "it is sent once");

    // Back on another device: the same conversation, until the link has expired.
    let phone = world.visitor();
    let path = format!("/chat/{source}");
    let opened = phone.sends(&back, &[]).await.is(303);
    assert_eq!(opened.is_redirect(), format!("{path}#end"));
    let cookie = opened.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains(&format!("Path={path}")), "{cookie}");
    phone.opens(&path).await.is(200).says(&["Is it in stock?", "Yes, in blue"]);
    world.visitor().opens(&path).await.is(200).never_says(&["Is it in stock?"]);
    let id = uuid::Uuid::new_v4().to_string();
    phone.sends(&format!("{path}/messages"), &[("id", &id), ("text", "Red, please")]).await.is(303);
    assert_eq!(anna.texts(world).await, ["Is it in stock?", "Yes, in blue", "And in red", "Red, please"]);
    world.deliver_all().await;
    world.advance(Duration::from_secs(8 * 24 * 3600));
    let late = [("id", id.as_str()), ("text", "Too late")];
    phone.sends(&format!("{path}/messages"), &late).await.is(403);
    world.visitor().opens(&back).await.is(410).says(&["has expired"]);
    phone.opens(&path).await.is(200).never_says(&["Is it in stock?"]);

    // One click in a mail program, without a cookie.
    let click = world.api.anonymous(Method::POST, &end).body("List-Unsubscribe=One-Click");
    answer(click).await.is(200).says(&["no more e-mails"]);
    assert!(rows(world).await[0].address.is_empty(), "the address is forgotten");
    manager_says(world, "Still there?").await;
    world.advance(60 * MINUTE);
    assert_eq!((sent(world).await, world.mail.is_empty()), (0, true));
    browser.opens(&confirm).await.is(410);
    browser.opens(&end).await.is(200).says(&["no more e-mails"]);
}

/// The whole conversation by e-mail: to the confirmed address alone, as often as letters may be asked for.
async fn a_visitor_gets_the_conversation_by_email(world: &mut Mailed) {
    let source = chat_with(world, settings()).await;
    let anna = confirmed(world, &source).await;
    manager_says(world, "Yes, in blue").await;
    assert_eq!(anna.gets(world, "/history").await.is(200).json["by_email"], json!(true));
    let boris = OnSite::new(&source);
    boris.posts(world, "/transcript", json!({})).await.is(404);
    boris.writes(world, "Me too").await.is(202);
    world.deliver_all().await;
    boris.posts(world, "/transcript", json!({})).await.is(404);
    anna.posts(world, "/transcript", json!({})).await.is(202);
    let letter = world.mail.next().await;
    assert_eq!(letter.to, ANNA);
    letter.says(&["Your chat “Shop talk”", "You:", "Is it in stock?", "Yes, in blue", "UTC"]);
    assert!(!letter.text.contains("Me too"), "{letter:?}");
    assert_eq!(links(world, &letter).len(), 2, "back, and the end");
    anna.posts(world, "/transcript", json!({})).await.is(202);
    world.mail.next().await;
    anna.posts(world, "/transcript", json!({})).await.is(429);
    let end = links(world, &letter)[1].clone();
    answer(world.api.anonymous(Method::POST, &end)).await.is(200);
    anna.posts(world, "/transcript", json!({})).await.is(404);
}

async fn a_visitor_who_returned_and_read_gets_no_email(world: &mut Mailed) {
    let source = chat_with(world, settings()).await;
    let anna = confirmed(world, &source).await;
    manager_says(world, "Yes").await;
    let lines = anna.gets(world, "/history").await.is(200);
    let id = lines.json["lines"][1]["id"].clone();
    anna.posts(world, "/receipts", json!({"read": [id]})).await.is(204);
    world.advance(15 * MINUTE);
    assert_eq!(sent(world).await, 0);
    // Without receipts: what they write shows that they have read.
    manager_says(world, "Anything else?").await;
    world.advance(Duration::from_secs(1));
    anna.writes(world, "No, thanks").await.is(202);
    world.deliver_all().await;
    world.advance(15 * MINUTE);
    assert_eq!(sent(world).await, 0);
    // An open chat: put off while it is open.
    manager_says(world, "See you").await;
    let stream = anna.request(world, Method::GET, "/events").send().await.unwrap();
    assert_eq!(stream.status(), 200);
    world.advance(15 * MINUTE);
    assert_eq!(sent(world).await, 0);
    drop(stream);
    let guests = world.app().webchat.guests.clone();
    world.until("the stream is closed", async || (guests.streams() == 0).then_some(())).await;
    world.advance(2 * MINUTE);
    assert_eq!(sent(world).await, 1);
    world.mail.next().await.says(&["See you"]);
    // Not more than one in ten minutes, and each answer waits for its own ten.
    manager_says(world, "One more thing").await;
    world.advance(9 * MINUTE);
    assert_eq!(sent(world).await, 0);
    world.advance(2 * MINUTE);
    assert_eq!(sent(world).await, 1);
    world.mail.next().await.says(&["One more thing"]);
}

async fn a_mail_server_that_is_away_delays_a_letter_and_repeats_nothing(world: &mut Mailed) {
    let source = chat_with(world, settings()).await;
    confirmed(world, &source).await;
    world.mail.refuses(451);
    manager_says(world, "Yes").await;
    world.advance(11 * MINUTE);
    assert_eq!(sent(world).await, 0);
    world.until("it was refused", async || (world.mail.refused() == 1).then_some(())).await;
    world.mail.refuses(0);
    assert_eq!(sent(world).await, 0, "a minute between the attempts");
    world.advance(2 * MINUTE);
    assert_eq!(sent(world).await, 1);
    world.mail.next().await.says(&["Yes"]);
    // Refused for good: the address is deleted, and nothing is tried again. The log does not contain the address, which
    // the server repeats.
    world.mail.refuses(550);
    let letter = Email { to: ANNA.to_owned(), subject: "Yes".to_owned(), text: "Yes".to_owned(), sender: None };
    let error = mail::send(&world.app().identity, letter).await.unwrap_err();
    let logged = format!("{error:#} {error:?}");
    assert!(logged.contains("550") && !logged.contains(ANNA), "{logged}");
    manager_says(world, "Are you there?").await;
    world.advance(11 * MINUTE);
    assert_eq!((sent(world).await, rows(world).await.len()), (0, 0));
}

async fn one_of_two_processes_sends_a_letter(world: &mut Mailed) {
    let source = chat_with(world, settings()).await;
    confirmed(world, &source).await;
    let other = world.another_server().await;
    manager_says(world, "Yes").await;
    world.advance(11 * MINUTE);
    let (here, there) = tokio::join!(round(&world.app().webchat), round(&other.app.webchat));
    assert_eq!(here.unwrap() + there.unwrap(), 1);
    world.mail.next().await.says(&["Yes"]);
    assert!(world.mail.is_empty());
    other.stop().await;
}

/// With the customer everything is exported and erased.
async fn the_address_is_exported_and_erased_with_the_customer(world: &mut Mailed) {
    let source = chat_with(world, settings()).await;
    confirmed(world, &source).await;
    let tenant_id = world.active(HOST).await;
    let who = json!({"conversation_id": rows(world).await[0].conversation_id});
    let export = world.api.post(&format!("/api/v1/tenants/{tenant_id}/customers/export"), &who).await.is(200);
    export.says(&["\"type\":\"chat_email\"", ANNA]);
    let panel = world.panel(tenant_id).await;
    panel.opens("/panel/data/export").await.is(200).says(&["\"type\":\"chat_email\"", ANNA]);
    let proof = world.api.post(&format!("/api/v1/tenants/{tenant_id}/customers/erase"), &who).await.is(201);
    assert_eq!(proof.json["counts"]["chat_email"], 1, "{}", proof.text);
    assert!(rows(world).await.is_empty());
}

/// Where the operator has set up no mail server.
async fn without_a_mail_server_the_setting_is_refused(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let body = json!({"settings": {"email_answers_after": 10}});
    let refused = world.api.patch(&format!("/api/v1/sources/{source}"), &body).await.is(422);
    assert_eq!(refused.wrong_fields(), ["/settings/email_answers_after"]);
    refused.says(&["[mail] is not configured"]);
    let panel = world.panel(world.active(HOST).await).await;
    let page = panel.opens(&format!("/panel/sources/{source}/access?tab=hours")).await.is(200);
    page.never_says(&["Send unread answers by e-mail"]);
    let anna = OnSite::new(&source);
    assert_eq!(anna.gets(world, "/look").await.is(200).json["mail"], Value::Null);
}

// N7: a letter's link back moves no browser into another conversation without a page that names it and a button.

/// Opens a link as a browser that reports where the navigation came from; an empty text: one that does not report it.
async fn follows(world: &World, who: &Visitor, from: &str, path: &str) -> Reply {
    let mut request =
        world.api.anonymous(Method::GET, path).header("cookie", who.cookies()).header("accept-language", "en");
    if !from.is_empty() {
        request = request.header("sec-fetch-site", from);
    }
    answer(request).await
}

/// Writes on the chat's own page.
async fn writes(who: &Visitor, page: &str, text: &str) {
    let id = who.opens(page).await.is(200).field("id");
    who.sends(&format!("{page}/messages"), &[("id", &id), ("text", text)]).await.is(303);
}

/// Anna's letter with its link back.
async fn letter_of_anna(world: &mut Mailed, source: &str) -> Mail {
    confirmed(world, source).await;
    manager_says(world, "Yes, in blue").await;
    world.advance(11 * MINUTE);
    assert_eq!(sent(world).await, 1);
    world.mail.next().await
}

async fn n7_a_link_back_moves_no_browser_into_another_conversation_unseen(world: &mut Mailed) {
    let source = chat_with(world, settings()).await;
    let letter = letter_of_anna(world, &source).await;
    let back = links(world, &letter)[0].clone();
    let page = format!("/chat/{source}");
    let bert = world.visitor();
    writes(&bert, &page, "My passport, please").await;
    // Bert has a conversation of his own: each time he is asked, and nothing has changed.
    for from in ["cross-site", "same-site", "same-origin", "none", ""] {
        let asked = follows(world, &bert, from, &back).await.is(200);
        asked.says(&["a different chat", "Is it in stock?", "<form method=\"post\"", "Stay in my chat"]);
        asked.never_says(&["Yes, in blue", "My passport"]);
        assert_eq!(asked.header("set-cookie"), "", "{from}");
        assert!(asked.header("content-security-policy").contains("frame-ancestors 'none'"), "{from}");
    }
    let own = bert.opens(&page).await.is(200);
    own.says(&["My passport, please"]);
    own.never_says(&["Is it in stock?"]);
    // Another site cannot press the button.
    let pressed = world.api.anonymous(Method::POST, &back).header("cookie", bert.cookies());
    let forged = answer(pressed.header("origin", "https://evil.example").header("sec-fetch-site", "cross-site")).await;
    assert_eq!((forged.status, forged.header("set-cookie")), (403, ""));
    // A browser without a conversation is asked when a page led it here, or when it does not say what did.
    let new = world.visitor();
    for from in ["cross-site", "same-site", "same-origin", ""] {
        let asked = follows(world, &new, from, &back).await.is(200);
        asked.says(&["Is it in stock?", "close this page"]);
        asked.never_says(&["Stay in my conversation"]);
        assert_eq!(asked.header("set-cookie"), "", "{from}");
    }
    follows(world, &new, "none", &back).await.is(303);
    // Who presses the button is moved; what is open already opens again without asking.
    bert.sends(&back, &[]).await.is(303);
    let moved = bert.opens(&page).await.is(200);
    moved.says(&["Is it in stock?", "Yes, in blue"]);
    moved.never_says(&["My passport"]);
    follows(world, &bert, "cross-site", &back).await.is(303);
    let russian = world.visitor().reading("ru");
    russian.opens(&back).await.is(200).says(&["Открыть этот чат", "закройте страницу"]);
    world.visitor().sends(&back.replace("token=", "token=A"), &[]).await.is(410);
    world.leave_letters();
}

// What strangers try: links for other purposes, chats and times, addresses that are none, and other people's mailboxes.

async fn strangers_can_neither_use_links_nor_flood_mailboxes(world: &mut Mailed) {
    let source = chat_with(world, settings()).await;
    let anna = confirmed(world, &source).await;
    manager_says(world, "Yes").await;
    world.advance(11 * MINUTE);
    assert_eq!(sent(world).await, 1);
    let letter = world.mail.next().await;
    let back = links(world, &letter)[0].clone();
    let (path, token) = back.split_once("?token=").unwrap();
    // A link is for one purpose and one chat, and every change of it is noticed.
    let (confirm, end) = (path.replace("/back", "/confirm"), path.replace("/back", "/end"));
    world.visitor().opens(&format!("{confirm}?token={token}")).await.is(410);
    world.visitor().opens(&format!("{end}?token={token}")).await.is(200).says(&["no more e-mails"]);
    answer(world.api.anonymous(Method::POST, &format!("{end}?token={token}"))).await.is(200);
    assert!(!rows(world).await[0].address.is_empty(), "the link back ends nothing");
    let changed = |at: usize| {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &token[..at], &token[at + 1..])
    };
    for token in [changed(0), changed(30), changed(70), String::new(), "%00%FF".to_owned(), "A".repeat(9000)] {
        let reply = world.visitor().opens(&format!("{path}?token={token}")).await;
        assert!([400, 410, 414, 431].contains(&reply.status), "{}: {token}", reply.status);
    }
    let other = chat_with_another(world).await;
    let elsewhere = path.replace(&source, &other);
    world.visitor().opens(&format!("{elsewhere}?token={token}")).await.is(410);

    for wrong in
        ["", "anna", "a@b", "Anna <anna@example.com>", "a@example.com,b@example.com", "a@example.com\r\nBcc: x@y.z"]
    {
        assert_eq!(asks(world, &anna, wrong).await.is(422).wrong_fields(), ["/email"], "{wrong}");
    }
    anna.posts(world, "/email", json!({"email": ANNA, "role": "manager"})).await.is(422);
    // Three e-mails a day to one recipient, from all visitors and addresses together.
    world.advance(Duration::from_secs(25 * 3600));
    let mut answers = Vec::new();
    for number in 0..5 {
        let stranger = OnSite::new(&source);
        stranger.writes(world, "Hi").await.is(202);
        let request = stranger.request(world, Method::POST, "/email");
        let request = request.header("X-Forwarded-For", format!("203.0.113.{number}"));
        answers.push(answer(request.json(&json!({"email": "Victim@example.com"}))).await.status);
    }
    assert_eq!(answers, [202, 202, 202, 429, 429]);
    for _ in 0..3 {
        assert_eq!(world.mail.next().await.to, "Victim@example.com");
    }
    // An address that was not confirmed is deleted within a day.
    world.deliver_all().await;
    world.advance(Duration::from_secs(25 * 3600));
    assert_eq!(sent(world).await, 0);
    assert_eq!(rows(world).await.len(), 1, "only Anna's");
    // Another address replaces the earlier one, whose links end.
    asks(world, &anna, "other@example.com").await.is(202);
    world.visitor().opens(&back).await.is(410);
    world.mail.next().await;
}

/// N8: the account's own words are the only ones that could be an advertisement.
async fn n8_a_letter_to_an_unconfirmed_address_has_no_link_but_ours(world: &mut Mailed) {
    let mut settings = settings();
    settings["title"] = json!("Your card is blocked: https://evil.example/pay or +7 800 555-35-35");
    let source = chat_with(world, settings).await;
    let stranger = OnSite::new(&source);
    stranger.writes(world, "Hi").await.is(202);
    asks(world, &stranger, ANNA).await.is(202);
    let letter = world.mail.next().await;
    letter.says(&["“Your card is blocked https evil example”"]);
    for (place, text) in [("subject", &letter.subject), ("text", &letter.text)] {
        let others = text.replace(&world.api.base(), "");
        for sign in ["://", "evil.example", "555", "www."] {
            assert!(!others.contains(sign), "{place}: {text}");
        }
    }
    world.leave_letters();
}

async fn n8_an_account_mails_few_addresses_until_some_are_confirmed(world: &mut Mailed) {
    let source = chat_with(world, settings()).await;
    let place = |number: u32| format!("203.0.{}.{}", number / 200, number % 200);
    let mut writers = 0;
    let mut sent_to = async |world: &Mailed, count: u32| {
        let mut statuses = Vec::new();
        for _ in 0..count {
            writers += 1;
            let stranger = OnSite::new(&source);
            let from = place(writers);
            let hi = json!({"id": uuid::Uuid::new_v4(), "text": "Hi"});
            let writes = stranger.request(world, Method::POST, "/messages").header("X-Forwarded-For", &from);
            answer(writes.json(&hi)).await.is(202);
            let asks = stranger.request(world, Method::POST, "/email").header("X-Forwarded-For", &from);
            let email = format!("reader{writers}@example.com");
            statuses.push(answer(asks.json(&json!({"email": email}))).await.status);
        }
        statuses
    };
    let statuses = sent_to(world, 51).await;
    assert_eq!((&statuses[..50], statuses[50]), (&[202; 50][..], 429));
    // One who confirms shows that visitors ask for it: ten more.
    let link = link_of(world, &world.mail.next().await);
    answer(world.api.anonymous(Method::POST, &link)).await.is(200);
    let statuses = sent_to(world, 11).await;
    assert_eq!((&statuses[..10], statuses[10]), (&[202; 10][..], 429));
    for _ in 0..59 {
        world.mail.next().await;
    }
    world.leave_letters();
}

/// A second chat of the same account.
async fn chat_with_another(world: &World) -> String {
    let tenant_id = world.active(HOST).await;
    let source = json!({"kind": "webchat", "name": "Second", "external_id": "second", "settings": settings()});
    world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &source).await.is(201).text_at("/id")
}

once!(n7_a_link_back_moves_no_browser_into_another_conversation_unseen, a_visitor_who_returned_and_read_gets_no_email);
once!(a_mail_server_that_is_away_delays_a_letter_and_repeats_nothing, without_a_mail_server_the_setting_is_refused);
once!(n8_a_letter_to_an_unconfirmed_address_has_no_link_but_ours, the_address_is_exported_and_erased_with_the_customer);
once!(n8_an_account_mails_few_addresses_until_some_are_confirmed, strangers_can_neither_use_links_nor_flood_mailboxes);
once!(a_visitor_who_left_gets_the_answer_by_email, a_visitor_gets_the_conversation_by_email);
on_postgres!(one_of_two_processes_sends_a_letter);
