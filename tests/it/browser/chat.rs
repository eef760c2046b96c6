//! The chat on its own page with everything that a manager can send: seen, pressed, chosen, reacted to.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::json;
use simulator::crm::{Attachment, Button, HookForm, HookMessage, ListMessage, ListRow, Section};

use super::{looks_right, say};

async fn sends(world: &World, chat: &str, message: HookMessage) -> String {
    let said = world.sandbox.manager_sends(HOST, chat, message).await.expect("amoCRM sends the hook");
    assert_eq!(said.answer.status, Some(200));
    said.message_id
}

fn list() -> ListMessage {
    let row = |data: &str, title: &str| ListRow {
        callback_data: data.into(),
        title: title.into(),
        description: "1-2 days".into(),
    };
    let section = Section { title: "Available".into(), rows: vec![row("k7", "Delivery"), row("m3", "Pick-up")] };
    ListMessage {
        header: "Pick a service".into(),
        body: "Choose one below".into(),
        footer: "Acme".into(),
        button: "Services".into(),
        sections: vec![section],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_in_english() {
    let Some(browser) = Browser::open("en").await else { return };
    let words = Words::new(Language::En);
    let world = World::start(Engine::Sqlite, Setup { live: true, ..Setup::default() }).await.expect("SQLite is there");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let source = json!({"kind": "webchat", "name": "Site", "settings": {}});
    let source = world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &source).await.is(201).text_at("/id");
    browser.goto(&format!("{}/chat/{source}", world.api.base())).await;
    browser.find("#form textarea").await.send_keys("Hello").await.expect("it takes text");
    browser.press("#form [type=submit]").await;
    let hello = world.until("amoCRM has it", async || world.sandbox.messages(HOST).pop()).await;

    for kind in ["picture", "video", "voice", "file", "sticker"] {
        sends(&world, &hello.chat_id, HookMessage::attachment(Attachment::sample(kind)).caption(kind)).await;
    }
    browser.shows("#messages .theirs .text", &["picture", "video", "voice", "file", "sticker"]).await;
    let loaded =
        "const image = document.querySelector('.theirs img'); image?.scrollIntoView(); return image?.naturalWidth > 0";
    browser.until("the picture is seen", async || browser.run(loaded, vec![]).await == json!(true)).await;
    let players = "return document.querySelectorAll('.theirs video, .theirs audio').length";
    assert_eq!(browser.run(players, vec![]).await, json!(2));

    let seconds = "const one = document.querySelector('.theirs audio'); one.scrollIntoView(); return one.duration > 0";
    browser.until("how long it lasts is shown", async || browser.run(seconds, vec![]).await == json!(true)).await;
    let place = HookMessage::text("").with("type", json!("location"));
    sends(&world, &hello.chat_id, place.with("location", json!({"lon": 76.95, "lat": 43.25}))).await;
    browser.shows(".theirs .card .small", &["43.25, 76.95"]).await;
    let leads = "const one = document.querySelector('.theirs .card a'); return one.textContent.replace(/\\s/g, ' ') + one.search";
    assert_eq!(browser.run(leads, vec![]).await, json!(say(words, "chat-map") + "?q=43.25%2C76.95"));
    let most = "return document.querySelector('.tool[title*=\"1\"]').title.replace(/\\s/g, ' ')";
    let most = browser.run(most, vec![]).await;
    assert!(most.as_str().unwrap().ends_with(" 100 MB"), "{most}");

    // A button sends its text, a row its text and its id.
    let rows = [vec![Button { text: "Yes".into(), url: None }, Button { text: "No".into(), url: None }]];
    sends(&world, &hello.chat_id, HookMessage::text("Well?").buttons(&rows).quoting(&hello.id)).await;
    browser.shows(".theirs .quote p:last-child", &["Hello"]).await;
    browser.press("button.choice").await;
    browser.shows("#messages .mine .text", &["Hello", "Yes"]).await;
    sends(&world, &hello.chat_id, HookMessage::text("Pick a service").list(list())).await;
    let whole = ["Pick a service", "Choose one below", "Acme", "Services"];
    browser
        .shows("#messages .title:not(.card *), #messages li:last-child .text, .list > p, .list summary", &whole)
        .await;
    browser.press("details.choices summary").await;
    browser.press("details.choices button:last-of-type").await;
    browser.shows("#messages .mine .text", &["Hello", "Yes", "Pick-up"]).await;
    let chosen = async || {
        let there = world.sandbox.messages(HOST).into_iter().find(|message| message.text == "Pick-up")?;
        (there.payload["message"]["callback_data"] == "m3").then_some(())
    };
    world.until("the row is reported", chosen).await;

    // Typing, and reactions of both sides; what was seen is there after a reload too.
    world.sandbox.manager_types(HOST, &hello.chat_id, None, HookForm::Sample).await.expect("amoCRM lets type");
    let typing = "const one = document.getElementById('typing'); return !one.hidden && one.textContent.length > 3";
    browser.until("the typing line is shown", async || browser.run(typing, vec![]).await == json!(true)).await;
    let last = sends(&world, &hello.chat_id, HookMessage::text("Done")).await;
    browser.says("Done").await;
    assert_eq!(browser.run(typing, vec![]).await, json!(false), "a person who has written types no more");
    world.sandbox.manager_reacts(HOST, &hello.id, Some("👍"), HookForm::Table).await.expect("amoCRM sends it");
    browser.shows(".mine .reactions", &["👍"]).await;
    browser.press("#messages li:last-child .react").await;
    browser.press("#messages li:last-child .emoji button:nth-child(2)").await;
    browser.shows(".theirs .reactions", &["❤️"]).await;
    let reacted = async || {
        let there = world.sandbox.messages(HOST).into_iter().find(|message| message.id == last)?;
        there.reactions.iter().any(|(_, emoji)| emoji == "❤️").then_some(())
    };
    world.until("amoCRM has received it", reacted).await;
    browser.client().refresh().await.expect("the page is loaded again");
    browser.shows(".theirs .reactions", &["❤️"]).await;
    browser.shows(".mine .reactions", &["👍"]).await;
    browser.shows(".theirs .quote p:last-child", &["Hello"]).await;
    let title = browser.run("return document.querySelector('.react').title", vec![]).await;
    assert_eq!(title, json!(say(words, "chat-react")));
    looks_right(&browser, "chat-en").await;
    browser.resize(360, 2_600).await;
    browser.press("details.choices summary").await;
    // Of messages in a row only the first names its author; a quote's author and a list's heading are shown in all.
    let heads =
        "return [...document.querySelectorAll('.quote .who, .choices .who')].map((one) => one.checkVisibility())";
    assert_eq!(browser.run(heads, vec![]).await, json!([true, true]));
    browser.press("#messages li:last-child .react").await;
    browser.is_accessible("the chat with everything open").await;
    browser.close().await;
    world.close().await;
}
