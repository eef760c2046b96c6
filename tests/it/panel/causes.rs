//! One cause has one card on the overview, whatever it breaks.

use entity::tenant_channel;
use parom_tests::{Reply, World, once};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

/// amoCRM takes the access back.
pub async fn loses_access(world: &World, tenant_id: Uuid) {
    let app = world.app();
    entity::tenant::Entity::update_many()
        .col_expr(entity::tenant::Column::Status, Expr::value("needs_reauth"))
        .filter(entity::tenant::Column::TenantId.eq(tenant_id))
        .exec(app.store.write())
        .await
        .expect("access is lost");
    app.lookup.forget();
}

/// amoCRM disconnects the chat channel.
pub async fn loses_channel(world: &World, tenant_id: Uuid) {
    tenant_channel::Entity::update_many()
        .col_expr(tenant_channel::Column::Status, Expr::value("disconnected"))
        .filter(tenant_channel::Column::TenantId.eq(tenant_id))
        .exec(world.app().store.write())
        .await
        .expect("the channel is lost");
}

/// The cards of the overview: of the account, of sources, and of other problems.
pub fn cards(page: &Reply) -> usize {
    let problems = page.between("data-live=\"problems\"", "</section>").expect("the problems");
    problems.matches("class=\"notice t-").count() + problems.matches("class=\"card problem\"").count()
}

/// A suspension holds every source, and a lost channel stops every source: one cause, one card that names them.
async fn one_cause_has_one_card(world: &mut World) {
    let (first, second) = (world.line("support").await, world.line("sales").await);
    let owner = world.panel(first.tenant_id).await;
    let tenant = format!("/api/v1/tenants/{}", first.tenant_id);
    world.api.patch(&tenant, &json!({ "suspended": true })).await.is(200);
    let page = owner.opens("/panel").await.is(200);
    page.says(&["Suspended", "Affected sources:", "Line support", "Line sales"]);
    page.never_says(&["sources need attention"]);
    assert_eq!(cards(&page), 1, "{}", page.text);
    world.api.patch(&tenant, &json!({ "suspended": false })).await.is(200);

    loses_channel(world, first.tenant_id).await;
    let page = owner.opens("/panel").await.is(200);
    page.says(&["2 sources need attention", "Affected sources:", "amoCRM disconnected the chat channel."]);
    assert_eq!(cards(&page), 1, "{}", page.text);
    let problem = page.between("class=\"card problem\"", "</li>").unwrap();
    for id in [first.source_id, second.source_id] {
        assert!(problem.contains(&format!("/panel/sources/{id}")), "{problem}");
    }
    owner.sends("/panel/language", &[("to", "ru")]).await.is(303);
    owner.opens("/panel").await.is(200).says(&["Затронуты источники:"]);
}

once!(one_cause_has_one_card);
