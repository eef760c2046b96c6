//! What an operator does about one account.

use std::time::Duration;

use base::store::VENDOR;
use entity::audit;
use parom::admin::operators::actions;
use parom::audit::{Actor, By};
use parom::identity::form::masked;
use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{World, both, once};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::operator::Operator;

fn path(tenant_id: Uuid, rest: &str) -> String {
    format!("/admin/accounts/{tenant_id}{rest}")
}

/// Action, actor and detail of a log's rows of this kind.
async fn rows(world: &World, log: Uuid, action: &str) -> Vec<(String, Value)> {
    let rows = audit::Entity::of_tenant(log).order_by_asc(audit::Column::Id).all(world.app().store.read()).await;
    let rows = rows.unwrap().into_iter().filter(|row| row.action == action);
    rows.map(|row| (row.actor_name, serde_json::from_str(&row.detail).unwrap())).collect()
}

async fn a_suspension_stops_delivery_and_keeps_what_comes(world: &mut World) {
    let line = world.line("support").await;
    let olga = Operator::signed_in(world).await;
    let asked = olga.opens(&path(line.tenant_id, "/suspend")).await.is(200);
    assert!(asked.text.contains("1\u{a0}source of acme.amocrm.ru will receive and keep messages"), "{}", asked.text);
    olga.sends(&path(line.tenant_id, "/suspend"), &[("reason", " ")]).await.is(422);
    assert_eq!(world.tenant(HOST).await.unwrap()["suspended"], false, "not without a reason");
    olga.sends(&path(line.tenant_id, "/suspend"), &[("reason", "not paid since May")]).await.is(303);
    let page = olga.opens(&path(line.tenant_id, "")).await.is(200);
    assert!(page.text.contains("is suspended. Messages are received and wait."), "{}", page.text);
    assert!(
        !olga.opens(&path(line.tenant_id, "")).await.text.contains("is suspended. Messages"),
        "a notice is shown once"
    );
    assert_eq!(world.tenant(HOST).await.unwrap()["status"], "suspended");

    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    assert_eq!((world.letters().await.len(), world.texts_at_crm(&line).len()), (1, 0), "kept, not delivered");
    olga.opens(&path(line.tenant_id, "")).await.is(200);
    olga.sends(&path(line.tenant_id, "/resume"), &[]).await.is(303);
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    for log in [line.tenant_id, VENDOR] {
        let said = ("Olga".to_owned(), json!({"reason": "not paid since May"}));
        assert_eq!(rows(world, log, "account.suspended").await, [said], "the account reads who and why");
        assert_eq!(rows(world, log, "account.resumed").await.len(), 1);
    }
}

async fn limit_and_share_are_set_within_their_bounds(world: &mut World) {
    let line = world.line("support").await;
    let olga = Operator::signed_in(world).await;
    olga.opens(&path(line.tenant_id, "")).await.is(200);
    for wrong in ["101", "-1", "many", "1.5"] {
        let refused = olga.sends(&path(line.tenant_id, "/limit"), &[("limit", wrong)]).await.is(422);
        assert!(refused.text.contains(&format!("value=\"{wrong}\"")), "what was typed stays");
    }
    let limit = async || world.tenant(HOST).await.unwrap();
    olga.sends(&path(line.tenant_id, "/limit"), &[("limit", "1")]).await.is(303);
    let tenant = world.api.get(&format!("/api/v1/tenants/{}", line.tenant_id)).await.is(200);
    assert_eq!(tenant.json["sources_limit"], 1);
    let body = json!({"kind": "custom", "name": "Two", "settings": {"webhook_url": world.messenger.url()}});
    let second = world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(409);
    assert!(second.text.contains("source_limit"), "{}", second.text);
    olga.sends(&path(line.tenant_id, "/limit"), &[("limit", "")]).await.is(303);
    assert_eq!(limit().await["sources_limit"], Value::Null);
    let changes = rows(world, line.tenant_id, "account.limit_changed").await;
    let details: Vec<Value> = changes.into_iter().map(|(_, detail)| detail).collect();
    assert_eq!(details, [json!({"from": null, "to": 1}), json!({"from": 1, "to": null})]);

    let weight = async || {
        let found = parom::tenant::load(world.app().store.read(), line.tenant_id).await.unwrap();
        found.unwrap().weight
    };
    for wrong in ["0", "101", "-1", "much"] {
        olga.sends(&path(line.tenant_id, "/weight"), &[("weight", wrong)]).await.is(303);
        let page = olga.opens(&path(line.tenant_id, "")).await.is(200);
        page.says(&["whole number from 1 to 100. Nothing was changed."]);
    }
    assert_eq!(weight().await, 1);
    olga.sends(&path(line.tenant_id, "/weight"), &[("weight", "3")]).await.is(303);
    assert_eq!(weight().await, 3);
    assert_eq!(rows(world, line.tenant_id, "account.weighed").await[0].1, json!({"from": 1, "to": 3}));
}

