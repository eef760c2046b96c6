//! O3. A refusal of amoCRM's that is older than the access that was given meanwhile: in whatever order the two are
//! written down, the account is active, nothing is reported, and the access works.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{World, both};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use simulator::crm::{Fault, Part};
use uuid::Uuid;

use entity::oauth_grant::{self, Column};

use super::{alarms, consents, grants, pipelines, round, row, status, user, wait};

/// The next call has to renew the token, and amoCRM refuses that for good.
async fn the_next_renewal_is_refused(world: &World, tenant_id: Uuid) {
    world.sandbox.expire_access_tokens(HOST);
    world.sandbox.faults().next(Part::Token, 1, Fault::LostAnswer);
    pipelines(world, tenant_id).await;
}

fn installs(world: &World) -> usize {
    world.sandbox.token_calls().iter().filter(|call| call.grant_type == "authorization_code").count()
}

/// Returns when the installation has its new tokens, or cannot get so far: on SQLite it waits for the transaction that
/// is held, as one on PostgreSQL does when it stores them.
async fn an_installation_is_under_way(world: &World, before: usize) {
    let began = world.until("amoCRM gave the new tokens", async || (installs(world) > before).then_some(()));
    let _ = tokio::time::timeout(Duration::from_millis(300), began).await;
}

async fn all_is_well(world: &World, tenant_id: Uuid) {
    // A notice that could not be confirmed is asked about again.
    for _ in 0..3 {
        wait(world, 10);
        round(world).await;
    }
    let used: Vec<_> = grants(world, tenant_id).await.into_iter().filter(|grant| grant.in_use).collect();
    assert!(used.len() == 1 && !used[0].dead, "one living access is in use");
    assert_eq!(status(world).await, "active");
    assert!(alarms(world, tenant_id).await.is_empty(), "{:?}", alarms(world, tenant_id).await);
    assert_eq!(row(world, tenant_id).await.uninstalled_at, None);
    pipelines(world, tenant_id).await.is(200);
    // A new source is refused to an account that is not active.
    world.line("sales").await;
}

/// What an ordinary user had given is refused; an administrator has given access before that is written down.
async fn o3_another_users_access_came_before_the_refusal_was_noted(world: &mut World) {
    let line = world.line("support").await;
    let (olga, maria) = (user(world, "Olga"), user(world, "Maria"));
    consents(world, maria).await;
    for (user, used) in [(olga, false), (maria, true)] {
        oauth_grant::Entity::update_many()
            .col_expr(Column::InUse, Expr::value(used))
            .filter(Column::TenantId.eq(line.tenant_id))
            .filter(Column::CrmUserId.eq(user))
            .exec(world.app().store.write())
            .await
            .unwrap();
    }
    the_next_renewal_is_refused(world, line.tenant_id).await;
    let held = world.faults.hold("token.refused");
    tokio::join!(pipelines(world, line.tenant_id), async {
        held.reached().await;
        consents(world, olga).await;
        held.release();
    });
    all_is_well(world, line.tenant_id).await;
}

/// The same user gives access while the refusal is being written down.
async fn o3_the_same_users_access_comes_while_the_refusal_is_noted(world: &mut World) {
    let line = world.line("support").await;
    let olga = user(world, "Olga");
    the_next_renewal_is_refused(world, line.tenant_id).await;
    let (held, before) = (world.faults.hold("token.marked"), installs(world));
    tokio::join!(
        pipelines(world, line.tenant_id),
        async {
            held.reached().await;
            consents(world, olga).await;
        },
        async {
            an_installation_is_under_way(world, before).await;
            held.release();
        }
    );
    all_is_well(world, line.tenant_id).await;
}

/// Switched off and on again: the notice of the first is looked into while the second is stored.
async fn o3_a_notice_crosses_a_new_installation(world: &mut World) {
    let line = world.line("support").await;
    let olga = user(world, "Olga");
    for point in ["token.refused", "token.marked"] {
        let (held, before) = (world.faults.hold(point), installs(world));
        assert_eq!(world.owner(HOST).uninstalls().await.status, Some(200));
        held.reached().await;
        tokio::join!(consents(world, olga), async {
            an_installation_is_under_way(world, before).await;
            held.release();
        });
        world.active(HOST).await;
        let used: Vec<_> = grants(world, line.tenant_id).await.into_iter().filter(|grant| grant.in_use).collect();
        assert!(used.len() == 1 && !used[0].dead, "held at {point}");
    }
    all_is_well(world, line.tenant_id).await;
}

both!(
    o3_another_users_access_came_before_the_refusal_was_noted,
    o3_the_same_users_access_comes_while_the_refusal_is_noted,
    o3_a_notice_crosses_a_new_installation,
);
