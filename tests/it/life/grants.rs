//! Access: whose is used, given again, kept alive, and refusals that are older than the access given meanwhile
//! (O3).

use std::time::Duration;

use entity::oauth_grant::{self, Column};
use entity::{directory, install_call};
use parom::tenant::{AccessState, token};
use parom_tests::settings::HOST;
use parom_tests::{World, both, on_postgres, once};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use simulator::crm::{Fault, Part};
use uuid::Uuid;

use super::{
    DAY, HOUR, MINUTE, access_dies, alarms, calls, consents, grants, pipelines, refreshes, round, row, source_of,
    status, user, wait,
};

async fn a_managers_access_never_replaces_an_administrators(world: &mut World) {
    let line = world.line("support").await;
    let (olga, maria) = (user(world, "Olga"), user(world, "Maria"));
    let used = async |world: &World| {
        let grants = grants(world, line.tenant_id).await;
        grants.into_iter().filter(|grant| grant.in_use).map(|grant| grant.crm_user_id).collect::<Vec<_>>()
    };
    consents(world, maria).await;
    assert_eq!(grants(world, line.tenant_id).await.len(), 2, "both are kept");
    assert_eq!(used(world).await, [olga]);

    // Neither while it lives nor when it is dead: sources could not be changed with it.
    access_dies(world, line.tenant_id).await;
    assert_eq!(status(world).await, "needs_reauth");
    let page = consents(world, maria).await;
    assert!(page.text.contains("Only an administrator"), "{}", page.text);
    assert_eq!((used(world).await, status(world).await), (vec![olga], "needs_reauth".to_owned()));
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"], "messages go on");

    consents(world, olga).await;
    assert_eq!((used(world).await, status(world).await), (vec![olga], "active".to_owned()));
    pipelines(world, line.tenant_id).await.is(200);
}

async fn the_access_of_another_administrator_is_used_instead(world: &mut World) {
    let line = world.line("support").await;
    let maria = user(world, "Maria");
    consents(world, maria).await;
    // She is made an administrator: the sandbox has one only.
    oauth_grant::Entity::update_many()
        .col_expr(Column::IsAdmin, Expr::value(true))
        .filter(Column::TenantId.eq(line.tenant_id))
        .filter(Column::CrmUserId.eq(maria))
        .exec(world.app().store.write())
        .await
        .unwrap();
    access_dies(world, line.tenant_id).await;
    pipelines(world, line.tenant_id).await.is(200);
    assert_eq!(status(world).await, "active");
    let access = parom::tenant::access(&world.app().tenants, line.tenant_id).await.unwrap();
    assert_eq!((access.by.unwrap().crm_user_id, access.grants), (maria, 2));
}

async fn giving_access_again_keeps_everything(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("before").await;
    world.deliver_all().await;
    let before = source_of(world, &line).await;
    access_dies(world, line.tenant_id).await;
    assert_eq!(
        (status(world).await.as_str(), alarms(world, line.tenant_id).await),
        ("needs_reauth", vec!["needs_reauth".to_owned()])
    );
    let access = parom::tenant::access(&world.app().tenants, line.tenant_id).await.unwrap();
    assert_eq!((access.state, access.next_refresh_at), (AccessState::Revoked, None));
    let again = parom::tenant::grant::reconnect_url(&row(world, line.tenant_id).await);
    assert_eq!(again, "/oauth/install?integration=main", "one click");

    world.owner(HOST).installs_in_a_browser().await.is(200);
    assert_eq!(world.active(HOST).await, line.tenant_id);
    let after = source_of(world, &line).await;
    assert_eq!(
        (after.id, after.external_id, after.amocrm_source_id, after.secrets),
        (before.id, before.external_id, before.amocrm_source_id, before.secrets)
    );
    assert!(alarms(world, line.tenant_id).await.is_empty());
    world.customer(&line, "anna").writes("after").await;
    world.manager(&line).answers("anna", "answered").await;
    world.deliver_all().await;
    assert_eq!(
        (world.texts_at_crm(&line), world.messenger.texts()),
        (vec!["before".into(), "after".into()], vec!["answered".to_owned()])
    );
}

async fn a_renamed_account_is_found_by_any_call(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.rename_account(HOST, "one.amocrm.ru");
    pipelines(world, line.tenant_id).await.is(200);
    assert_eq!(row(world, line.tenant_id).await.host, "one.amocrm.ru");
    // amoCRM may also answer 404 for an unknown name.
    world.sandbox.rename_account("one.amocrm.ru", "two.amocrm.ru");
    world.sandbox.faults().next(Part::Rest, 1, Fault::Status { code: 404, retry_after: None });
    pipelines(world, line.tenant_id).await.is(200);
    assert_eq!(row(world, line.tenant_id).await.host, "two.amocrm.ru");
    assert_eq!(status_of(world, "two.amocrm.ru").await, "active");
}

