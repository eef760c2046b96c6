//! What the account's pages and the audit log say, and ways back.

use std::time::Duration;

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::json;
use uuid::Uuid;

use super::super::operator::{connects_an_authenticator, is_invited};
use super::super::{enters, new_world, say};
use super::text_at;

/// D11: a person with sources who allowed access again was offered "the first source".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d11_allowing_access_again_offers_the_panel() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = new_world().await;
    let install = format!("{}/oauth/install?integration=main", world.api.base());
    let allow = async |words: &str| {
        browser.goto(&install).await;
        browser.press("button[value=allow]").await;
        browser.says(words).await;
    };
    allow("Add the first source").await;
    world.active(HOST).await;
    world.line("support").await;
    allow("Open the panel").await;
    let text = browser.text().await;
    assert!(!text.contains("first source"), "{text}");
    browser.close().await;
    world.close().await;
}

/// A word of this form: an id, or the milliseconds of a moment.
fn is_of_machines(word: &str) -> bool {
    let word = word.trim_matches(|sign: char| !sign.is_alphanumeric());
    Uuid::try_parse(word).is_ok() || (word.len() > 9 && word.chars().all(|sign| sign.is_ascii_digit()))
}

/// D15: the audit log had keys and values of the database, and lacked sign-ins from the widget. D18: the reader was last
/// seen long ago, and one key "stay valid".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d15_d18_the_log_and_the_team_are_written_for_people() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line("support").await;
    let base = world.api.base();
    world.api.patch(&line.path(""), &json!({"name": "Sales"})).await.is(200);
    enters(&browser, &world, line.tenant_id).await;
    browser.goto(&format!("{base}/panel/keys/new")).await;
    browser.fill("#f-name", "Shop").await;
    browser.press("main form button.primary").await;
    browser.says("Shop").await;

    browser.goto(&format!("{base}/panel/audit")).await;
    let log = text_at(&browser, "main table").await;
    for wanted in ["changed: name", "scope: Read and send", "From the widget in amoCRM", "Sales", "Shop"] {
        assert!(log.contains(wanted), "D15: {wanted} is not in {log}");
    }
    for never in ["fields", "expires_at", "settings", "write", "external_id", "default: "] {
        assert!(!log.contains(never), "D15: {never} is in {log}");
    }
    assert_eq!(log.split_whitespace().find(|word| is_of_machines(word)), None, "D15: {log}");
    browser.press(&format!("main table a[href='/panel/sources/{}']", line.source_id)).await;
    browser.says("Sales").await;

    world.advance(Duration::from_secs(25 * 60));
    browser.goto(&format!("{base}/panel/team")).await;
    let row = text_at(&browser, "main table tbody tr").await;
    assert!(row.contains("(you)") && row.contains("just now"), "D18: {row}");
    browser.press("main table a[href$='/remove']").await;
    browser.says("API keys of this person").await;

    browser.press("header details.pick summary").await;
    browser.press("header button[value=ru]").await;
    browser.find("html[lang=ru]").await;
    browser.goto(&format!("{base}/panel/audit")).await;
    let log = text_at(&browser, "main table").await;
    for wanted in ["изменено: название", "права: Чтение и отправка", "Из виджета в amoCRM"]
    {
        assert!(log.contains(wanted), "D15: {wanted} is not in {log}");
    }
    for never in ["changed", "name", "scope", "Read", "Signed", "Source"] {
        assert!(!log.contains(never), "D15: {never} is in {log}");
    }
    browser.close().await;
    world.close().await;
}

/// D22: the wizard suggested a name that a source had. D23: it called a key's right by other words than the page of
/// keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d22_d23_the_wizard_suggests_a_free_name_and_names_rights_as_they_are() {
    for language in [Language::En, Language::Ru] {
        let Some(browser) = Browser::open(language.code()).await else { return };
        let world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
        let line = world.line("support").await;
        let base = world.api.base();
        let usual = say(Words::new(language), "connector-webchat");
        let body = json!({"kind": "webchat", "name": usual, "settings": {}});
        world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
        enters(&browser, &world, line.tenant_id).await;
        let begins = async |kind: &str| {
            browser.goto(&format!("{base}/panel/sources/new")).await;
            browser.press(&format!("input[name=kind][value={kind}]")).await;
            browser.press("main form button.primary").await;
        };
        begins("webchat").await;
        browser.press("main form button[value=next]").await;
        browser.find("input[name=name]").await;
        let suggested = browser.run("return document.querySelector('input[name=name]').value", vec![]).await;
        assert_eq!(suggested, json!(format!("{usual} 2")), "D22");

        browser.goto(&format!("{base}/panel/keys/new")).await;
        let right = "return document.querySelector('#f-scope option[value=write]').textContent.trim()";
        let right = browser.run(right, vec![]).await.as_str().expect("a right").replace('\u{a0}', " ");
        begins("custom").await;
        // Nothing listens there: the check fails, and the wizard goes on.
        browser.fill("[name='set.webhook_url']", "http://127.0.0.1:9/").await;
        browser.press("main form button[value=next]").await;
        browser.press("main form button[value=anyway]").await;
        browser.find("input[name=name]").await;
        browser.press("main form button.primary").await;
        browser.find("[data-live=arrival]").await;
        // After a while without a message the page says what to check.
        world.advance(Duration::from_secs(180));
        browser.client().refresh().await.expect("the page is loaded again");
        let points = text_at(&browser, "[data-live=arrival] ol").await;
        assert!(points.contains(&right), "D23: “{right}” is not in {points}");
        browser.close().await;
        world.close().await;
    }
}

