//! Automatic maintenance: idle access is renewed, refused accounts are probed slowly, expired data is deleted.

use entity::{directory, install_call};
use parom::tenant::AccessState;
use parom_tests::settings::HOST;
use parom_tests::{World, both, on_postgres, once};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use simulator::crm::{Fault, Part};

use super::{DAY, HOUR, MINUTE, alarms, calls, pipelines, refreshes, round, status, wait};

async fn idle_access_never_ends(world: &mut World) {
    let line = world.line("support").await;
    let access = async |world: &World| parom::tenant::access(&world.app().tenants, line.tenant_id).await.unwrap();
    assert_eq!((access(world).await.state, access(world).await.days_left), (AccessState::Valid, Some(90)));
    wait(world, 29 * DAY);
    round(world).await;
    assert_eq!(refreshes(world), 0, "not before its time");
    assert_eq!(access(world).await.days_left, Some(61));
    for month in 1..=5 {
        wait(world, 31 * DAY);
        round(world).await;
        assert_eq!(refreshes(world), month, "once a month");
        assert_eq!(access(world).await.days_left, Some(90));
    }
    pipelines(world, line.tenant_id).await.is(200);
    assert_eq!(status(world).await, "active");
}

async fn a_renewal_that_fails_is_tried_again(world: &mut World) {
    let line = world.line("support").await;
    wait(world, 31 * DAY);
    world.sandbox.faults().next(Part::Token, 1, Fault::Status { code: 503, retry_after: None });
    round(world).await;
    assert_eq!(status(world).await, "active");
    assert_eq!(round(world).await, 0, "not in a busy loop");
    wait(world, 16 * MINUTE);
    assert_eq!(round(world).await, 1);
    let access = parom::tenant::access(&world.app().tenants, line.tenant_id).await.unwrap();
    assert_eq!((access.state, access.days_left), (AccessState::Valid, Some(90)));
}

async fn payment_is_noticed_and_what_waited_goes_on(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.set_unpaid(HOST, true);
    assert_ne!(pipelines(world, line.tenant_id).await.status, 200);
    assert_eq!(status(world).await, "unpaid");
    assert_eq!(alarms(world, line.tenant_id).await, ["unpaid"]);
    world.sandbox.faults().next(Part::Message, 1, Fault::Status { code: 402, retry_after: None });
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert!(world.texts_at_crm(&line).is_empty(), "it waits");

    let before = calls(world);
    assert_eq!(round(world).await, 0, "amoCRM is asked slowly");
    assert_eq!(calls(world), before);
    // 1, 2, 4 minutes …
    for pause in [1, 2, 4] {
        wait(world, pause * MINUTE - 1);
        assert_eq!(round(world).await, 0, "not before {pause} minutes");
        wait(world, 1);
        assert_eq!(round(world).await, 1, "after {pause} minutes");
        assert_eq!(status(world).await, "unpaid");
    }
    world.sandbox.set_unpaid(HOST, false);
    wait(world, 2 * HOUR);
    round(world).await;
    assert_eq!(status(world).await, "active");
    assert!(alarms(world, line.tenant_id).await.is_empty());
    wait(world, 1);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"], "payment is enough, no hour more");
}

/// D9: an account that has paid is not shown as unpaid for an hour.
async fn a_message_that_goes_through_is_a_reason_to_ask(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.set_unpaid(HOST, true);
    assert_ne!(pipelines(world, line.tenant_id).await.status, 200);
    world.sandbox.set_unpaid(HOST, false);
    assert_eq!(round(world).await, 0, "amoCRM is asked slowly");
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    world.until("the account is looked at", async || (round(world).await > 0).then_some(())).await;
    assert_eq!(status(world).await, "active");
}

/// D9: and when amoCRM refuses a message because the account is unpaid, the state changes at once.
async fn a_refused_message_reveals_an_unpaid_account(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().next(Part::Message, 1, Fault::Status { code: 402, retry_after: None });
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.until("the account is known not to be paid", async || (status(world).await == "unpaid").then_some(())).await;
    assert_eq!(alarms(world, line.tenant_id).await, ["unpaid"]);
    wait(world, 2 * HOUR);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
}

async fn a_blocked_account_is_distinguished_from_missing_rights(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().next(Part::Rest, 1, Fault::Status { code: 403, retry_after: None });
    assert_ne!(pipelines(world, line.tenant_id).await.status, 200);
    assert_eq!(status(world).await, "active", "one call is refused, the account is not");
    world.sandbox.set_blocked(HOST, true);
    assert_ne!(pipelines(world, line.tenant_id).await.status, 200);
    assert_eq!(status(world).await, "blocked");
    assert_eq!(alarms(world, line.tenant_id).await, ["blocked"]);
    world.sandbox.set_blocked(HOST, false);
    wait(world, 15 * MINUTE);
    round(world).await;
    assert_eq!(status(world).await, "active");
    assert!(alarms(world, line.tenant_id).await.is_empty());
}

async fn any_call_that_goes_through_ends_a_refusal(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.set_unpaid(HOST, true);
    pipelines(world, line.tenant_id).await;
    assert_eq!(status(world).await, "unpaid");
    world.sandbox.set_unpaid(HOST, false);
    pipelines(world, line.tenant_id).await.is(200);
    assert_eq!(status(world).await, "active");
}

async fn expired_rows_are_removed(world: &mut World) {
    let owner = world.owner(HOST);
    for _ in 0..3 {
        owner.opens_install().await.is_redirect();
    }
    owner.installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let states = async |world: &World| {
        let all = directory::Entity::find().all(world.app().store.read()).await.unwrap();
        all.into_iter().filter(|entry| entry.kind == "oauth_state").count()
    };
    round(world).await;
    assert_eq!(states(world).await, 1, "only the one that was used, so that it is not used again");
    wait(world, 2 * HOUR);
    round(world).await;
    assert_eq!(states(world).await, 0);
    wait(world, 61 * DAY);
    round(world).await;
    let calls = install_call::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(calls.is_empty(), "{calls:?}");
    assert_eq!(world.active(HOST).await, tenant_id, "the account itself stays");
}

async fn several_instances_visit_an_account_once(world: &mut World) {
    let line = world.line("support").await;
    let other = world.another_server().await;
    wait(world, 31 * DAY);
    let (one, two) = tokio::join!(world.works("accounts"), parom::job::due_of(&other.app.jobs, "accounts"));
    assert_eq!(one + two, 1);
    assert_eq!(refreshes(world), 1);
    let next = entity::job::Entity::of_tenant(line.tenant_id).filter(entity::job::Column::Kind.eq("accounts"));
    assert!(next.one(world.app().store.read()).await.unwrap().is_some_and(|job| job.next_try_at.is_some()));
    other.stop().await;
}

both!(
    idle_access_never_ends,
    payment_is_noticed_and_what_waited_goes_on,
    a_blocked_account_is_distinguished_from_missing_rights,
    expired_rows_are_removed,
);
once!(a_message_that_goes_through_is_a_reason_to_ask, a_refused_message_reveals_an_unpaid_account);
once!(a_renewal_that_fails_is_tried_again, any_call_that_goes_through_ends_a_refusal);
on_postgres!(several_instances_visit_an_account_once);