/// What members can change: members, keys, whether sources are paused.
async fn stored(world: &World, tenant_id: Uuid) -> (usize, usize, Vec<bool>) {
    let db = world.app().store.read();
    let members = entity::member::Entity::of_tenant(tenant_id).all(db).await.unwrap();
    let keys = entity::api_key::Entity::of_tenant(tenant_id).all(db).await.unwrap();
    let sources = entity::source::Entity::of_tenant(tenant_id).all(db).await.unwrap();
    (members.len(), keys.len(), sources.into_iter().map(|source| source.paused).collect())
}

/// N11: a view ends with the session of the operator who began it, and with their access.
async fn a_view_of_an_account_ends_with_its_operators_session(world: &mut World) {
    let line = world.line("support").await;
    let view = async |olga: &Operator| {
        olga.opens(&path(line.tenant_id, "/view-as")).await.is(200);
        olga.sends(&path(line.tenant_id, "/view-as"), &[("reason", "ticket 4711")]).await.is(303);
        olga.opens("/panel").await.is(200).says(&["ticket 4711"]);
    };
    let olga = Operator::signed_in(world).await;
    view(&olga).await;
    olga.opens("/admin").await.is(200);
    olga.sends("/admin/sign-out", &[]).await.is(303);
    assert!(olga.opens("/panel").await.is_redirect().starts_with("/panel/sign-in"));

    let own = entity::person::Column::IsOperator.eq(true);
    let own = entity::person::Entity::find().filter(own).one(world.app().store.read()).await.unwrap().unwrap();
    let next = olga.next_code(world);
    let by = By { actor: Actor::Cli, address: None };
    let link = actions::link(&world.app().panel, &own, false, &by).await.unwrap();
    olga.follows(&link).await.is(303);
    olga.opens("/admin/code").await.is(200);
    olga.sends("/admin/code", &[("code", &next)]).await.is(303);
    view(&olga).await;
    actions::disable(&world.app().panel, &own, &by).await.unwrap();
    assert!(olga.opens("/panel").await.is_redirect().starts_with("/panel/sign-in"));
}

async fn viewing_as_an_account_is_read_only_short_and_audited(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("text-canary-77").await;
    world.deliver_all().await;
    let olga = Operator::signed_in(world).await;
    olga.opens(&path(line.tenant_id, "/view-as")).await.is(200);
    olga.sends(&path(line.tenant_id, "/view-as"), &[("reason", "")]).await.is(422);
    assert!(olga.cookie("parom").is_none(), "no look without a reason");
    let opened = olga.sends(&path(line.tenant_id, "/view-as"), &[("reason", "ticket 4711")]).await.is(303);
    assert_eq!(opened.header("location"), "/panel");
    for log in [line.tenant_id, VENDOR] {
        let looks = rows(world, log, "account.looked_at").await;
        assert_eq!(looks, [("Olga".to_owned(), json!({"reason": "ticket 4711"}))]);
    }
    let panel = olga.opens("/panel").await.is(200);
    assert!(panel.text.contains("ticket 4711") && panel.text.contains("class=\"strip"), "a strip says who looks");
    assert!(!panel.text.contains("text-canary-77"));
    for hidden in ["/panel/messages", "/panel/conversations"] {
        assert!(!olga.opens(hidden).await.text.contains("text-canary-77"), "{hidden}");
    }
    let session = entity::session::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await;
    let csrf = masked(&session.unwrap().unwrap().csrf);
    let pause = format!("/panel/sources/{}/pause", line.source_id);
    let changes: [(&str, &[(&str, &str)]); 3] = [
        ("/panel/team/invite", &[("email", "new@shop.example"), ("role", "owner")]),
        ("/panel/keys", &[("name", "Olga's"), ("scope", "read"), ("days", "30")]),
        (&pause, &[]),
    ];
    let before = stored(world, line.tenant_id).await;
    for (path, fields) in changes {
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        olga.sends_as_it_is(path, &fields).await.is(403);
    }
    assert_eq!(stored(world, line.tenant_id).await, before);
    // The forms are right: the same ones of an owner are accepted.
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel").await.is(200);
    for (path, fields) in changes {
        owner.sends(path, fields).await.is(303);
    }

    world.advance(Duration::from_secs(14 * 60));
    olga.opens("/admin/accounts").await.is(200);
    olga.opens("/panel").await.is(200);
    world.advance(Duration::from_secs(14 * 60));
    olga.opens("/panel").await.is(200);
    world.advance(Duration::from_secs(2 * 60));
    assert_eq!(olga.opens("/panel").await.status, 303, "half an hour is over, however much was looked at");
}

