//! The pages of signing in and of changing credentials: the requested data, and where a button is needed before a
//! session changes. `PAROM_TEST_SHOTS=FOLDER` saves the pictures.

use base::i18n::Language;
use parom::admin::operators::actions;
use parom::audit::{Actor, By};
use parom::identity::MemberRole;
use parom::identity::link::{self, Purpose, SignInLink};
use parom_tests::{Browser, Engine, Place, Setup, World};
use uuid::Uuid;

use super::{entry, looks_right};
use crate::panel::{PASSWORD, add_member, add_person};

async fn signs_in(browser: &Browser, world: &World, email: &str, to: &str) {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish();
    browser.goto(&format!("{}/panel/sign-in?{query}", world.api.base())).await;
    browser.fill("form[action='/panel/sign-in'] [name=email]", email).await;
    browser.fill("form[action='/panel/sign-in'] [name=password]", PASSWORD).await;
    browser.press("form[action='/panel/sign-in'] button.primary").await;
}

/// An unmailed link of an account for a person who has a password: its page redirects to the sign-in first.
async fn invited(world: &World, tenant_id: Uuid, email: &str) -> String {
    let id = add_person(world, email).await;
    let (app, db) = (world.app(), world.app().store.write());
    assert!(
        parom::identity::member::invite(&app.identity, db, tenant_id, id, MemberRole::Viewer)
            .await
            .expect("an invitation")
    );
    let link = SignInLink { person_id: id, purpose: Purpose::Invitation, tenant_id: Some(tenant_id), mailed: false };
    format!("/panel/invitation?token={}", link::issue(&app.identity, db, link).await.expect("a link"))
}

async fn pages_in(language: Language) {
    let code = language.code();
    let Some(browser) = Browser::open(code).await else { return };
    let world = World::start(Engine::Sqlite, Setup { live: true, ..Setup::default() }).await.expect("SQLite is there");
    let line = world.line("support").await;
    let base = world.api.base();
    add_member(&world, line.tenant_id, "anna@shop.example", MemberRole::Owner).await;

    // M4: an invitation and a ticket ask while another person is signed in.
    let to = invited(&world, line.tenant_id, "mark@shop.example").await;
    signs_in(&browser, &world, "mark@shop.example", &to).await;
    browser.find("form[action='/panel/invitation']").await;
    looks_right(&browser, &format!("{code}/invitation")).await;
    browser.press("main form button").await;
    browser.until("the panel", async || browser.url().await.ends_with("/panel")).await;
    browser.goto(&entry(&world, line.tenant_id).await).await;
    browser.find("form[action='/panel/enter']").await;
    looks_right(&browser, &format!("{code}/enter-instead")).await;
    browser.press("main form button").await;
    browser.until("the ticket's panel", async || browser.url().await.ends_with("/panel")).await;
    // The same user once more: one click.
    browser.goto(&entry(&world, line.tenant_id).await).await;
    browser.until("the panel again", async || browser.url().await.ends_with("/panel")).await;

    // The owner's switch, and its effect on a person without an authenticator.
    browser.goto(&format!("{base}/panel/team")).await;
    browser.press("form[action='/panel/team/second-step'] button").await;
    browser.find("form[action='/panel/team/second-step'] button[value=off]").await;
    looks_right(&browser, &format!("{code}/team-demanded")).await;
    browser.press("header form[action='/panel/sign-out'] button").await;
    signs_in(&browser, &world, "anna@shop.example", "/panel").await;
    browser.find("form[action='/panel/me/two-step'] [name=current]").await;
    looks_right(&browser, &format!("{code}/two-step-demanded")).await;
    browser.fill("[name=code]", "000000").await;
    browser.fill("[name=current]", "wrong").await;
    browser.press("form[action='/panel/me/two-step'] button.primary").await;
    browser.find("#e-current").await;
    looks_right(&browser, &format!("{code}/two-step-refused")).await;

    // A link by mail connects no authenticator to an operator.
    let by = By { actor: Actor::Cli, address: None };
    let added = actions::add(world.app(), "olga@vendor.example", "Ольга", language, &by).await.expect("an operator");
    let olga = added.expect("a new one").0;
    let mailed = SignInLink { person_id: olga.id, purpose: Purpose::Operator, tenant_id: None, mailed: true };
    let token = link::issue(&world.app().identity, world.app().store.write(), mailed).await.expect("a link");
    browser.goto(&format!("{base}/admin/link?token={token}")).await;
    browser.press("main form button").await;
    browser.until("what it says", async || browser.url().await.ends_with("/admin/enrol")).await;
    looks_right(&browser, &format!("{code}/admin-enrol-by-link")).await;
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sign_in_pages_are_accessible_in_english() {
    pages_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sign_in_pages_are_accessible_in_russian() {
    pages_in(Language::Ru).await;
}
