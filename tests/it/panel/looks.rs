//! The pages in a real browser: both languages, phone and wide screen, accessible.

use parom::identity::{MemberRole, ticket};
use parom_tests::browser::Browser;
use parom_tests::{Line, World, once};

use super::add_member;

const SIZES: &[u32] = &[360, 1280];
const PAGES: &[(&str, &str)] = &[
    ("overview", "/panel"),
    ("overview-week", "/panel?period=7"),
    ("account", "/panel/account"),
    ("team", "/panel/team"),
    ("audit", "/panel/audit"),
    ("data", "/panel/data"),
    ("data-all", "/panel/data/all"),
    ("me", "/panel/me"),
    ("not-found", "/panel/nothing"),
];

/// A week of messages, one source that needs attention, two people.
async fn furnish(world: &mut World) -> Line {
    let line = world.line("support").await;
    for day in 0..7 {
        for number in 0..(3 + day * 2 % 5) {
            world.customer(&line, &format!("anna{number}")).writes("Здравствуйте").await;
        }
        world.deliver_all().await;
        world.manager(&line).answers("anna0", "Добрый день").await;
        world.deliver_all().await;
        world.advance(std::time::Duration::from_secs(86_400));
    }
    let paused = world.line("second").await;
    world.customer(&paused, "carl").writes("Hello").await;
    world.deliver_all().await;
    world.api.patch(&paused.path(""), &serde_json::json!({"paused": true})).await.is(200);
    add_member(world, line.tenant_id, "anna.ivanova-with-a-long-name@example.com", MemberRole::Administrator).await;
    line
}

async fn pages_are_there_for_everybody(world: &mut World) {
    let line = furnish(world).await;
    for language in ["ru", "en"] {
        let Some(browser) = Browser::open(language).await else { return };
        // Pages renew themselves every ten seconds; that has a test of its own, and would pull a page away under axe.
        browser.on_every_page("delete window.EventSource").await;
        for size in SIZES {
            browser.resize(*size, 900).await;
            browser.goto(&format!("{}/panel/sign-in", world.api.base())).await;
            look(&browser, "sign-in", language, *size).await;
            let ticket =
                ticket::issue(&world.app().identity, line.tenant_id, 1001, "Анна Иванова", true).await.unwrap();
            browser.goto(&format!("{}/panel/enter?ticket={ticket}", world.api.base())).await;
            for (name, path) in PAGES {
                browser.goto(&format!("{}{path}", world.api.base())).await;
                look(&browser, name, language, *size).await;
            }
            browser.goto(&format!("{}/panel", world.api.base())).await;
            let tabs = browser.run("document.querySelector('.skip').focus(); return document.activeElement.getBoundingClientRect().top >= 0", vec![]).await;
            assert_eq!(tabs, true, "the way past the navigation is seen when it has the focus");
            // As in a window of amoCRM's settings.
            browser.resize(600, 900).await;
            for (name, path) in PAGES {
                browser.goto(&format!("{}{path}", world.api.base())).await;
                browser.shot(&format!("panel-{name}-{language}-600")).await;
                let sideways = browser.run("return document.documentElement.scrollWidth - innerWidth", vec![]).await;
                assert!(sideways.as_i64().unwrap() <= 0, "{name} scrolls sideways by {sideways} px");
            }
            browser.dark(true).await;
            for (name, path) in &PAGES[..3] {
                browser.goto(&format!("{}{path}", world.api.base())).await;
                look(&browser, &format!("{name}-dark"), language, *size).await;
            }
            browser.dark(false).await;
            browser.client().delete_all_cookies().await.unwrap();
        }
        browser.close().await;
    }
}

async fn look(browser: &Browser, name: &str, language: &str, size: u32) {
    let name = format!("panel-{name}-{language}-{size}");
    browser.is_accessible(&name).await;
    let found =
        browser.run("return [document.querySelectorAll('h1').length, document.documentElement.lang]", vec![]).await;
    assert_eq!(found, serde_json::json!([1, language]), "{name}");
    browser.shot_whole(&name, size).await;
    browser.resize(size, 900).await;
}

/// News come by themselves, a deed's answer has the focus, and a second press sends nothing.
async fn pages_renew_themselves(world: &mut World) {
    let line = world.line("support").await;
    let Some(browser) = Browser::open("en").await else { return };
    let ticket = ticket::issue(&world.app().identity, line.tenant_id, 1001, "Anna", true).await.unwrap();
    browser.goto(&format!("{}/panel/enter?ticket={ticket}", world.api.base())).await;
    browser.says("0 accepted = 0 delivered").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    browser.says("1 accepted = 1 delivered").await;
    browser.goto(&format!("{}/panel/team", world.api.base())).await;
    browser.fill("#f-email", "mark@example.com").await;
    browser.press_words("Invite").await;
    browser.says("Send this link to").await;
    browser.find("#notice:focus").await;
    browser.find("[data-copy]:not([hidden])").await;
    browser.close().await;
}

/// A message above the place where a person reads moves nothing, and the window's title counts it.
async fn new_messages_do_not_move_what_a_person_reads(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let Some(browser) = Browser::open("en").await else { return };
    let ticket = ticket::issue(&world.app().identity, line.tenant_id, 1001, "Anna", true).await.unwrap();
    browser.resize(1280, 400).await;
    browser.goto(&format!("{}/panel/enter?ticket={ticket}", world.api.base())).await;
    browser.says("1 accepted = 1 delivered").await;
    let place = "return document.querySelector('[data-live=ledger] h2').getBoundingClientRect().top";
    let scroll = "document.querySelector('[data-live=ledger]').scrollIntoView();";
    let before = browser.run(&format!("{scroll} {place}"), vec![]).await.as_f64().unwrap();
    let object = line.source_id.to_string();
    let alarm = parom::alert::Alarm {
        tenant_id: line.tenant_id,
        kind: "source_stopped",
        object: &object,
        source_id: Some(line.source_id),
        detail: serde_json::json!({"source": "support", "messenger": "API", "reason": "401"}),
    };
    parom::alert::raise(world.app(), world.app().store.write(), alarm).await.unwrap();
    world.customer(&line, "carl").writes("Hello").await;
    world.deliver_all().await;
    browser.says("2 accepted = 2 delivered").await;
    let title = browser.run("return document.title", vec![]).await;
    assert!(title.as_str().unwrap().starts_with("(1) "), "{title}");
    let after = browser.run(place, vec![]).await.as_f64().unwrap();
    assert!((after - before).abs() <= 1.0, "{before} before, {after} after");
    browser.close().await;
}

once!(pages_are_there_for_everybody, pages_renew_themselves, new_messages_do_not_move_what_a_person_reads);
