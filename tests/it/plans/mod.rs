//! Plans of accounts: what they limit, what is reported before an end, and what happens after it.

mod notices;

use std::collections::BTreeMap;
use std::time::Duration;

use base::config::{Config, Plan, PlansConfig, VendorWebhook};
use entity::{audit, vendor_event};
use parom_tests::settings::HOST;
use parom_tests::{Answer, Line, World, answer, both, once};
use reqwest::Method;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::admin::operator::Operator;
use crate::alerts::open;

pub const DAY: Duration = Duration::from_secs(86_400);

/// A small plan that new accounts try for two weeks, and one without limits.
fn plans(config: &mut Config) {
    let plan = |name: &str| Plan {
        name: name.to_owned(),
        sources: None,
        messages_a_month: None,
        connectors: None,
        storage_mb: None,
        requests_per_key: None,
    };
    let days = vec![7, 3, 1];
    let plans = PlansConfig { grace_days: 7, warn_days: days, default: "start".to_owned(), trial_days: 14 };
    config.plans = plans.into();
    config.plan_list = vec![
        Plan {
            sources: Some(2),
            messages_a_month: Some(5),
            connectors: Some(vec!["custom".to_owned(), "webchat".to_owned()]),
            storage_mb: Some(2),
            requests_per_key: Some(1),
            ..plan("start")
        },
        plan("all"),
    ]
    .into();
    config.vendor_webhooks = vec![VendorWebhook {
        name: "billing".to_owned(),
        url: "http://127.0.0.1:9/".parse().unwrap(),
        secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".into(),
        types: Vec::new(),
    }];
}

/// Does what is due for ends of subscriptions.
async fn looks(world: &World) {
    world.works("plans").await;
}

/// Bodies of the vendor's events of one kind, the oldest first.
async fn events(world: &World, kind: &str) -> Vec<Value> {
    let rows = vendor_event::Entity::find().order_by_asc(vendor_event::Column::Id).all(world.app().store.read()).await;
    let rows = rows.unwrap().into_iter().filter(|row| row.kind == kind);
    rows.map(|row| serde_json::from_str(&row.body).unwrap()).collect()
}

// What a plan limits: sources, kinds, storage and rates; messages of a month are only counted.

async fn makes(world: &World, kind: &str, name: &str) -> parom_tests::Reply {
    let settings = if kind == "custom" { json!({ "webhook_url": world.messenger.url() }) } else { json!({}) };
    world.asks_for_source(kind, name, name, settings).await
}

async fn patch(world: &World, change: Value) -> Value {
    let id = world.active(HOST).await;
    world.api.patch(&format!("/api/v1/tenants/{id}"), &change).await.is(200).json
}

async fn sources_are_those_of_the_plan_unless_the_vendor_says_otherwise(world: &mut World) {
    makes(world, "custom", "one").await.is(201);
    makes(world, "webchat", "two").await.is(201);
    let refused = makes(world, "webchat", "three").await.is(409);
    assert_eq!(refused.json["type"], "/problems/source_limit");
    assert!(refused.text.contains("2 of 2"), "{}", refused.text);
    patch(world, json!({ "sources_limit": 3 })).await;
    makes(world, "webchat", "three").await.is(201);
    patch(world, json!({ "sources_limit": null })).await;
    makes(world, "webchat", "four").await.is(409);
    patch(world, json!({ "plan": "all" })).await;
    makes(world, "webchat", "four").await.is(201);
}

async fn kinds_outside_of_the_plan_are_not_offered_and_those_there_go_on(world: &mut World) {
    let line = world.line("support").await;
    let panel = world.panel(line.tenant_id).await;
    let page = panel.opens("/panel/sources/new").await.is(200);
    page.says(&["value=\"webchat\""]);
    page.never_says(&["value=\"telegram\""]);
    let refused = world.asks_for_source("telegram", "Bot", "bot", json!({ "token": "1:x" })).await.is(409);
    assert_eq!(refused.json["type"], "/problems/plan_kind");
    assert!(refused.text.contains("“start”"), "{}", refused.text);
    // A plan that lacks the kind of a source that is there.
    world.setup_is(|config: &mut Config| {
        plans(config);
        let mut list = config.plan_list.get().to_vec();
        list[0].connectors = Some(vec!["webchat".to_owned()]);
        config.plan_list = list.into();
    });
    world.restart().await;
    makes(world, "custom", "other").await.is(409);
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    world.api.patch(&line.path(""), &json!({ "name": "Another" })).await.is(200);
}

