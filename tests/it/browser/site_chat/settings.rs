//! The chat's settings: four tabs of one form in the panel, with the chat as it will look, texts in several languages, and
//! the line for a page; and the widget's form of a new chat.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{Browser, Engine, Place, Setup, Site, World, answer};
use reqwest::Method;
use serde_json::{Value, json};

use super::super::{enters, installed, looks_right, opens_widget, presses, run, types, until};
use super::{arrived, root};

const PREVIEW: &str = "document.querySelector('.preview')?.shadowRoot";
/// Adds up how far the chat moved what was on the page.
const SHIFTS: &str = "window.shifts = 0; new PerformanceObserver((list) => \
    list.getEntries().forEach((one) => (window.shifts += one.value))).observe({ type: 'layout-shift', buffered: true })";

async fn types_into(browser: &Browser, name: &str, value: &str) {
    let script = "const field = document.getElementById(`f-set.${arguments[0]}`); field.value = arguments[1]; \
        field.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.run(script, vec![json!(name), json!(value)]).await;
}

async fn previews(browser: &Browser, what: &str, condition: &str) {
    until(browser, what, &format!("{PREVIEW}?.{condition}")).await;
}

async fn opens_tab(browser: &Browser, tab: &str) {
    run(browser, &format!("document.querySelector('[data-tab-of={tab}]').click()")).await;
    let only = format!(
        "[...document.querySelectorAll('[data-tab]')].every((part) => part.hidden === (part.dataset.tab !== '{tab}'))"
    );
    until(browser, &format!("only the tab {tab} is shown"), &only).await;
}

async fn saves(browser: &Browser, tab: &str) {
    run(browser, "document.querySelector('form[data-chat]').requestSubmit()").await;
    let saved = format!("location.search === '?tab={tab}' && document.querySelector('#notice.t-ok')");
    until(browser, "it is saved and the tab stays", &saved).await;
}

/// A picture is in the preview as soon as it is chosen, and in the chat once it is uploaded; texts and colours follow.
async fn appearance(browser: &Browser) {
    previews(browser, "the preview is there", "querySelector('h2')?.textContent === 'Shop talk'").await;
    let choose = "const canvas = document.createElement('canvas'); canvas.width = canvas.height = 64; \
        canvas.getContext('2d').fillRect(0, 0, 64, 64); canvas.toBlob((blob) => { const files = new DataTransfer(); \
        files.items.add(new File([blob], 'logo.png', { type: 'image/png' })); \
        const input = document.getElementById('f-logo'); input.files = files.files; \
        input.dispatchEvent(new Event('change')); })";
    run(browser, choose).await;
    let drawn = "querySelector('.avatar img')?.naturalWidth === 64";
    previews(browser, "the preview has the picture", drawn).await;
    run(browser, "document.querySelector('form[enctype]').requestSubmit()").await;
    until(browser, "the picture is stored", "document.getElementById('logo')?.naturalWidth === 64").await;
    previews(browser, "the preview still has it", drawn).await;
    types_into(browser, "title", "Flowers").await;
    previews(browser, "it follows what is typed", "querySelector('h2').textContent === 'Flowers'").await;
    types_into(browser, "color", "#FFD200").await;
    let pale = "!document.querySelector('.colours ~ .hint[role=status]').hidden";
    until(browser, "a pale colour is reported", pale).await;
    looks_right(browser, "en/chat-settings-appearance").await;
}

/// The label of a question can be written once the question is asked.
async fn questions(browser: &Browser) {
    opens_tab(browser, "before").await;
    let label = "document.getElementById('f-set.labels.name').checkVisibility()";
    assert_eq!(run(browser, &format!("return {label}")).await, json!(false));
    run(browser, "document.querySelector('[name=\"set.ask\"][value=name]').click()").await;
    until(browser, "the label can be written", label).await;
    types_into(browser, "labels.name", "Who are you?").await;
    types_into(browser, "consent_text", "I agree").await;
}

