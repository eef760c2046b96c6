//! Whose access is used, and what is kept when it is given again.

use entity::oauth_grant::{self, Column};
use parom::tenant::{AccessState, host, token};
use parom_tests::settings::HOST;
use parom_tests::{World, both, once};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use simulator::crm::{Fault, Part};

use super::{access_dies, alarms, consents, grants, pipelines, refreshes, row, source_of, status, user, wait};

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
    let again = parom::tenant::access::reconnect_url(&row(world, line.tenant_id).await);
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

async fn the_givers_name_is_known(world: &mut World) {
    let line = world.line("support").await;
    let access = parom::tenant::access(&world.app().tenants, line.tenant_id).await.unwrap();
    let giver = access.by.unwrap();
    assert_eq!((giver.name.as_str(), giver.is_admin), ("Olga", true));
    let tenant = row(world, line.tenant_id).await;
    let known = [tenant.language.as_str(), tenant.time_zone.as_str(), tenant.country.as_str()];
    assert_eq!(known, ["ru", "Europe/Moscow", "RU"]);
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
        host::find(&world.app().tenants, line.tenant_id, Some(&host(name))).await.unwrap()
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

both!(a_managers_access_never_replaces_an_administrators, giving_access_again_keeps_everything);
once!(
    the_access_of_another_administrator_is_used_instead,
    the_givers_name_is_known,
    a_dropped_caller_does_not_lose_the_new_pair,
    a_renamed_account_is_found_by_any_call,
    the_widgets_word_leads_to_a_renamed_account,
);
