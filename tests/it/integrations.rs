//! Integrations that the vendor makes, changes and pauses while servers run.

use base::config::{Config, Plan};
use entity::{install_call, integration, tenant_channel};
use parom::audit::{Actor, By};
use parom::integrations::{self, IntegrationRefused, MadeOrChanged};
use parom_tests::settings::{CHANNEL_ID, CHANNEL_SECRET, CLIENT_SECRET, HOST, config_text};
use parom_tests::{World, answer, both, once};
use reqwest::Method;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use simulator::crm::HookMessage;

const OTHER: &str = "other.amocrm.ru";

/// The sandbox's integration, as in a file.
fn block(world: &World) -> String {
    let text = config_text(0, "", world.sandbox.url());
    text.split_once("[[integration]]").map(|(_, block)| format!("[[integration]]{block}")).unwrap()
}

fn by() -> By {
    Actor::Cli.into()
}

async fn set(world: &World, text: &str) -> Result<(String, MadeOrChanged), IntegrationRefused> {
    integrations::set(world.app(), text, &by()).await
}

async fn pause(world: &World, paused: bool) {
    assert!(integrations::pause(world.app(), "main", paused, &by()).await.unwrap());
}

/// Starts again with a file that has no integration.
async fn without_a_file(world: &mut World) {
    world.setup_is(|config| config.integrations.clear());
    world.restart().await;
}

async fn one_made_while_servers_run_works_in_all_of_them(world: &mut World) {
    without_a_file(world).await;
    // SQLite takes one serving process.
    let second = if world.app().store.is_sqlite() { None } else { Some(world.another_server().await) };
    world.owner(HOST).opens_install().await.is(404);
    let made = set(world, &block(world)).await.unwrap();
    assert_eq!(made, ("main".to_owned(), MadeOrChanged::Made));
    if let Some(second) = &second {
        let follows = async || second.app.integrations.named("main").map(drop);
        world.until("the other process follows", follows).await;
    }
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    let row = integration::Entity::find().one(world.app().store.read()).await.unwrap().unwrap();
    for secret in [CLIENT_SECRET, CHANNEL_SECRET] {
        assert!(!row.body.windows(secret.len()).any(|part| part == secret.as_bytes()), "sealed");
    }
    // It is there again after a start.
    world.restart().await;
    world.customer(&line, "anna").writes("Again").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello", "Again"]);
    let refused = integrations::remove(world.app(), "main", &by()).await.unwrap_err();
    assert!(matches!(refused, IntegrationRefused::InUse { accounts: 1, .. }), "{refused}");
    if let Some(second) = second {
        second.stop().await;
    }
}

async fn a_changed_secret_counts_at_once(world: &mut World) {
    without_a_file(world).await;
    let block = block(world);
    set(world, &block).await.unwrap();
    let (line, manager) = world.chatting().await;
    let sends = async |text: &str| {
        let hook = manager.prepares("anna", HookMessage::text(text));
        world.sandbox.post_hook(&line.scope_id, hook.body, Some(&hook.signature)).await.status.unwrap()
    };
    assert_eq!(sends("one").await, 200);
    let other = block.replace(CHANNEL_SECRET, "another-secret");
    assert_eq!(set(world, &other).await.unwrap().1, MadeOrChanged::Changed);
    assert_eq!(sends("two").await, 401);
    set(world, &format!("{other}previous_secret = \"{CHANNEL_SECRET}\"\n")).await.unwrap();
    assert_eq!(sends("three").await, 200);
    set(world, &block).await.unwrap();
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["one", "three"]);
}

async fn a_paused_one_takes_no_new_account(world: &mut World) {
    without_a_file(world).await;
    set(world, &block(world)).await.unwrap();
    let line = world.line("support").await;
    pause(world, true).await;
    // A change keeps it paused.
    set(world, &block(world)).await.unwrap();
    let page = world.owner(OTHER).opens_install().await.is(503);
    assert!(page.text.contains("/oauth/install?integration=main&amp;known=1") || page.text.contains("known=1"));
    let request = world.api.anonymous(Method::GET, "/oauth/install?integration=main&known=1");
    assert!(answer(request).await.is_redirect().contains("/oauth?"));
    assert_eq!(world.owner(OTHER).installs_from_the_marketplace().await.status, Some(200));
    let refused = async || {
        let calls = install_call::Entity::find().filter(install_call::Column::Host.eq(OTHER));
        let call = calls.one(world.app().store.read()).await.unwrap()?;
        (!call.error.is_empty()).then_some(call.error)
    };
    let error = world.until("the installation is refused", refused).await;
    assert!(error.contains("paused"), "{error}");
    assert!(world.tenant(OTHER).await.is_none());
    // The account that was there works, and renews its access.
    assert_eq!(world.owner(HOST).installs_from_the_marketplace().await.status, Some(200));
    world.active(HOST).await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    pause(world, false).await;
    assert_eq!(world.owner(OTHER).installs_from_the_marketplace().await.status, Some(200));
    world.active(OTHER).await;
}

