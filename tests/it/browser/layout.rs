//! Defects that were seen on the screen, in Russian, whose words are the longest: labels, fields and tabs that did not
//! align, words that ran together, and names that were broken in the middle.

use base::i18n::Language;
use parom::alert::Alarm;
use parom_tests::{Answer, Browser, Engine, Line, Place, Setup, World};
use serde_json::json;

use super::signing_in::{connects_an_authenticator, is_invited};
use super::{enters, run};

/// Tops of the visible labels of the filters, one list a row.
const LABELS: &str = "const rows = []; \
    document.querySelectorAll('form.filters details').forEach((one) => { one.open = true }); \
    for (const label of document.querySelectorAll('form.filters .field > label')) { \
      if (!label.checkVisibility()) continue; \
      const top = label.getBoundingClientRect().top; \
      const row = rows.find((row) => Math.abs(row[0] - top) < 24); \
      if (row) row.push(top); else rows.push([top]); \
    } \
    return rows";

/// D21: labels of filters at different heights, ragged fields of a template's button, tabs in two lines on a phone.
async fn labels_fields_and_tabs_align(browser: &Browser, base: &str, line: &Line) {
    for path in ["conversations", "messages", "audit"] {
        browser.goto(&format!("{base}/panel/{path}")).await;
        browser.find("form.filters").await;
        for width in [1280, 700] {
            browser.resize(width, 900).await;
            let rows: Vec<Vec<f64>> = serde_json::from_value(run(browser, LABELS).await).expect("numbers");
            assert!(rows.iter().any(|row| row.len() > 1), "{path} at {width}: {rows:?}");
            let is_even = |row: &Vec<f64>| row.iter().all(|top| (top - row[0]).abs() < 0.6);
            assert!(rows.iter().all(is_even), "{path} at {width}: {rows:?}");
        }
    }
    browser.resize(1280, 900).await;
    browser.goto(&format!("{base}/panel/templates/new")).await;
    let boxes = |list: &str| {
        format!("return [...document.querySelectorAll('{list}')].map((one) => one.getBoundingClientRect())")
    };
    let pairs = format!("{}.map((box) => [Math.round(box.top), Math.round(box.width)])", boxes(".pair input"));
    let pairs: Vec<[i64; 2]> = serde_json::from_value(run(browser, &pairs).await).expect("numbers");
    assert!(!pairs.is_empty() && pairs.chunks(2).all(|pair| pair.len() == 2 && pair[0] == pair[1]), "{pairs:?}");
    browser.resize(360, 740).await;
    browser.goto(&format!("{base}/panel/sources/{}", line.source_id)).await;
    let tabs = format!("{}.map((box) => [Math.round(box.top), Math.round(box.height)])", boxes(".tabs a"));
    let tabs: Vec<[i64; 2]> = serde_json::from_value(run(browser, &tabs).await).expect("numbers");
    assert!(tabs.len() > 2 && tabs.iter().all(|tab| *tab == tabs[0]), "{tabs:?}");
}

/// What follows the cells of the first row: a separator, or nothing.
const SEPARATORS: &str = "return [...document.querySelectorAll('table.brief tbody tr:first-child td')]\
    .map((cell) => getComputedStyle(cell, '::after').content.includes('·'))";

/// Whether the direction of each message begins below its time.
const BELOW: &str = "return [...document.querySelectorAll('table.brief tbody tr')].every(({ cells }) => \
    cells[1].getBoundingClientRect().top >= cells[0].getBoundingClientRect().bottom)";

/// On a phone a row of messages is one line of words: direction, manager, source and type ran together, and a short
/// direction was beside the time.
async fn parts_of_a_message_are_separated(browser: &Browser, base: &str) {
    browser.goto(&format!("{base}/panel/messages")).await;
    browser.find("table.brief").await;
    for (width, separated) in [(1280, false), (360, true)] {
        browser.resize(width, 740).await;
        let shown: Vec<bool> = serde_json::from_value(run(browser, SEPARATORS).await).expect("a row");
        // Direction and source; the manager, if the name is known; not the time, customer, type, state and duration.
        let parts = [1, 4, 0, 2, 5, 6, 7].map(|place| shown[place]);
        assert_eq!(parts, [separated, separated, false, false, false, false, false], "at {width}: {shown:?}");
    }
    browser.resize(390, 740).await;
    assert_eq!(run(browser, BELOW).await, json!(true), "the direction is below the time");
}