/// D27: an operator who has looked enough is back where the look began; and an account reads why it was suspended.
async fn viewing_as_an_account_ends_in_the_admin_and_a_suspension_shows_its_reason(world: &mut World) {
    let line = world.line("support").await;
    let olga = Operator::signed_in(world).await;
    olga.opens(&path(line.tenant_id, "")).await.is(200);
    olga.sends(&path(line.tenant_id, "/view-as"), &[("reason", "ticket 4711")]).await.is(303);
    assert!(olga.opens("/panel").await.is(200).text.contains("Back to the admin"));
    let page = olga.opens("/panel").await.is(200);
    let csrf = page.between("name=\"csrf\" value=\"", "\"").expect("a form").to_owned();
    let out = olga.sends_as_it_is("/panel/sign-out", &[("csrf", csrf.as_str())]).await.is(303);
    assert_eq!(out.header("location"), format!("/admin/accounts/{}", line.tenant_id));

    olga.opens(&path(line.tenant_id, "")).await.is(200);
    olga.sends(&path(line.tenant_id, "/suspend"), &[("reason", "The invoice of May is open")]).await.is(303);
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel").await.is(200).says(&["Reason: The invoice of May is open"]);
}

async fn the_page_says_what_to_do(world: &mut World) {
    world.sandbox.add_account(HOST);
    let line = world.line("support").await;
    let olga = Operator::signed_in(world).await;
    let page = olga.opens(&path(line.tenant_id, "")).await.is(200);
    let install = format!("{}/oauth/install?integration=main", world.api.base());
    for wanted in [HOST, CHANNEL_ID, "Line support", "Your own messenger", "90\u{a0}days left", install.as_str()] {
        assert!(page.text.contains(wanted), "{wanted} is not in {}", page.text);
    }
    let refused = entity::tenant_channel::Entity::update_many()
        .col_expr(entity::tenant_channel::Column::Status, sea_orm::sea_query::Expr::value("not_allowed"))
        .exec(world.app().store.write())
        .await
        .unwrap();
    assert_eq!(refused.rows_affected, 1);
    let page = olga.opens(&path(line.tenant_id, "")).await.is(200);
    let account = world.tenant(HOST).await.unwrap()["account_id"].as_str().unwrap().to_owned();
    assert!(page.text.contains(&format!("Allow account {account} ({HOST})")), "{}", page.text);
    let list = olga.opens("/admin/accounts").await.is(200);
    assert!(list.text.contains("1\u{a0}channel not allowed"), "{}", list.text);
    let channels = olga.opens("/admin/channels").await.is(200);
    assert!(channels.text.contains("Accounts that amoCRM does not allow") && channels.text.contains(&account));
    assert!(!channels.text.contains("channel-secret-of-the-tests") && channels.text.contains("…ests"));
    assert!(!channels.text.contains("integration-secret-of"), "only the end of a secret is shown");
    olga.opens(&path(Uuid::from_u128(7), "")).await.is(404);
    olga.opens(&path(Uuid::from_u128(7), "/view-as")).await.is(404);
}

both!(a_suspension_stops_delivery_and_keeps_what_comes);
once!(
    a_view_of_an_account_ends_with_its_operators_session,
    viewing_as_an_account_ends_in_the_admin_and_a_suspension_shows_its_reason,
    limit_and_share_are_set_within_their_bounds,
    the_page_says_what_to_do,
    viewing_as_an_account_is_read_only_short_and_audited
);
