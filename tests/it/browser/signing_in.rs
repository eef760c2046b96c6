//! Signing in, of operators and of people of an account: recovery codes, the admin's bar on a phone, and where a button is
//! needed before a session changes.

use base::i18n::{Language, Words};
use parom::admin::operators::actions;
use parom::audit::{Actor, By};
use parom::identity::MemberRole;
use parom::identity::link::{self, Purpose, SignInLink};
use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use super::{entry, looks_right, run, say};
use crate::panel::{PASSWORD, add_member, add_person};

const EMAIL: &str = "olga@vendor.example";

/// A new operator opens the link of the invitation and sees the secret for an authenticator.
pub async fn is_invited(browser: &Browser, world: &World, language: Language) {
    let by = By { actor: Actor::Cli, address: None };
    let added = actions::add(&world.app().panel, EMAIL, "Olga", language, &by).await.expect("an operator");
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
async fn has_a_bar_of_one_line(browser: &Browser, base: &str) {
    browser.goto(&format!("{base}/admin/accounts")).await;
    browser.resize(360, 740).await;
    let bar = "const box = (one) => document.querySelector(one).getBoundingClientRect(), bar = box('.top'); \
        const button = box('.menu > summary'); \
        return [bar.height < 60, button.top >= bar.top && button.bottom <= bar.bottom, button.right <= innerWidth]";
    assert_eq!(run(browser, bar).await, json!([true, true, true]), "the bar at 360");
    browser.press(".menu > summary").await;
    let seen = "return ['a[href=\"/admin/own\"]', 'a[href^=\"?lang=\"]', 'form[action=\"/admin/sign-out\"] button']\
        .map((one) => document.querySelector(`.menu .you ${one}`).checkVisibility())";
    assert_eq!(run(browser, seen).await, json!([true, true, true]), "the end of the menu");
    browser.is_accessible("the admin's menu at 360").await;
    browser.resize(1280, 900).await;
    let wide = "return ['.top a[href=\"/admin/own\"]', '.top form', '.side .wide', '.menu'].map((one) => document.querySelector(one).checkVisibility())";
    assert_eq!(run(browser, wide).await, json!([true, true, true, false]), "the bar at 1280");
}

/// An operator signs in for the first time, sets a password, and comes back by it and a recovery code.
async fn an_operator(browser: &Browser, world: &World, words: Words) {
    let base = world.api.base();
    is_invited(browser, world, Language::En).await;
    connects_an_authenticator(browser, world).await;
    let shown = "return [...document.querySelectorAll('ul.codes code')].map((one) => one.textContent)";
    let codes: Vec<String> = serde_json::from_value(run(browser, shown).await).expect("texts");
    assert_eq!(codes.len(), 10, "{codes:?}");
    looks_right(browser, "en/admin-recovery-codes").await;
    browser.press("main a.button.primary").await;
    browser.until("the own page", async || browser.url().await.ends_with("/admin/own")).await;
    let left = |count: i64| words.text("admin-recovery-left").with("count", count).to_string().replace('\u{a0}', " ");
    browser.says(&left(10)).await;
    browser.fill("#f-password", PASSWORD).await;
    browser.press("form[action='/admin/own'] button").await;
    browser.says(&say(words, "admin-password-set")).await;
    has_a_bar_of_one_line(browser, &base).await;
    browser.press("header form[action='/admin/sign-out'] button").await;
    browser.fill("form[action='/admin/sign-in'] [name=email]", EMAIL).await;
    browser.fill("form[action='/admin/sign-in'] [name=password]", PASSWORD).await;
    browser.press("form[action='/admin/sign-in'] button").await;
    browser.press("main details summary").await;
    looks_right(browser, "en/admin-code-recovery").await;
    browser.fill("#f-recovery", &codes[0]).await;
    browser.press("main details form button").await;
    browser.until("the own page again", async || browser.url().await.ends_with("/admin/own")).await;
    browser.says(&left(9)).await;
    assert_eq!(run(browser, "return document.querySelector('ul.codes')").await, Value::Null);
    browser.press("header form[action='/admin/sign-out'] button").await;
    browser.find("form[action='/admin/sign-in']").await;
}

async fn signs_in(browser: &Browser, world: &World, email: &str, to: &str) {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish();
    browser.goto(&format!("{}/panel/sign-in?{query}", world.api.base())).await;
    browser.fill("form[action='/panel/sign-in'] [name=email]", email).await;
    browser.fill("form[action='/panel/sign-in'] [name=password]", PASSWORD).await;
    browser.press("form[action='/panel/sign-in'] button.primary").await;
}

/// Presses the page's button, which leads into the panel.
async fn goes_in(browser: &Browser) {
    browser.press("main form button").await;
    browser.until("the panel", async || browser.url().await.ends_with("/panel")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_and_people_of_an_account_sign_in() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = World::start(Engine::Sqlite, Setup { live: true, ..Setup::default() }).await.expect("SQLite is there");
    let line = world.line("support").await;
    let base = world.api.base();
    an_operator(&browser, &world, Words::new(Language::En)).await;

    // M4: an invitation and a ticket ask while another person is signed in.
    add_member(&world, line.tenant_id, "anna@shop.example", MemberRole::Owner).await;
    let id = add_person(&world, "mark@shop.example").await;
    let (identity, db) = (&world.app().identity, world.app().store.write());
    let invited = parom::identity::member::invite(identity, db, line.tenant_id, id, MemberRole::Viewer).await;
    assert!(invited.expect("an invitation"));
    let link =
        SignInLink { person_id: id, purpose: Purpose::Invitation, tenant_id: Some(line.tenant_id), mailed: false };
    let token = link::issue(identity, db, link).await.expect("a link");
    signs_in(&browser, &world, "mark@shop.example", &format!("/panel/invitation?token={token}")).await;
    browser.find("form[action='/panel/invitation']").await;
    looks_right(&browser, "en/invitation").await;
    goes_in(&browser).await;
    browser.goto(&entry(&world, line.tenant_id).await).await;
    browser.find("form[action='/panel/enter']").await;
    looks_right(&browser, "en/enter-instead").await;
    goes_in(&browser).await;
    // The same user once more: one click.
    browser.goto(&entry(&world, line.tenant_id).await).await;
    browser.until("the panel again", async || browser.url().await.ends_with("/panel")).await;

    // The owner's switch, and its effect on a person without an authenticator.
    browser.goto(&format!("{base}/panel/team")).await;
    browser.press("form[action='/panel/team/second-step'] button").await;
    browser.find("form[action='/panel/team/second-step'] button[value=off]").await;
    browser.press("header form[action='/panel/sign-out'] button").await;
    signs_in(&browser, &world, "anna@shop.example", "/panel").await;
    browser.find("form[action='/panel/me/two-step'] [name=current]").await;
    browser.fill("[name=code]", "000000").await;
    browser.fill("[name=current]", "wrong").await;
    browser.press("form[action='/panel/me/two-step'] button.primary").await;
    browser.find("#e-current").await;
    looks_right(&browser, "en/two-step-refused").await;

    // A link by mail connects no authenticator to an operator.
    let by = By { actor: Actor::Cli, address: None };
    let added =
        actions::add(&world.app().panel, "petr@vendor.example", "Petr", Language::En, &by).await.expect("an operator");
    let id = added.expect("a new one").0.id;
    let mailed = SignInLink { person_id: id, purpose: Purpose::Operator, tenant_id: None, mailed: true };
    let token = link::issue(identity, db, mailed).await.expect("a link");
    browser.goto(&format!("{base}/admin/link?token={token}")).await;
    browser.press("main form button").await;
    browser.until("what it says", async || browser.url().await.ends_with("/admin/enrol")).await;
    looks_right(&browser, "en/admin-enrol-by-link").await;
    browser.close().await;
    world.close().await;
}
