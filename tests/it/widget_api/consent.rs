//! An administrator's consent to the vendor's agreement: asked for once, stored with the text, by whom and when.

use base::config::Config;
use entity::{audit, consent};
use parom::tenant::{Export, ExportPages};
use parom_tests::settings::HOST;
use parom_tests::{World, both, once};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::{User, problem};
use crate::admin::operator::Operator;

fn has_an_agreement(config: &mut Config) {
    config.vendor.legal_entity = "Ferries Ltd".to_owned();
    config.vendor.legal_address = "1 Harbour Road, Riga".to_owned();
    config.vendor.hosting_region = "Frankfurt, Germany".to_owned();
}

async fn with_an_agreement(world: &mut World) {
    world.setup_is(has_an_agreement);
    world.restart().await;
}

/// What the widget shows a user in a language.
async fn asked(world: &World, user: &User, language: &str) -> Value {
    user.get(world, &format!("/sources?lang={language}")).await.is(200).json["tenant"]["consent"].clone()
}

async fn rows(world: &World) -> Vec<consent::Model> {
    consent::Entity::find().all(world.app().store.read()).await.unwrap()
}

async fn consent_to_the_agreement_is_stored_shown_and_exported(world: &mut World) {
    with_an_agreement(world).await;
    let line = world.line("support").await;
    let account = format!("/admin/accounts/{}", line.tenant_id);
    let owner = world.panel(line.tenant_id).await;
    let missing = "No one has accepted the agreement yet";
    owner.opens("/panel/data?lang=en").await.is(200).says(&[missing, "/legal/gdpr?lang=en"]);
    let olga = Operator::signed_in(world).await;
    olga.opens(&account).await.is(200).says(&[missing]);

    let user = User::of(world, HOST, 0).await;
    let english = asked(world, &user, "en").await;
    assert_eq!((&english["document"], &english["given_at"]), (&json!("gdpr"), &Value::Null));
    let url = english["url"].as_str().unwrap();
    let page = world.visitor().opens(&url[url.find("/legal/").unwrap()..]).await.is(200);
    page.says(&["Ferries Ltd", &format!("Version {}", english["version"].as_str().unwrap())]);
    let russian = asked(world, &user, "ru").await;
    assert_eq!(russian["document"], "152-fz");
    assert_ne!(russian["version"], english["version"]);
    assert_eq!(asked(world, &user, "pt").await, english, "it is in English for readers of other languages");

    let given = json!({"document": english["document"], "version": english["version"]});
    let manager = User::of(world, HOST, 1).await;
    assert_eq!(problem(&manager.post(world, "/consent", &given).await.is(403)), "not-admin");
    // The page of another language, a text that has changed since, and what is no consent.
    user.post(world, "/consent?lang=ru", &given).await.is(422);
    let other = json!({"document": "gdpr", "version": "0"});
    assert_eq!(user.post(world, "/consent?lang=en", &other).await.is(422).json["errors"][0]["pointer"], "/version");
    user.post(world, "/consent?lang=en", &json!({})).await.is(422);
    assert!(rows(world).await.is_empty());

    for _ in 0..2 {
        let tenant = user.post(world, "/consent?lang=en", &given).await.is(200).json;
        assert_eq!(tenant["consent"]["given_at"], "2026-11-20T09:00:00.000Z", "{tenant}");
    }
    let row = rows(world).await.pop().expect("a consent");
    assert_eq!(rows(world).await.len(), 1, "the same text is agreed to once");
    assert_eq!((row.tenant_id, row.language.as_str(), row.address.as_str()), (line.tenant_id, "en", "127.0.0.1"));
    assert_eq!(row.user_id, world.sandbox.users(HOST)[0].id);
    for part in ["Article 28", "Ferries Ltd, 1 Harbour Road, Riga", "Frankfurt, Germany", "9. End"] {
        assert!(row.text.replace('\u{a0}', " ").contains(part), "{part} in {}", row.text);
    }
    let logged = audit::Entity::of_tenant(line.tenant_id).filter(audit::Column::Action.eq("account.consented"));
    assert_eq!(logged.all(world.app().store.read()).await.unwrap().len(), 1);

    let said = format!("version {}", row.version);
    for page in [owner.opens("/panel/data?lang=en").await.is(200), olga.opens(&account).await.is(200)] {
        page.says(&["Accepted:", ":00:00", &said]);
        page.never_says(&["The text has changed since"]);
    }
    let exported = exported(world, &row).await;
    assert_eq!((&exported["text"], &exported["version"]), (&json!(row.text), &json!(row.version)));

    // A later text is agreed to again only if it is announced; what was agreed to stays as it was.
    world.setup_is(|config| {
        has_an_agreement(config);
        config.vendor.hosting_region = "Paris, France".to_owned();
    });
    world.restart().await;
    let user = User::of(world, HOST, 0).await;
    let later = asked(world, &user, "en").await;
    assert!(later["version"] != english["version"] && later["given_at"] == "2026-11-20T09:00:00.000Z", "{later}");
    owner.opens("/panel/data?lang=en").await.is(200).says(&[&said, "The text has changed since"]);
    parom::tenant::forget(&world.app().tenants, line.tenant_id, true, "a test").await.unwrap();
    assert!(rows(world).await.is_empty());
}

/// The consent of an account's export.
async fn exported(world: &World, row: &consent::Model) -> Value {
    let mut export = Export::begin(&world.app().tenants, row.tenant_id).await.unwrap();
    let mut text = Vec::new();
    while let Some(page) = export.page().await.unwrap() {
        text.extend(page);
    }
    let lines = String::from_utf8(text).unwrap();
    let mut found =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).filter(|line| line["type"] == "consent");
    found.next().expect("a consent")["data"].clone()
}

async fn without_an_agreement_nothing_is_asked(world: &mut World) {
    let user = User::administrator(world).await;
    assert_eq!(asked(world, &user, "en").await, Value::Null);
    user.post(world, "/consent", &json!({"document": "gdpr", "version": "0"})).await.is(404);
    let tenant_id = world.active(HOST).await;
    world.panel(tenant_id).await.opens("/panel/data?lang=en").await.is(200).never_says(&["the agreement"]);
}

/// An account that was installed before the vendor had an agreement works as before.
async fn an_account_of_before_goes_on(world: &mut World) {
    let line = world.line("support").await;
    with_an_agreement(world).await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    let user = User::of(world, HOST, 0).await;
    user.post(world, "/disconnect", &json!({})).await.is(200);
    let amojo_id = world.sandbox.add_account(HOST).amojo_id;
    user.post(world, "/connect", &json!({"amojo_id": amojo_id})).await.is(200);
}

both!(consent_to_the_agreement_is_stored_shown_and_exported);
once!(without_an_agreement_nothing_is_asked, an_account_of_before_goes_on);
