//! N5: a key may do what its maker may do now, and says who that is.

use std::time::Duration;

use entity::api_key;
use parom::identity::MemberRole;
use parom_tests::settings::HOST;
use parom_tests::{Api, Line, Visitor, World, both, once};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{add_member, sign_in};

const HOUR: Duration = Duration::from_secs(3600);

/// Makes a key by the form and copies it from its page.
async fn makes(world: &World, visitor: &Visitor, name: &str, scope: &str) -> Api {
    visitor.opens("/panel/keys/new").await.is(200);
    let page = visitor.does("/panel/keys", &[("name", name), ("scope", scope), ("days", "30")]).await;
    world.api.with_key(page.between("<code class=\"mono all\">", "<").expect("a key"))
}

async fn me(api: &Api) -> Value {
    api.get("/api/v1/me").await.is(200).json.clone()
}

/// Export and erasure of a customer, which only owners may.
async fn of_customers(line: &Line, api: &Api) -> [u16; 2] {
    let path = |act: &str| format!("/api/v1/tenants/{}/customers/{act}", line.tenant_id);
    let nobody = json!({"phone": "+7 915 999-99-99"});
    [api.post(&path("export"), &nobody).await.status, api.post(&path("erase"), &nobody).await.status]
}

async fn key_named(world: &World, tenant_id: Uuid, name: &str) -> Uuid {
    let found = api_key::Entity::of_tenant(tenant_id).filter(api_key::Column::Name.eq(name));
    found.one(world.app().store.read()).await.unwrap().expect("a key").id
}

async fn n5_a_key_carries_no_right_that_its_maker_lacks(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Administrator).await;
    let anna = sign_in(world, "anna@example.com").await;
    anna.opens("/panel/data").await.is(403);
    anna.opens("/panel/keys/new").await.is(200).never_says(&["value=\"admin\""]);
    anna.sends("/panel/keys", &[("name", "All"), ("scope", "admin"), ("days", "30")]).await.is(403);
    let own = makes(world, &anna, "Anna's", "write").await;
    assert_eq!(of_customers(&line, &own).await, [403, 403]);
    let reads = makes(world, &anna, "Reads", "read").await;
    assert_eq!(of_customers(&line, &reads).await, [403, 403]);

    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/keys/new").await.is(200).says(&["value=\"admin\""]);
    let all = makes(world, &owner, "All", "admin").await;
    assert_eq!(of_customers(&line, &all).await, [404, 404], "there is no such customer");
    owner.opens("/panel/keys").await.is(200).says(&["Created by", "anna@example.com", "Anna Ivanova"]);

    // Every key says what it is, and a tenant's key lists its own account.
    let shown = me(&own).await;
    let key = &shown["key"];
    assert_eq!(
        [&key["name"], &key["scope"], &key["created_by"], &key["tenant_id"]],
        [&json!("Anna's"), &json!("write"), &json!("anna@example.com"), &json!(line.tenant_id)]
    );
    assert!(key["id"].is_string() && key["expires_at"].is_string(), "{shown}");
    assert_eq!([&shown["tenant"]["host"], &shown["limits"]["sources"]], [&json!(HOST), &json!(50)]);
    assert!(shown["limits"].get("requests_per_second").is_some(), "{shown}");
    assert_eq!(me(&all).await["key"]["created_by"], "Anna Ivanova");
    let vendors = me(&world.api).await;
    let of_vendor = [&vendors["tenant"], &vendors["key"]["tenant_id"], &vendors["limits"]["sources"]];
    assert_eq!(of_vendor, [&Value::Null; 3]);
    assert_eq!(vendors["key"]["created_by"], "parom key create");
    let ids = async |api: &Api| {
        let items = api.get("/api/v1/tenants").await.is(200).json["items"].clone();
        items.as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&own).await, [json!(line.tenant_id)]);
    assert_eq!(ids(&world.api).await, [json!(other.tenant_id), json!(line.tenant_id)]);
}

