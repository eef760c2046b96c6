//! If writing first is impossible, the manager gets the reason.

use base::config::Config;
use entity::tenant;
use parom_tests::settings::CHANNEL_ID;
use parom_tests::{Answer, Engine, Place, Setup, World, both};
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;
use serde_json::json;
use simulator::crm::HookMessage;

use super::{received_webhooks, statuses, writes_first};

async fn a_number_that_the_messenger_does_not_know_is_904(world: &mut World) {
    let line = world.line("support").await;
    let nobody = json!({"status": "failed", "error": {"code": "recipient_unreachable", "text": "No such number"}});
    world.messenger.answers_next([Answer::Status(200, nobody)]);
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    assert_eq!(statuses(world, &line, &said), [(-1, Some(904))]);
    let there = world.sandbox.messages(&line.host).into_iter().find(|one| one.id == said.message_id).unwrap();
    assert_eq!(there.statuses[0].error.as_deref(), Some("No such number"));
}

async fn a_failure_may_be_reported_later_too(world: &mut World) {
    let line = world.line("support").await;
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    let id = world.messenger.received()[0].message_id();
    let failed = json!({"status": "failed", "error": {"code": "recipient_unreachable"}});
    world.api.post(&line.path(&format!("/messages/{id}/status")), &failed).await.is(202);
    world.deliver_all().await;
    assert_eq!(statuses(world, &line, &said), [(-1, Some(904))]);
}

/// Brazil's Porto Alegre and Peru have mobile phones with these digits: nobody is written to by a guess.
async fn a_number_of_two_peoples_phones_is_904(world: &mut World) {
    let line = world.line("support").await;
    let brazil = tenant::Entity::update_many().col_expr(tenant::Column::Country, Expr::value("BR"));
    brazil.exec(world.app().store.write()).await.unwrap();
    world.app().lookup.forget();
    let (source, hello) = (Some(line.external_id.as_str()), HookMessage::text("Hello, this is Acme"));
    let said = world.sandbox.manager_writes_first(&line.host, CHANNEL_ID, source, "51987654321", hello).await.unwrap();
    world.deliver_all().await;
    assert_eq!(statuses(world, &line, &said), [(-1, Some(904))]);
    assert_eq!(received_webhooks(world), []);
}

fn without_write_first(config: &mut Config) {
    config.integrations[0].channels[0].write_first = false;
}

async fn a_channel_that_may_not_is_905(world: &mut World) {
    let line = world.line("support").await;
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_all().await;
    assert_eq!(statuses(world, &line, &said), [(-1, Some(905))]);
    assert_eq!(received_webhooks(world), []);
    let there = world.sandbox.messages(&line.host).into_iter().find(|one| one.id == said.message_id).unwrap();
    let words = there.statuses[0].error.clone().unwrap_or_default();
    assert!(words.chars().any(char::is_whitespace) && !words.contains("write_first"), "readable words: {words}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_without_writing_first() {
    let setup = Setup { change: without_write_first, ..Setup::default() };
    let Some(mut world) = World::start(Engine::Sqlite, setup).await else { return };
    a_channel_that_may_not_is_905(&mut world).await;
    world.close().await;
}

both!(
    a_number_that_the_messenger_does_not_know_is_904,
    a_failure_may_be_reported_later_too,
    a_number_of_two_peoples_phones_is_904,
);