async fn messages_of_a_month_are_reported_and_never_refused(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let checks = async || parom::alert_checks::limits(&world.app().usage).await.unwrap();
    for number in 0..3 {
        anna.writes(&format!("message {number}")).await;
    }
    checks().await;
    assert!(open(world, line.tenant_id).await.is_empty());
    anna.writes("the fourth").await;
    checks().await;
    checks().await;
    assert_eq!(open(world, line.tenant_id).await, ["limit_near"]);
    anna.writes("the fifth").await;
    anna.writes("the sixth").await;
    checks().await;
    checks().await;
    assert_eq!(open(world, line.tenant_id).await, ["limit_reached"]);
    let (near, reached) = (events(world, "limit.near").await, events(world, "limit.reached").await);
    assert_eq!((near.len(), reached.len()), (1, 1), "each is reported once");
    let limit = json!({ "name": "messages", "used": 6, "most": 5, "unit": "count", "percent": 120 });
    assert_eq!(reached[0]["data"]["limit"], limit);
    let panel = world.panel(line.tenant_id).await;
    panel.opens("/panel/account").await.is(200).says(&["Messages this month", "6 of 5"]);
    // The next plan lacks the limit.
    patch(world, json!({ "plan": "all" })).await;
    checks().await;
    assert!(open(world, line.tenant_id).await.is_empty());
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line).len(), 6, "nothing is held back");
}

fn plans_without_bursts(config: &mut Config) {
    plans(config);
    config.limits.requests_burst_per_key = 1;
}

async fn storage_and_rates_are_those_of_the_plan(world: &mut World) {
    let line = world.line("support").await;
    let text = "x".repeat(200_000);
    let writes = async |id: &str| {
        let message = json!({ "id": id, "conversation": { "id": "c" }, "sender": { "role": "client", "id": "u", "name": "U" },
            "content": { "type": "text", "text": text } });
        world.api.post(&line.path("/messages"), &message).await
    };
    for id in 0..12 {
        writes(&format!("earlier-{id}")).await.is(202);
    }
    parom::usage::write_down(&world.app().usage).await.unwrap();
    let full = writes("7").await.is(507);
    assert_eq!(full.json["type"], "/problems/account_full");
    parom::alert_checks::limits(&world.app().usage).await.unwrap();
    let shown = world.panel(line.tenant_id).await.opens("/panel/messages").await.is(200);
    shown.says(&["Storage is full: 2.", "MB of 2 MB", "class=\"strip t-bad\""]);
    // Keys of the account have its plan's rate; the vendor's have the configured one, here none.
    world.add_key(line.tenant_id, "prm_own-key-of-the-account-0123456789abcdef", "read").await;
    let own = world.api.with_key("prm_own-key-of-the-account-0123456789abcdef");
    own.get(&line.path("")).await.is(200);
    own.get(&line.path("")).await.is(429);
    world.api.get(&line.path("")).await.is(200);
    patch(world, json!({ "plan": "all" })).await;
    own.get(&line.path("")).await.is(200);
    own.get(&line.path("")).await.is(200);
    writes("7").await.is(202);
    world.leave_letters();
}

// Who sets plans and ends, and what is refused.

/// Who changed the account's plan, with what.
async fn changes(world: &World, tenant_id: uuid::Uuid) -> Vec<(String, Value)> {
    let rows = audit::Entity::of_tenant(tenant_id).order_by_asc(audit::Column::Id).all(world.app().store.read()).await;
    let rows = rows.unwrap().into_iter().filter(|row| row.action == "account.plan_changed");
    rows.map(|row| (row.actor_kind, serde_json::from_str(&row.detail).unwrap())).collect()
}