async fn the_widgets_word_leads_to_a_renamed_account(world: &mut World) {
    let line = world.line("support").await;
    // Tokens that are not JWTs contain no shared host.
    entity::tenant::Entity::update_many()
        .col_expr(entity::tenant::Column::ApiDomain, Expr::value(Option::<String>::None))
        .filter(entity::tenant::Column::TenantId.eq(line.tenant_id))
        .exec(world.app().store.write())
        .await
        .unwrap();
    let rules = parom::tenant::host_rules(&world.app().config.integrations[0]);
    let host = |name: &str| rules.parse(name).unwrap();
    world.sandbox.add_account("other.amocrm.ru");
    let find = async |world: &World, name: &str| {
        token::find_host(&world.app().tenants, line.tenant_id, Some(&host(name))).await.unwrap()
    };
    assert!(!find(world, HOST).await, "it is where we knew it");
    assert!(!find(world, "other.amocrm.ru").await, "another account lives there");
    assert_eq!(row(world, line.tenant_id).await.host, HOST);
    world.sandbox.rename_account(HOST, "renamed.amocrm.ru");
    wait(world, 1);
    assert!(find(world, "renamed.amocrm.ru").await);
    assert_eq!(row(world, line.tenant_id).await.host, "renamed.amocrm.ru");
    assert!(!find(world, "renamed.amocrm.ru").await, "twice is once");
}

async fn a_dropped_caller_does_not_lose_the_new_pair(world: &mut World) {
    let line = world.line("support").await;
    wait(world, 86_400);
    let before = refreshes(world);
    let gate = world.sandbox.faults().hold(Part::Token);
    let app = world.app().clone();
    let caller = tokio::spawn(async move { token::access_token(&app.tenants, line.tenant_id).await });
    gate.until_waiting(1).await;
    caller.abort();
    gate.open();
    let stored = async || grants(world, line.tenant_id).await.into_iter().find(|grant| grant.version == 2);
    let grant = world.until("the pair is stored", stored).await;
    assert_eq!((grant.lease_owner, grant.intent_at), (None, None));
    assert!(grant.previous_refresh_token.is_some());
    token::access_token(&world.app().tenants, line.tenant_id).await.unwrap();
    assert_eq!(refreshes(world) - before, 1);
}

async fn status_of(world: &World, host: &str) -> String {
    world.tenant(host).await.unwrap()["status"].as_str().unwrap().to_owned()
}

// O3. A refusal of amoCRM's that is older than the access that was given meanwhile: in whatever order the two are
// written down, the account is active, nothing is reported, and the access works.

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

// Automatic maintenance: idle access is renewed, refused accounts are probed slowly, expired data is deleted.

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
    world.sandbox.switch(HOST, |switches| switches.unpaid = true);
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
    world.sandbox.switch(HOST, |switches| switches.unpaid = false);
    wait(world, 2 * HOUR);
    round(world).await;
    assert_eq!(status(world).await, "active");
    assert!(alarms(world, line.tenant_id).await.is_empty());
    wait(world, 1);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"], "payment is enough, no hour more");
}

/// D9: an account that has paid is not shown as unpaid for an hour, and one that has not is known at once.
async fn any_call_or_message_tells_whether_an_account_is_paid(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    for by_a_message in [true, false] {
        world.sandbox.switch(HOST, |switches| switches.unpaid = true);
        assert_ne!(pipelines(world, line.tenant_id).await.status, 200);
        assert_eq!(status(world).await, "unpaid");
        world.sandbox.switch(HOST, |switches| switches.unpaid = false);
        assert_eq!(round(world).await, 0, "amoCRM is asked slowly");
        if by_a_message {
            anna.writes("Hello").await;
            world.deliver_all().await;
            world.until("the account is looked at", async || (round(world).await > 0).then_some(())).await;
        } else {
            pipelines(world, line.tenant_id).await.is(200);
        }
        assert_eq!(status(world).await, "active");
    }
    world.sandbox.faults().next(Part::Message, 1, Fault::Status { code: 402, retry_after: None });
    anna.writes("Again").await;
    world.deliver_all().await;
    world.becomes(HOST, "unpaid").await;
    assert_eq!(alarms(world, line.tenant_id).await, ["unpaid"]);
    wait(world, 2 * HOUR);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello", "Again"]);
}

async fn a_blocked_account_is_distinguished_from_missing_rights(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().next(Part::Rest, 1, Fault::Status { code: 403, retry_after: None });
    assert_ne!(pipelines(world, line.tenant_id).await.status, 200);
    assert_eq!(status(world).await, "active", "one call is refused, the account is not");
    world.sandbox.switch(HOST, |switches| switches.blocked = true);
    assert_ne!(pipelines(world, line.tenant_id).await.status, 200);
    assert_eq!(status(world).await, "blocked");
    assert_eq!(alarms(world, line.tenant_id).await, ["blocked"]);
    world.sandbox.switch(HOST, |switches| switches.blocked = false);
    wait(world, 15 * MINUTE);
    round(world).await;
    assert_eq!(status(world).await, "active");
    assert!(alarms(world, line.tenant_id).await.is_empty());
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

both!(o3_another_users_access_came_before_the_refusal_was_noted, o3_a_notice_crosses_a_new_installation);
both!(o3_the_same_users_access_comes_while_the_refusal_is_noted, expired_rows_are_removed, idle_access_never_ends);
once!(a_blocked_account_is_distinguished_from_missing_rights, the_access_of_another_administrator_is_used_instead);
once!(a_managers_access_never_replaces_an_administrators);
once!(a_dropped_caller_does_not_lose_the_new_pair);
once!(the_widgets_word_leads_to_a_renamed_account, payment_is_noticed_and_what_waited_goes_on);
once!(a_renamed_account_is_found_by_any_call);
once!(giving_access_again_keeps_everything, a_renewal_that_fails_is_tried_again);
on_postgres!(several_instances_visit_an_account_once);
once!(any_call_or_message_tells_whether_an_account_is_paid);
