//! Two accounts in two tabs of one browser: each form acts on the account of its page, or says why it does not.

use parom::identity::{MemberRole, member};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Line, Place, Setup, World};
use serde_json::json;

use super::looks_right;
use crate::panel::{ANNA, PASSWORD, add_member};

const BETA: &str = "beta.amocrm.ru";
const CARL: &str = "carl@example.com";

async fn signs_in(browser: &Browser, email: &str) {
    browser.fill("input[name=email][id=f-email]", email).await;
    browser.fill("input[name=password]", PASSWORD).await;
    browser.press("form[action$='/sign-in'] button").await;
    browser.find("nav.side").await;
}

/// Types an address into the form of the team and sends it.
async fn invites(browser: &Browser, email: &str) {
    browser.fill("form[action$='/team/invite'] input[name=email]", email).await;
    browser.press("form[action$='/team/invite'] button").await;
}

async fn members(world: &World, line: &Line) -> usize {
    member::all(world.app().store.read(), line.tenant_id).await.expect("the team").len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_acts_on_the_account_of_its_tab() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let (one, two) = (world.line("support").await, world.line_at(BETA, "support").await);
    add_member(&world, one.tenant_id, ANNA, MemberRole::Owner).await;
    add_member(&world, two.tenant_id, CARL, MemberRole::Owner).await;
    let base = world.api.base();
    browser.goto(&format!("{base}/panel/sign-in")).await;
    signs_in(&browser, ANNA).await;
    browser.goto(&format!("{base}/panel/team")).await;
    browser.says(HOST).await;
    let client = browser.client();
    let first = client.window().await.expect("the first tab");

    // Another account in another tab.
    let second = client.new_window(true).await.expect("another tab").handle;
    client.switch_to_window(second.clone()).await.expect("it is in front");
    browser.goto(&format!("{base}/panel")).await;
    browser.press("#accounts summary").await;
    browser.press_words("Sign in to another account").await;
    browser.says("In this browser you are signed in to").await;
    looks_right(&browser, "sign-in-beside").await;
    signs_in(&browser, CARL).await;
    assert_eq!(browser.url().await, format!("{base}/panel/in/{}", two.tenant_id));
    browser.press("#accounts summary").await;
    browser.shows("#accounts li a", &[HOST, &format!("{BETA} ✓")]).await;
    looks_right(&browser, "switcher").await;
    browser.press(".side .wide a[href$='/team']").await;
    browser.find("form[action$='/team/invite']").await;
    // Its live parts and the search come from its own account too.
    let home =
        "return performance.getEntriesByType('resource').every((one) => !/\\/panel\\/(events|suggest)/.test(one.name))";
    assert_eq!(browser.run(home, vec![]).await, json!(true));

    client.switch_to_window(first.clone()).await.expect("the first tab");
    invites(&browser, "new@example.com").await;
    browser.find("#notice").await;
    assert_eq!((members(&world, &one).await, members(&world, &two).await), (2, 1));
    browser.says(HOST).await;
    client.switch_to_window(second.clone()).await.expect("the second tab");
    invites(&browser, "other@example.com").await;
    browser.find("#notice").await;
    assert_eq!((members(&world, &one).await, members(&world, &two).await), (2, 2));

    // The first account ends here, and the second takes its plain addresses, while a form of the first is still open.
    browser.press("#accounts summary").await;
    browser.press_words("Sign out of all accounts").await;
    browser.find("#f-email").await;
    browser.goto(&format!("{base}/panel/sign-in")).await;
    signs_in(&browser, CARL).await;
    client.switch_to_window(first).await.expect("the first tab");
    invites(&browser, "late@example.com").await;
    browser.says(&format!("you are now in account {BETA}")).await;
    assert_eq!((members(&world, &one).await, members(&world, &two).await), (2, 2));
    looks_right(&browser, "now-in-another-account").await;
    browser.press_words(&format!("Go to {BETA}")).await;
    browser.find("nav.side").await;
    assert_eq!(browser.url().await, format!("{base}/panel"));
    browser.close().await;
    world.close().await;
}
