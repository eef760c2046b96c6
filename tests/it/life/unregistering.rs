//! Leaving, erasing and deleting at the messengers: our webhooks are removed there, at once or later, and what is not
//! removed is named.

use std::time::Duration;

use base::store::VENDOR;
use entity::{erasure, job, source};
use parom::tenant::{Erasure, forget};
use parom::unregister::{KIND, LeftLine, LineState};
use parom_tests::settings::HOST;
use parom_tests::{TelegramLine, TelegramWorld, World, both, once};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use simulator::telegram::Fault;

use super::{DAY, HOUR, MINUTE, everything, round, status, wait};

fn is_registered(world: &World, line: &TelegramLine) -> bool {
    world.telegram().webhook(line.bot).is_some_and(|hook| !hook.url.is_empty())
}

fn is_away(world: &World, away: bool) {
    let faults = world.telegram().faults();
    if away { faults.until_cleared("*", Fault::HtmlPage { status: 502 }) } else { faults.clear() }
}

async fn forgets(world: &World, line: &TelegramLine) -> Erasure {
    forget(&world.app().tenants, line.line.tenant_id, true, "test").await.unwrap()
}

async fn jobs(world: &World) -> Vec<job::Model> {
    let unregister = job::Entity::find().filter(job::Column::Kind.eq(KIND));
    unregister.all(world.app().store.write()).await.unwrap()
}

/// The lines that the only proof names.
async fn named(world: &World) -> Vec<LeftLine> {
    let proofs = erasure::Entity::of_tenant(VENDOR).all(world.app().store.write()).await.unwrap();
    let [proof] = proofs.as_slice() else { panic!("{proofs:?}") };
    LeftLine::stored(proof)
}

async fn after(world: &mut World, seconds: u64) -> usize {
    wait(world, seconds);
    world.works(KIND).await
}

/// The account leaves, and its credentials are erased a day later.
async fn leaves(world: &mut World) {
    assert_eq!(world.owner(HOST).uninstalls().await.status, Some(200));
    world.until("the account has left", async || (status(world).await == "uninstalled").then_some(())).await;
    world
        .until("the disconnection is stored", async || {
            let channels = entity::tenant_channel::Entity::find().all(world.app().store.write()).await.unwrap();
            channels.iter().all(|row| row.status == "disconnected" && row.next_try_at.is_none()).then_some(())
        })
        .await;
    wait(world, 25 * HOUR);
    round(world).await;
    let sources = source::Entity::find().all(world.app().store.write()).await.unwrap();
    assert!(sources.iter().all(|source| source.secrets.is_none()), "the credentials are erased");
}

async fn a_forgotten_accounts_webhook_is_removed(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({})).await;
    let proof = forgets(world, &line).await;
    assert!(!is_registered(world, &line));
    assert_eq!((proof.lines, jobs(world).await, named(world).await), (vec![], vec![], vec![]));
    assert!(!everything(world).await.contains(&line.line.tenant_id.to_string()));
}

async fn a_messenger_that_is_away_is_named_and_asked_again(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({})).await;
    is_away(world, true);
    let proof = forgets(world, &line).await;
    let left = LeftLine {
        source_id: line.line.source_id,
        kind: "telegram".to_owned(),
        name: "Acme Support".to_owned(),
        line: "@acme_support_bot".to_owned(),
        state: LineState::Retried,
    };
    assert_eq!((proof.lines, named(world).await), (vec![left.clone()], vec![left]));
    assert!(is_registered(world, &line));
    let kept = everything(world).await;
    assert!(
        !kept.contains(&line.token) && !kept.contains("Hello"),
        "the credentials are sealed, and nothing else is kept"
    );
    world.restart().await;
    assert_eq!(world.works(KIND).await, 0, "not yet");
    assert_eq!(after(world, 61).await, 1);
    assert_eq!(jobs(world).await[0].tries, 2);
    is_away(world, false);
    assert_eq!(after(world, 61).await, 0, "the second delay is longer");
    assert_eq!(after(world, 5 * MINUTE).await, 1);
    assert!(!is_registered(world, &line));
    assert_eq!((jobs(world).await, named(world).await), (vec![], vec![]));
    let counted = world.api.anonymous(reqwest::Method::GET, "/metrics");
    let counted = parom_tests::answer(counted).await.is(200);
    counted.says(&["parom_jobs_total{kind=\"unregister_line\",outcome=\"done\"} 1"]);
}

