//! What an operator does about one account.

use std::time::Duration;

use base::store::VENDOR;
use entity::{account_note, audit};
use parom::admin::operators;
use parom::audit::{Actor, By};
use parom::identity::realm::masked_csrf;
use parom::tenant::{Export, ExportPages};
use parom_tests::{World, once};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::operator::Operator;
use super::signing_in::log;

fn path(tenant_id: Uuid, rest: &str) -> String {
    format!("/admin/accounts/{tenant_id}{rest}")
}

/// Action, actor and detail of a log's rows of this kind.
async fn rows(world: &World, log: Uuid, action: &str) -> Vec<(String, Value)> {
    let rows = audit::Entity::of_tenant(log).order_by_asc(audit::Column::Id).all(world.app().store.read()).await;
    let rows = rows.unwrap().into_iter().filter(|row| row.action == action);
    rows.map(|row| (row.actor_name, serde_json::from_str(&row.detail).unwrap())).collect()
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
    let link = operators::issue_link(&world.app().panel, &own, false, &by).await.unwrap();
    olga.follows(&link).await.is(303);
    olga.opens("/admin/code").await.is(200);
    olga.sends("/admin/code", &[("code", &next)]).await.is(303);
    view(&olga).await;
    operators::disable_operator(&world.app().panel, &own, &by).await.unwrap();
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
    panel.never_says(&["text-canary-77"]);
    for hidden in ["/panel/messages", "/panel/conversations"] {
        assert!(!olga.opens(hidden).await.text.contains("text-canary-77"), "{hidden}");
    }
    let session = entity::session::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await;
    let csrf = masked_csrf(&session.unwrap().unwrap().csrf);
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

// What operators note about an account.

async fn a_note_has_its_author_and_is_the_vendors_alone(world: &mut World) {
    let line = world.line("support").await;
    let account = format!("/admin/accounts/{}", line.tenant_id);
    let olga = Operator::signed_in(world).await;
    olga.opens(&format!("{account}/notes")).await.is(200).says(&["No notes yet."]);
    let text = "Calls on Mondays,\n<b>two</b> shops: note-canary";
    assert!(
        olga.sends(&format!("{account}/notes"), &[("text", text)]).await.is(303).header("location").contains(&account)
    );
    let page = olga.opens(&format!("{account}/notes")).await.is(200);
    page.says(&["Olga", "Calls on Mondays,", "&#60;b&#62;two"]);
    for (wrong, why) in [(" ".to_owned(), "nothing"), ("x".repeat(2001), "too much")] {
        olga.sends(&format!("{account}/notes"), &[("text", &wrong)]).await.is(303);
        olga.opens(&format!("{account}/notes")).await.is(200).says(&["A note can have 1 to 2,000 characters"]);
        assert_eq!(account_note::Entity::find().all(world.app().store.read()).await.unwrap().len(), 1, "{why}");
    }
    // Neither the account's pages nor its export have it.
    let owner = world.panel(line.tenant_id).await;
    for path in ["/panel", "/panel/account", "/panel/audit", "/panel/data"] {
        owner.opens(path).await.is(200).never_says(&["note-canary"]);
    }
    let mut export = Export::begin(&world.app().tenants, line.tenant_id).await.unwrap();
    while let Some(page) = export.page().await.unwrap() {
        let page = String::from_utf8(page).unwrap();
        assert!(!page.contains("note-canary") && !page.contains("note_added"), "{page}");
    }
    let id = page.between(&format!("action=\"{account}/notes/"), "/").expect("a note").to_owned();
    olga.sends(&format!("{account}/notes/{id}/delete"), &[]).await.is(303);
    olga.opens(&format!("{account}/notes")).await.is(200).says(&["The note is deleted.", "No notes yet."]);
    olga.sends(&format!("{account}/notes/{id}/delete"), &[]).await.is(404);
    let done: Vec<String> = log(world, VENDOR).await;
    let done: Vec<&str> = done.iter().map(String::as_str).filter(|one| one.starts_with("account.note")).collect();
    assert_eq!(done, ["account.note_added", "account.note_deleted"]);
}

once!(viewing_as_an_account_ends_in_the_admin_and_a_suspension_shows_its_reason);
once!(a_view_of_an_account_ends_with_its_operators_session, viewing_as_an_account_is_read_only_short_and_audited);
once!(a_note_has_its_author_and_is_the_vendors_alone);
