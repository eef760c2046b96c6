//! Every action on an account is recorded in its audit log with its author; so are refused attempts, without
//! flooding the log.

mod wall;

use std::time::Duration;

use base::store::VENDOR;
use entity::audit;
use parom::api_key::Scope;
use parom::identity::MemberRole;
use parom_cli::dead::{self, DeadCommand};
use parom_cli::key;
use parom_tests::settings::HOST;
use parom_tests::{Answer, Line, World, answer, both, once};
use reqwest::Method;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::admin::operator::{EMAIL, Operator, make_operator};
use crate::cli::command;
use crate::panel::{PASSWORD, add_member};

/// An account's log, the oldest row first; the nil id is the vendor's.
pub async fn log(world: &World, tenant_id: Uuid) -> Vec<audit::Model> {
    parom::audit::flush(world.app(), &world.app().identity.refusals).await;
    let rows = audit::Entity::of_tenant(tenant_id).order_by_asc(audit::Column::Id).all(world.app().store.read());
    rows.await.unwrap()
}

/// Adds rows as they might exist in a log.
pub async fn add(world: &World, rows: Vec<audit::Model>) {
    for chunk in rows.chunks(500) {
        let rows = chunk.iter().cloned().map(sea_orm::IntoActiveModel::into_active_model);
        audit::Entity::insert_many(rows).exec_without_returning(world.app().store.write()).await.unwrap();
    }
}

/// One of an account's people did something.
pub fn row(world: &World, tenant_id: Uuid, name: &str, action: &str) -> audit::Model {
    audit::Model {
        tenant_id,
        id: world.clock.uuid_v7(),
        at: world.clock.millis(),
        actor_kind: "member".to_owned(),
        actor_id: String::new(),
        actor_name: name.to_owned(),
        action: action.to_owned(),
        object: String::new(),
        detail: "{}".to_owned(),
        address: String::new(),
        outcome: "done".to_owned(),
    }
}

// M8: actions of the vendor, the public API and the command line on an account are in its log, with the address
// behind the proxy.

const OFFICE: &str = "203.0.113.20";

/// Calls the API through the proxy; gives the answer.
async fn calls(world: &World, method: Method, path: &str, body: Option<Value>) -> Value {
    let request = world.api.request(method.clone(), path).header("x-forwarded-for", OFFICE);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let reply = answer(request).await;
    assert!((200..300).contains(&reply.status), "{method} {path}: {}", reply.text);
    reply.json
}

/// The rows of keys since `before` rows: action, address, and whether the key is named.
fn of_keys(rows: &[audit::Model], before: usize) -> Vec<String> {
    let rows = rows[before..].iter().filter(|row| row.actor_kind == "key");
    rows.inspect(|row| {
        assert_eq!((row.address.as_str(), row.outcome.as_str()), (OFFICE, "done"), "{row:?}");
        assert_eq!(row.actor_name, "admin key of the tests");
    })
    .map(|row| row.action.clone())
    .collect()
}

