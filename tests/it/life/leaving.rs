//! Leaving: by the widget, by switching the integration off, and coming back.

use std::time::Duration;

use base::store::VENDOR;
use entity::{erasure, job, source};
use parom::tenant::{Erasure, forget};
use parom::unregister::{KIND, LeftLine, LineState};
use parom_tests::settings::HOST;
use parom_tests::{TelegramLine, TelegramWorld, World, both, once};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use simulator::crm::{Fault, Part};
use uuid::Uuid;

use super::{DAY, HOUR, MINUTE, alarms, channel, everything, grants, pipelines, round, row, source_of, status, wait};

fn disconnects(world: &World) -> usize {
    world.sandbox.requests().iter().filter(|request| request.path.ends_with("/disconnect")).count()
}

/// amoCRM has answered the disconnection, and that is stored. The clock must not move before: the request is signed
/// with its time.
async fn taken_off(world: &World, tenant_id: Uuid) {
    let is_stored = async || {
        let row = channel(world, tenant_id).await;
        (disconnects(world) == 1 && row.status == "disconnected" && row.next_try_at.is_none()).then_some(())
    };
    world.until("the disconnection is stored", is_stored).await;
}

async fn an_account_that_leaves_loses_its_webhooks_and_keys(world: &mut World) {
    let line = world.line("support").await;
    let site = json!({"kind": "webchat", "name": "Site", "settings": {}});
    let path = format!("/api/v1/tenants/{}/sources", line.tenant_id);
    let site = world.api.post(&path, &site).await.is(201).text_at("/id");
    // As a messenger with credentials would have them.
    source::Entity::update_many()
        .col_expr(source::Column::Secrets, Expr::value(Some(vec![1_u8, 2, 3])))
        .filter(source::Column::TenantId.eq(line.tenant_id))
        .filter(source::Column::Kind.eq("webchat"))
        .exec(world.app().store.write())
        .await
        .unwrap();
    assert_eq!(world.owner(HOST).uninstalls().await.status, Some(200));
    world.becomes(HOST, "uninstalled").await;
    taken_off(world, line.tenant_id).await;
    for grant in grants(world, line.tenant_id).await {
        assert!(grant.access_token.is_empty() && grant.refresh_token.is_empty(), "tokens go at once");
        assert!(grant.previous_refresh_token.is_none() && grant.dead && !grant.in_use);
    }
    wait(world, 23 * HOUR);
    round(world).await;
    let kept = source_of(world, &line).await;
    assert!(kept.secrets.is_some() && row(world, line.tenant_id).await.erased_at.is_none(), "who comes back goes on");
    wait(world, 2 * HOUR);
    round(world).await;
    let sources = source::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    let site = sources.iter().find(|source| source.id.to_string() == site).unwrap();
    assert_eq!((&site.secrets, site.status_reason.as_str()), (&None, "credentials_erased"));
    assert!(
        source_of(world, &line).await.secrets.is_some(),
        "the key of our own signature is no credential of the account"
    );
    assert!(row(world, line.tenant_id).await.erased_at.is_some());
    assert_eq!(round(world).await, 0, "nothing more is due");
    assert_eq!(disconnects(world), 1);
}

async fn a_new_installation_during_the_disconnect_wins(world: &mut World) {
    let line = world.line("support").await;
    let gate = world.sandbox.faults().hold(Part::Disconnect);
    assert_eq!(world.owner(HOST).uninstalls().await.status, Some(200));
    gate.until_waiting(1).await;
    world.owner(HOST).installs_in_a_browser().await.is(200);
    assert_eq!(status(world).await, "active");
    gate.open();
    world
        .until("the channel is connected after all", async || {
            let there = !world.sandbox.connections().is_empty();
            (there && disconnects(world) == 1 && channel(world, line.tenant_id).await.status == "connected")
                .then_some(())
        })
        .await;
    world.customer(&line, "anna").writes("Hello").await;
    wait(world, 1);
    world.deliver_to_the_end().await;
    assert_eq!((status(world).await.as_str(), world.texts_at_crm(&line)), ("active", vec!["Hello".to_owned()]));
}

