//! The manager's window with every kind of message, both ways: all of it went over the whole road.
//! `PAROM_TEST_SHOTS=FOLDER` keeps the pictures (`docs/images/kinds-…` are two of them).

use base::i18n::Language;
use parom_tests::settings::HOST;
use parom_tests::{Answer, Browser, Customer, Engine, Line, Place, Setup, World};
use serde_json::{Value, json};
use simulator::crm::{Attachment, Button, HookForm, HookMessage, ListMessage, ListRow, Section};

use super::{crm_page, speaks};

/// Posts a message and waits until amoCRM has it; gives amojo's id.
async fn arrives(world: &World, customer: &Customer, body: &Value) -> String {
    let before = world.sandbox.messages(HOST).len();
    customer.posts(body).await.is(202);
    let there = async || world.sandbox.messages(HOST).into_iter().nth(before);
    world.until("the message is in amoCRM", there).await.id
}

/// Everything that a customer can send.
async fn a_customer_sends_everything(world: &World, line: &Line) {
    let anna = world.customer(line, "anna");
    let mut number = 0;
    let mut body = |content: Value, around: Value| {
        number += 1;
        let mut body = anna.body(&format!("a-{number}"), "");
        body["sender"]["name"] = json!("Anna");
        body["content"] = content;
        body.as_object_mut().unwrap().extend(around.as_object().unwrap().clone());
        body
    };
    let text = |words: &str| json!({"type": "text", "text": words});
    let mut bodies = vec![body(text("Is the blue one in stock?"), json!({}))];
    for kind in ["picture", "video", "voice", "audio", "file", "sticker"] {
        let file = Attachment::sample(kind);
        let mut content = json!({"type": kind, "media_url": world.sandbox.link_to(&file)});
        if kind == "picture" {
            content["text"] = json!("This one");
        }
        if kind == "voice" {
            content["duration"] = json!(7);
        }
        bodies.push(body(content, json!({})));
    }
    bodies.push(body(json!({"type": "location", "latitude": 55.7558, "longitude": 37.6173}), json!({})));
    let name = "Ivan";
    bodies.push(body(json!({"type": "contact", "name": name, "phone": "+79990003344"}), json!({})));
    let post = json!({"url": "https://social.example/p/1", "site_name": "Social"});
    bodies.push(body(text("Look"), json!({"shared_post": post})));
    let post = json!({"id": "p-9", "url": "https://social.example/p/9", "caption": "New model"});
    bodies.push(body(text("What does it cost?"), json!({"post": post})));
    bodies.push(body(text("And this one?"), json!({"reply_to": {"id": "a-1"}})));
    bodies.push(body(text("From a friend"), json!({"forward": {"id": "a-1"}})));
    bodies.push(body(text("A typpo"), json!({})));
    for body in &bodies {
        arrives(world, &anna, body).await;
    }
    let changed = json!({"content": text("No typo")});
    world.api.patch(&line.path("/messages/a-14"), &changed).await.is(202);
    let edited = async || world.sandbox.messages(HOST).into_iter().any(|message| message.edited).then_some(());
    world.until("the change is in amoCRM", edited).await;
}

fn list() -> ListMessage {
    let row = |data: &str, title: &str, description: &str| ListRow {
        callback_data: data.into(),
        title: title.into(),
        description: description.into(),
    };
    let rows = vec![row("k7", "Delivery", "1-2 days"), row("m3", "Pick-up", "today")];
    ListMessage {
        header: "How do you get it?".into(),
        body: "Choose one".into(),
        footer: "Acme".into(),
        button: "Ways".into(),
        sections: vec![Section { title: "Ours".into(), rows }],
    }
}

