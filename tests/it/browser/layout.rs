//! Defects that were seen on the screen: sentences that ran together, labels, fields and tabs that did not align, and
//! names that were broken in the middle.

use base::i18n::{Language, Words};
use parom::alert::Alarm;
use parom_tests::{Answer, Browser, Engine, Place, Setup, World};
use serde_json::json;
use simulator::telegram::NewBot;

use super::operator::{connects_an_authenticator, is_invited};
use super::{enters, say};

/// D19: the hints of a field ran into each other, and none said that the stored token is kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d19_hints_of_a_stored_token_are_whole_sentences() {
    for language in [Language::En, Language::Ru] {
        let Some(browser) = Browser::open(language.code()).await else { return };
        let world = World::start(Engine::Sqlite, Setup { telegram: true, ..Setup::default() }).await;
        let world = world.expect("SQLite is there");
        let bot = world.telegram_source(NewBot::default(), json!({})).await;
        enters(&browser, &world, bot.line.tenant_id).await;
        browser.goto(&format!("{}/panel/sources/{}/access", world.api.base(), bot.line.source_id)).await;
        let hint = "const hint = document.getElementById('h-set.bot_token'); \
            return [hint.checkVisibility(), hint.textContent.replaceAll('\\u00a0', ' ').trim()]";
        let shown = browser.run(hint, vec![]).await;
        let words = Words::new(language);
        let last4 = &bot.token[bot.token.len() - 4..];
        let kept = words.text("common-secret-set").with("last4", last4).to_string().replace('\u{a0}', " ");
        let how = say(words, "wizard-tg-token-hint");
        assert_eq!(shown, json!([true, format!("{kept} {how}")]));
        assert!(kept.ends_with('.'), "{kept}");
        let empty = if language == Language::Ru { "пуст" } else { "empty" };
        assert!(kept.to_lowercase().contains(empty), "{kept}");
        browser.close().await;
        world.close().await;
    }
}

/// Tops of the visible labels of the filters, one list a row.
const LABELS: &str = "const rows = []; \
    for (const label of document.querySelectorAll('form.filters .field > label')) { \
      if (!label.checkVisibility()) continue; \
      const top = label.getBoundingClientRect().top; \
      const row = rows.find((row) => Math.abs(row[0] - top) < 24); \
      if (row) row.push(top); else rows.push([top]); \
    } \
    return rows";

/// D21: labels of filters at different heights, ragged fields of a template's button, tabs in two lines on a phone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d21_labels_fields_and_tabs_align() {
    let Some(browser) = Browser::open("ru").await else { return };
    let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    enters(&browser, &world, line.tenant_id).await;
    let base = world.api.base().to_owned();
    let mut crooked = Vec::new();
    for path in ["conversations", "messages", "audit"] {
        browser.goto(&format!("{base}/panel/{path}")).await;
        browser.find("form.filters").await;
        // Dates beside selects: in the messages' list they are folded.
        browser
            .run("document.querySelectorAll('form.filters details').forEach((one) => { one.open = true })", vec![])
            .await;
        for width in [1280, 700] {
            browser.resize(width, 900).await;
            let rows: Vec<Vec<f64>> = serde_json::from_value(browser.run(LABELS, vec![]).await).expect("numbers");
            assert!(rows.iter().any(|row| row.len() > 1), "{path} at {width}: {rows:?}");
            let is_crooked = |row: &&Vec<f64>| row.iter().any(|top| (top - row[0]).abs() > 0.6);
            crooked.extend(rows.iter().filter(is_crooked).map(|row| format!("{path} at {width}: {row:?}")));
        }
    }
    assert!(crooked.is_empty(), "{crooked:#?}");
    browser.resize(1280, 900).await;
    browser.goto(&format!("{base}/panel/templates/new")).await;
    let pairs = "return [...document.querySelectorAll('.pair')].map((pair) => [...pair.querySelectorAll('input')]\
        .map((one) => one.getBoundingClientRect()).map((box) => [Math.round(box.top), Math.round(box.width)]))";
    let pairs: Vec<Vec<[i64; 2]>> = serde_json::from_value(browser.run(pairs, vec![]).await).expect("numbers");
    assert!(!pairs.is_empty());
    for pair in pairs {
        assert!(pair.len() == 2 && pair[0] == pair[1], "{pair:?}");
    }
    browser.resize(360, 740).await;
    browser.goto(&format!("{base}/panel/sources/{}", line.source_id)).await;
    let tabs = "return [...document.querySelectorAll('.tabs a')].map((one) => one.getBoundingClientRect())\
        .map((box) => [Math.round(box.top), Math.round(box.height)])";
    let tabs: Vec<[i64; 2]> = serde_json::from_value(browser.run(tabs, vec![]).await).expect("numbers");
    assert!(tabs.len() > 2 && tabs.iter().all(|tab| *tab == tabs[0]), "{tabs:?}");
    browser.close().await;
    world.close().await;
}

/// What follows the cells of the first row: a separator, or nothing.
const SEPARATORS: &str = "return [...document.querySelectorAll('table.brief tbody tr:first-child td')]\
    .map((cell) => getComputedStyle(cell, '::after').content.includes('·'))";