/// Each key is used only after the change, because a used one is cached for a moment.
async fn n5_a_key_loses_what_its_maker_loses(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let boris = add_member(world, line.tenant_id, "boris@example.com", MemberRole::Owner).await;
    let maker = sign_in(world, "boris@example.com").await;
    let mut keys = Vec::new();
    for name in ["One", "Two", "Three", "Four"] {
        keys.push(makes(world, &maker, name, "admin").await);
    }
    let lower = async |role: &str| {
        owner.opens("/panel/team").await.is(200);
        owner.does(&format!("/panel/team/{boris}/role"), &[("role", role)]).await;
    };
    let body = world.customer(&line, "anna").body("one", "Hello");
    lower("administrator").await;
    assert_eq!(of_customers(&line, &keys[0]).await, [403, 403]);
    keys[0].post(&line.path("/messages"), &body).await.is(202);
    lower("viewer").await;
    assert_eq!(me(&keys[1]).await["key"]["scope"], "read");
    keys[1].post(&line.path("/messages"), &body).await.is(403);
    owner.opens("/panel/keys").await.is(200).says(&["Now only: Read", "Take over"]);
    // An administrator cannot take over what only owners may have.
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Administrator).await;
    let anna = sign_in(world, "anna@example.com").await;
    anna.opens("/panel/keys").await.is(200).never_says(&["Take over"]);
    let take = format!("/panel/keys/{}/take", key_named(world, line.tenant_id, "Three").await);
    anna.sends(&take, &[]).await.is(403);
    owner.does(&take, &[]).await.says(&["Key “Three” is yours now"]);

    let remove = format!("/panel/team/{boris}/remove");
    let asked = owner.opens(&remove).await.is(200);
    asked.says(&["API keys of this person", "One", "Two", "Four", "They end"]);
    asked.never_says(&["Three"]);
    owner.does(&remove, &[("keys", "end")]).await.says(&["no longer has access"]);
    keys[3].get("/api/v1/me").await.is(401);
    let taken = me(&keys[2]).await["key"].clone();
    assert_eq!([&taken["scope"], &taken["created_by"]], [&json!("admin"), &json!("Anna Ivanova")]);
    world.deliver_all().await;
}

async fn n5_keys_are_handed_over_with_their_maker(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let boris = add_member(world, line.tenant_id, "boris@example.com", MemberRole::Administrator).await;
    let key = makes(world, &sign_in(world, "boris@example.com").await, "Billing", "write").await;
    let remove = format!("/panel/team/{boris}/remove");
    owner.opens(&remove).await.is(200);
    owner.does(&remove, &[("keys", "take")]).await;
    let key = me(&key).await["key"].clone();
    assert_eq!([&key["scope"], &key["created_by"]], [&json!("write"), &json!("Anna Ivanova")]);
    owner.opens("/panel/audit").await.is(200).says(&["Key taken over"]);
}

async fn n5_a_maker_who_left_amocrm_takes_their_keys_along(world: &mut World) {
    let line = world.line("support").await;
    let id = world.sandbox.add_account(HOST).users[1].id;
    world.sandbox.set_administrator(HOST, id, true);
    let maria = world.panel_as(line.tenant_id, id, "Maria", true).await;
    let key = makes(world, &maria, "Maria's", "admin").await;
    world.sandbox.remove_user(HOST, id);
    world.advance(HOUR);
    // The request itself does not wait for amoCRM's answer.
    key.get("/api/v1/me").await.is(200);
    world.until("the key ends", async || (key.get("/api/v1/me").await.status == 401).then_some(())).await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/keys").await.is(200).says(&["its creator has no access", "Take over"]);
}

/// Keys from before makers were stored may do what an administrator may.
async fn n5_a_key_without_a_known_maker_does_not_erase(world: &mut World) {
    let line = world.line("support").await;
    for key in ["prm_older-one", "prm_older-two"] {
        world.add_key(line.tenant_id, key, "admin").await;
    }
    let unknown = api_key::Entity::update_many().col_expr(api_key::Column::MadeBy, Expr::value(Option::<String>::None));
    unknown.filter(api_key::Column::TenantId.eq(line.tenant_id)).exec(world.app().store.write()).await.unwrap();
    let older = world.api.with_key("prm_older-one");
    assert_eq!(of_customers(&line, &older).await, [403, 403]);
    older.post(&line.path("/messages"), &world.customer(&line, "anna").body("one", "Hello")).await.is(202);
    let key = me(&older).await["key"].clone();
    assert_eq!([&key["scope"], &key["created_by"]], [&json!("write"), &Value::Null]);
    let owner = world.panel(line.tenant_id).await;
    let page = owner.opens("/panel/keys").await.is(200);
    page.says(&["Now only: Read and send", "Take over"]);
    let rows = api_key::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    for row in rows {
        owner.does(&format!("/panel/keys/{}/take", row.id), &[]).await;
    }
    let taken = world.api.with_key("prm_older-two");
    assert_eq!(of_customers(&line, &taken).await, [404, 404]);
    world.deliver_all().await;
}

both!(n5_a_key_loses_what_its_maker_loses);
once!(
    n5_keys_are_handed_over_with_their_maker,
    n5_a_maker_who_left_amocrm_takes_their_keys_along,
    n5_a_key_without_a_known_maker_does_not_erase,
    n5_a_key_carries_no_right_that_its_maker_lacks
);