/// Lines of a setting are a list: they are added, moved and removed, and sent in their order.
async fn lists(browser: &Browser) {
    let list = "const list = (name) => document.getElementById(`f-set.${name}`).nextElementSibling; \
        const add = (name, ...values) => { list(name).nextElementSibling.click(); \
            const inputs = [...list(name).lastElementChild.querySelectorAll('input')]; \
            values.forEach((value, at) => (inputs[at][inputs[at].type === 'checkbox' ? 'checked' : 'value'] = value)); \
            inputs[0].dispatchEvent(new Event('input', { bubbles: true })); }; \
        const press = (name, row, title) => list(name).children[row].querySelector(`[title='${title}']`).click(); \
        const sent = (name) => document.getElementById(`f-set.${name}`).value;";
    let questions = "add('quick_answers', 'When?', 'Today'); add('quick_answers', 'Where?', ''); \
        add('quick_answers', 'Who?', 'We | you'); press('quick_answers', 2, 'Move up'); \
        press('quick_answers', 0, 'Remove'); return sent('quick_answers')";
    assert_eq!(run(browser, &format!("{list} {questions}")).await, json!("Who? | We | you\nWhere?"));
    previews(browser, "the questions are in the preview", "querySelectorAll('.quick').length === 2").await;
    let fields = "add('custom_fields', 'Order number', true); const value = sent('custom_fields'); \
        press('custom_fields', 0, 'Remove'); return [value, sent('custom_fields')]";
    assert_eq!(run(browser, &format!("{list} {fields}")).await, json!(["Order number *", ""]));
    looks_right(browser, "en/chat-settings-before").await;
    // The team has an order and at most four; the order of sites and pages says nothing.
    opens_tab(browser, "appearance").await;
    let team = "['Anna', 'Ivan', 'Olga', 'Petr'].forEach((name) => add('team', name)); press('team', 1, 'Move up'); \
        press('team', 3, 'Remove'); const room = list('team').nextElementSibling.checkVisibility(); add('team', 'Vera'); \
        return [sent('team'), room, list('team').nextElementSibling.checkVisibility()]";
    assert_eq!(run(browser, &format!("{list} {team}")).await, json!(["Ivan\nAnna\nOlga\nVera", true, false]));
    let any = "return ['allowed_origins', 'hide_on', 'invitation.pages'].map((name) => { add(name, 'a'); add(name, 'b'); \
        press(name, 0, 'Remove'); const value = sent(name); const buttons = list(name).querySelectorAll('button').length; \
        press(name, 0, 'Remove'); return value + buttons; })";
    assert_eq!(run(browser, &format!("{list} {any}")).await, json!(["b1", "b1", "b1"]));
}

/// The preview shows what its tab is about.
async fn after_the_talk(browser: &Browser) {
    opens_tab(browser, "after").await;
    let asked = format!(
        "return [{PREVIEW}.querySelectorAll('.quick').length, {PREVIEW}.querySelectorAll('.rating button').length]"
    );
    assert_eq!(run(browser, &asked).await, json!([0, 0]));
    run(browser, "document.getElementById('f-set.rating').click()").await;
    assert_eq!(run(browser, &asked).await, json!([0, 3]));
    looks_right(browser, "en/chat-settings-after").await;
    run(browser, "document.getElementById('f-set.rating').click()").await;
}

async fn languages(browser: &Browser) {
    opens_tab(browser, "languages").await;
    run(browser, "document.querySelector('[data-language=es] summary').click()").await;
    until(browser, "the preview's language", "document.getElementById('preview-language').value === 'es'").await;
    let greeting = json!(Words::new(Language::Es).text("chat-greeting").to_string());
    let in_spanish = format!("querySelector('#greeting').lastChild.textContent === {greeting}");
    previews(browser, "the preview is that of the opened language", &in_spanish).await;
    let fallback = "return document.getElementById('f-set.translations.es.title').placeholder";
    assert_eq!(run(browser, fallback).await, json!("Flowers"), "what is shown without an own text");
    for (name, text) in [
        ("title", "Flores"),
        ("reply_text", "Respondemos enseguida"),
        ("labels.name", "¿Quién eres?"),
        ("consent_text", "Acepto"),
    ] {
        types_into(browser, &format!("translations.es.{name}"), text).await;
    }
    previews(browser, "the preview follows", "querySelector('h2').textContent === 'Flores'").await;
    // A text for all languages is seen in one that has no text of its own; and back.
    types_into(browser, "title", "Flowers").await;
    previews(browser, "it follows again", "querySelector('h2').textContent === 'Flowers'").await;
    let language = "return document.getElementById('preview-language').value";
    assert_eq!(run(browser, language).await, json!("en"), "and it is said which language it is");
    types_into(browser, "translations.es.title", "Flores").await;
    assert_eq!(run(browser, language).await, json!("es"));
    looks_right(browser, "en/chat-settings-languages").await;
    saves(browser, "languages").await;
    // A mistake opens its language.
    types_into(browser, "translations.pt.title", &"x".repeat(101)).await;
    run(browser, "document.querySelector('form[data-chat]').requestSubmit()").await;
    let marked = "document.querySelector('[data-language=pt][open] [aria-invalid=true]')?.checkVisibility()";
    until(browser, "the field is marked", marked).await;
}

