//! Every page of panel and admin, in both languages, narrow and wide, light and dark: accessible, and nothing scrolls
//! sideways. `PAROM_TEST_SHOTS=FOLDER` saves the pictures.

use base::i18n::Language;
use parom::alert::Alarm;
use parom::audit::Actor;
use parom_tests::settings::HOST;
use parom_tests::{Answer, Browser, Engine, Line, MailServer, Place, Setup, World};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::operator::{connects_an_authenticator, is_invited};
use super::{in_words, looks_right, speaks};

/// A page by its name in pictures and its address.
type Page = (&'static str, String);

/// An account in which something of everything has happened.
async fn lived_in(world: &World, language: Language) -> Line {
    speaks(world, language);
    let line = world.line("support").await;
    let settings = json!({"title": in_words(language, "Shop", "Магазин")});
    let name = in_words(language, "Shop site", "Сайт магазина");
    let body = json!({"kind": "webchat", "name": name, "default": true, "settings": settings});
    world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    let (anna, pavel) = (world.customer(&line, "anna"), world.customer(&line, "pavel"));
    anna.writes("Здравствуйте! Есть ли синий?").await;
    pavel.writes("Hello").await;
    let there = async || (world.sandbox.messages(HOST).len() >= 2).then_some(());
    world.until("both messages are in the CRM", there).await;
    world.manager(&line).answers("anna", "Добрый день, есть").await;
    let answered = async || (!world.messenger.received().is_empty()).then_some(());
    world.until("the answer is delivered", answered).await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("pavel", "Good morning").await;
    world.carries_all().await;
    line
}

fn pages_of_the_panel(line: &Line, message: &str, failed: &str, conversation: &str) -> Vec<Page> {
    let source = format!("/panel/sources/{}", line.source_id);
    let fixed = [
        ("overview", "/panel"),
        ("overview-30-days", "/panel?period=30"),
        ("sources", "/panel/sources"),
        ("wizard-1-messenger", "/panel/sources/new"),
        ("messages", "/panel/messages"),
        ("conversations", "/panel/conversations"),
        ("undelivered", "/panel/undelivered"),
        ("reports", "/panel/reports"),
        ("import", "/panel/import"),
        ("import-new", "/panel/import/new"),
        ("keys", "/panel/keys"),
        ("key-new", "/panel/keys/new"),
        ("webhooks", "/panel/webhooks"),
        ("webhooks-signature", "/panel/webhooks/signature"),
        ("account", "/panel/account"),
        ("team", "/panel/team"),
        ("audit", "/panel/audit"),
        ("data", "/panel/data"),
        ("data-all", "/panel/data/all"),
        ("me", "/panel/me"),
        ("not-found", "/panel/nothing"),
    ];
    let mut pages: Vec<Page> = fixed.into_iter().map(|(name, path)| (name, path.to_owned())).collect();
    pages.extend([
        ("source", source.clone()),
        ("source-settings", format!("{source}/settings")),
        ("source-access", format!("{source}/access")),
        ("source-abilities", format!("{source}/abilities")),
        ("source-test", format!("{source}/test")),
        ("source-pause", format!("{source}/pause")),
        ("source-delete", format!("{source}/delete")),
        ("source-secret", format!("{source}/secret")),
        ("message", format!("/panel/messages/{message}")),
        ("message-failed", format!("/panel/messages/{failed}")),
        ("message-again", format!("/panel/messages/{failed}/again")),
        ("conversation", format!("/panel/conversations/{conversation}")),
        ("webhook", format!("/panel/webhooks/{}", line.source_id)),
    ]);
    pages
}

/// An import that is counted, one that is paused, one that is over.
async fn imports(browser: &Browser, world: &World, line: &Line, code: &str) {
    let file = crate::import::texts("carl", 2_000) + "not JSON\n";
    let counted = crate::import::sends(world, line, "?dry_run=true", file.clone()).await.is(202).text_at("/id");
    let page = |id: &str| format!("{}/panel/import/{id}", world.api.base());
    look(browser, &format!("{code}/import-plan"), &page(&counted)).await;
    let id = crate::import::sends(world, line, "", file).await.is(202).text_at("/id");
    let begun = async || (crate::import::import_of(world, &id).await["done"].as_i64() > Some(0)).then_some(());
    world.until("the import has begun", begun).await;
    world.api.post(&format!("/api/v1/imports/{id}/pause"), &json!({})).await.is(202);
    look(browser, &format!("{code}/import-paused"), &page(&id)).await;
    look(browser, &format!("{code}/import-cancel"), &format!("{}/cancel", page(&id))).await;
    world.api.post(&format!("/api/v1/imports/{id}/cancel"), &json!({})).await.is(202);
    look(browser, &format!("{code}/import-cancelled"), &page(&id)).await;
    world.carries_all().await;
}

async fn look(browser: &Browser, name: &str, url: &str) {
    browser.goto(url).await;
    looks_right(browser, name).await;
}

/// The wizard, step by step, for a chat on a site.
async fn wizard(browser: &Browser, base: &str, language: &str) {
    browser.goto(&format!("{base}/panel/sources/new")).await;
    browser.run("document.querySelector('input[value=webchat]').click()", vec![]).await;
    browser.press("main form button.primary").await;
    browser.find("ol [aria-current=step]").await;
    looks_right(browser, &format!("{language}/wizard-2-access")).await;
    browser.press("main form button.primary").await;
    browser.find("main select[name=pipeline]").await;
    looks_right(browser, &format!("{language}/wizard-3-routing")).await;
    browser.press("main form button.primary").await;
    browser.until("the test step", async || browser.url().await.contains("/test")).await;
    looks_right(browser, &format!("{language}/wizard-4-test")).await;
}

/// A template that is about to be saved, and the list with it.
async fn templates(browser: &Browser, base: &str, language: Language) {
    let code = language.code();
    let name = in_words(language, "Order is ready", "Заказ готов");
    let text = in_words(language, "your order is ready. See you soon!", "ваш заказ готов. Ждём вас!");
    browser.goto(&format!("{base}/panel/templates/new")).await;
    browser.fill("main [name=name]", name).await;
    browser.fill("main [name=text]", &format!("{{{{contact.name}}}}, {text}")).await;
    looks_right(browser, &format!("{code}/template-new")).await;
    browser.press("main form button.primary").await;
    browser.says(name).await;
    look(browser, &format!("{code}/templates"), &format!("{base}/panel/templates")).await;
}

/// An open alert.
async fn an_alert(world: &World, line: &Line, language: Language) {
    let object = line.source_id.to_string();
    let alarm = Alarm {
        tenant_id: line.tenant_id,
        kind: "source_stopped",
        object: &object,
        source_id: Some(line.source_id),
        detail: json!({"source": in_words(language, "Shop site", "Сайт магазина"), "messenger": "API", "reason": "your server answered 401"}),
    };
    parom::alert::raise(world.app(), world.app().store.write(), alarm).await.expect("an alert");
}

/// A page with all its details open.
async fn look_inside(browser: &Browser, name: &str, url: &str) {
    browser.goto(url).await;
    browser.run("document.querySelectorAll('main details').forEach((one) => { one.open = true })", vec![]).await;
    browser.says("(12 ").await;
    looks_right(browser, name).await;
}

/// The same page, chosen to be dark on a light screen.
async fn look_here_in_the_dark(browser: &Browser, name: &str) {
    browser.press("footer button[value=dark]").await;
    browser.find("html[data-theme=dark]").await;
    looks_right(browser, name).await;
}

async fn panel_in(language: Language) {
    let code = language.code();
    let Some(browser) = Browser::open(code).await else { return };
    let _mail = MailServer::start().await;
    let world = World::start(Engine::Sqlite, Setup { live: true, change: MailServer::serves, ..Setup::default() })
        .await
        .expect("SQLite is there");
    let line = lived_in(&world, language).await;
    let base = world.api.base();
    let messages = world.messages().await;
    let first = messages.first().expect("a message");
    let failed = messages.last().expect("another").id.to_string();
    let anna = in_words(language, "Anna Ivanova", "Анна Иванова");
    let ticket = parom::identity::ticket::issue(&world.app().identity, line.tenant_id, 1001, anna, true).await;
    look(&browser, &format!("{code}/sign-in"), &format!("{base}/panel/sign-in")).await;
    browser.goto(&format!("{base}/panel/enter?ticket={}", ticket.expect("a ticket"))).await;
    browser.find("main h1").await;
    let ids = (first.id.to_string(), first.conversation_id.to_string());
    for (name, path) in pages_of_the_panel(&line, &ids.0, &failed, &ids.1) {
        look(&browser, &format!("{code}/{name}"), &format!("{base}{path}")).await;
    }
    look_inside(&browser, &format!("{code}/message-failed-attempts"), &format!("{base}/panel/messages/{failed}")).await;
    imports(&browser, &world, &line, code).await;
    wizard(&browser, &base, code).await;
    templates(&browser, &base, language).await;
    an_alert(&world, &line, language).await;
    look(&browser, &format!("{code}/alerts"), &format!("{base}/panel/alerts")).await;
    look_here_in_the_dark(&browser, &format!("{code}/alerts-dark")).await;
    browser.close().await;
    world.close().await;
}

async fn admin_in(language: Language) {
    let code = language.code();
    let Some(browser) = Browser::open(code).await else { return };
    let change = |config: &mut base::config::Config| {
        config.status.enabled = true;
        config.vendor.legal_entity = "Harbour <& Co>".to_owned();
        config.vendor.legal_address = "Riga, Harbour Road 1".to_owned();
        config.vendor.hosting_region = "Frankfurt, Germany".to_owned();
    };
    let setup = Setup { live: true, change, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = lived_in(&world, language).await;
    let base = world.api.base();
    for page in ["status", "legal/gdpr", "legal/152-fz"] {
        look(&browser, &format!("{code}/{}", page.replace('/', "-")), &format!("{base}/{page}?lang={code}")).await;
    }
    look(&browser, &format!("{code}/admin-sign-in"), &format!("{base}/admin/sign-in")).await;
    is_invited(&browser, &world, language).await;
    looks_right(&browser, &format!("{code}/admin-enrol")).await;
    connects_an_authenticator(&browser, &world).await;
    let account = format!("/admin/accounts/{}", line.tenant_id);
    let white = "[[integration]]\nname = \"white\"\nplatform = \"kommo\"\nclient_id = \"white\"\nclient_secret = \"0123456789abcdef\"\n";
    parom::integrations::set(&world.app().identity.audit, white, &Actor::Cli.into()).await.expect("it is stored");
    look(&browser, &format!("{code}/admin-prove"), &format!("{base}/admin/prove")).await;
    has_proved(&world).await;
    let pages = [
        ("admin-overview", "/admin".to_owned()),
        ("admin-accounts", "/admin/accounts".to_owned()),
        ("admin-account", account.clone()),
        ("admin-suspend", format!("{account}/suspend")),
        ("admin-view-as", format!("{account}/view-as")),
        ("admin-queues", "/admin/queues".to_owned()),
        ("admin-undelivered", "/admin/undelivered".to_owned()),
        ("admin-letters", format!("/admin/undelivered/{}", line.tenant_id)),
        ("admin-redrop", format!("/admin/undelivered/{}/again?do=drop", line.tenant_id)),
        ("admin-announcements", "/admin/announcements".to_owned()),
        ("admin-announcement-new", "/admin/announcements/new".to_owned()),
        ("admin-webhooks", "/admin/webhooks".to_owned()),
        ("admin-channels", "/admin/channels".to_owned()),
        ("admin-integration-new", "/admin/integrations".to_owned()),
        ("admin-integration", "/admin/integrations/white".to_owned()),
        ("admin-integration-remove", "/admin/integrations/white/remove".to_owned()),
        ("admin-channel-new", "/admin/integrations/white/channels".to_owned()),
        ("admin-alerts", "/admin/alerts".to_owned()),
        ("admin-doctor", "/admin/doctor".to_owned()),
        ("admin-audit", "/admin/audit".to_owned()),
        ("admin-operators", "/admin/operators".to_owned()),
        ("admin-own", "/admin/own".to_owned()),
    ];
    for (name, path) in pages {
        look(&browser, &format!("{code}/{name}"), &format!("{base}{path}")).await;
    }
    announces_to_one_audience(&browser, &base).await;
    browser.close().await;
    world.close().await;
}

/// As after a proof: the authenticator's code was just used, and its next one is half a minute away.
async fn has_proved(world: &World) {
    let identity = &world.app().identity;
    let kind = entity::session::Column::Kind.eq("admin");
    let sessions = entity::session::Entity::find().filter(kind).all(identity.store.read()).await.expect("sessions");
    for session in sessions {
        let until = world.clock.millis() + 600_000;
        parom::identity::session::set_data(identity, &session, "proved_until", Some(&until)).await.expect("it is kept");
    }
}

/// The form of an announcement asks only for what the chosen audience needs.
async fn announces_to_one_audience(browser: &Browser, base: &str) {
    browser.goto(&format!("{base}/admin/announcements/new")).await;
    let fields = "return ['accounts', 'plan', 'integration'].filter((name) => document.getElementById(`f-${name}`).checkVisibility())";
    for (audience, asked) in
        [("all", json!([])), ("accounts", json!(["accounts"])), ("integration", json!(["integration"]))]
    {
        let choose = format!("document.getElementById('f-audience').value = '{audience}'");
        browser.run(&choose, vec![]).await;
        assert_eq!(browser.run(fields, vec![]).await, asked, "{audience}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_panel_is_accessible_in_english() {
    panel_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_panel_is_accessible_in_russian() {
    panel_in(Language::Ru).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_admin_is_accessible_in_english() {
    admin_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_admin_is_accessible_in_russian() {
    admin_in(Language::Ru).await;
}