/// D16: "Copy report for support" copied nothing: it opened a bare text without a way back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d16_the_report_is_copied_and_the_page_stays() {
    let Some(browser) = Browser::open("en").await else { return };
    let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let id = world.messages().await.first().expect("a message").id;
    enters(&browser, &world, line.tenant_id).await;
    let page = format!("{}/panel/messages/{id}", world.api.base());
    browser.goto(&page).await;
    browser.devtools("Browser.grantPermissions", json!({"permissions": ["clipboardReadWrite"]})).await;
    browser.devtools("Browser.setDownloadBehavior", json!({"behavior": "deny"})).await;
    // It is confirmed for two seconds only.
    let watch = "new MutationObserver(() => { window.confirmed ||= document.body.innerText.includes('Copied') })\
        .observe(document.body, { childList: true, subtree: true, characterData: true })";
    browser.run(watch, vec![]).await;
    browser.press_words("Copy report for support").await;
    let confirmed = async || browser.run("return window.confirmed", vec![]).await == json!(true);
    browser.until("it says that it is copied", confirmed).await;
    browser.run("navigator.clipboard.readText().then((text) => { window.copied = text })", vec![]).await;
    let copied = async || {
        let copied = browser.run("return window.copied ?? ''", vec![]).await;
        copied.as_str().is_some_and(|text| text.contains(&format!("message: {id}")) && !text.contains("Hello"))
    };
    browser.until("the report is in the clipboard", copied).await;
    // The link beside it saves a file.
    browser.press(&format!("a[href$='/{id}/report']")).await;
    assert_eq!(browser.url().await, page);
    browser.find("#answer").await;
    browser.close().await;
    world.close().await;
}

/// D20: without scripts the pages said that they update automatically.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d20_only_pages_with_scripts_update_automatically() {
    let Some(browser) = Browser::open_without_scripts("en").await else { return };
    let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let message = world.messages().await.first().expect("a message").id;
    enters(&browser, &world, line.tenant_id).await;
    let base = world.api.base();
    for path in ["/panel", "/panel/account", &format!("/panel/messages/{message}")] {
        browser.goto(&format!("{base}{path}")).await;
        let text = browser.find("body").await.text().await.expect("a text").replace('\u{a0}', " ");
        assert!(text.contains("As of ") && !text.contains("automatically"), "{path}: {text}");
    }
    browser.close().await;
    let Some(browser) = Browser::open("en").await else { return };
    enters(&browser, &world, line.tenant_id).await;
    browser.goto(&format!("{base}/panel")).await;
    let live = text_at(&browser, "[data-live=live]").await;
    assert!(live.contains("Updates automatically") && !live.contains("As of"), "{live}");
    browser.close().await;
    world.close().await;
}

/// D27: from a look at an account no way led back to the admin, and an account did not read why it was suspended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d27_a_look_ends_in_the_admin_and_a_suspension_has_its_reason() {
    let Some(browser) = Browser::open("en").await else { return };
    let setup = Setup { live: true, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = world.line("support").await;
    let account = format!("{}/admin/accounts/{}", world.api.base(), line.tenant_id);
    is_invited(&browser, &world, Language::En).await;
    connects_an_authenticator(&browser, &world).await;
    for (leaves, what) in [(".strip button", "the strip"), ("header form[action='/panel/sign-out'] button", "sign-out")]
    {
        browser.goto(&format!("{account}/view-as")).await;
        browser.fill("#f-reason", "ticket 4711").await;
        browser.press("main form button.primary").await;
        browser.says("ticket 4711").await;
        assert!(browser.url().await.ends_with("/panel"), "the account's panel is open");
        browser.press(leaves).await;
        browser.until(&format!("{what} leads back"), async || browser.url().await == account).await;
    }
    browser.goto(&format!("{account}/suspend")).await;
    browser.fill("#f-reason", "The invoice of May is open").await;
    browser.press("main form button.danger").await;
    let is_back = async || {
        let url = browser.url().await;
        url.starts_with(&account) && !url.ends_with("/suspend")
    };
    browser.until("the account's page is back", is_back).await;
    enters(&browser, &world, line.tenant_id).await;
    browser.goto(&format!("{}/panel", world.api.base())).await;
    browser.says("Reason: The invoice of May is open").await;
    browser.close().await;
    world.close().await;
}
