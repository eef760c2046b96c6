//! Forms of the panel that a script makes easier: working hours, and templates.

use parom_tests::{Browser, Engine, Line, Place, Setup, World};
use serde_json::{Value, json};

use super::{enters, looks_right, run, until};

async fn opened(language: &str) -> Option<(Browser, World, Line)> {
    let browser = Browser::open(language).await?;
    let setup = Setup { live: true, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = world.line("support").await;
    enters(&browser, &world, line.tenant_id).await;
    Some((browser, world, line))
}

async fn closes(browser: Browser, world: World) {
    browser.close().await;
    world.close().await;
}

const SAVED: &str = "document.querySelector('#notice.t-ok')";

/// A break is added to one day, and the day copied to all others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_working_hours_is_copied_to_all_days() {
    let Some((browser, world, line)) = opened("en").await else { return };
    browser.goto(&format!("{}/panel/sources/{}/hours", world.api.base(), line.source_id)).await;
    let zone = "const zone = document.getElementById('f-time_zone'); zone.value = 'Europe/Moscow'; \
        return zone.list?.options.length > 100";
    until(&browser, "the script runs", "!document.querySelector('[data-day=mon] [data-add]').hidden").await;
    assert_eq!(run(&browser, zone).await, json!(true), "time zones are suggested");
    let shown = "return ['[data-day=mon]', '[data-day=mon] .times', '[data-day=sun] .times', '[data-day=tue] [data-copy-day]'] \
        .map((one) => document.querySelector(one).checkVisibility())";
    assert_eq!(run(&browser, shown).await, json!([false, false, false, false]), "no week around the clock");
    browser.press("[name=open][value=hours]").await;
    assert_eq!(run(&browser, shown).await, json!([true, true, false, false]), "a closed day has no times");
    browser.press("[data-day=mon] input[type=checkbox]").await;
    assert_eq!(run(&browser, shown).await, json!([true, false, false, true]), "the first working day is copied");
    browser.press("[data-day=tue] [data-add]").await;
    let focused = "return document.activeElement.name";
    assert_eq!(run(&browser, focused).await, json!("from.tue"), "the new times have the focus");
    let types = "document.querySelectorAll('[data-day=tue] input[type=time]').forEach((input, at) => \
        (input.value = ['09:00', '13:00', '14:00', '18:00'][at]))";
    run(&browser, types).await;
    browser.press("[data-day=tue] [data-copy-day]").await;
    let all = "return [...document.querySelectorAll('[data-day]')].map((day) => \
        [...day.querySelectorAll('input[type=time]')].map((input) => input.value).join())";
    let same = json!(vec!["09:00,13:00,14:00,18:00"; 7]);
    assert_eq!(run(&browser, all).await, same);
    // Sunday is closed after all, and Saturday has no break.
    browser.press("[data-day=sun] input[type=checkbox]").await;
    browser.press("[data-day=sat] .times button").await;
    browser.choose("#f-country", "KZ").await;
    until(&browser, "its holidays are there", "document.querySelector('#public [name=off]')").await;
    run(&browser, "document.querySelector('#public [name=off][value=capital-day]').click()").await;
    // Other days off are a list.
    browser.press("#f-holidays ~ .button").await;
    browser.types("31.12 - 08.01").await;
    browser.presses_key("Enter").await;
    browser.types("09.05.2027").await;
    browser.press(".lines li:last-child button").await;
    looks_right(&browser, "en/source-hours").await;
    browser.press("main form button.primary").await;
    until(&browser, "it is saved", SAVED).await;
    let hours = world.api.get(&line.path("")).await.is(200).json["settings"]["working_hours"].clone();
    assert_eq!(hours["hours"], json!(["mon-sat 09:00-13:00", "mon-fri 14:00-18:00"]), "{hours}");
    assert_eq!((&hours["country"], &hours["worked_holidays"]), (&json!("KZ"), &json!(["capital-day"])));
    assert_eq!((&hours["time_zone"], &hours["holidays"]), (&json!("Europe/Moscow"), &json!(["31.12 - 08.01"])));
    closes(browser, world).await;
}