/// On a wide page the address of a webhook was broken within a word, because its column gave way to a long hint; on a phone
/// the time of its last success did not fit its tile.
async fn addresses_and_times_have_room(browser: &Browser, base: &str, line: &Line) {
    browser.goto(&format!("{base}/panel/webhooks")).await;
    browser.find("td.address").await;
    for width in [1280, 1000, 360] {
        browser.resize(width, 740).await;
        let lines = "const one = document.querySelector('td.address').firstChild, range = document.createRange(); \
            range.selectNodeContents(one); return range.getClientRects().length";
        assert_eq!(run(browser, lines).await, json!(1), "the address at {width}");
    }
    browser.goto(&format!("{base}/panel/webhooks/{}", line.source_id)).await;
    browser.find(".tile .value time").await;
    let outside =
        "return [...document.querySelectorAll('.tile')].filter((one) => one.scrollWidth > one.clientWidth).length";
    assert_eq!(run(browser, outside).await, json!(0), "the tiles at 360");
}

/// Pieces of words that end in the middle of a line's last word: places where a text of this cell goes on in the next
/// line without a space, a dot or a hyphen before.
const BROKEN: &str = "const broken = []; \
    for (const cell of document.querySelectorAll(arguments[0])) { \
      const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT); \
      for (let text = texts.nextNode(); text; text = texts.nextNode()) { \
        const range = document.createRange(); let last = null; \
        for (let at = 0; at < text.length; at++) { \
          range.setStart(text, at); range.setEnd(text, at + 1); \
          const box = range.getBoundingClientRect(); \
          if (!box.width) continue; \
          if (last !== null && box.top > last + 4 && !' .-\\u00a0'.includes(text.data[at - 1])) broken.push(text.data.slice(0, at)); \
          last = box.top; \
        } } } \
    return broken";

/// The table of an account's problems in the admin broke hosts and names after any letter.
async fn an_accounts_problems_break_no_name(browser: &Browser, world: &World, base: &str, line: &Line) {
    for (kind, source_id) in [("source_stopped", Some(line.source_id)), ("found_in_history", None)] {
        let object = line.source_id.to_string();
        let detail =
            json!({"source": "Line support", "messenger": "API", "reason": "your server answered 401", "count": 3});
        let alarm = Alarm { tenant_id: line.tenant_id, kind, object: &object, source_id, detail };
        parom::alert::raise(world.app(), world.app().store.write(), alarm).await.expect("an alert");
    }
    is_invited(browser, world, Language::Ru).await;
    connects_an_authenticator(browser, world).await;
    browser.goto(&format!("{base}/admin/accounts/{}", line.tenant_id)).await;
    for width in [1280, 1000, 700, 640, 360] {
        browser.resize(width, 900).await;
        browser.fits(&format!("the account at {width}")).await;
        // Between a phone's cards and a laptop's table a host in a sentence may not fit its column.
        let cells = if [700, 640].contains(&width) { "td.whom" } else { "*" };
        let broken = browser.run(BROKEN, vec![json!(format!("#wrong + table tbody > tr > {cells}"))]).await;
        assert_eq!(broken, json!([]), "the account at {width}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_align_are_separated_and_have_room() {
    let Some(browser) = Browser::open("ru").await else { return };
    let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line_at("flowersandgifts.amocrm.ru", "support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    enters(&browser, &world, line.tenant_id).await;
    let base = world.api.base();
    labels_fields_and_tabs_align(&browser, &base, &line).await;
    parts_of_a_message_are_separated(&browser, &base).await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("anna", "Are you there?").await;
    world.deliver_to_the_end().await;
    world.advance(std::time::Duration::from_secs(70));
    addresses_and_times_have_room(&browser, &base, &line).await;
    an_accounts_problems_break_no_name(&browser, &world, &base, &line).await;
    browser.close().await;
    world.close().await;
}