/// Whether the direction of each message begins below its time.
const BELOW: &str = "return [...document.querySelectorAll('table.brief tbody tr')].map(({ cells }) => \
    cells[1].getBoundingClientRect().top >= cells[0].getBoundingClientRect().bottom)";

/// On a phone a row of messages is one line of words: direction, manager, source and type ran together, and a short
/// direction was beside the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_of_a_message_are_separated_on_a_phone() {
    for language in [Language::En, Language::Ru] {
        let Some(browser) = Browser::open(language.code()).await else { return };
        let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
        let line = world.line("support").await;
        world.customer(&line, "anna").writes("Hello").await;
        world.deliver_all().await;
        world.manager(&line).answers("anna", "Good morning").await;
        world.deliver_all().await;
        enters(&browser, &world, line.tenant_id).await;
        browser.goto(&format!("{}/panel/messages", world.api.base())).await;
        browser.find("table.brief").await;
        for (width, separated) in [(1280, false), (360, true)] {
            browser.resize(width, 740).await;
            let shown = browser.run(SEPARATORS, vec![]).await;
            let shown: Vec<bool> = serde_json::from_value(shown).expect("a row");
            // Direction and source; the manager, if the name is known; not the time, customer, type, state and duration.
            assert_eq!([shown[1], shown[4]], [separated; 2], "at {width}: {shown:?}");
            let others = [0, 2, 5, 6, 7].map(|place| shown[place]);
            assert_eq!(others, [false; 5], "at {width}: {shown:?}");
        }
        browser.shot(&format!("{}/messages-360", language.code())).await;
        browser.resize(390, 740).await;
        assert_eq!(browser.run(BELOW, vec![]).await, json!([true, true]));
        browser.close().await;
        world.close().await;
    }
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

/// On a wide page the address of a webhook was broken within a word, because its column gave way to a long hint.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhooks_address_and_times_have_room() {
    for language in [Language::En, Language::Ru] {
        let Some(browser) = Browser::open(language.code()).await else { return };
        let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
        let line = world.line("support").await;
        world.customer(&line, "anna").writes("Hello").await;
        world.deliver_all().await;
        world.manager(&line).answers("anna", "Good morning").await;
        world.deliver_all().await;
        world.messenger.answers_next([Answer::status(422)]);
        world.manager(&line).answers("anna", "Are you there?").await;
        world.deliver_to_the_end().await;
        world.advance(std::time::Duration::from_secs(70));
        enters(&browser, &world, line.tenant_id).await;
        browser.goto(&format!("{}/panel/webhooks", world.api.base())).await;
        browser.find("td.address").await;
        for width in [1280, 1000, 360] {
            browser.resize(width, 740).await;
            let lines = "const one = document.querySelector('td.address').firstChild, range = document.createRange(); \
                range.selectNodeContents(one); return range.getClientRects().length";
            assert_eq!(browser.run(lines, vec![]).await, json!(1), "{} at {width}", language.code());
        }
        // Nor did the time of its last success fit its tile on a phone.
        browser.goto(&format!("{}/panel/webhooks/{}", world.api.base(), line.source_id)).await;
        browser.find(".tile .value time").await;
        let outside =
            "return [...document.querySelectorAll('.tile')].filter((one) => one.scrollWidth > one.clientWidth).length";
        assert_eq!(browser.run(outside, vec![]).await, json!(0), "{} at 360", language.code());
        browser.close().await;
        world.close().await;
    }
}

/// The table of an account's problems in the admin broke hosts and names after any letter.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accounts_problems_break_no_name() {
    for language in [Language::En, Language::Ru] {
        let code = language.code();
        let Some(browser) = Browser::open(code).await else { return };
        let setup = Setup { live: true, ..Setup::default() };
        let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
        let line = world.line_at("flowersandgifts.amocrm.ru", "support").await;
        for (kind, source_id) in [("source_stopped", Some(line.source_id)), ("found_in_history", None)] {
            let object = line.source_id.to_string();
            let detail =
                json!({"source": "Line support", "messenger": "API", "reason": "your server answered 401", "count": 3});
            let alarm = Alarm { tenant_id: line.tenant_id, kind, object: &object, source_id, detail };
            parom::alert::raise(world.app(), world.app().store.write(), alarm).await.expect("an alert");
        }
        is_invited(&browser, &world, language).await;
        connects_an_authenticator(&browser, &world).await;
        browser.goto(&format!("{}/admin/accounts/{}", world.api.base(), line.tenant_id)).await;
        for width in [1280, 1000, 700, 640, 360] {
            browser.resize(width, 900).await;
            browser.fits(&format!("the account at {width}")).await;
            // Between a phone's cards and a laptop's table a host in a sentence may not fit its column.
            let cells = if [700, 640].contains(&width) { "td.whom" } else { "*" };
            let broken = browser.run(BROKEN, vec![json!(format!("#wrong + table tbody > tr > {cells}"))]).await;
            assert_eq!(broken, json!([]), "{code} at {width}");
            browser.shot_whole(&format!("{code}/admin-problems-{width}"), width).await;
        }
        browser.close().await;
        world.close().await;
    }
}
