//! Audit log, theme, the search for settings, and data taken out and erased.

use std::collections::BTreeSet;

use entity::{api_key, audit, conversation};
use parom::identity::MemberRole;
use parom_tests::settings::HOST;
use parom_tests::{Engine, Line, MailServer, Place, Setup, Visitor, World, once};
use serde_json::json;

use super::{add_member, sign_in};
use crate::audited::{add, row};

async fn actions_are_in_the_audit_log(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/team").await.is(200);
    for number in 0..60 {
        if number % 20 == 0 {
            // No more invitations leave within an hour.
            world.advance(std::time::Duration::from_secs(3600));
        }
        let email = format!("=cmd|{number}@example.com");
        owner.sends("/panel/team/invite", &[("email", &email), ("role", "viewer")]).await.is(303);
    }
    let page = owner.opens("/panel/audit?group=member").await.is(200);
    page.says(&["Invited", "=cmd|59@example.com"]);
    assert!(!page.text.contains("=cmd|3@example.com"), "50 a page");
    let (_, older) = page.text.split_once("rel=\"next\" href=\"").expect("an older page");
    let older = older.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let page = owner.opens(&older).await.is(200);
    assert!(page.text.contains("=cmd|3@example.com") && !page.text.contains("=cmd|59@"), "{}", page.text);
    let csv = owner.opens("/panel/audit.csv?group=member").await.is(200);
    assert!(csv.header("content-disposition").starts_with("attachment"));
    assert!(csv.text.contains("\"'=cmd|7@example.com\"") && !csv.text.contains("\"=cmd"), "{}", csv.text);
    assert!(!owner.opens("/panel/audit?group=source").await.text.contains("=cmd"));
    // Another account's log is its own.
    let beta = world.line_at("beta.amocrm.ru", "support").await;
    let stranger = world.panel(beta.tenant_id).await;
    assert!(!stranger.opens("/panel/audit").await.text.contains("=cmd"));
}

/// An id says nothing to a person: what has a name is called by it, and what has a page leads there.
async fn objects_of_the_audit_log_are_named(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.add_key(line.tenant_id, "prm_a-key-of-the-account-0123456789abcdefghi", "write").await;
    let db = world.app().store.read();
    let chat = conversation::Entity::of_tenant(line.tenant_id).one(db).await.unwrap().unwrap().id;
    let key = api_key::Entity::of_tenant(line.tenant_id).one(db).await.unwrap().unwrap().id;
    let silent = format!("source_silent:{}", line.source_id);
    let of = |action: &str, object: &str| audit::Model {
        object: object.to_owned(),
        ..row(world, line.tenant_id, "Carl", action)
    };
    let rows = vec![
        of("customer.blocked", &chat.to_string()),
        of("key.used", &key.to_string()),
        of("webhook.resent", &line.source_id.to_string()),
        of("alert.taken", &silent),
        of("sale.target_changed", "meta"),
        of("sale.resent", "77"),
        of("report.exported", "hours"),
        of("import.paused", "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001"),
    ];
    add(world, rows).await;
    let page = world.panel(line.tenant_id).await.opens("/panel/audit?who=Carl").await.is(200);
    let named = |href: &str, name: &str| format!("<a href=\"{href}\"><bdi>{name}</bdi></a>");
    for wanted in [
        named(&format!("/panel/customers/{chat}"), "anna"),
        named("/panel/keys", "write key of the tests"),
        named(&format!("/panel/webhooks/{}", line.source_id), "Line support"),
        named("/panel/alerts", "A source is unusually quiet"),
        named("/panel/sales", "Meta Conversions API"),
        named("/panel/sales", "Lead 77"),
        named("/panel/reports", "By hour"),
        "<bdi>0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001</bdi>".to_owned(),
    ] {
        page.says(&[&wanted]);
    }
}

// The search by Ctrl K finds each setting by the label that its page shows and by other words for it, leads to its
// place there, and offers nothing that the reader may not open.

