//! Every page of panel and admin, the widget and the chat in Russian, whose words are the longest: on a phone, in amoCRM's
//! frames, and dark on a wide screen. What only a story leads to is looked at there.

use base::i18n::Language;
use parom::alert::Alarm;
use parom::audit::Actor;
use parom_tests::settings::HOST;
use parom_tests::{Answer, Browser, Engine, Line, MailServer, Place, Setup, World};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use simulator::crm::HookMessage;

use super::signing_in::{connects_an_authenticator, is_invited};
use super::{installed, looks_right, opens_widget, presses, run, say, speaks};
use crate::panel::add_member;

/// An account in which something of everything has happened.
async fn lived_in(world: &World) -> Line {
    speaks(world, Language::Ru);
    let line = world.line("support").await;
    let body = json!({"kind": "webchat", "name": "Сайт магазина", "default": true, "settings": {"title": "Магазин"}});
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

/// What stands on a page without sharing its edges, but for running text and rows; and fields that must be filled in, in a
/// form of three fields or more that does not say what their mark means.
const UNEVEN: &str = "
    const main = document.getElementById('main');
    const edge = (one) => [one.getBoundingClientRect().left, one.getBoundingClientRect().right].map(Math.round).join();
    const wide = main.querySelectorAll('main>:is(.card,.notice:not(#notice),.empty,.tabs,.tiles,.offers,.head,table,dl,form:not(.inline,.row,.form)),main>section>:is(.card,table)');
    const fields = main.querySelectorAll('.card .field :is(:required,[aria-required=true])');
    return [
      ...[...wide].filter((one) => one.checkVisibility() && edge(one) !== edge(main)),
      ...[...fields].filter((one) => one.closest('form').matches(':has(.field~.field~.field):not(:has(.must))')),
    ].map((one) => one.outerHTML.slice(0, 99));
";

/// Whether a page has one heading, the reader's language, and looks right; its picture is named after its path.
async fn look(browser: &Browser, base: &str, path: &str) {
    browser.goto(&format!("{base}{path}")).await;
    browser.find("h1").await;
    let shown = run(browser, "return [document.querySelectorAll('h1').length, document.documentElement.lang]").await;
    assert_eq!(shown, json!([1, "ru"]), "{path}");
    if path.starts_with("/panel") {
        assert_eq!(run(browser, UNEVEN).await, json!([]), "{path}");
    }
    let name: Vec<&str> = path.split(['/', '?', '=', '&']).filter(|part| !part.is_empty() && part.len() < 30).collect();
    looks_right(browser, &format!("ru/{}", name.join("-"))).await;
}

/// Tables whose columns are to be chosen, an import that is counted, one that is paused and asked about, one that is over.
async fn imports(browser: &Browser, world: &World, line: &Line, base: &str) {
    let unclear = "Date;Name;Message\n03/04/2025 10:00;Anna;Hello\n";
    for file in [crate::import::tables::SHOP, unclear] {
        let table = crate::import::tables::waits(world, line, file).await;
        look(browser, base, &format!("/panel/import/{table}/columns")).await;
    }
    let file = crate::import::texts("carl", 2_000) + "not JSON\n";
    let counted = crate::import::sends(world, line, "?dry_run=true", file.clone()).await.is(202).text_at("/id");
    look(browser, base, &format!("/panel/import/{counted}")).await;
    let id = crate::import::sends(world, line, "", file).await.is(202).text_at("/id");
    let begun = async || (crate::import::import_of(world, &id).await["done"].as_i64() > Some(0)).then_some(());
    world.until("the import has begun", begun).await;
    for (act, page) in [("pause", ""), ("", "/cancel"), ("cancel", "")] {
        if !act.is_empty() {
            world.api.post(&format!("/api/v1/imports/{id}/{act}"), &json!({})).await.is(202);
        }
        look(browser, base, &format!("/panel/import/{id}{page}")).await;
    }
    world.carries_all().await;
}

/// The wizard, step by step, for a chat on a site.
async fn wizard(browser: &Browser, base: &str) {
    browser.goto(&format!("{base}/panel/sources/new")).await;
    let next = "main form button.primary";
    for (button, step, there) in [
        ("button[value=webchat]", "access", "ol [aria-current=step]"),
        (next, "routing", "main select[name=pipeline]"),
        (next, "test", "[data-live=end] a"),
    ] {
        browser.press(button).await;
        browser.until(step, async || browser.url().await.contains(&format!("/{step}"))).await;
        browser.find(there).await;
        looks_right(browser, &format!("ru/wizard-{step}")).await;
    }
}

/// While the database takes nothing, every page says so.
async fn a_strip_is_above_the_page(browser: &Browser, world: &World, line: &Line, base: &str) {
    let hook = world.manager(line).prepares("anna", HookMessage::text("kept"));
    let blocked = world.database().blocked().await;
    assert_eq!(world.manager(line).posts(&hook).await, Some(200));
    browser.goto(&format!("{base}/panel/undelivered")).await;
    browser.find(".strip").await;
    browser.says(&say(base::i18n::Words::new(Language::Ru), "page-read-only")).await;
    looks_right(browser, "ru/strip").await;
    blocked.release().await;
    let spool = &world.app().spool;
    world.until("the spool is empty", async || (spool.waiting() == 0).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_panel() {
    let Some(browser) = Browser::open("ru").await else { return };
    // Pages renew themselves, which would pull a page away under axe-core.
    browser.on_every_page("delete window.EventSource").await;
    let _mail = MailServer::start().await;
    let world = World::start(Engine::Sqlite, Setup { live: true, change: MailServer::serves, ..Setup::default() })
        .await
        .expect("SQLite is there");
    let line = lived_in(&world).await;
    let email = "anna.ivanova-with-a-long-name@example.com";
    add_member(&world, line.tenant_id, email, parom::identity::MemberRole::Administrator).await;
    let object = line.source_id.to_string();
    let detail = json!({"source": "Сайт магазина", "messenger": "API", "reason": "your server answered 401"});
    let alarm = Alarm {
        tenant_id: line.tenant_id,
        kind: "source_stopped",
        object: &object,
        source_id: Some(line.source_id),
        detail,
    };
    parom::alert::raise(world.app(), world.app().store.write(), alarm).await.expect("an alert");
    let base = world.api.base();
    let messages = world.messages().await;
    let (first, failed) = (messages.first().expect("a message"), messages.last().expect("another").id);
    look(&browser, &base, "/panel/sign-in").await;
    let ticket =
        parom::identity::ticket::issue(&world.app().identity, line.tenant_id, 1001, "Анна Иванова", true).await;
    browser.goto(&format!("{base}/panel/enter?ticket={}", ticket.expect("a ticket"))).await;
    browser.find("main h1").await;
    for path in [
        "",
        "?period=7",
        "?period=30",
        "/sources",
        "/sources/new",
        "/messages",
        "/messages?state=failed&period=30d",
        "/messages/views",
        "/conversations",
        "/undelivered",
        "/reports",
        "/import",
        "/import/new",
        "/keys",
        "/keys/new",
        "/webhooks",
        "/webhooks/signature",
        "/account",
        "/team",
        "/audit",
        "/data",
        "/data/all",
        "/me",
        "/alerts",
        "/nothing",
        "/templates/new",
        "/routing",
        "/routing/rules/new",
        "/routing/try",
        "/routing/replay",
        "/routing/versions",
    ] {
        look(&browser, &base, &format!("/panel{path}")).await;
    }
    for rest in ["", "/settings", "/access", "/hours", "/abilities", "/test", "/pause", "/delete", "/secret"] {
        look(&browser, &base, &format!("/panel/sources/{}{rest}", line.source_id)).await;
    }
    for path in [
        format!("messages/{}", first.id),
        format!("messages/{failed}/again"),
        format!("conversations/{}", first.conversation_id),
        format!("customers/{}", first.conversation_id),
        format!("data/customer?who=/customers/{}", first.conversation_id),
        format!("webhooks/{}", line.source_id),
        format!("held/{}", line.source_id),
    ] {
        look(&browser, &base, &format!("/panel/{path}")).await;
    }
    browser.goto(&format!("{base}/panel/messages/{failed}")).await;
    run(&browser, "document.querySelectorAll('main details').forEach((one) => { one.open = true })").await;
    browser.says("(12 ").await;
    looks_right(&browser, "ru/message-attempts").await;
    imports(&browser, &world, &line, &base).await;
    wizard(&browser, &base).await;
    browser.goto(&format!("{base}/panel/templates/new")).await;
    browser.fill("main [name=name]", "Заказ готов").await;
    browser.fill("main [name=text]", "{{contact.name}}, ваш заказ готов").await;
    browser.press("main form button.primary").await;
    browser.says("Заказ готов").await;
    look(&browser, &base, "/panel/templates").await;
    // Dark by choice, on a light screen; the way past the navigation is seen when it has the focus.
    browser.press("#you summary").await;
    looks_right(&browser, "ru/you").await;
    browser.press("#you button[value=dark]").await;
    browser.find("html[data-theme=dark]").await;
    looks_right(&browser, "ru/dark-by-choice").await;
    let seen =
        "document.querySelector('.skip').focus(); return document.activeElement.getBoundingClientRect().top >= 0";
    assert_eq!(run(&browser, seen).await, true, "the way past the navigation");
    a_strip_is_above_the_page(&browser, &world, &line, &base).await;
    browser.close().await;
    world.close().await;
}

/// As after a proof: the authenticator's code was just used, and its next one is half a minute away.
pub(super) async fn has_proved(world: &World) {
    let identity = &world.app().identity;
    let kind = entity::session::Column::Kind.eq("admin");
    let sessions = entity::session::Entity::find().filter(kind).all(identity.store.read()).await.expect("sessions");
    for session in sessions {
        let until = world.clock.millis() + 600_000;
        parom::identity::session::set_data(identity, &session, "proved_until", Some(&until)).await.expect("it is kept");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_admin_and_of_the_vendor() {
    let Some(browser) = Browser::open("ru").await else { return };
    let change = |config: &mut base::config::Config| {
        config.status.enabled = true;
        config.vendor.legal_entity = "Harbour <& Co>".to_owned();
        config.vendor.legal_address = "Riga, Harbour Road 1".to_owned();
        config.vendor.hosting_region = "Frankfurt, Germany".to_owned();
    };
    let setup = Setup { live: true, change, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = lived_in(&world).await;
    let base = world.api.base();
    for path in ["/status?lang=ru", "/legal/gdpr?lang=ru", "/legal/152-fz?lang=ru", "/admin/sign-in"] {
        browser.goto(&format!("{base}{path}")).await;
        looks_right(&browser, &format!("ru{}", path.replace(['/', '?', '='], "-"))).await;
    }
    is_invited(&browser, &world, Language::Ru).await;
    looks_right(&browser, "ru/admin-enrol").await;
    connects_an_authenticator(&browser, &world).await;
    looks_right(&browser, "ru/admin-recovery-codes").await;
    let white = "[[integration]]\nname = \"white\"\nplatform = \"kommo\"\nclient_id = \"white\"\nclient_secret = \"0123456789abcdef\"\n";
    parom::integrations::set(world.app(), white, &Actor::Cli.into()).await.expect("it is stored");
    look(&browser, &base, "/admin/prove").await;
    has_proved(&world).await;
    let id = line.tenant_id;
    for path in [
        format!("accounts/{id}"),
        format!("accounts/{id}/access"),
        format!("accounts/{id}/plan"),
        format!("accounts/{id}/data"),
        format!("accounts/{id}/notes"),
        format!("accounts/{id}/suspend"),
        format!("accounts/{id}/view-as"),
        format!("undelivered/{id}"),
        format!("undelivered/{id}/again?do=drop"),
    ] {
        look(&browser, &base, &format!("/admin/{path}")).await;
    }
    for path in [
        "",
        "/accounts",
        "/queues",
        "/undelivered",
        "/announcements",
        "/announcements/new",
        "/webhooks",
        "/channels",
        "/integrations",
        "/integrations/white",
        "/integrations/white/remove",
        "/integrations/white/channels",
        "/alerts",
        "/doctor",
        "/audit",
        "/operators",
        "/own",
    ] {
        look(&browser, &base, &format!("/admin{path}")).await;
    }
    browser.close().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_widget_and_the_chat() {
    let Some(browser) = Browser::open("ru").await else { return };
    let (world, tenant_id) = installed().await;
    speaks(&world, Language::Ru);
    let settings = json!({"title": "Магазин", "ask": ["name", "phone"], "consent_text": "Я согласен на обработку персональных данных"});
    let body = json!({"kind": "webchat", "name": "Сайт магазина", "settings": settings});
    let made = world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &body).await.is(201);
    let chat = made.text_at("/id");
    opens_widget(&browser, &world).await;
    browser.find("[data-key=add]").await;
    looks_right(&browser, "ru/widget-list").await;
    presses(&browser, &format!("open-{chat}")).await;
    browser.find("[data-key=save]").await;
    looks_right(&browser, "ru/widget-source").await;
    presses(&browser, "back").await;
    presses(&browser, "add").await;
    browser.find("[data-key=kind-webchat]").await;
    looks_right(&browser, "ru/widget-kinds").await;
    presses(&browser, "kind-webchat").await;
    presses(&browser, "more").await;
    looks_right(&browser, "ru/widget-form").await;
    browser.goto(&format!("{}/chat/{chat}", world.api.base())).await;
    browser.find("#form [aria-controls=smileys]").await;
    looks_right(&browser, "ru/chat").await;
    browser.close().await;
    world.close().await;
}