/// The line goes to a page as it is shown; the owner sees that the page has it.
async fn installation(browser: &Browser, world: &World, path: &str) {
    let site = Site::start();
    browser.goto(&format!("{path}?tab=install")).await;
    until(browser, "the tab is open", "document.querySelector('[data-tab=install]:not([hidden])')").await;
    types_into(browser, "allowed_origins", &site.stranger("")).await;
    saves(browser, "install").await;
    // The signing secret belongs to the installation.
    assert_eq!(
        run(browser, "return document.querySelector('a[href$=\"/secret\"]').checkVisibility()").await,
        json!(true)
    );
    let line = "return [...document.querySelectorAll('[data-tab=install] code')].map((one) => one.textContent).find((text) => text.includes('embed.js'))";
    let line = run(browser, line).await.as_str().expect("the line").to_owned();
    let html =
        format!("<!doctype html><html lang=en><meta charset=utf-8><title>Shop</title><h1>Shop</h1>{line}</html>");
    site.writes("/", &html, "");
    browser.on_every_page(SHIFTS).await;
    browser.goto(&site.stranger("/")).await;
    super::until(browser, "the launcher is there", "root?.querySelector('.bubble')").await;
    assert_eq!(run(browser, "return window.shifts").await, json!(0), "nothing on the page moved");
    root(browser, "root.querySelector('.bubble').click()").await;
    super::until(browser, "the chat is open", "root.getElementById('text')").await;
    let shown = "return [root.querySelector('h2').textContent, root.querySelector('label[for=ask-name]').textContent]";
    assert_eq!(root(browser, shown).await, json!(["Flowers", "Who are you?"]));
    root(browser, "root.getElementById('ask-name').value = 'Anna'; root.getElementById('consent').click()").await;
    super::types(browser, "Do you have roses?").await;
    arrived(world, &["Do you have roses?"]).await;
    browser.goto(&format!("{path}?tab=install")).await;
    until(browser, "the site was seen", "document.querySelector('[data-tab=install] .sites time')").await;
    looks_right(browser, "en/chat-settings-install").await;
}

