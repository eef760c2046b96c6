//! Leaving: by the widget, by switching the integration off, and coming back.

use base::store::VENDOR;
use entity::source;
use parom_tests::settings::HOST;
use parom_tests::{World, both, once};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use simulator::crm::{Fault, Part};
use uuid::Uuid;

use super::{DAY, HOUR, alarms, channel, grants, pipelines, round, row, source_of, status, wait};

fn disconnects(world: &World) -> usize {
    world.sandbox.requests().iter().filter(|request| request.path.ends_with("/disconnect")).count()
}

async fn uninstalled(world: &World) {
    world.until("the account has left", async || (status(world).await == "uninstalled").then_some(())).await;
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
    uninstalled(world).await;
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
    uninstalled(world).await;
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

both!(
    an_account_that_leaves_loses_its_webhooks_and_keys,
    a_new_installation_during_the_disconnect_wins,
    a_notice_outlives_a_restart,
    the_widget_takes_an_account_off_and_on,
);
once!(
    a_lost_notice_leaves_the_account_asking_for_access,
    the_disconnect_is_repeated_until_amocrm_has_received_it,
    an_account_that_left_cannot_be_connected,
);
