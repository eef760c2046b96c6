//! Lists: filters apply as soon as one is chosen, the focus stays, and the address can be shared.

use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::json;

use super::{enters, run, until};

async fn chooses(browser: &Browser, id: &str, value: &str) {
    let script = "const field = document.getElementById(arguments[0]); field.focus(); field.value = arguments[1]; \
        field.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.run(script, vec![json!(id), json!(value)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chosen_filter_applies_at_once() {
    let Some(browser) = Browser::open("en").await else { return };
    let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line("support").await;
    for name in ["anna", "boris", "carl"] {
        world.customer(&line, name).writes("Hello").await;
    }
    world.deliver_all().await;
    enters(&browser, &world, line.tenant_id).await;
    let base = world.api.base();
    browser.goto(&format!("{base}/panel/messages")).await;
    let rows = "document.querySelectorAll('table.list tbody tr').length";
    until(&browser, "all are listed", &format!("{rows} === 3")).await;

    run(&browser, "window.stays = true").await;
    chooses(&browser, "direction", "to_messenger").await;
    until(&browser, "none is left", &format!("{rows} === 0 && document.querySelector('main .empty')")).await;
    let kept = "window.stays && document.activeElement.id === 'direction' && \
        new URLSearchParams(location.search).get('direction') === 'to_messenger'";
    until(&browser, "the page stays, the address follows", kept).await;
    let clear = "document.querySelector('form.filters a[href=\"/panel/messages\"]')";
    until(&browser, "the filter can be cleared", clear).await;
    chooses(&browser, "direction", "").await;
    until(&browser, "all are listed again", &format!("{rows} === 3")).await;
    let said = "document.getElementById('said').textContent.replace('\\u00a0', ' ') === '3 messages found'";
    until(&browser, "it is read out", said).await;
    until(&browser, "nothing is left to clear", &format!("!{clear}")).await;

    // The order is chosen there as well, or by the head of its column.
    let sorted = "document.querySelector('th[aria-sort=descending]')?.textContent.trim()";
    chooses(&browser, "sort", "took").await;
    until(&browser, "the slowest come first", &format!("{sorted} === 'Duration' && window.stays")).await;
    browser.press("th a[href^='/panel/messages']").await;
    until(&browser, "the newest come first", &format!("{sorted} === 'Time' && !window.stays")).await;
    browser.press("th.numbers a").await;
    until(&browser, "the slowest come first", &format!("{sorted} === 'Duration'")).await;
    for width in [1280, 360] {
        browser.resize(width, 900).await;
        browser.is_accessible(&format!("the sorted list at {width}")).await;
    }

    // Tabs above a form follow, too.
    browser.resize(1280, 900).await;
    browser.goto(&format!("{base}/panel/reports?period=7")).await;
    run(&browser, "window.stays = true").await;
    chooses(&browser, "source", &line.source_id.to_string()).await;
    let all = format!("window.stays && location.search.includes('{}')", line.source_id);
    until(&browser, "the report is of one source", &all).await;
    browser.close().await;
    world.close().await;
}