/// Title, label of the question, status and consent on the chat's own page, in a visitor's browser.
async fn reads(world: &World, id: &str, language: &str) -> Option<Value> {
    let visitor = Browser::open(language).await?;
    visitor.goto(&format!("{}/chat/{id}", world.api.base())).await;
    visitor.find("#form [aria-controls=smileys]").await;
    let texts = "return ['h1', 'label[for=ask-name]', '#status', '.check span'].map((one) => document.querySelector(one)?.textContent)";
    let texts = run(&visitor, texts).await;
    visitor.close().await;
    Some(texts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_sets_the_chat_up_and_puts_it_on_a_page() {
    let Some(browser) = Browser::open("en").await else { return };
    let setup = Setup { live: true, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = world.line("support").await;
    let body = json!({"kind": "webchat", "name": "Shop chat", "settings": {"title": "Shop talk"}});
    let made = world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    let id = made.text_at("/id");
    enters(&browser, &world, line.tenant_id).await;
    let path = format!("{}/panel/sources/{id}/access", world.api.base());
    browser.goto(&path).await;
    appearance(&browser).await;
    questions(&browser).await;
    lists(&browser).await;
    after_the_talk(&browser).await;
    languages(&browser).await;
    let saved = world.api.get(&format!("/api/v1/sources/{id}")).await.is(200).json;
    let settings = &saved["settings"];
    assert_eq!((&settings["title"], &settings["color"]), (&json!("Flowers"), &json!("#FFD200")), "{settings}");
    assert_eq!(settings["translations"]["es"]["reply_text"], json!("Respondemos enseguida"));
    assert_eq!(settings["quick_answers"], json!(["Who? | We | you", "Where?"]));
    installation(&browser, &world, &path).await;
    // A mistake opens its tab and marks its field.
    types_into(&browser, "color", "red").await;
    run(&browser, "document.querySelector('form[data-chat]').requestSubmit()").await;
    let marked = "document.querySelector('[data-tab=appearance]:not([hidden]) [aria-invalid=true]')";
    until(&browser, "the colour is marked", marked).await;
    let spanish = reads(&world, &id, "es-MX").await.expect("a browser");
    assert_eq!(
        (&spanish[0], &spanish[1], &spanish[3]),
        (&json!("Flores"), &json!("¿Quién eres?"), &json!("Acepto")),
        "{spanish}"
    );
    assert_eq!(spanish[2], "Respondemos enseguida");
    browser.close().await;
    world.close().await;
}

/// Without scripts the lists are lines of a text.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn team_and_sites_are_written_without_scripts() {
    let Some(browser) = Browser::open_without_scripts("en").await else { return };
    let setup = Setup { live: true, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = world.line("support").await;
    let body = json!({"kind": "webchat", "name": "Shop chat", "settings": {}});
    let made = world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    let id = made.text_at("/id");
    enters(&browser, &world, line.tenant_id).await;
    for (tab, name, lines, save) in [
        ("appearance", "team", "Anna\nIvan", "form[data-chat] > .save button"),
        ("install", "allowed_origins", "a.example\nb.example", "[data-tab=install] [type=submit]"),
    ] {
        browser.goto(&format!("{}/panel/sources/{id}/access?tab={tab}", world.api.base())).await;
        browser.fill(&format!("[name='set.{name}']"), lines).await;
        browser.press(save).await;
        browser.find("#notice.t-ok").await;
    }
    let settings = world.api.get(&format!("/api/v1/sources/{id}")).await.is(200).json["settings"].clone();
    assert_eq!(settings["team"], json!(["Anna", "Ivan"]));
    assert_eq!(settings["allowed_origins"], json!(["https://a.example", "https://b.example"]));
    browser.close().await;
    world.close().await;
}

/// What the frame shows; the test goes back to the widget's page.
async fn frame_shows(browser: &Browser, what: &str, condition: &str) {
    let frame = browser.find("iframe.parom-preview").await;
    frame.enter_frame().await.expect("the frame is there");
    until(browser, what, &format!("(() => {{ const root = {PREVIEW}; return root && {condition}; }})()")).await;
    browser.client().enter_parent_frame().await.expect("the widget's page");
}

/// The frame needs no session, so it must have nothing of an account, and other sites may not frame it.
async fn only_pages_of_accounts_may_frame_the_preview(world: &World) {
    let page = answer(world.api.anonymous(Method::GET, "/widget/preview?lang=ru")).await.is(200);
    let policy = page.header("content-security-policy").to_owned();
    let framed = policy.split("frame-ancestors ").nth(1).expect("who may frame it");
    assert!(framed.starts_with("https://*.amocrm.ru"), "{policy}");
    assert!(framed.split(' ').all(|host| host != "*" && host != "https:"), "{policy}");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; img-src data:;"), "{policy}");
    page.says(&["lang=\"ru\""]);
    page.never_says(&[HOST, "token"]);
    assert_eq!(page.header("set-cookie"), "", "no cookie");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_chat_is_previewed_in_the_widget() {
    let Some(browser) = Browser::open("en").await else { return };
    let (world, _) = installed().await;
    only_pages_of_accounts_may_frame_the_preview(&world).await;
    opens_widget(&browser, &world).await;
    presses(&browser, "kind-custom").await;
    browser.find("[data-key=\"field-webhook_url\"]").await;
    let frames = run(&browser, "return document.querySelectorAll('.parom-widget iframe').length").await;
    assert_eq!(frames, json!(0), "other kinds have no preview");
    opens_widget(&browser, &world).await;
    presses(&browser, "kind-webchat").await;
    types(&browser, "field-title", "Flowers").await;
    frame_shows(&browser, "the title is in the preview", "root.querySelector('h2')?.textContent === 'Flowers'").await;
    types(&browser, "field-title", " & co").await;
    frame_shows(&browser, "the preview follows the form", "root.querySelector('h2').textContent.endsWith('& co')")
        .await;
    let further = run(&browser, "return Boolean(document.querySelector('[data-key=field-color]'))").await;
    assert_eq!(further, json!(false), "the rest is designed in the panel");
    let beside = "const box = (one) => document.querySelector(one).getBoundingClientRect(); \
        return box('.parom-preview').left >= box('.parom-beside > form').right";
    browser.resize(1280, 900).await;
    assert_eq!(run(&browser, beside).await, json!(true), "in the width of amoCRM's window");
    browser.resize(360, 900).await;
    browser.fits("the widget's form with a preview").await;
    browser.resize(1280, 900).await;

    // D25: the line is not given out without the site, which the form asks for first.
    opens_widget(&browser, &world).await;
    presses(&browser, "kind-webchat").await;
    let asks = "document.activeElement.matches('[data-key=field-allowed_origins]:invalid')";
    until(&browser, "the site is asked for", asks).await;
    types(&browser, "field-name", "Shop chat").await;
    presses(&browser, "create").await;
    until(&browser, "it is asked for again", asks).await;
    types(&browser, "field-allowed_origins", "shop.example").await;
    presses(&browser, "create").await;
    browser.find("[data-key=copy-embed]").await;
    let nowhere = "return document.querySelector('.parom-widget').innerText.includes('no site is listed yet')";
    assert_eq!(run(&browser, nowhere).await, json!(false));
    browser.close().await;
    world.close().await;
}
