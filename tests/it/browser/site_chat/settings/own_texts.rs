//! Own texts in several languages: written in the panel, read by visitors.

use base::i18n::{Language, Words};
use parom_tests::{Browser, Engine, Place, Setup, World};
use serde_json::{Value, json};

use super::super::super::{enters, looks_right, say};
use super::{new_chat, run, until};

const PREVIEW: &str = "document.querySelector('.preview')?.shadowRoot";

async fn types_into(browser: &Browser, name: &str, value: &str) {
    let script = format!(
        "const field = document.getElementById('f-set.{name}'); field.value = {}; \
         field.dispatchEvent(new Event('input', {{ bubbles: true }}))",
        json!(value)
    );
    run(browser, &script).await;
}

/// Title, greeting and the labels of the questions on the chat's own page, in a visitor's browser.
async fn reads(world: &World, id: &str, language: &str) -> Option<Value> {
    let visitor = Browser::open(language).await?;
    visitor.goto(&format!("{}/chat/{id}", world.api.base())).await;
    visitor.find("#form [aria-controls=smileys]").await;
    let texts = "const said = (one) => document.querySelector(one)?.textContent ?? ''; \
        return [said('h1'), said('#greeting'), said('label[for=ask-name]'), said('#status'), said('.check span')]";
    let texts = visitor.run(texts, vec![]).await;
    visitor.close().await;
    Some(texts)
}

async fn written_in(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let words = Words::new(language);
    let world = World::start(Engine::Sqlite, Setup { live: true, ..Setup::default() }).await.expect("SQLite is there");
    let (tenant_id, id) = new_chat(&world).await;
    enters(&browser, &world, tenant_id).await;
    browser.goto(&format!("{}/panel/sources/{id}/access?tab=before", world.api.base())).await;
    until(&browser, "the preview is there", &format!("{PREVIEW}?.querySelector('h2')?.textContent === 'Shop talk'"))
        .await;
    // The label of a question is asked for once the question is.
    let label = "document.getElementById('f-set.labels.name').checkVisibility()";
    assert_eq!(run(&browser, &format!("return {label}")).await, json!(false));
    run(&browser, "document.querySelector('[name=\"set.ask\"][value=name]').click()").await;
    until(&browser, "the label can be written", label).await;
    types_into(&browser, "labels.name", "Who are you?").await;
    types_into(&browser, "consent_text", "I agree").await;

    run(&browser, "document.querySelector('[data-tab-of=languages]').click()").await;
    run(&browser, "document.querySelector('[data-language=es] summary').click()").await;
    let in_spanish = format!(
        "document.getElementById('preview-language').value === 'es' && \
         {PREVIEW}.querySelector('#greeting').textContent === {}",
        json!(Words::new(Language::Es).text("chat-greeting").to_string())
    );
    until(&browser, "the preview is that of the opened language", &in_spanish).await;
    let fallback = "return document.getElementById('f-set.translations.es.title').placeholder";
    assert_eq!(run(&browser, fallback).await, json!("Shop talk"), "what is shown without an own text");
    types_into(&browser, "translations.es.title", "Flores").await;
    types_into(&browser, "translations.es.reply_text", "Respondemos enseguida").await;
    types_into(&browser, "translations.es.labels.name", "¿Quién eres?").await;
    types_into(&browser, "translations.es.consent_text", "Acepto").await;
    let drawn = format!(
        "{PREVIEW}.querySelector('h2').textContent === 'Flores' && {PREVIEW}.textContent.includes('¿Quién eres?') && \
         {PREVIEW}.querySelector('#status').textContent === 'Respondemos enseguida'"
    );
    until(&browser, "the preview follows", &drawn).await;
    looks_right(&browser, &format!("chat-settings-{}-languages", language.code())).await;
    run(&browser, "document.querySelector('form[data-chat]').requestSubmit()").await;
    let saved = "location.search === '?tab=languages' && document.querySelector('#notice.t-ok')";
    until(&browser, "it is saved and the tab stays", saved).await;
    let counted = "return document.querySelector('[data-language=es] summary .muted').textContent";
    let wanted = words.text("source-language-written").with("count", 4).with("all", 9).to_string();
    assert_eq!(run(&browser, counted).await, json!(wanted));
    let added =
        "return document.querySelector('[data-language=pt] summary .muted').textContent.replaceAll('\\u00a0', ' ')";
    assert_eq!(run(&browser, added).await, json!(say(words, "source-language-add")));

    let status = |language| Words::new(language).text("chat-status-online").to_string();
    let greeting = |language| Words::new(language).text("chat-greeting").to_string();
    let spanish = json!(["Flores", greeting(Language::Es), "¿Quién eres?", "Respondemos enseguida", "Acepto"]);
    assert_eq!(reads(&world, &id, "es-MX").await, Some(spanish));
    let russian = json!(["Shop talk", greeting(Language::Ru), "Who are you?", status(Language::Ru), "I agree"]);
    assert_eq!(reads(&world, &id, "ru").await, Some(russian));

    // A mistake opens its language.
    types_into(&browser, "translations.pt.title", &"x".repeat(101)).await;
    run(&browser, "document.querySelector('form[data-chat]').requestSubmit()").await;
    let marked = "document.querySelector('[data-language=pt][open] [aria-invalid=true]')?.checkVisibility()";
    until(&browser, "the field is marked", marked).await;
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visitors_read_the_texts_of_their_language() {
    written_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visitors_read_the_texts_of_their_language_written_in_a_russian_panel() {
    written_in(Language::Ru).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_language_is_added_without_scripts() {
    let Some(browser) = Browser::open_without_scripts("en").await else { return };
    let world = World::start(Engine::Sqlite, Setup { live: true, ..Setup::default() }).await.expect("SQLite is there");
    let (tenant_id, id) = new_chat(&world).await;
    enters(&browser, &world, tenant_id).await;
    browser.goto(&format!("{}/panel/sources/{id}/access?tab=languages", world.api.base())).await;
    browser.press("[data-language=ru] summary").await;
    browser.fill("[name='set.translations.ru.greeting']", "Привет!").await;
    browser.press("form[data-chat] > [type=submit]").await;
    browser.find("#notice.t-ok").await;
    let saved = world.api.get(&format!("/api/v1/sources/{id}")).await.is(200).json;
    assert_eq!(saved["settings"]["translations"], json!({"ru": {"greeting": "Привет!"}}), "{saved}");
    assert_eq!(saved["settings"]["title"], json!("Shop talk"));
    browser.close().await;
    world.close().await;
}
