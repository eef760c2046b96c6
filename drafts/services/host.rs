//! The page around the chat: nothing on it moves when the chat comes and opens.

use parom_tests::{Browser, Place};
use serde_json::json;

use super::{Shop, everywhere, opens, root, until};

/// Counts what moved among the site's own elements, as browsers measure it.
const MOVED: &str = "window.__moved = []; new PerformanceObserver((list) => { for (const shift of list.getEntries()) \
    for (const { node } of shift.sources) if (node?.getRootNode() === document && node.closest?.('main')) \
    window.__moved.push(node.outerHTML); }).observe({ type: 'layout-shift', buffered: true }); \
    addEventListener('DOMContentLoaded', () => (window.__before = window.__place()), { once: true }); \
    window.__place = () => [...document.querySelectorAll('main, main *')].map((one) => JSON.stringify(one.getBoundingClientRect())) \
    .concat(document.documentElement.scrollHeight, document.documentElement.scrollWidth)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_on_the_sites_page_moves() {
    let Some(browser) = Browser::open("en").await else { return };
    let shop = Shop::open(everywhere).await;
    browser.on_every_page(MOVED).await;
    for (width, height) in [(1280, 900), (360, 740)] {
        browser.resize(width, height).await;
        browser.goto(&shop.site.stranger("/")).await;
        until(&browser, "the button is there", "root?.querySelector('.bubble')").await;
        let same = "return JSON.stringify(window.__before) === JSON.stringify(window.__place())";
        assert_eq!(root(&browser, same).await, json!(true), "the button took no place at {width}");
        opens(&browser).await;
        browser.run("Parom.close()", vec![]).await;
        assert_eq!(root(&browser, same).await, json!(true), "the chat left its place as it was at {width}");
        let frames = "return (async () => { for (let left = 3; left; left--) await new Promise(requestAnimationFrame); \
            return window.__moved; })()";
        assert_eq!(browser.run(frames, vec![]).await, json!([]));
    }
    browser.close().await;
    shop.world.close().await;
}
