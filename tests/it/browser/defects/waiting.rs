//! Pages do not wait for amoCRM.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Place, Setup, World};
use sandbox::{LogDirection, Part};
use uuid::Uuid;

use super::super::enters;
use super::text_at;

/// How often amoCRM was asked for the pipelines.
fn questions(world: &World) -> usize {
    let all = world.sandbox.requests();
    all.iter().filter(|one| one.direction == LogDirection::In && one.path.contains("/leads/pipelines")).count()
}

/// The kept list of pipelines is as new as the world's clock.
async fn is_read_now(world: &World, tenant_id: Uuid) -> Option<()> {
    let copies = entity::crm_copy::Entity::of_tenant(tenant_id).all(world.app().store.read()).await.expect("the lists");
    let read_at = copies.into_iter().find(|copy| copy.name == "pipelines")?.read_at;
    (read_at == world.clock.millis()).then_some(())
}

const PIPELINE: &str = "const chosen = document.getElementById('f-pipeline'); \
    return chosen.tagName === 'SELECT' ? chosen.selectedOptions[0].textContent.trim() : chosen.value";
/// How long the server took for the page, milliseconds.
const SPENT: &str = "const [page] = performance.getEntriesByType('navigation'); \
    return Math.round(page.responseStart - page.requestStart)";

/// D17: the panel's pages waited for a slow amoCRM, forgot the names of pipelines when it refused, and asked it every
/// ten seconds while they were open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d17_pages_go_on_without_amocrm() {
    let Some(browser) = Browser::open("en").await else { return };
    let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line("support").await;
    enters(&browser, &world, line.tenant_id).await;
    let base = world.api.base();
    let source = format!("{base}/panel/sources/{}/settings", line.source_id);
    browser.goto(&source).await;
    let name = world.sandbox.add_account(HOST).pipelines[0].name.clone();
    assert_eq!(browser.run(PIPELINE, vec![]).await, name);
    browser.goto(&format!("{base}/panel/templates")).await;

    // amoCRM answers nothing: the pages show what they know, and ask in the background.
    world.advance(Duration::from_secs(600));
    let gate = world.sandbox.faults().hold(Part::Rest);
    for path in [format!("{base}/panel/sources"), format!("{base}/panel/templates"), source.clone()] {
        browser.goto(&path).await;
        browser.find("main h1").await;
        // A call to amoCRM is given up after 15 seconds.
        let spent = browser.run(SPENT, vec![]).await;
        assert!(spent.as_i64().is_some_and(|spent| spent < 10_000), "{path} took {spent} ms");
    }
    assert_eq!(browser.run(PIPELINE, vec![]).await, name, "amoCRM has not answered");
    gate.until_waiting(1).await;
    gate.open();
    world.until("the answer is kept", async || is_read_now(&world, line.tenant_id).await).await;

    // An open page renews without asking: only opening it does.
    world.advance(Duration::from_secs(600));
    browser.goto(&format!("{base}/panel/sources")).await;
    world.until("opening asks", async || is_read_now(&world, line.tenant_id).await).await;
    let before = questions(&world);
    for text in ["One", "Two"] {
        let shown = text_at(&browser, "[data-live=live]").await;
        world.advance(Duration::from_secs(600));
        world.customer(&line, "anna").writes(text).await;
        world.deliver_all().await;
        let is_new = async || text_at(&browser, "[data-live=live]").await != shown;
        browser.until("the open page is renewed", is_new).await;
    }
    assert_eq!(questions(&world), before, "renewing does not ask");

    // An unpaid account still has names.
    world.sandbox.set_unpaid(HOST, true);
    world.advance(Duration::from_secs(600));
    for path in [source.clone(), format!("{base}/panel/sources")] {
        browser.goto(&path).await;
        let text = browser.text().await;
        assert!(!text.contains("Pipeline 2"), "{path}: {text}");
    }
    browser.goto(&source).await;
    assert_eq!(browser.run(PIPELINE, vec![]).await, name, "amoCRM refuses");
    world.sandbox.set_unpaid(HOST, false);
    browser.close().await;
    world.close().await;
}