async fn a_notice_outlives_a_restart(world: &mut World) {
    let line = world.line("support").await;
    for part in [Part::Rest, Part::Token] {
        world.sandbox.faults().until_cleared(part, Fault::Status { code: 503, retry_after: None });
    }
    assert_eq!(world.owner(HOST).uninstalls().await.status, Some(200));
    world.until("amoCRM was asked in vain", async || (row(world, line.tenant_id).await.probes > 0).then_some(())).await;
    assert_eq!(status(world).await, "active", "nothing is taken away on a notice's word alone");
    world.restart().await;
    assert_eq!(round(world).await, 0);
    for _ in 0..6 {
        wait(world, HOUR / 2);
        round(world).await;
    }
    assert_eq!(status(world).await, "active");
    assert_eq!(alarms(world, VENDOR).await, ["revoke_unconfirmed"], "a person should look at it");
    world.sandbox.faults().clear();
    wait(world, HOUR / 2);
    round(world).await;
    assert_eq!(status(world).await, "uninstalled");
    assert!(alarms(world, VENDOR).await.is_empty());
}

async fn a_lost_notice_leaves_the_account_asking_for_access(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.revoke_silently(HOST, "main");
    pipelines(world, line.tenant_id).await;
    assert_eq!(status(world).await, "needs_reauth");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    assert_eq!(world.active(HOST).await, line.tenant_id);
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"], "its channel was connected again");
}

async fn the_widget_takes_an_account_off_and_on(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("before").await;
    world.deliver_all().await;
    let app = world.app().clone();
    for _ in 0..2 {
        parom::tenant::disconnect(&app.tenants, line.tenant_id).await.unwrap();
    }
    assert_eq!((status(world).await.as_str(), disconnects(world)), ("disconnected", 1));
    assert!(world.sandbox.connections().is_empty());
    world.customer(&line, "anna").writes("while away").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["before"]);
    let customer = uuid::Uuid::from_u128(7);
    parom::tenant::connect(&app.tenants, line.tenant_id, Some(customer)).await.unwrap();
    assert_eq!(status(world).await, "active");
    assert_eq!(row(world, line.tenant_id).await.customer_id, Some(customer));
    wait(world, 1);
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["before", "while away"]);
}

async fn the_disconnect_is_repeated_until_amocrm_has_received_it(world: &mut World) {
    let line = world.line("support").await;
    let away = Fault::Status { code: 503, retry_after: None };
    world.sandbox.faults().until_cleared(Part::Disconnect, away);
    parom::tenant::disconnect(&world.app().tenants, line.tenant_id).await.unwrap();
    assert_eq!(status(world).await, "disconnected");
    assert_eq!(world.sandbox.connections().len(), 1);
    world.sandbox.faults().clear();
    wait(world, HOUR);
    round(world).await;
    assert!(world.sandbox.connections().is_empty());
    assert_eq!(
        (status(world).await.as_str(), channel(world, line.tenant_id).await.next_try_at),
        ("disconnected", None)
    );
}

async fn an_account_that_left_cannot_be_connected(world: &mut World) {
    let line = world.line("support").await;
    world.owner(HOST).uninstalls().await;
    world.becomes(HOST, "uninstalled").await;
    taken_off(world, line.tenant_id).await;
    for refused in [
        parom::tenant::connect(&world.app().tenants, line.tenant_id, None).await,
        parom::tenant::disconnect(&world.app().tenants, line.tenant_id).await,
    ] {
        let words = refused.unwrap_err().to_string();
        assert!(words.contains("switch"), "{words}");
    }
    wait(world, 100 * DAY);
    round(world).await;
    assert_eq!(status(world).await, "uninstalled");
}

// Leaving, erasing and deleting at the messengers: our webhooks are removed there, at once or later, and what is
// not removed is named.

fn is_registered(world: &World, line: &TelegramLine) -> bool {
    world.telegram().webhook(line.bot).is_some_and(|hook| !hook.url.is_empty())
}

fn is_away(world: &World, away: bool) {
    let faults = world.telegram().faults();
    if away { faults.until_cleared("*", simulator::telegram::Fault::HtmlPage { status: 502 }) } else { faults.clear() }
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
    world.becomes(HOST, "uninstalled").await;
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

both!(a_messenger_that_is_away_is_named_and_asked_again);
once!(an_account_that_left_is_unregistered_with_its_credentials, a_lost_notice_leaves_the_account_asking_for_access);
once!(the_disconnect_is_repeated_until_amocrm_has_received_it, an_account_that_leaves_loses_its_webhooks_and_keys);
once!(a_line_given_up_earlier_is_named_in_the_proof, a_new_installation_during_the_disconnect_wins);
once!(after_a_week_the_proof_says_what_was_given_up, a_deleted_sources_webhook_is_removed_later);
once!(an_account_that_is_back_keeps_its_webhook, an_account_that_left_cannot_be_connected, a_notice_outlives_a_restart);
once!(a_forgotten_accounts_webhook_is_removed, the_widget_takes_an_account_off_and_on);
once!(an_erasure_that_broke_off_is_repeated);
