//! Who sets plans and ends, and what is refused.

use entity::audit;
use parom_tests::settings::HOST;
use parom_tests::{World, both};
use sea_orm::QueryOrder;
use serde_json::{Value, json};

use super::each;
use crate::admin::operator::Operator;

/// Who changed the account's plan, with what.
async fn changes(world: &World, tenant_id: uuid::Uuid) -> Vec<(String, Value)> {
    let rows = audit::Entity::of_tenant(tenant_id).order_by_asc(audit::Column::Id).all(world.app().store.read()).await;
    let rows = rows.unwrap().into_iter().filter(|row| row.action == "account.plan_changed");
    rows.map(|row| (row.actor_kind, serde_json::from_str(&row.detail).unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_vendors_keys_and_operators_set_them() {
    each(async |world| {
        let line = world.line("support").await;
        let path = format!("/api/v1/tenants/{}", line.tenant_id);
        let wrong = world.api.patch(&path, &json!({ "plan": "gold" })).await.is(422);
        assert_eq!(wrong.wrong_fields(), ["/plan"]);
        assert!(wrong.text.contains("start, all"), "{}", wrong.text);
        world.api.patch(&path, &json!({ "paid_until": "tomorrow" })).await.is(422);
        world.api.patch(&path, &json!({ "paid_till": null })).await.is(422);
        world.add_key(line.tenant_id, "prm_own-key-of-the-account-0123456789abcdef", "admin").await;
        let own = world.api.with_key("prm_own-key-of-the-account-0123456789abcdef");
        own.patch(&path, &json!({ "plan": "all" })).await.is(403);

        let change = json!({ "plan": "all", "paid_until": "2027-01-01T03:00:00+03:00", "trial_until": null });
        let tenant = world.api.patch(&path, &change).await.is(200).json;
        let shown = ["plan", "trial_until", "paid_until"].map(|field| tenant[field].clone());
        assert_eq!(shown, [json!("all"), Value::Null, json!("2027-01-01T00:00:00.000Z")]);
        // The same again is no change.
        world.api.patch(&path, &change).await.is(200);

        let olga = Operator::signed_in(world).await;
        olga.proves(world).await;
        let page = format!("/admin/accounts/{}", line.tenant_id);
        olga.opens(&page).await.is(200).says(&["value=\"all\" selected", "value=\"2026-12-31\"", "for 7 days"]);
        let form = |plan, trial, paid| [("plan", plan), ("trial_until", trial), ("paid_until", paid)];
        for wrong in [form("gold", "", ""), form("all", "soon", ""), form("all", "", "2026-02-30")] {
            olga.sends(&format!("{page}/plan"), &wrong).await.is(303);
        }
        olga.opens(&page).await.is(200).says(&["Nothing was changed"]);
        olga.sends(&format!("{page}/plan"), &form("all", "", "2026-12-31")).await.is(303);
        olga.sends(&format!("{page}/plan"), &form("", "", "2027-01-31")).await.is(303);
        let tenant = world.tenant(HOST).await.unwrap();
        assert_eq!((&tenant["plan"], &tenant["paid_until"]), (&Value::Null, &json!("2027-02-01T00:00:00.000Z")));
        let wanted = [
            ("key", json!({ "plan": "all", "trial_until": null, "paid_until": "2027-01-01T00:00:00.000Z" })),
            ("operator", json!({ "plan": null, "paid_until": "2027-02-01T00:00:00.000Z" })),
        ];
        assert_eq!(changes(world, line.tenant_id).await, wanted.map(|(who, what)| (who.to_owned(), what)));
    })
    .await;
}

async fn without_plans_nothing_changes(world: &mut World) {
    let line = world.line("support").await;
    let tenant = world.tenant(HOST).await.unwrap();
    assert_eq!(
        (&tenant["plan"], &tenant["trial_until"], &tenant["paid_until"]),
        (&json!(null), &json!(null), &json!(null))
    );
    world.advance(400 * super::DAY);
    super::looks(world).await;
    assert_eq!(world.tenant(HOST).await.unwrap()["status"], "active");
    let unknown = world.api.patch(&format!("/api/v1/tenants/{}", line.tenant_id), &json!({ "plan": "start" })).await;
    assert_eq!(unknown.is(422).wrong_fields(), ["/plan"]);
}

both!(without_plans_nothing_changes);