async fn the_file_wins(world: &mut World) {
    let block = block(world);
    let refused = async |text: &str| set(world, text).await.unwrap_err().to_string();
    assert!(refused(&block).await.contains("is in the configuration file"));
    let renamed = block.replace("\"main\"", "\"second\"");
    assert_eq!(refused(&renamed).await, "client_id is taken by integration \"main\"");
    let other_client = renamed.replace("5f1d2a4e", "5f1d2a4f");
    assert_eq!(refused(&other_client).await, "channel.id is taken by integration \"main\"");
    without_a_file(world).await;
    set(world, &block).await.unwrap();
    pause(world, true).await;
    world.setup_is(|_| {});
    world.restart().await;
    assert!(!world.app().integrations.named("main").unwrap().paused, "the file says nothing of a pause");
    let list = integrations::list(world.app()).await.unwrap();
    let shown: Vec<_> = list.iter().map(|one| (one.name.as_str(), one.in_file, one.in_use)).collect();
    assert_eq!(shown, [("main", true, true), ("main", false, false)]);
    integrations::remove(world.app(), "main", &by()).await.unwrap();
    assert_eq!(integrations::list(world.app()).await.unwrap().len(), 1);
    world.allow_problems();
}

async fn two_that_are_made_at_once_do_not_share_an_id(world: &mut World) {
    without_a_file(world).await;
    let block = block(world);
    let other = block.replace("\"main\"", "\"second\"");
    let (one, two) = tokio::join!(set(world, &block), set(world, &other));
    assert_eq!([&one, &two].iter().filter(|done| done.is_ok()).count(), 1, "{one:?} {two:?}");
    let refused = one.err().or(two.err()).unwrap();
    assert!(matches!(refused, IntegrationRefused::Taken { key: "client_id", .. }), "{refused}");
    assert_eq!(integrations::list(world.app()).await.unwrap().len(), 1);
}

async fn the_doctor_checks_stored_ones_too(world: &mut World) {
    // The doctor has the machine's clock, amoCRM the test's.
    world.allow_problems();
    without_a_file(world).await;
    let names = async |world: &World| -> Vec<&'static str> {
        let checks = parom::doctor::look(&world.app().config, None).await;
        checks.iter().map(|check| check.name).filter(|name| ["integration", "channel"].contains(name)).collect()
    };
    assert_eq!(names(world).await, ["integration"], "there is none");
    set(world, &block(world)).await.unwrap();
    assert_eq!(names(world).await, ["channel"]);
}

async fn channel_status(world: &World) -> Option<String> {
    let id: uuid::Uuid = CHANNEL_ID.parse().unwrap();
    let rows = tenant_channel::Entity::find().filter(tenant_channel::Column::ChannelId.eq(id));
    rows.one(world.app().store.read()).await.unwrap().map(|row| row.status)
}

fn with_a_plan(config: &mut Config) {
    config.integrations.clear();
    let name = "pro".to_owned();
    let (sources, messages_a_month, connectors, storage_mb, requests_per_key) = (None, None, None, None, None);
    config.plan_list = vec![Plan { name, sources, messages_a_month, connectors, storage_mb, requests_per_key }].into();
}

async fn a_channel_follows_its_rule(world: &mut World) {
    world.setup_is(with_a_plan);
    world.restart().await;
    let block = block(world);
    let bare = block.split_once("[[integration.channel]]").unwrap().0;
    set(world, bare).await.unwrap();
    world.owner(HOST).installs_in_a_browser().await.is(200);
    assert_eq!(channel_status(world).await, None);
    set(world, &format!("{block}allowed_plans = [\"pro\"]\n")).await.unwrap();
    world.visits_accounts().await;
    assert_eq!(channel_status(world).await.as_deref(), Some("not_allowed"));
    let tenant = world.tenant(HOST).await.unwrap();
    let path = format!("/api/v1/tenants/{}", tenant["id"].as_str().unwrap());
    world.api.patch(&path, &json!({ "plan": "pro" })).await.is(200);
    world.visits_accounts().await;
    assert_eq!(channel_status(world).await.as_deref(), Some("connected"));
    world.allow_problems();
}

both!(
    one_made_while_servers_run_works_in_all_of_them,
    a_changed_secret_counts_at_once,
    a_paused_one_takes_no_new_account,
    a_channel_follows_its_rule,
    two_that_are_made_at_once_do_not_share_an_id,
);
once!(the_file_wins, the_doctor_checks_stored_ones_too);