fn plain(text: &str) -> String {
    let text = text.replace('\u{a0}', " ").replace("&#38;", "&").replace("&#39;", "'").replace("&quot;", "\"");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn suggested(visitor: &Visitor, typed: &str) -> Vec<(String, String)> {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish();
    let page = visitor.opens(&format!("/panel/suggest?{query}")).await.is(200);
    let links = page.text.split("<a href=\"").skip(1).filter_map(|part| {
        let (href, rest) = part.split_once('"')?;
        Some((plain(href), plain(rest.split_once("<bdi>")?.1.split('<').next()?)))
    });
    links.collect()
}

/// Its page opens and has the place that the link names.
async fn is_there(visitor: &Visitor, href: &str) {
    let (path, place) = href.split_once('#').unwrap_or((href, ""));
    let page = visitor.opens(path).await.is(200);
    assert!(place.is_empty() || page.text.contains(&format!("id=\"{place}\"")), "{href} is not there");
}

/// An account with a custom messenger and a chat on a site.
async fn with_a_chat(world: &World) -> Line {
    let line = world.line("support").await;
    let body = json!({"kind": "webchat", "name": "Shop", "settings": {"title": "Shop"}});
    world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    line
}

/// Labels of settings and other words for them, and where their links lead.
const SETTINGS: [(&str, &str); 15] = [
    ("gdpr", "/panel/data#"),
    ("dark mode", "/panel/me#you"),
    ("2fa", "/panel/team#two-step"),
    ("arrive late", "/panel/alerts#kind-late"),
    ("Name in amoCRM", "settings#f-name"),
    ("opening hours", "hours#f-open"),
    ("funnel shop", "settings#f-pipeline"),
    ("turn off", "settings#danger"),
    ("quota", "/panel/account#limits"),
    ("avatar", "access?tab=appearance#f-logo"),
    ("jwt", "access?tab=install#secret"),
    ("expiry", "/panel/keys/new#f-days"),
    ("hmac", "/panel/webhooks/signature"),
    ("log out", "/panel/me#sessions"),
    ("erase", "/panel/data#forget-all"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_are_found_by_those_who_may_open_them() {
    let _mail = MailServer::start().await;
    let setup = Setup { change: MailServer::serves, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = with_a_chat(&world).await;
    let owner = world.panel(line.tenant_id).await;
    let mut links = BTreeSet::new();
    for (typed, place) in SETTINGS {
        let found = suggested(&owner, typed).await;
        assert!(found.iter().any(|(href, _)| href.contains(place)), "{typed}: {found:#?}");
        links.extend(found.into_iter().map(|(href, _)| href));
    }
    for href in links {
        is_there(&owner, &href).await;
    }
    add_member(&world, line.tenant_id, "vera@example.com", MemberRole::Viewer).await;
    add_member(&world, line.tenant_id, "oleg@example.com", MemberRole::Administrator).await;
    let viewer = sign_in(&world, "vera@example.com").await;
    for typed in ["gdpr", "erase", "colleague", "signing secret", "expiry", "hmac", "opening hours", "csv"] {
        assert_eq!(suggested(&viewer, typed).await, [], "{typed}");
    }
    for typed in ["password", "quota", "dark"] {
        let found = suggested(&viewer, typed).await;
        assert!(!found.is_empty(), "{typed}");
        for (href, _) in found {
            is_there(&viewer, &href).await;
        }
    }
    let administrator = sign_in(&world, "oleg@example.com").await;
    assert!(suggested(&administrator, "gdpr").await.iter().all(|(href, _)| !href.starts_with("/panel/data")));
    assert!(suggested(&administrator, "colleague").await.iter().all(|(href, _)| !href.starts_with("/panel/team")));
    assert!(!suggested(&administrator, "pipeline").await.is_empty());
    // One letter is too little.
    assert_eq!(suggested(&administrator, "p").await.len(), 2, "two sources, no setting");
    world.close().await;
}

// Light or dark, chosen without scripts.

async fn a_theme_is_chosen_for_this_browser(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.panel(line.tenant_id).await;
    anna.opens("/panel").await.is(200).never_says(&["data-theme"]);
    let answer = anna.sends("/panel/theme", &[("to", "dark")]).await;
    assert_eq!(answer.is_redirect(), "/panel", "back to where it was pressed");
    let line_set = answer.header("set-cookie");
    assert!(line_set.contains("HttpOnly") && line_set.contains("SameSite=Lax"), "{line_set}");
    anna.sends("/panel/theme", &[("to", "purple")]).await.is(303);
    anna.sends("/panel/sign-out", &[]).await.is(303);
    anna.opens("/panel/sign-in").await.is(200).says(&["data-theme=\"dark\""]);
    // In a window of amoCRM pages are light like their surroundings.
    let framed = world.panel(line.tenant_id).await.in_a_frame();
    framed.takes_cookie("theme", "dark");
    framed.opens("/panel").await.is(200).says(&["data-theme=\"light\""]);
}

async fn data_is_taken_out_and_erased(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    world.customer(&line, "anna").writes("a secret of anna").await;
    world.customer(&line, "carl").writes("a secret of carl").await;
    world.deliver_all().await;
    let export = owner.opens("/panel/data/export").await.is(200);
    assert!(export.text.contains("a secret of anna") && export.text.trim_end().ends_with('}'), "{}", export.text);
    owner.opens("/panel/data/customer?who=+7+915+000-00-00").await.is(422);
    let chats = conversation::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    let id = chats.iter().find(|chat| chat.external_id == "chat-anna").expect("the chat of anna").id.to_string();
    let confirm = owner.opens(&format!("/panel/data/customer?who={id}")).await.is(200);
    assert!(confirm.text.replace('\u{a0}', " ").contains("1 message"), "{}", confirm.text);
    owner.does("/panel/data/customer", &[("who", &id)]).await;
    let export = owner.opens("/panel/data/export").await.is(200);
    assert!(!export.text.contains("a secret of anna") && export.text.contains("a secret of carl"));

    owner.sends("/panel/data/all", &[("account", "beta.amocrm.ru")]).await.is(422).says(&["type exactly"]);
    owner.sends("/panel/data/all", &[("account", HOST)]).await.is(200).says(&["is erased"]);
    assert!(owner.opens("/panel").await.is_redirect().starts_with("/panel/sign-in"));
    let tenant = world.tenant(HOST).await;
    assert!(tenant.is_none_or(|tenant| tenant["status"] != "active"));
}

once!(a_theme_is_chosen_for_this_browser, actions_are_in_the_audit_log);
once!(data_is_taken_out_and_erased, objects_of_the_audit_log_are_named);