/// Letters that are not tried any more, the newest first.
async fn undelivered(world: &mut World, line: &Line, count: usize) -> Vec<Uuid> {
    world.customer(line, "anna").writes("Hello").await;
    world.deliver_all().await;
    for number in 0..count {
        world.messenger.answers_next([Answer::status(422)]);
        world.manager(line).answers("anna", &format!("answer {number}")).await;
        world.deliver_all().await;
    }
    let list = world.api.get(&line.dead_letters()).await.is(200);
    let items = list.json["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().parse().unwrap()).collect()
}

async fn m8_actions_of_keys_are_recorded_with_the_address_behind_the_proxy(world: &mut World) {
    let line = world.line("support").await;
    let dead = undelivered(world, &line, 3).await;
    let attempts = world.api.get(&line.path("/webhook-attempts")).await.is(200).text_at("/items/0/id");
    let before = log(world, line.tenant_id).await.len();
    let tenant = format!("/api/v1/tenants/{}", line.tenant_id);
    let limits = json!({ "suspended": true, "sources_limit": 7 });
    calls(world, Method::PATCH, &tenant, Some(limits)).await;
    calls(world, Method::PATCH, &tenant, Some(json!({ "suspended": false, "sources_limit": null }))).await;
    calls(world, Method::POST, &format!("/api/v1/dead-letters/{}/retry", dead[0]), None).await;
    calls(world, Method::DELETE, &format!("/api/v1/dead-letters/{}", dead[1]), None).await;
    let many = json!({ "action": "drop", "source_id": line.source_id });
    let replay = calls(world, Method::POST, "/api/v1/dead-letter-replays", Some(many)).await;
    let stop = format!("/api/v1/dead-letter-replays/{}/cancel", replay["id"].as_str().unwrap());
    calls(world, Method::POST, &stop, None).await;
    calls(world, Method::POST, &format!("/api/v1/webhook-attempts/{attempts}/resend"), None).await;
    calls(world, Method::POST, &format!("{tenant}/sources/reconcile"), None).await;
    calls(world, Method::POST, &line.path("/test"), None).await;
    calls(world, Method::PATCH, &line.path(""), Some(json!({ "name": "Another" }))).await;
    calls(world, Method::DELETE, &line.path(""), None).await;
    let told = of_keys(&log(world, line.tenant_id).await, before);
    let wanted = [
        "account.suspended",
        "account.limited",
        "account.resumed",
        "account.limited",
        "undelivered.retried",
        "undelivered.dropped",
        "undelivered.dropped",
        "undelivered.stopped",
        "webhook.resent",
        "account.reconciled",
        "source.tested",
        "source.changed",
        "source.deleted",
    ];
    assert_eq!(told, wanted);
    world.deliver_to_the_end().await;
}

async fn m8_actions_of_the_command_line_are_recorded(world: &mut World) {
    let line = world.line("support").await;
    let dead = undelivered(world, &line, 2).await;
    let before = (log(world, VENDOR).await.len(), log(world, line.tenant_id).await.len());
    let store = &world.app().store;
    let (id, host) = (dead[0].to_string(), line.host.clone());
    key::create(store, &world.clock, "Nightly job", Some(line.tenant_id), Scope::Write, None).await.unwrap();
    key::create(store, &world.clock, "Billing", None, Scope::Read, None).await.unwrap();
    for key in
        key::list(store, None).await.unwrap().iter().filter(|key| ["Nightly job", "Billing"].contains(&&*key.name))
    {
        key::revoke(store, &world.clock, key.id).await.unwrap();
    }
    let run = async |arguments: &[&str]| {
        let mut out = Vec::new();
        dead::run(command::<DeadCommand>(arguments), world.app(), &mut out).await.unwrap();
        String::from_utf8(out).unwrap()
    };
    run(&["retry", &host, "--id", &id]).await;
    let begun = run(&["drop", &host]).await;
    let replay = begun.rsplit_once(' ').unwrap().1.trim();
    run(&["cancel", &host, replay]).await;
    let told = |rows: Vec<audit::Model>, before: usize| {
        let rows = rows.into_iter().skip(before).filter(|row| row.actor_kind == "cli");
        rows.map(|row| row.action).collect::<Vec<_>>()
    };
    assert_eq!(told(log(world, VENDOR).await, before.0), ["key.created", "key.revoked"]);
    let wanted = ["key.created", "key.revoked", "undelivered.retried", "undelivered.dropped", "undelivered.stopped"];
    assert_eq!(told(log(world, line.tenant_id).await, before.1), wanted);
    world.deliver_all().await;
}

// M8: refused attempts are in the log, one row for each kind, login and address within an hour, with a count.

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
    assert!(parom::api_key::key_ring::revoke(store.write(), &world.clock, line.tenant_id, id).await.unwrap());
    for _ in 0..30 {
        assert_eq!(call(key).await, 401);
        assert_eq!(call("prm_nobody-has-this-key-0123456789abcdefghij").await, 401);
    }
    let rows = refused(&log(world, line.tenant_id).await);
    assert_eq!(rows, [refused_row("key.used", &id.to_string(), "revoked", 30)]);
    let rows = refused(&log(world, VENDOR).await);
    assert_eq!(rows, [refused_row("key.used", "prm_nobo", "unknown", 30)]);
}