async fn the_vendors_keys_and_operators_set_them(world: &mut World) {
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
    olga.opens(&format!("{page}/plan")).await.is(200).says(&[
        "value=\"all\" selected",
        "value=\"2026-12-31\"",
        "for 7 days",
    ]);
    // The list has the same day as the form.
    olga.opens("/admin/accounts").await.is(200).says(&[">until 31 Dec<"]);
    let form = |plan, trial, paid| [("plan", plan), ("trial_until", trial), ("paid_until", paid)];
    for wrong in [form("gold", "", ""), form("all", "soon", ""), form("all", "", "2026-02-30")] {
        olga.sends(&format!("{page}/plan"), &wrong).await.is(422).says(&["Nothing was changed"]);
    }
    // Limits are saved with the plan; one that is wrong leaves both as they are, and the form as it was typed.
    let limits = |limit, weight| {
        let plan = form("", "", "2026-12-30");
        plan.into_iter().chain([("limit", limit), ("weight", weight), ("window", "off")]).collect::<Vec<_>>()
    };
    for (limit, weight, says) in
        [("101", "3", "from 0 to 100"), ("7", "0", "from 1 to 100"), ("7", "x", "from 1 to 100")]
    {
        let wrong = olga.sends(&format!("{page}/plan"), &limits(limit, weight)).await.is(422);
        wrong.says(&[says, &format!("value=\"{limit}\""), "value=\"2026-12-30\"", "value=\"off\" selected"]);
    }
    assert_eq!(world.tenant(HOST).await.unwrap()["plan"], "all");
    olga.sends(&format!("{page}/plan"), &form("all", "", "2026-12-31")).await.is(303);
    olga.sends(&format!("{page}/plan"), &form("", "", "2027-01-31")).await.is(303);
    let tenant = world.tenant(HOST).await.unwrap();
    assert_eq!((&tenant["plan"], &tenant["paid_until"]), (&Value::Null, &json!("2027-02-01T00:00:00.000Z")));
    let wanted = [
        ("key", json!({ "plan": "all", "trial_until": null, "paid_until": "2027-01-01T00:00:00.000Z" })),
        ("operator", json!({ "plan": null, "paid_until": "2027-02-01T00:00:00.000Z" })),
    ];
    assert_eq!(changes(world, line.tenant_id).await, wanted.map(|(who, what)| (who.to_owned(), what)));
}

async fn without_plans_nothing_changes(world: &mut World) {
    let line = world.line("support").await;
    let tenant = world.tenant(HOST).await.unwrap();
    assert_eq!(
        (&tenant["plan"], &tenant["trial_until"], &tenant["paid_until"]),
        (&json!(null), &json!(null), &json!(null))
    );
    world.advance(400 * DAY);
    looks(world).await;
    assert_eq!(world.tenant(HOST).await.unwrap()["status"], "active");
    let unknown = world.api.patch(&format!("/api/v1/tenants/{}", line.tenant_id), &json!({ "plan": "start" })).await;
    assert_eq!(unknown.is(422).wrong_fields(), ["/plan"]);
}

both!(without_plans_nothing_changes);

// Usage by month: its figures are the ledger's.

const OTHER: &str = "other.amocrm.ru";

/// Accepted, delivered and failed in both directions, by the ledger of these sources.
async fn ledgers(world: &World, lines: &[&Line], days: &str) -> [i64; 6] {
    let mut sums = [0; 6];
    for line in lines {
        let ledger = world.api.get(&line.path(&format!("/ledger{days}"))).await.is(200).json;
        add(&mut sums, &ledger);
    }
    sums
}

fn add(sums: &mut [i64; 6], counts: &Value) {
    let fields = ["to_crm", "to_messenger"]
        .into_iter()
        .flat_map(|way| ["accepted", "delivered", "failed"].map(|name| (way, name)));
    for (sum, (way, name)) in sums.iter_mut().zip(fields) {
        *sum += counts[way][name].as_i64().unwrap();
    }
}

