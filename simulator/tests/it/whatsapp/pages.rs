//! The phone's page, in HTML and in a real Chromium.

use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use simulator::whatsapp::{Act, Content, Status, WhatsApp};

use super::world::{PHONE, WABA, World, sample};
use crate::window::{LIMIT, browser, press, write};

async fn page(world: &World, path: &str) -> (u16, String) {
    let answer = world.http.get(format!("{}{path}", world.whatsapp.base_url())).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn pages_are_in_both_languages_and_harmless() {
    let (world, _receiver) = World::open().await;
    world.maria().writes("<script>alert(1)</script> \"quoted\"").unwrap();
    world.maria().sends(Content::image("see <b>")).unwrap();
    let own = format!("/phone/{}/{PHONE}", world.maria);
    for path in ["/phone", own.as_str(), "/trouble", "/reviews"] {
        let (status, english) = page(&world, &format!("{path}?lang=en")).await;
        let (_, russian) = page(&world, &format!("{path}?lang=ru")).await;
        assert_eq!(
            (status, english.contains("<html lang=\"en\">"), russian.contains("<html lang=\"ru\">")),
            (200, true, true)
        );
        assert_ne!(english.len(), russian.len(), "{path}");
        assert!(!english.contains("<script>alert") && !english.contains("<b>"), "{path}");
        assert!(!english.contains("{who}") && !english.contains("{phone}"), "{path}");
    }
    let asked = world.whatsapp.chat(PHONE, world.maria).pop().unwrap().id;
    let typing = json!({"messaging_product": "whatsapp", "status": "read", "message_id": asked,
        "typing_indicator": {"type": "text"}});
    world.ok("POST", &format!("{PHONE}/messages"), typing).await;
    let (_, phone) = page(&world, &own).await;
    assert!(phone.contains("Acme is typing…") && phone.contains("ticks read"));
    world.advance(25);
    assert!(!page(&world, &own).await.1.contains("is typing…"));
    assert_eq!(page(&world, "/phone/9/9").await.0, 404);
    assert_eq!(page(&world, "/static/none").await.0, 404);
}

#[tokio::test]
async fn every_kind_of_a_business_is_shown() {
    let (world, _receiver) = World::open().await;
    let picture = world.upload("picture.jpg", "image/jpeg", sample("picture.jpg")).await;
    world.send("image", json!({"id": picture, "caption": "Sofa"})).await;
    world.send("location", json!({"latitude": 43.25, "longitude": -76.95, "name": "Acme"})).await;
    let list = json!({"type": "list", "body": {"text": "Choose"}, "footer": {"text": "Any day"}, "action":
        {"button": "Services", "sections": [{"rows": [{"id": "k1", "title": "Delivery"}]}]}});
    world.send("interactive", list).await;
    let shop = json!({"type": "cta_url", "body": {"text": "Open the shop"}, "action": {"name": "cta_url",
        "parameters": {"display_text": "Shop", "url": "https://acme.test/?a=1"}}});
    world.send("interactive", shop).await;
    let template = json!({"name": "ready", "language": "en", "category": "UTILITY", "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Order"}, {"type": "BODY", "text": "It is ready"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Coming"},
            {"type": "URL", "text": "See", "url": "https://acme.test/o/{{1}}", "example": ["https://acme.test/o/1"]}]}]});
    world.approved(template).await;
    let values =
        json!([{"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "77"}]}]);
    world.send("template", json!({"name": "ready", "language": {"code": "en"}, "components": values})).await;
    world.whatsapp.act(Act::SwitchOff { who: world.maria, on: true }).unwrap();
    world.send("text", json!({"body": "not there yet"})).await;
    let (_, shown) = page(&world, &format!("/phone/{}/{PHONE}?lang=en", world.maria)).await;
    for part in [
        "Sofa",
        "https://maps.google.com/maps?q=43.25,-76.95",
        "data-row=\"k1\"",
        "Any day",
        "https://acme.test/?a=1",
        "<strong>Order</strong>",
        "It is ready",
        "data-button=\"0\">Coming",
        "https://acme.test/o/77",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("not there yet"), "the phone is off");
    let file = format!("/phone/{}/{PHONE}/files/{picture}", world.maria);
    assert_eq!(page(&world, &file).await.0, 200);
}

#[tokio::test]
async fn templates_are_reviewed_and_things_broken_on_pages() {
    let (world, _receiver) = World::open().await;
    let template = json!({"name": "ready", "language": "en", "category": "UTILITY",
        "components": [{"type": "BODY", "text": "It is ready"}]});
    let made = world.ok("POST", &format!("{WABA}/message_templates"), template).await;
    let id = made["id"].as_str().unwrap();
    let press = async |path: &str, form: String| {
        let call = world.http.post(format!("{}{path}", world.whatsapp.base_url()));
        let call = call.header("Content-Type", "application/x-www-form-urlencoded").body(form);
        call.send().await.unwrap().status().as_u16()
    };
    for (what, status) in
        [("approve", "APPROVED"), ("pause", "PAUSED"), ("reject", "REJECTED"), ("disable", "DISABLED")]
    {
        assert_eq!(press("/reviews?lang=en", format!("template={id}&what={what}")).await, 200, "the page again");
        assert_eq!(world.whatsapp.templates(WABA)[0].status, status);
    }
    assert_eq!(press("/reviews", format!("template={id}&what=praise")).await, 400);
    assert_eq!(press("/trouble", "what=pair".to_owned()).await, 200);
    assert_eq!(world.not_sent("text", json!({"body": "Hi"})).await.0, 131_056);
    assert!(page(&world, "/trouble?lang=en").await.1.contains("131056 } × 2"));
    press("/trouble", "what=mend".to_owned()).await;
    world.send("text", json!({"body": "Hi"})).await;
    let foreign = world.http.post(format!("{}/trouble", world.whatsapp.base_url()));
    let foreign = foreign
        .header("Origin", "https://evil.example")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("what=mend");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
}

/// Waits until the chat has so many messages; the kind and the text of the last one.
async fn last(world: &World, count: usize) -> (String, String) {
    let found = |whatsapp: &WhatsApp| {
        let all = whatsapp.chat(PHONE, world.maria);
        (all.len() >= count).then(|| all.last().map(|one| (one.kind.clone(), one.text.clone())).unwrap())
    };
    world.whatsapp.wait_for(found, LIMIT).await.unwrap()
}

#[expect(clippy::expect_used, reason = "what the steps of two tests share")]
async fn until(world: &World, what: &str, is_so: impl Fn(&WhatsApp) -> bool) {
    world.whatsapp.wait_for(|whatsapp| is_so(whatsapp).then_some(()), LIMIT).await.expect(what);
}

/// One deed after the other, as a person does them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_uses_the_phone_by_hand() {
    let Some(browser) = browser().await else {
        println!("skipped: PAROM_TEST_CHROMEDRIVER is not set (tests/run sets it)");
        return;
    };
    let world = World::start().await;
    let address = format!("{}/phone/{}/{PHONE}?lang=en", world.whatsapp.base_url(), world.maria);
    browser.goto(&address).await.unwrap();
    write(&browser, "Hello\u{e007}").await;
    assert_eq!(last(&world, 1).await, ("text".to_owned(), "Hello".to_owned()));
    let mut count = 1;
    for (kind, name) in [
        ("image", "image"),
        ("video", "video"),
        ("voice", "audio"),
        ("document", "document"),
        ("sticker", "sticker"),
        ("poll", "unsupported"),
    ] {
        press(&browser, &format!("[data-sample={kind}]")).await;
        count += 1;
        assert_eq!(last(&world, count).await.0, name);
    }
    for (way, kind) in [("location", "location"), ("contact", "contacts")] {
        press(&browser, &format!("[data-do={way}]")).await;
        count += 1;
        assert_eq!(last(&world, count).await.0, kind);
    }
    press(&browser, "[data-tool=attach] summary").await;
    let path = format!("{}/assets/samples/picture.png", env!("CARGO_MANIFEST_DIR"));
    browser.find(Locator::Css("input[data-kind=image]")).await.unwrap().send_keys(&path).await.unwrap();
    count += 1;
    assert_eq!(last(&world, count).await.0, "image");
    answers(&world, &browser, count).await;
    browser.close().await.unwrap();
}

/// Edits, buttons, reactions, replies, ticks, blocking.
async fn answers(world: &World, browser: &Client, mut count: usize) {
    press(browser, "#m-0 [data-do=edit]").await;
    write(browser, ", you\u{e007}").await;
    until(world, "the text is edited", |one| one.chat(PHONE, world.maria)[0].text == "Hello, you").await;
    let buttons: Value = json!({"type": "button", "body": {"text": "Well?"}, "action": {"buttons":
        [{"type": "reply", "reply": {"id": "1", "title": "Yes"}}]}});
    let asked = world.sent("interactive", buttons).await;
    let is_read = |one: &WhatsApp| one.sent(PHONE)[0].status == Some(Status::Read);
    until(world, "a person who opens the page has read it", is_read).await;
    press(browser, &format!("#m-{count} [data-button='0']")).await;
    count += 2;
    assert_eq!(last(world, count).await, ("interactive".to_owned(), "Yes".to_owned()));
    let place = count - 2;
    press(browser, &format!("#m-{place} [data-emoji='👍']")).await;
    until(world, "the reaction is set", |one| !one.sent(PHONE)[0].reactions.is_empty()).await;
    press(browser, &format!("#m-{place} [data-do=reply]")).await;
    write(browser, "Today\u{e007}").await;
    count += 1;
    last(world, count).await;
    assert_eq!(world.whatsapp.chat(PHONE, world.maria).pop().unwrap().quoted, Some(asked));
    press(browser, "#m-0 [data-do=revoke]").await;
    until(world, "the text is deleted", |one| one.chat(PHONE, world.maria)[0].is_revoked).await;
    press(browser, "#block").await;
    press(browser, "#blocked:not([hidden]) #unblock").await;
    press(browser, "#block:not([hidden])").await;
    press(browser, "#blocked:not([hidden])").await;
}
