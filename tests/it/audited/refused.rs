//! M8: refused attempts are in the log, one row for each kind, login and address within an hour, with a count.

use std::time::Duration;

use base::store::VENDOR;
use entity::audit;
use parom::identity::MemberRole;
use parom_tests::{World, answer, both};
use reqwest::Method;

use super::log;
use crate::admin::operator::{EMAIL, make_operator};
use crate::panel::{PASSWORD, add_member};

const ANNA: &str = "anna@example.com";
const ATTACKER: &str = "198.51.100.1";

fn refused(rows: &[audit::Model]) -> Vec<(String, String, String, String)> {
    let rows = rows.iter().filter(|row| row.outcome == "refused");
    rows.map(|row| (row.action.clone(), row.object.clone(), row.address.clone(), row.detail.clone())).collect()
}

fn refused_row(action: &str, object: &str, why: &str, count: u64) -> (String, String, String, String) {
    let detail = serde_json::json!({ "why": why, "count": count }).to_string();
    (action.to_owned(), object.to_owned(), ATTACKER.to_owned(), detail)
}

async fn m8_wrong_passwords_are_recorded_in_the_audit_log_of_the_account(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, ANNA, MemberRole::Owner).await;
    let attacker = world.visitor().from(ATTACKER);
    for _ in 0..40 {
        attacker.sends("/panel/sign-in", &[("email", ANNA), ("password", "wrong"), ("to", "")]).await;
    }
    let rows = refused(&log(world, line.tenant_id).await);
    let wanted = [
        refused_row("member.signed_in", ANNA, "password", 5),
        refused_row("member.signed_in", ANNA, "too_many_tries", 35),
    ];
    assert!(rows.len() == 2 && wanted.iter().all(|row| rows.contains(row)), "{rows:?}");
    // A count goes on in its row.
    world.advance(Duration::from_secs(60));
    attacker.sends("/panel/sign-in", &[("email", ANNA), ("password", "wrong"), ("to", "")]).await.is(401);
    assert!(refused(&log(world, line.tenant_id).await).contains(&refused_row("member.signed_in", ANNA, "password", 6)));
    let anna = world.visitor();
    anna.does("/panel/sign-in", &[("email", ANNA), ("password", PASSWORD), ("to", "")]).await;
    anna.opens("/panel/audit?group=member").await.is(200).says(&["not signed in", "number: 6", ATTACKER]);
}

/// A session left open, in which another person tries to change the credentials.
async fn m8_wrong_proofs_before_a_change_are_recorded_in_the_audit_log(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, ANNA, MemberRole::Owner).await;
    let anna = world.visitor().from(ATTACKER);
    anna.does("/panel/sign-in", &[("email", ANNA), ("password", PASSWORD), ("to", "")]).await;
    for _ in 0..2 {
        anna.sends("/panel/me/password", &[("current", "wrong"), ("password", "a quiet ferry at dawn")]).await.is(422);
    }
    let rows = refused(&log(world, line.tenant_id).await);
    assert_eq!(rows, [refused_row("member.password_set", ANNA, "password", 2)]);
}

/// An unknown login may be a password in the wrong field.
async fn m8_what_strangers_type_is_not_stored_and_fills_no_table(world: &mut World) {
    let before = log(world, VENDOR).await.len();
    for number in 0..60 {
        let attacker = world.visitor().from(&format!("198.51.100.{}", number % 3));
        let email = format!("secret-{number}");
        attacker.sends("/panel/sign-in", &[("email", &email), ("password", "wrong"), ("to", "")]).await;
        let ticket = format!("{number:0>43}");
        attacker.opens(&format!("/panel/enter?ticket={ticket}")).await.is(410);
        attacker.opens("/panel/enter?ticket=not-shaped-like-one").await.is(410);
    }
    let rows = log(world, VENDOR).await;
    assert!(rows.len() <= before + 9, "{:?}", refused(&rows));
    assert!(!format!("{rows:?}").contains("secret-"));
    let counted: u64 = rows
        .iter()
        .filter_map(|row| serde_json::from_str::<serde_json::Value>(&row.detail).ok()?["count"].as_u64())
        .sum();
    assert_eq!(counted, 120, "{:?}", refused(&rows));
}

async fn m8_attempts_to_sign_in_as_an_operator_are_recorded_in_the_vendors_log(world: &mut World) {
    make_operator(world, EMAIL).await;
    let attacker = world.visitor().from(ATTACKER);
    for _ in 0..7 {
        attacker.sends_as_it_is("/admin/sign-in", &[("email", EMAIL), ("password", "wrong horse")]).await;
    }
    let rows = refused(&log(world, VENDOR).await);
    assert!(rows.contains(&refused_row("operator.signed_in", EMAIL, "password", 5)), "{rows:?}");
    assert!(rows.contains(&refused_row("operator.signed_in", EMAIL, "too_many_tries", 2)), "{rows:?}");
}

async fn m8_refused_keys_are_recorded_in_the_audit_log(world: &mut World) {
    let line = world.line("support").await;
    let key = "prm_a-key-of-the-account-0123456789abcdefghi";
    world.add_key(line.tenant_id, key, "write").await;
    let call = async |key: &str| {
        let request = world.api.anonymous(Method::GET, "/api/v1/dead-letters").bearer_auth(key);
        answer(request.header("x-forwarded-for", ATTACKER)).await.status
    };
    let id =
        entity::api_key::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await.unwrap().unwrap().id;
    let store = &world.app().store;
    assert!(parom::api::key_ring::revoke(store.write(), &world.clock, line.tenant_id, id).await.unwrap());
    for _ in 0..30 {
        assert_eq!(call(key).await, 401);
        assert_eq!(call("prm_nobody-has-this-key-0123456789abcdefghij").await, 401);
    }
    let rows = refused(&log(world, line.tenant_id).await);
    assert_eq!(rows, [refused_row("key.used", &id.to_string(), "revoked", 30)]);
    let rows = refused(&log(world, VENDOR).await);
    assert_eq!(rows, [refused_row("key.used", "prm_nobo", "unknown", 30)]);
}

both!(
    m8_wrong_proofs_before_a_change_are_recorded_in_the_audit_log,
    m8_wrong_passwords_are_recorded_in_the_audit_log_of_the_account,
    m8_what_strangers_type_is_not_stored_and_fills_no_table,
    m8_attempts_to_sign_in_as_an_operator_are_recorded_in_the_vendors_log,
    m8_refused_keys_are_recorded_in_the_audit_log,
);
