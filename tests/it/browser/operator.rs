//! An operator of the vendor in a browser: recovery codes, and the bar of the admin on a phone.

use base::i18n::{Language, Words};
use parom::admin::operators::actions;
use parom::audit::{Actor, By};
use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use super::{in_words, looks_right, say};

const EMAIL: &str = "olga@vendor.example";
const PASSWORD: &str = "ferry over the strait";

/// A new operator opens the link of the invitation and sees the secret for an authenticator.
pub async fn is_invited(browser: &Browser, world: &World, language: Language) {
    let by = By { actor: Actor::Cli, address: None };
    let added = actions::add(world.app(), EMAIL, in_words(language, "Olga", "Ольга"), language, &by)
        .await
        .expect("an operator");
    browser.goto(&added.expect("a new one").1).await;
    browser.press("main form button").await;
    browser.find("code.mono.all").await;
}

/// The operator enters a code of this secret; the page with recovery codes is open.
pub async fn connects_an_authenticator(browser: &Browser, world: &World) {
    let secret = browser.find("code.mono.all").await.text().await.expect("the secret");
    let secret = Secret::try_from_base32(secret.trim()).expect("base32");
    let totp = Builder::new().with_secret(secret).with_account_name("x").build().expect("a generator");
    let now = u64::try_from(world.clock.millis() / 1000).expect("after 1970");
    browser.fill("input[name=code]", &totp.generate(now).to_string()).await;
    browser.press("main form button").await;
    browser.find("ul.codes").await;
}

/// At 360 pixels the bar is one line with the menu's button in it, and the menu ends with what the bar has no room for.
/// On a wide screen all of it is in the bar.
async fn has_a_bar_of_one_line(browser: &Browser, base: &str, code: &str) {
    browser.goto(&format!("{base}/admin/accounts")).await;
    browser.resize(360, 740).await;
    let bar = "const box = (one) => document.querySelector(one).getBoundingClientRect(), bar = box('.top'); \
        const button = box('.menu > summary'); \
        return [bar.height < 60, button.top >= bar.top && button.bottom <= bar.bottom, button.right <= innerWidth]";
    assert_eq!(browser.run(bar, vec![]).await, json!([true, true, true]), "the bar at 360");
    browser.is_accessible("the admin at 360").await;
    browser.shot(&format!("{code}/admin-bar-360")).await;
    browser.press(".menu > summary").await;
    let seen = "return ['a[href=\"/admin/own\"]', 'a[href^=\"?lang=\"]', 'form[action=\"/admin/sign-out\"] button']\
        .map((one) => document.querySelector(`.menu .you ${one}`).checkVisibility())";
    assert_eq!(browser.run(seen, vec![]).await, json!([true, true, true]), "the end of the menu");
    browser.is_accessible("the admin's menu at 360").await;
    browser.shot(&format!("{code}/admin-menu-360")).await;
    browser.resize(1280, 900).await;
    let wide = "return ['.top a[href=\"/admin/own\"]', '.top form', '.side .wide', '.menu'].map((one) => document.querySelector(one).checkVisibility())";
    assert_eq!(browser.run(wide, vec![]).await, json!([true, true, true, false]), "the bar at 1280");
    browser.shot(&format!("{code}/admin-bar-1280")).await;
}

async fn operator_in(language: Language) {
    let (code, words) = (language.code(), Words::new(language));
    let Some(browser) = Browser::open(code).await else { return };
    let world = World::start(Engine::Sqlite, Setup { live: true, ..Setup::default() }).await.expect("SQLite is there");
    let base = world.api.base().to_owned();
    is_invited(&browser, &world, language).await;
    connects_an_authenticator(&browser, &world).await;
    let shown = "return [...document.querySelectorAll('ul.codes code')].map((one) => one.textContent)";
    let codes: Vec<String> = serde_json::from_value(browser.run(shown, vec![]).await).expect("texts");
    assert_eq!(codes.len(), 10, "{codes:?}");
    looks_right(&browser, &format!("{code}/admin-recovery-codes")).await;
    browser.press("main a.button.primary").await;
    browser.until("the own page", async || browser.url().await.ends_with("/admin/own")).await;
    let left = |count: i64| words.text("admin-recovery-left").with("count", count).to_string().replace('\u{a0}', " ");
    browser.says(&left(10)).await;
    browser.fill("#f-password", PASSWORD).await;
    browser.press("form[action='/admin/own'] button").await;
    browser.says(&say(words, "admin-password-set")).await;
    has_a_bar_of_one_line(&browser, &base, code).await;

    browser.press("header form[action='/admin/sign-out'] button").await;
    browser.fill("form[action='/admin/sign-in'] [name=email]", EMAIL).await;
    browser.fill("form[action='/admin/sign-in'] [name=password]", PASSWORD).await;
    browser.press("form[action='/admin/sign-in'] button").await;
    browser.press("main details summary").await;
    looks_right(&browser, &format!("{code}/admin-code-recovery")).await;
    browser.fill("#f-recovery", &codes[0]).await;
    browser.press("main details form button").await;
    browser.until("the own page again", async || browser.url().await.ends_with("/admin/own")).await;
    browser.says(&left(9)).await;
    looks_right(&browser, &format!("{code}/admin-own")).await;
    assert_eq!(browser.run("return document.querySelector('ul.codes')", vec![]).await, Value::Null);
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_signs_in_by_a_recovery_code_in_english() {
    operator_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_signs_in_by_a_recovery_code_in_russian() {
    operator_in(Language::Ru).await;
}