/// The sums of CSV's columns of counts, of sources and of bytes, by account.
fn columns(csv: &str) -> BTreeMap<String, ([i64; 6], i64, i64)> {
    let mut accounts: BTreeMap<String, ([i64; 6], i64, i64)> = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), 15, "{line}");
        let sums = accounts.entry(cells[4].to_owned()).or_default();
        for (place, sum) in sums.0.iter_mut().enumerate() {
            *sum += cells[8 + place].parse::<i64>().unwrap();
        }
        sums.1 += cells[7].parse::<i64>().unwrap();
        sums.2 += cells[14].parse::<i64>().unwrap_or(0);
    }
    accounts
}

async fn the_figures_add_up_to_the_ledgers(world: &mut World) {
    let (one, two) = (world.line("one").await, world.line("two").await);
    let other = world.line_at(OTHER, "three").await;
    for line in [&one, &two, &other] {
        world.customer(line, "anna").writes("Hello").await;
        world.customer(line, "bert").writes("Good morning").await;
        world.deliver_to_the_end().await;
    }
    world.manager(&one).answers("anna", "An answer").await;
    world.deliver_to_the_end().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&two).answers("anna", "A refused one").await;
    world.deliver_to_the_end().await;
    let looks = async |world: &World| parom::alert_checks::limits(&world.app().usage).await.unwrap();
    parom::usage::write_down(&world.app().usage).await.unwrap();
    looks(world).await;
    // A deleted source counts what it had.
    world.api.delete(&two.path("")).await.is(204);
    world.deliver_to_the_end().await;
    looks(world).await;
    // The next month has its own figures.
    world.advance(15 * DAY);
    world.customer(&one, "anna").writes("In December").await;
    world.deliver_to_the_end().await;
    parom::usage::write_down(&world.app().usage).await.unwrap();

    let path = format!("/api/v1/tenants/{}/usage", one.tenant_id);
    let november = world.api.get(&format!("{path}?month=2026-11")).await.is(200).json;
    let mut sums = [0; 6];
    november["kinds"].as_array().unwrap().iter().for_each(|kind| add(&mut sums, kind));
    assert_eq!(sums, ledgers(world, &[&one, &two], "?to=2026-11-30").await);
    assert_eq!((sums[0], sums[3], sums[5]), (4, 2, 1));
    let shown = ["month", "host", "plan", "sources"].map(|field| november[field].clone());
    assert_eq!(shown, [json!("2026-11"), json!(HOST), json!("start"), json!(2)]);
    assert!(november["stored_bytes"].as_i64().unwrap() > 0, "{november}");
    let december = world.api.get(&path).await.is(200).json;
    let mut sums = [0; 6];
    december["kinds"].as_array().unwrap().iter().for_each(|kind| add(&mut sums, kind));
    assert_eq!(sums, ledgers(world, &[&one, &two], "?from=2026-12-01&to=2026-12-31").await);
    assert_eq!((&december["month"], &december["sources"]), (&json!("2026-12"), &json!(1)));

    // All accounts, as pages and as a file.
    let first = world.api.get("/api/v1/usage?month=2026-11&limit=1").await.is(200).json;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = world.api.get(&format!("/api/v1/usage?month=2026-11&limit=1&cursor={cursor}")).await.is(200).json;
    assert_eq!(second["items"][0], november);
    assert_eq!((&first["items"][0]["host"], &second["next_cursor"]), (&json!(OTHER), &Value::Null));
    let file = world.api.get("/api/v1/usage?month=2026-11&format=csv").await.is(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let accounts = columns(&file.text);
    assert_eq!(accounts[HOST].0, ledgers(world, &[&one, &two], "?to=2026-11-30").await);
    assert_eq!(accounts[OTHER].0, ledgers(world, &[&other], "?to=2026-11-30").await);
    assert_eq!((accounts[HOST].1, accounts[OTHER].1), (2, 1));
    assert_eq!(json!(accounts[HOST].2), november["stored_bytes"]);
    let request = world.api.request(Method::GET, &format!("{path}?month=2026-11")).header("accept", "text/csv");
    let own = answer(request).await.is(200);
    assert_eq!(columns(&own.text)[HOST], accounts[HOST]);

    for wrong in ["month=11-2026", "month=2026-13", "format=xml", "limit=0"] {
        world.api.get(&format!("/api/v1/usage?{wrong}")).await.is(422);
    }
    world.add_key(one.tenant_id, "prm_own-key-of-the-account-0123456789abcdef", "read").await;
    let own = world.api.with_key("prm_own-key-of-the-account-0123456789abcdef");
    own.get("/api/v1/usage").await.is(403);
    world.advance(DAY / 86_400);
    own.get(&path).await.is(200);
    world.advance(DAY / 86_400);
    own.get(&format!("/api/v1/tenants/{}/usage", other.tenant_id)).await.is(404);
}