/// Everything that managers and bots can send, to a customer who has asked, commented and chosen.
async fn a_manager_sends_everything(world: &World, line: &Line) {
    let boris = world.customer(line, "boris");
    let says = |id: &str, content: Value| {
        let mut body = boris.body(id, "");
        body["sender"]["name"] = json!("Boris");
        body["content"] = content;
        body
    };
    let text = |words: &str| json!({"type": "text", "text": words});
    let hello = arrives(world, &boris, &says("b-1", text("Good morning"))).await;
    let mut comment = says("b-2", text("What does it cost?"));
    comment["post"] = json!({"id": "p-9", "url": "https://social.example/p/9"});
    let comment = arrives(world, &boris, &comment).await;
    let manager = world.manager(line);
    let chat = manager.chat_with("boris");
    let rows = [
        vec![Button { text: "Yes".into(), url: None }, Button { text: "No".into(), url: None }],
        vec![Button { text: "Shop".into(), url: Some("https://acme.example".into()) }],
    ];
    let ready = "Order {{lead.id}} is ready";
    let template = world.sandbox.add_template(HOST, "Ready", ready, json!({}));
    let mut messages = vec![HookMessage::text("Yes, it is.").quoting(&hello)];
    for kind in ["picture", "video", "voice", "audio", "file", "sticker"] {
        messages.push(HookMessage::attachment(Attachment::sample(kind)));
    }
    messages.extend([
        HookMessage::text("Shall I put it aside?").buttons(&rows),
        HookMessage::text("").list(list()),
        HookMessage::text("").template(template, Some("ready"), ready, &[("{{lead.id}}", "1592")]),
        HookMessage::text("A friend said").forwarding(&hello),
        HookMessage::text("The price is in our profile").answering_comment(&comment),
        HookMessage::text("I am a bot").by_salesbot(),
    ]);
    for message in messages {
        manager.sends("boris", message).await;
    }
    let album = vec![Attachment::sample("picture"), Attachment::second_picture()];
    world.sandbox.manager_sends_album(HOST, &chat, album, "Both").await.expect("amoCRM sends them");
    world.carries_all().await;
    let refused = json!({"status": "failed", "error": {"code": "window_closed"}});
    world.messenger.answers_next([Answer::Status(200, refused)]);
    manager.answers("boris", "A day later").await;
    world.carries_all().await;
    world.sandbox.manager_reacts(HOST, &hello, Some("❤️"), HookForm::Table).await.expect("amoCRM sends it");
    let chosen = json!({"type": "text", "text": "Delivery", "callback_data": "k7"});
    arrives(world, &boris, &says("b-3", chosen)).await;
}

/// How many of these the window shows.
async fn shows(browser: &Browser, wanted: &[(&str, i64)]) {
    let count = "return document.querySelectorAll('#message-rows ' + arguments[0]).length";
    for (selector, wanted) in wanted {
        browser
            .until(&format!("{wanted} of {selector}"), async || {
                browser.run(count, vec![json!(selector)]).await == json!(wanted)
            })
            .await;
    }
    let broken = "return [...document.querySelectorAll('#message-rows img')].filter(one => {\
        one.loading = 'eager'; return !one.complete || !one.naturalWidth}).length";
    browser.until("every picture is seen", async || browser.run(broken, vec![]).await == json!(0)).await;
}

/// A picture of the chat in its whole height: without the requests beside it, its photos small, its lists open.
pub(super) async fn picture(browser: &Browser, name: &str) {
    browser.resize(1000, 900).await;
    let arranged = "document.getElementById('log').remove();\
        document.getElementById('window').style.gridTemplateColumns = '230px 1fr';\
        document.querySelectorAll('#message-rows .picture').forEach(one => one.style.maxWidth = '220px');\
        document.querySelectorAll('#message-rows details.rows').forEach(one => one.open = true);\
        const all = document.getElementById('scroll');\
        return innerHeight + all.scrollHeight - all.clientHeight";
    let height = browser.run(arranged, vec![]).await.as_u64().and_then(|height| u32::try_from(height).ok());
    browser.resize(1000, height.unwrap_or(3_000).clamp(700, 5_000)).await;
    browser.fits(name).await;
    browser.shot(name).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_is_seen() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = World::start(Engine::Sqlite, Setup { live: true, ..Setup::default() }).await.expect("SQLite is there");
    speaks(&world, Language::En);
    let line = world.line("support").await;
    world.messenger.answers_by(|_| Answer::Status(200, json!({"status": "delivered"})));
    a_customer_sends_everything(&world, &line).await;
    a_manager_sends_everything(&world, &line).await;
    let open = async |name: &str| {
        let chat = world.manager(&line).chat_with(name);
        browser.goto(&format!("{}?chat={chat}&lang=en", crm_page(&world, ""))).await;
    };
    open("anna").await;
    shows(
        &browser,
        &[
            ("li.bubble", 14),
            ("img.picture", 1),
            ("video", 1),
            ("audio", 2),
            ("a[download]", 1),
            ("img.sticker", 1),
            ("a[href^='geo:']", 1),
            ("a[href^='tel:']", 1),
            (".embedded", 4),
        ],
    )
    .await;
    browser.is_accessible("the window with everything from a customer").await;
    picture(&browser, "kinds-customer-en").await;
    open("boris").await;
    shows(
        &browser,
        &[
            ("li.mine", 16),
            ("img.picture", 3),
            ("video", 1),
            ("audio", 2),
            ("a[download]", 1),
            ("img.sticker", 1),
            (".key", 3),
            ("details.rows", 1),
            (".reaction", 1),
            (".t-bad", 1),
        ],
    )
    .await;
    browser.is_accessible("the window with everything from a manager").await;
    picture(&browser, "kinds-manager-en").await;
    browser.close().await;
    world.close().await;
}
