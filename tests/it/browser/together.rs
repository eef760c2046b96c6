//! Two people change the same thing, or one clicks twice: the slower one gets an error and loses no input, and there is
//! one source.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Place, World};
use serde_json::json;

use super::trouble::{notice_says, sources, value};
use super::{enters, installed, opens_widget, presses, say, types};

/// The sentence about another person's change, up to its time.
fn changed_by(words: Words, name: &str) -> String {
    let said = words.text("form-changed-meanwhile").with("name", name).with("time", "⌚").to_string();
    said.split('⌚').next().unwrap_or_default().replace('\u{a0}', " ").trim().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_administrators_and_two_clicks_make_one_source() {
    let Some(browser) = Browser::open("en").await else { return };
    let (world, tenant_id) = installed().await;
    let words = Words::new(Language::En);
    let make = |name: &str| json!({"kind": "webchat", "name": name, "settings": {}});
    let path = format!("/api/v1/tenants/{tenant_id}/sources");
    let source = world.api.post(&path, &make("Shop")).await.is(201).text_at("/id");
    let shown = async || world.api.get(&format!("/api/v1/sources/{source}")).await.is(200).json;
    let page = format!("{}/panel/sources/{source}/settings", world.api.base());
    let olga = world.sandbox.users(HOST).into_iter().find(|user| user.is_admin).expect("an administrator").name;

    // Anna in the panel, Olga in the widget, each with the source open.
    enters(&browser, &world, tenant_id).await;
    browser.goto(&page).await;
    let anna = browser.client().window().await.expect("this window");
    let widget = browser.client().new_window(true).await.expect("another").handle;
    let to = async |window| browser.client().switch_to_window(window).await.expect("it comes to the front");
    to(widget.clone()).await;
    opens_widget(&browser, &world).await;
    presses(&browser, &format!("open-{source}")).await;

    // Olga is faster: Anna is shown that, and keeps everything that she typed.
    types(&browser, "field-name", "Olga's shop").await;
    presses(&browser, "save").await;
    browser.says(&say(words, "common-saved")).await;
    to(anna.clone()).await;
    browser.fill("input[name=name]", "Anna's shop").await;
    browser.press("main form.form button.primary").await;
    browser.says(&changed_by(words, &olga)).await;
    browser.says("Olga's shop").await;
    assert_eq!(value(&browser, "input[name=name]").await, "Anna's shop");
    assert_eq!(shown().await["name"], "Olga's shop");

    // Olga has it open still; Anna saves now, with another default.
    to(widget.clone()).await;
    types(&browser, "field-name", "Olga's second").await;
    to(anna).await;
    browser.press("#f-default").await;
    browser.press("main form.form button.primary").await;
    browser.says(&say(words, "common-saved")).await;
    assert_eq!((&shown().await["name"], &shown().await["default"]), (&json!("Anna's shop"), &json!(true)));
    to(widget).await;
    presses(&browser, "save").await;
    browser.says(&changed_by(words, "Anna Ivanova")).await;
    // What she changed: the name that the source has now, and the mark.
    notice_says(&browser, "[data-notice]", &["Anna's shop", &say(words, "sources-default-mark")]).await;
    assert_eq!(value(&browser, "[data-key=field-name]").await, "Olga's second");
    assert_eq!(shown().await["name"], "Anna's shop");
    // Saved again, only what she touched is changed.
    presses(&browser, "save").await;
    browser.says(&say(words, "common-saved")).await;
    assert_eq!((&shown().await["name"], &shown().await["default"]), (&json!("Olga's second"), &json!(true)));
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Olga's second");

    // Two clicks at once make one source, in the panel and in the widget.
    fills_the_wizard(&browser, &world, "Panel").await;
    browser.press_twice("main form button.primary").await;
    browser.until("the test step", async || browser.url().await.ends_with("/test")).await;
    assert_eq!(sources(&world, tenant_id).await, 2);
    opens_widget(&browser, &world).await;
    presses(&browser, "add").await;
    presses(&browser, "kind-webchat").await;
    types(&browser, "field-name", "Widget").await;
    browser.press_twice("[data-key=create]").await;
    browser.find("[data-key=test]").await;
    assert_eq!(sources(&world, tenant_id).await, 3);
    browser.close().await;
    world.close().await;
}

/// Goes through the panel's wizard up to the button that makes the source.
async fn fills_the_wizard(browser: &Browser, world: &World, name: &str) {
    browser.goto(&format!("{}/panel/sources/new", world.api.base())).await;
    browser.press("input[name=kind][value=webchat]").await;
    browser.press("main form button.primary").await;
    browser.fill("input[name='set.title']", "Shop").await;
    browser.press("main form button[value=next]").await;
    browser.fill("input[name=name]", name).await;
}