/// What a month had is that month's, whatever the account has later, and unknown if nothing was noted then.
async fn sources_and_storage_are_those_of_the_month(world: &mut World) {
    let looks = async |world: &World| {
        parom::usage::write_down(&world.app().usage).await.unwrap();
        // The next sums are those of the database.
        world.app().usage.stored.forget();
        parom::alert_checks::limits(&world.app().usage).await.unwrap();
    };
    let usage = async |world: &World, line: &Line, month: &str| {
        world.api.get(&format!("/api/v1/tenants/{}/usage?month={month}", line.tenant_id)).await.is(200).json
    };
    let one = world.line("one").await;
    world.customer(&one, "anna").writes(&"November ".repeat(1_000)).await;
    world.deliver_to_the_end().await;
    looks(world).await;
    let november = usage(world, &one, "2026-11").await;
    assert_eq!((&november["sources"], &november["kinds"][0]["sources"]), (&json!(1), &json!(1)));
    let bytes = november["stored_bytes"].as_i64().unwrap();
    assert!(bytes > 9_000, "{november}");

    // In December it has a second source for a while, and more is stored.
    world.advance(15 * DAY);
    looks(world).await;
    let chat = world.asks_for_source("webchat", "two", "two", json!({})).await.is(201);
    world.customer(&one, "anna").writes(&"December ".repeat(3_000)).await;
    world.deliver_to_the_end().await;
    looks(world).await;
    world.api.delete(&format!("/api/v1/sources/{}", chat.text_at("/id"))).await.is(204);
    world.deliver_to_the_end().await;
    looks(world).await;
    assert_eq!(usage(world, &one, "2026-11").await["stored_bytes"], bytes, "November is what it was");
    assert_eq!(usage(world, &one, "2026-11").await["sources"], 1);
    // The running month is already what it will be.
    let december = usage(world, &one, "2026-12").await;
    let kinds = |usage: &Value| {
        let kinds = usage["kinds"].as_array().unwrap().iter();
        kinds.map(|kind| (kind["kind"].clone(), kind["sources"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(december["sources"], 2);
    assert_eq!(kinds(&december), [(json!("custom"), json!(1)), (json!("webchat"), json!(1))]);
    assert!(december["stored_bytes"].as_i64().unwrap() > 27_000, "{december}");

    // Nothing was noted of a month in which no process looked.
    world.advance(31 * DAY);
    assert_eq!(usage(world, &one, "2026-12").await, december);
    looks(world).await;
    world.advance(60 * DAY);
    let nothing = usage(world, &one, "2027-02").await;
    let unknown = [&nothing["sources"], &nothing["stored_bytes"], &nothing["kinds"]];
    assert_eq!(unknown, [&Value::Null, &Value::Null, &json!([])]);
    assert_eq!(usage(world, &one, "2027-01").await["sources"], 1);
    let file = world.api.get("/api/v1/usage?month=2027-02&format=csv").await.is(200).text;
    assert!(file.lines().nth(1).unwrap().ends_with(",start,,,0,0,0,0,0,0,"), "{file}");
    // A month to come, too.
    assert_eq!(usage(world, &one, "2027-12").await["sources"], Value::Null);
}

both!(sources_are_those_of_the_plan_unless_the_vendor_says_otherwise, the_figures_add_up_to_the_ledgers, sources_and_storage_are_those_of_the_month in super::plans);
once!(kinds_outside_of_the_plan_are_not_offered_and_those_there_go_on, messages_of_a_month_are_reported_and_never_refused, the_vendors_keys_and_operators_set_them in super::plans);
once!(storage_and_rates_are_those_of_the_plan in super::plans_without_bursts);
