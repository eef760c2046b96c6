//! The manager's window in a real Chromium: what is written, chosen and pressed leaves as the right hook.

use fantoccini::Client;
use serde_json::{Value, json};

use crate::crm::caller::{HOST, World, text};
use crate::crm::receiver::{Receiver, receive};
use crate::window::{browser, press, there};

async fn write(browser: &Client, selector: &str, words: &str) {
    there(browser, selector).await.send_keys(words).await.unwrap();
}

/// The next hook that isn't about typing.
async fn next(hooks: &mut Receiver) -> Value {
    loop {
        let mut hook = hooks.whole().await;
        if hook["action"].get("typing").is_none() {
            return hook["message"].take();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_writes_everything_by_hand() {
    let Some(browser) = browser().await else {
        println!("skipped: PAROM_TEST_CHROMEDRIVER is not set (tests/run sets it)");
        return;
    };
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let mut comment = text("m-2", "How much?");
    comment["message"]["post"] = json!({"id": "post-9", "url": "https://social.test/p/9"});
    world.message(comment).await;
    world.sandbox.add_template(HOST, "Ready", "{{contact.name}}, your order is ready", json!({}));
    let chat = world.sandbox.chats(HOST)[0].id.clone();
    let ids: Vec<String> = world.sandbox.messages(HOST).into_iter().map(|one| one.id).collect();
    let mut hooks = receive(&world).await;
    let address = format!("{}/accounts/{HOST}/?chat={chat}&lang=en", world.sandbox.url());
    browser.set_window_size(1000, 800).await.unwrap();
    browser.goto(&address).await.unwrap();

    // Typing leaves as a hook while one types, and Enter sends.
    write(&browser, "#text", "H").await;
    assert!(hooks.whole().await["action"]["typing"]["expired_at"].is_i64());
    write(&browser, "#text", "i\u{e007}").await;
    let hook = next(&mut hooks).await;
    assert_eq!((&hook["message"]["text"], &hook["message"]["type"]), (&json!("Hi"), &json!("text")));
    let olga = world.sandbox.accounts()[0].users[0].amojo_id.clone();
    assert_eq!(hook["sender"]["id"].as_str(), olga.as_deref(), "the signed-in user is the author");

    // Files, a quote and a reaction.
    press(&browser, &format!("#m-{} [data-do=quote]", ids[0])).await;
    press(&browser, "[data-sample=picture]").await;
    press(&browser, "[data-sample=sticker]").await;
    press(&browser, "#answer .primary").await;
    let (picture, sticker) = (next(&mut hooks).await, next(&mut hooks).await);
    assert_eq!((&picture["message"]["type"], &sticker["message"]["type"]), (&json!("picture"), &json!("sticker")));
    assert_eq!(picture["message"]["reply_to"]["message"]["id"], json!(ids[0]));
    assert_eq!(picture["message"]["media_group_id"], sticker["message"]["media_group_id"]);
    press(&browser, &format!("#m-{} [data-emoji='👍']", ids[0])).await;
    assert_eq!(hooks.whole().await["action"]["reaction"]["emoji"], "👍");
    press(&browser, &format!("#m-{} [data-do=react]:not([data-emoji])", ids[0])).await;
    assert_eq!(hooks.whole().await["action"]["reaction"]["type"], "unreact");

    // Buttons, a list, a template, a public answer, Salesbot.
    press(&browser, ".tools details:nth-of-type(2) summary").await;
    write(&browser, "#keys", "Yes | No\nShop = https://acme.test").await;
    write(&browser, "#text", "Well?").await;
    press(&browser, "#salesbot").await;
    press(&browser, "#answer .primary").await;
    let hook = next(&mut hooks).await;
    let rows = json!([[{"text": "Yes"}, {"text": "No"}], [{"text": "Shop", "url": "https://acme.test"}]]);
    assert_eq!((&hook["message"]["markup"]["buttons"], &hook["sender"]["name"]), (&rows, &json!("Salesbot")));
    press(&browser, "#salesbot").await;
    press(&browser, "#list-tool summary").await;
    write(&browser, "#list-rows", "# Ours\nDelivery – today\nPick-up").await;
    write(&browser, "#text", "Choose").await;
    press(&browser, "#answer .primary").await;
    let list = next(&mut hooks).await["message"]["markup"]["list_message"].take();
    assert_eq!((&list["body"], &list["button"]), (&json!("Choose"), &json!("Services")));
    assert_eq!(
        (&list["sections"][0]["title"], &list["sections"][0]["rows"][0]["description"]),
        (&json!("Ours"), &json!("today"))
    );
    let choose = "const choice = document.getElementById('template'); choice.selectedIndex = 1;
        choice.dispatchEvent(new Event('change'))";
    browser.execute(choose, vec![]).await.unwrap();
    press(&browser, "#answer .primary").await;
    let message = next(&mut hooks).await["message"].take();
    assert_eq!(message["text"], "Maria, your order is ready");
    press(&browser, "[data-do=comment]").await;
    write(&browser, "#text", "See our profile\u{e007}").await;
    assert_eq!(next(&mut hooks).await["message"]["post"], json!({"id": "post-9"}));

    // Writing first opens the chat that came of it, and a forward goes there.
    press(&browser, &format!("#m-{} [data-do=forward]", ids[0])).await;
    press(&browser, "#write-first").await;
    write(&browser, "#first-phone", "+79995556677").await;
    write(&browser, "#first-text", "Hello, this is Acme").await;
    press(&browser, "#first-form .primary").await;
    assert_eq!(next(&mut hooks).await["receiver"]["phone"], "79995556677");
    there(&browser, "#chat-note:not([hidden])").await;
    press(&browser, "#answer .primary").await;
    let hook = next(&mut hooks).await;
    assert_eq!((&hook["receiver"]["phone"], hook["conversation"].get("client_id")), (&json!("79995556677"), None));
    assert_eq!(hook["message"]["forwards"]["messages"][0]["id"], json!(ids[0]));
    browser.close().await.unwrap();
}