// L1 of our own review: the account's page, the vendor's and both exports read one model.

async fn l1_wildcards_in_a_search_are_literal(world: &mut World) {
    let line = world.line("support").await;
    let names = ["Per%cent", "Under_score", "Back\\slash", "Plain"];
    add(world, names.iter().map(|name| row(world, line.tenant_id, name, "source.changed")).collect()).await;
    let owner = world.panel(line.tenant_id).await;
    let olga = Operator::signed_in(world).await;
    for (typed, found) in [("%25", 0), ("r_s", 1), ("%5C", 2), ("_", 1), ("%00%25", 0)] {
        for (address, visitor) in
            [("/panel/audit".to_owned(), &owner), (format!("/admin/audit?account={HOST}"), &*olga)]
        {
            for path in [address.clone(), address.replace("/audit", "/audit.csv")] {
                let sign = if path.contains('?') { '&' } else { '?' };
                let page = visitor.opens(&format!("{path}{sign}who={typed}")).await.is(200);
                for (number, name) in names.iter().enumerate() {
                    assert_eq!(page.text.contains(name), number == found, "{path} {typed} {name}: {}", page.text);
                }
            }
        }
    }
}

async fn l1_an_export_has_all_rows(world: &mut World) {
    let line = world.line("support").await;
    let count = 10_050;
    add(world, (0..count).map(|_| row(world, line.tenant_id, "Carl", "source.changed")).collect()).await;
    let owner = world.panel(line.tenant_id).await;
    let olga = Operator::signed_in(world).await;
    let lines = |text: &str| text.lines().filter(|line| line.contains("\"Carl\"")).count();
    assert_eq!(lines(&owner.opens("/panel/audit.csv?who=Carl").await.is(200).text), count);
    let csv = olga.opens(&format!("/admin/audit.csv?account={HOST}&who=Carl")).await.is(200);
    assert_eq!(lines(&csv.text), count);
}

async fn l1_both_pages_go_through_all_rows_and_know_the_same_filters(world: &mut World) {
    let line = world.line("support").await;
    let rows = (0..120).map(|number| row(world, line.tenant_id, &format!("Carl {number:03}."), "import.paused"));
    add(world, rows.collect()).await;
    let owner = world.panel(line.tenant_id).await;
    let olga = Operator::signed_in(world).await;
    let vendors = format!("/admin/audit?account={HOST}&");
    for (start, visitor) in [("/panel/audit?", &owner), (vendors.as_str(), &*olga)] {
        for filter in ["group=import", "what=import.pau", "who=Carl"] {
            let (mut next, mut seen) = (Some(format!("{start}{filter}")), 0);
            while let Some(address) = next {
                let page = visitor.opens(&address).await.is(200);
                seen += page.text.matches("Carl ").count();
                let older = page.text.split("href=\"").skip(1).filter_map(|link| link.split('"').next());
                let older = older.filter(|link| link.contains("before=")).map(|link| link.replace("&amp;", "&"));
                next = older.map(|link| link.replace("&#38;", "&")).next();
            }
            assert_eq!(seen, 120, "{start}{filter}");
        }
        let none = visitor.opens(&format!("{start}what=import&from=2020-01-01&to=2020-01-02")).await.is(200);
        assert!(!none.text.contains("Carl "), "{}", none.text);
    }
}

both!(l1_both_pages_go_through_all_rows_and_know_the_same_filters);
once!(m8_attempts_to_sign_in_as_an_operator_are_recorded_in_the_vendors_log, l1_wildcards_in_a_search_are_literal);
once!(m8_actions_of_keys_are_recorded_with_the_address_behind_the_proxy, m8_refused_keys_are_recorded_in_the_audit_log);
once!(m8_wrong_passwords_are_recorded_in_the_audit_log_of_the_account, m8_actions_of_the_command_line_are_recorded);
once!(m8_wrong_proofs_before_a_change_are_recorded_in_the_audit_log);
once!(m8_what_strangers_type_is_not_stored_and_fills_no_table, l1_an_export_has_all_rows);
