//! The settings of a new chat in the widget's form: mistakes at their fields, and the chat as it will look.

use parom_tests::settings::HOST;
use parom_tests::{Browser, Place, answer};
use reqwest::Method;
use serde_json::json;

use super::super::super::{installed, opens_widget, presses, types};
use super::{run, until};

/// D7: a wrong zone or line of hours is marked at its field in the widget.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistake_in_the_hours_is_marked_in_the_widget() {
    let Some(browser) = Browser::open("en").await else { return };
    let (world, _) = installed().await;
    opens_widget(&browser, &world).await;
    presses(&browser, "add").await;
    presses(&browser, "kind-webchat").await;
    types(&browser, "field-name", "Shop chat").await;
    presses(&browser, "more").await;
    types(&browser, "field-working_hours.hours", "every day").await;
    types(&browser, "field-working_hours.time_zone", "Mars").await;
    presses(&browser, "create").await;
    for field in ["hours", "time_zone"] {
        let marked = format!(
            "document.querySelector('[data-key=\"field-working_hours.{field}\"]')?.getAttribute('aria-invalid')"
        );
        until(&browser, "the field is marked", &marked).await;
    }
    browser.close().await;
    world.close().await;
}

/// What the frame shows; the test goes back to the widget's page.
async fn frame_shows(browser: &Browser, what: &str, condition: &str) {
    let frame = browser.find("iframe.parom-preview").await;
    frame.enter_frame().await.expect("the frame is there");
    let condition = format!(
        "(() => {{ const root = document.querySelector('.preview')?.shadowRoot; return root && {condition}; }})()"
    );
    until(browser, what, &condition).await;
    browser.client().enter_parent_frame().await.expect("the widget's page");
}

async fn previewed_in(language: &str) {
    let Some(browser) = Browser::open(language).await else { return };
    let (world, _) = installed().await;
    opens_widget(&browser, &world).await;
    presses(&browser, "add").await;
    presses(&browser, "kind-webchat").await;
    types(&browser, "field-title", "Flowers").await;
    frame_shows(&browser, "the title is in the preview", "root.querySelector('h2')?.textContent === 'Flowers'").await;
    presses(&browser, "more").await;
    types(&browser, "field-color", "#FFD200").await;
    types(&browser, "field-greeting", "Roses or tulips?").await;
    let choose = "const side = document.querySelector('[data-key=\"field-side\"]'); side.value = 'left'; \
        side.dispatchEvent(new Event('change', { bubbles: true })); \
        [...document.querySelectorAll('.parom-more input[type=checkbox]')][0].click()";
    run(&browser, choose).await;
    let all = "root.querySelector('#greeting').textContent === 'Roses or tulips?' && root.host.dataset.side === 'left' && \
        root.host.style.getPropertyValue('--brand') === '#FFD200' && root.querySelectorAll('.question').length === 1";
    frame_shows(&browser, "the preview follows the form", all).await;
    let beside = "const box = (one) => document.querySelector(one).getBoundingClientRect(); \
        return box('.parom-preview').left >= box('.parom-beside > form').right";
    browser.resize(1280, 900).await;
    assert_eq!(run(&browser, beside).await, json!(true), "in the width of amoCRM's window");
    for width in [1280, 360] {
        browser.resize(width, 900).await;
        browser.fits(&format!("the widget's form with a preview at {width}")).await;
        browser.shot_whole(&format!("widget-{language}-chat-preview-{width}"), width).await;
    }
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_chat_is_previewed_in_the_widget() {
    previewed_in("en").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_chat_is_previewed_in_the_widget_in_russian() {
    previewed_in("ru").await;
}

/// The frame needs no session, so it must have nothing of an account, and other sites may not frame it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_pages_of_accounts_may_frame_the_preview() {
    let (world, _) = installed().await;
    let page = answer(world.api.anonymous(Method::GET, "/widget/preview?lang=ru")).await.is(200);
    let policy = page.header("content-security-policy").to_owned();
    let framed = policy.split("frame-ancestors ").nth(1).expect("who may frame it");
    assert!(framed.starts_with("https://*.amocrm.ru"), "{policy}");
    assert!(framed.split(' ').all(|host| host != "*" && host != "https:"), "{policy}");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; img-src data:;"), "{policy}");
    assert!(
        page.text.contains("lang=\"ru\"") && !page.text.contains(HOST) && !page.text.contains("token"),
        "{}",
        page.text
    );
    assert_eq!(page.header("set-cookie"), "", "no cookie");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_widget_learns_which_kinds_have_a_preview() {
    let Some(browser) = Browser::open("en").await else { return };
    let (world, _) = installed().await;
    opens_widget(&browser, &world).await;
    presses(&browser, "add").await;
    presses(&browser, "kind-custom").await;
    browser.find("[data-key=\"field-webhook_url\"]").await;
    let frames = run(&browser, "return document.querySelectorAll('.parom-widget iframe').length").await;
    assert_eq!(frames, json!(0));
    browser.close().await;
    world.close().await;
}