async fn after_a_week_the_proof_says_what_was_given_up(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({})).await;
    is_away(world, true);
    forgets(world, &line).await;
    let mut tries = 1;
    for _ in 0..15 {
        tries += after(world, DAY / 2).await;
    }
    assert_eq!(tries, 15, "often at first, then twice a day for a week");
    assert_eq!(named(world).await[0].state, LineState::GivenUp);
    assert_eq!(jobs(world).await, [], "nothing else of the account is kept");
    is_away(world, false);
    assert_eq!(after(world, DAY).await, 0);
}

async fn an_account_that_left_is_unregistered_with_its_credentials(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({})).await;
    is_away(world, true);
    leaves(world).await;
    assert_eq!((world.works(KIND).await, is_registered(world, &line)), (1, true));
    is_away(world, false);
    assert_eq!((after(world, 61).await, is_registered(world, &line)), (1, false));
    assert_eq!(jobs(world).await, []);
}

/// A process that dies while it waits for a messenger has stored no proof, so the deletion can be repeated.
async fn an_erasure_that_broke_off_is_repeated(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({})).await;
    let gate = world.telegram().faults().hold("deleteWebhook");
    let erasing = forget(&world.app().tenants, line.line.tenant_id, true, "test");
    let broken_off = tokio::time::timeout(Duration::from_secs(3), erasing).await;
    assert!(broken_off.is_err(), "it waits for Telegram");
    gate.open();
    forgets(world, &line).await;
    world.until("the webhook is removed", async || jobs(world).await.is_empty().then_some(())).await;
    assert!(!is_registered(world, &line));
    assert_eq!(named(world).await, []);
    assert!(!everything(world).await.contains(&line.line.tenant_id.to_string()));
}

/// What is given up before the account is erased is named in its proof, too.
async fn a_line_given_up_earlier_is_named_in_the_proof(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({})).await;
    is_away(world, true);
    leaves(world).await;
    for _ in 0..15 {
        after(world, DAY / 2).await;
    }
    let [row] = jobs(world).await.try_into().unwrap();
    assert_eq!((row.next_try_at, row.sealed), (None, None), "the credentials are erased");
    let proof = forget(&world.app().tenants, line.line.tenant_id, false, "test").await.unwrap();
    assert_eq!((proof.lines[0].state, proof.lines[0].kind.as_str()), (LineState::GivenUp, "telegram"));
    assert_eq!(jobs(world).await, []);
}

async fn an_account_that_is_back_keeps_its_webhook(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({})).await;
    is_away(world, true);
    leaves(world).await;
    assert_eq!(world.works(KIND).await, 1);
    is_away(world, false);
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let token = json!({ "settings": { "bot_token": line.token } });
    world.api.patch(&line.line.path(""), &token).await.is(200);
    assert_eq!(after(world, 61).await, 1);
    assert!(is_registered(world, &line), "the line is in use again");
    assert_eq!(jobs(world).await, []);
}

/// The page after the erasure says what is left, and what its owner can do.
async fn the_panel_names_what_is_left(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({})).await;
    let owner = world.panel(line.line.tenant_id).await;
    is_away(world, true);
    let gone = owner.sends("/panel/data/all", &[("account", HOST)]).await.is(200);
    gone.says(&["is erased", "Telegram bot: Acme Support, @acme_support_bot", "deleteWebhook", "for 7 days"]);
}

async fn a_deleted_sources_webhook_is_removed_later(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({})).await;
    is_away(world, true);
    world.api.delete(&line.line.path("")).await.is(204);
    world.until("Telegram was asked", async || jobs(world).await.iter().any(|row| row.tries == 1).then_some(())).await;
    is_away(world, false);
    // It comes back at another address; the webhook is at the one before.
    world.restart().await;
    assert_eq!((after(world, 61).await, is_registered(world, &line)), (1, false));
    assert_eq!(jobs(world).await, []);
}

both!(a_forgotten_accounts_webhook_is_removed, a_messenger_that_is_away_is_named_and_asked_again);
once!(
    after_a_week_the_proof_says_what_was_given_up,
    an_account_that_left_is_unregistered_with_its_credentials,
    an_erasure_that_broke_off_is_repeated,
    a_line_given_up_earlier_is_named_in_the_proof,
    an_account_that_is_back_keeps_its_webhook,
    a_deleted_sources_webhook_is_removed_later,
    the_panel_names_what_is_left,
);