/// Whether the page asks before it is left.
async fn asks(browser: &Browser) -> Value {
    run(browser, "return !dispatchEvent(new Event('beforeunload', { cancelable: true }))").await
}

async fn seen(browser: &Browser) -> Value {
    run(browser, "return document.querySelector('#seen li').innerText.split(/\\n+/)").await
}

/// Markers by buttons, with the keyboard too; each has an example at once, and the message is shown as it will be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_is_written_with_markers_and_seen_meanwhile() {
    let Some((browser, world, line)) = opened("en").await else { return };
    let services = json!([{"type": "whatsapp", "params": {"waba": true}, "pages": []}]);
    world.api.patch(&line.path(""), &json!({"services": services})).await.is(200);
    browser.goto(&format!("{}/panel/templates/new", world.api.base())).await;
    until(&browser, "the markers are there", "!document.querySelector('.markers').hidden").await;
    let shows = "return document.getElementById('f-language').checkVisibility()";
    assert_eq!(run(&browser, shows).await, json!(false), "fields of WhatsApp alone");
    assert_eq!(asks(&browser).await, json!(false), "nothing is lost");
    browser.press("[name=kind][value=waba]").await;
    assert_eq!(run(&browser, shows).await, json!(true));
    assert_eq!(asks(&browser).await, json!(true), "the choice is not saved");
    browser.fill("main [name=name]", "Order ready").await;
    browser.fill("main [name=header]", "Your order").await;
    browser.fill("main [name=text]", "Hello, ").await;
    run(&browser, "document.querySelector('[data-marker=\"{{contact.first_name}}\"]').focus()").await;
    browser.presses_key("Enter").await;
    browser.types(": {{contact.cf.7}}").await;
    let typed = "return document.getElementById('f-text').value";
    assert_eq!(run(&browser, typed).await, json!("Hello, {{contact.first_name}}: {{contact.cf.7}}"));
    assert_eq!(seen(&browser).await, json!(["Your order", "Hello, Anna: {{contact.cf.7}}"]));
    let examples = "return [...document.querySelectorAll('.example input')].map((input) => input.value)";
    assert_eq!(run(&browser, examples).await, json!(["Anna", ""]));
    looks_right(&browser, "en/template-form").await;
    // Every mistake at once, by the names of the fields.
    browser.fill("main [name=name]", "").await;
    browser.fill("main [name=button_url]", "https://shop.example").await;
    browser.press("main form button.primary").await;
    until(&browser, "it is refused", "document.querySelectorAll('.summary li').length === 3").await;
    let wrong = [
        "Fill in “Name”.",
        "“Button 1”: fill in the text.",
        "“Example values (required by WhatsApp)”: add one for {{contact.cf.7}}. WhatsApp requires it.",
    ];
    browser.shows(".summary li", &wrong).await;
    browser.press(".summary a[href='#f-examples']").await;
    let example = "return document.activeElement.ariaLabel ?? document.activeElement.tagName";
    assert_eq!(run(&browser, example).await, json!("Example for {{contact.first_name}}"));
    browser.fill("main [name=name]", "Order ready").await;
    browser.fill("main [name=button_text]", "Track").await;
    browser.fill(".example:nth-child(2) input", "42").await;
    assert_eq!(seen(&browser).await, json!(["Your order", "Hello, Anna: 42", "Track"]));
    browser.press("main form button.primary").await;
    until(&browser, "it is saved", SAVED).await;
    assert_eq!(asks(&browser).await, json!(false), "all is saved");
    let made = world.sandbox.templates(&line.host).pop().expect("a template");
    let wanted = json!({"{{contact.first_name}}": "Anna", "{{contact.cf.7}}": "42"});
    assert_eq!(made["waba_examples"], wanted, "{made}");
    closes(browser, world).await;
}
