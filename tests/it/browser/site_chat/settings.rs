//! The chat's settings in the panel: five tabs in one form, a week of hours, a colour, and the chat as it will look.

mod in_widget;
mod invitation;
mod own_texts;

use base::i18n::Language;
use parom_tests::{Browser, Engine, Place, Setup, World, answer};
use reqwest::Method;
use serde_json::{Value, json};

use super::super::{enters, looks_right};

async fn new_chat(world: &World) -> (uuid::Uuid, String) {
    let line = world.line("support").await;
    let body = json!({"kind": "webchat", "name": "Shop chat", "settings": {"title": "Shop talk"}});
    let made = world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    (line.tenant_id, made.text_at("/id"))
}

async fn run(browser: &Browser, script: &str) -> Value {
    browser.run(script, vec![]).await
}

async fn until(browser: &Browser, what: &str, condition: &str) {
    let script = format!("return Boolean({condition})");
    browser.until(what, async || run(browser, &script).await == json!(true)).await;
}

async fn set_up_in(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let setup = Setup { live: true, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let (tenant_id, id) = new_chat(&world).await;
    enters(&browser, &world, tenant_id).await;
    let path = format!("{}/panel/sources/{id}/access", world.api.base());
    browser.goto(&path).await;
    let preview = "document.querySelector('.preview')?.shadowRoot";
    until(&browser, "the preview is there", &format!("{preview}?.querySelector('h2')?.textContent === 'Shop talk'"))
        .await;
    // A picture is in the preview as soon as it is chosen, and in the chat once it is uploaded.
    let choose = "const canvas = document.createElement('canvas'); canvas.width = canvas.height = 64; \
        canvas.getContext('2d').fillRect(0, 0, 64, 64); canvas.toBlob((blob) => { const files = new DataTransfer(); \
        files.items.add(new File([blob], 'logo.png', { type: 'image/png' })); \
        const input = document.getElementById('f-logo'); input.files = files.files; \
        input.dispatchEvent(new Event('change')); })";
    run(&browser, choose).await;
    let drawn = format!("{preview}?.querySelector('.avatar img')?.naturalWidth === 64");
    until(&browser, "the preview has the picture", &drawn).await;
    run(&browser, "document.querySelector('form[enctype]').requestSubmit()").await;
    let stored = format!("document.getElementById('logo')?.naturalWidth === 64 && {drawn}");
    until(&browser, "the picture is stored", &stored).await;
    let type_into = |name: &str, value: &str| {
        format!(
            "const field = document.getElementById('f-set.{name}'); field.value = {}; \
             field.dispatchEvent(new Event('input', {{ bubbles: true }}))",
            json!(value)
        )
    };
    run(&browser, &type_into("title", "Flowers")).await;
    until(&browser, "it follows what is typed", &format!("{preview}.querySelector('h2').textContent === 'Flowers'"))
        .await;
    run(&browser, &type_into("color", "#FFD200")).await;
    until(&browser, "a pale colour is reported", "!document.querySelector('.colours ~ .hint[role=status]').hidden")
        .await;
    looks_right(&browser, &format!("chat-settings-{}-appearance", language.code())).await;

    for tab in ["before", "hours", "languages", "install"] {
        run(&browser, &format!("document.querySelector('[data-tab-of={tab}]').click()")).await;
        let only = format!(
            "[...document.querySelectorAll('[data-tab]')].every((part) => part.hidden === (part.dataset.tab !== '{tab}'))"
        );
        until(&browser, "one tab is shown", &only).await;
        // The signing secret belongs to the installation.
        let secret = run(&browser, "return document.querySelector('a[href$=\"/secret\"]').checkVisibility()").await;
        assert_eq!(secret, json!(tab == "install"), "{tab}");
        looks_right(&browser, &format!("chat-settings-{}-{tab}", language.code())).await;
    }
    run(&browser, "for (const at of [0, 4]) document.querySelectorAll('#week input[type=checkbox]')[at].click()").await;
    let lines = "return document.getElementById('f-set.working_hours.hours').value";
    assert_eq!(run(&browser, lines).await, json!("mon 09:00-18:00\nfri 09:00-18:00"));
    assert_ne!(run(&browser, "return document.getElementById('f-set.working_hours.time_zone').value").await, json!(""));
    run(&browser, &type_into("allowed_origins", "https://shop.example")).await;
    run(&browser, "document.querySelector('form[data-chat]').requestSubmit()").await;
    until(
        &browser,
        "it is saved and the tab stays",
        "location.search === '?tab=install' && document.querySelector('#notice.t-ok')",
    )
    .await;
    let saved = world.api.get(&format!("/api/v1/sources/{id}")).await.is(200).json;
    let settings = &saved["settings"];
    assert_eq!((&settings["title"], &settings["color"]), (&json!("Flowers"), &json!("#FFD200")), "{settings}");
    assert_eq!(settings["working_hours"]["hours"], json!(["mon 09:00-18:00", "fri 09:00-18:00"]));
    assert_eq!(settings["allowed_origins"], json!(["https://shop.example"]));

    // A page of the site loads the chat; the owner sees it.
    let look = world.api.anonymous(Method::GET, &format!("/chat/{id}/look"));
    answer(look.header("Origin", "https://shop.example")).await.is(200);
    run(&browser, "location.reload()").await;
    until(&browser, "the site was seen", "document.querySelector('[data-tab=install] .sites time')").await;
    looks_right(&browser, &format!("chat-settings-{}-seen", language.code())).await;

    // A mistake opens its tab and marks its field.
    run(&browser, &type_into("working_hours.time_zone", "Mars")).await;
    run(&browser, "document.querySelector('form[data-chat]').requestSubmit()").await;
    until(
        &browser,
        "the zone is marked",
        "document.querySelector('[data-tab=hours]:not([hidden]) [aria-invalid=true]')",
    )
    .await;
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_is_set_up_in_five_tabs() {
    set_up_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_is_set_up_in_five_tabs_in_russian() {
    set_up_in(Language::Ru).await;
}
