//! What is stored and for how long: what grew old goes, an account may keep no texts, and `docs/privacy.md` names
//! every column.

use std::collections::BTreeSet;
use std::time::Duration;

use base::store::VENDOR;
use base::vault::Place;
use entity::{alert, attempt, audit, dead_letter, dedupe, histogram, ledger_delta, message, raw_hook};
use parom::retention::round;
use parom_tests::{Line, Office, World, both, on_postgres, once};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, QueryOrder, Statement};
use serde_json::json;
use simulator::crm::{Fault, Part};

use crate::admin::operator::Operator;
use crate::life::everything;
use crate::pages::olga;
use crate::walls::read::root;

const DAY: Duration = Duration::from_secs(86_400);

async fn rows<E: EntityTrait>(world: &World) -> usize
where
    E::Model: Send + Sync,
{
    let count = E::find().count(world.app().store.read()).await.unwrap();
    usize::try_from(count).unwrap()
}

/// Messages, of them with their texts, ids, bytes of hooks, attempts, undelivered.
async fn counts(world: &World) -> [usize; 6] {
    let messages = world.messages().await;
    let whole = messages.iter().filter(|message| !message.body.contains("\"expired\":true")).count();
    [
        messages.len(),
        whole,
        rows::<dedupe::Entity>(world).await,
        rows::<raw_hook::Entity>(world).await,
        rows::<attempt::Entity>(world).await,
        rows::<dead_letter::Entity>(world).await,
    ]
}

/// A customer's text that arrives, one that amoCRM refuses, and a manager's answer.
async fn a_day_of(world: &mut World, line: &Line, name: &str) {
    let anna = world.customer(line, "anna");
    anna.writes(&format!("{name} arrives")).await;
    let refused = format!("{name} is refused");
    world.sandbox.faults().next_with(Part::Message, &refused, 1, Fault::Status { code: 400, retry_after: None });
    anna.writes(&refused).await;
    world.deliver_all().await;
    world.manager(line).answers("anna", &format!("{name} is answered")).await;
    world.deliver_to_the_end().await;
}

async fn each_thing_goes_on_its_day_and_not_before(world: &mut World) {
    world.forget_messages();
    let line = world.line("support").await;
    a_day_of(world, &line, "first").await;
    let first = counts(world).await;
    assert!(first.iter().all(|count| *count > 0), "{first:?}");
    assert_eq!(round(&world.app().delivery).await.unwrap(), Some(0), "a new service has nothing old");
    assert_eq!(round(&world.app().delivery).await.unwrap(), None, "once a day");

    let [messages, whole, ids, _, attempts, dead] = first;
    let kept = async |world: &mut World, days: u32, expected: [usize; 6]| {
        world.advance(DAY * days);
        round(&world.app().delivery).await.unwrap().unwrap();
        assert_eq!(counts(world).await, expected);
    };
    kept(world, 6, first).await;
    kept(world, 2, [messages, whole, ids, 0, attempts, dead]).await; // day 8: bytes of hooks
    kept(world, 5, [messages, whole, ids, 0, attempts, dead]).await;
    kept(world, 2, [messages, whole, ids, 0, 0, dead]).await; // day 15: attempts
    kept(world, 14, [messages, whole, ids, 0, 0, dead]).await; // day 29
    kept(world, 2, [messages, 0, ids, 0, 0, 0]).await; // day 31: texts, and what can be sent again with its text
    kept(world, 13, [messages, 0, ids, 0, 0, 0]).await; // day 44
    kept(world, 2, [messages, 0, 0, 0, 0, 0]).await; // day 46: ids
    kept(world, 43, [messages, 0, 0, 0, 0, 0]).await; // day 89
    kept(world, 2, [0; 6]).await; // day 91: messages
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_crm"], json!({"accepted": 2, "delivered": 1, "failed": 1, "waiting": 0}));
    assert_eq!(ledger.json["to_messenger"]["delivered"], 1, "the ledger is for good");

    // The chat goes on as if nothing had been.
    a_day_of(world, &line, "second").await;
    assert_eq!(counts(world).await, first);
    assert_eq!(world.texts_at_crm(&line), ["first arrives", "second arrives"]);
}

async fn waiting_and_resendable_messages_keep_their_text(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    world.sandbox.faults().next_with(Part::Message, "later", 1, Fault::Status { code: 400, retry_after: None });
    let id = anna.writes("later").await;
    world.deliver_to_the_end().await;
    world.advance(DAY * 29);
    // It is sent again, fails once more and is undelivered for another month.
    let dead = world.api.get(&line.dead_letters()).await.is(200).json["items"][0]["id"].as_str().unwrap().to_owned();
    world.sandbox.faults().next_with(Part::Message, "later", 1, Fault::Status { code: 400, retry_after: None });
    world.api.post(&format!("/api/v1/dead-letters/{dead}/retry"), &json!({})).await.is(202);
    world.advance(DAY * 3);
    round(&world.app().delivery).await.unwrap().unwrap();
    let text = async |world: &World| {
        world.api.get(&format!("/api/v1/messages/{id}")).await.is(200).json["content"]["text"].clone()
    };
    assert_eq!(text(world).await, "later", "it waits");
    world.deliver_to_the_end().await;
    world.advance(DAY * 20);
    round(&world.app().delivery).await.unwrap().unwrap();
    assert_eq!((text(world).await, counts(world).await[5]), (json!("later"), 1), "it can be sent again");
    world.advance(DAY * 11);
    round(&world.app().delivery).await.unwrap().unwrap();
    assert_eq!((text(world).await, counts(world).await[5]), (json!(""), 0));
}

async fn an_account_chooses_how_long_its_texts_are_kept(world: &mut World) {
    world.forget_messages();
    let (own, other) = (world.line("support").await, world.line_at("other.amocrm.ru", "support").await);
    let whole = async |world: &World| {
        let messages = world.messages().await;
        let of = |line: &Line| {
            messages
                .iter()
                .filter(|one| one.tenant_id == line.tenant_id && !one.body.contains("\"expired\":true"))
                .count()
        };
        (of(&own), of(&other))
    };
    for line in [&own, &other] {
        world.customer(line, "anna").writes("first").await;
    }
    world.deliver_to_the_end().await;
    world.advance(DAY * 20);
    round(&world.app().delivery).await.unwrap().unwrap();
    assert_eq!(whole(world).await, (1, 1), "thirty days are usual");
    let olga = world.panel_as(own.tenant_id, 2001, "Olga Owner", true).await;
    olga.opens("/panel/data").await.is(200).says(&[
        "Keep message texts for",
        "30 days (default)",
        "Files: photos, voice messages, documents",
    ]);
    olga.sends("/panel/data/texts", &[("days", "91")]).await.is(422);
    olga.sends("/panel/data/texts", &[("days", "ever")]).await.is(400);
    olga.does("/panel/data/texts", &[("days", "7")]).await.says(&["Saved.", "7 days after they arrived"]);
    world.customer(&own, "anna").writes("second").await;
    world.deliver_to_the_end().await;
    world.advance(DAY);
    round(&world.app().delivery).await.unwrap().unwrap();
    assert_eq!(whole(world).await, (1, 1), "what was old already goes too, another account's stays");
    world.advance(DAY * 7);
    round(&world.app().delivery).await.unwrap().unwrap();
    assert_eq!(whole(world).await, (0, 1));
    let olga = world.panel_as(own.tenant_id, 2001, "Olga Owner", true).await;
    olga.does("/panel/data/texts", &[("days", "0")])
        .await
        .says(&["Don’t keep (erase after delivery)", "Not kept: erased the day after the message is delivered"]);
    world.customer(&own, "anna").writes("third").await;
    world.deliver_to_the_end().await;
    world.advance(DAY);
    round(&world.app().delivery).await.unwrap().unwrap();
    assert_eq!(whole(world).await, (0, 1));
    let olga = world.panel_as(own.tenant_id, 2001, "Olga Owner", true).await;
    olga.does("/panel/data/texts", &[("days", "")]).await.says(&["30 days after they arrived"]);
    let vera = world.panel_as(own.tenant_id, 2002, "Vera", false).await;
    vera.sends("/panel/data/texts", &[("days", "1")]).await.is(403);
}

/// Whether an account has raw hooks, attempts, undelivered letters and entries of the audit log.
async fn is_there(world: &World, tenant_id: uuid::Uuid) -> [bool; 4] {
    let db = world.app().store.read();
    [
        raw_hook::Entity::of_tenant(tenant_id).count(db).await.unwrap() > 0,
        attempt::Entity::of_tenant(tenant_id).count(db).await.unwrap() > 0,
        dead_letter::Entity::of_tenant(tenant_id).count(db).await.unwrap() > 0,
        audit::Entity::of_tenant(tenant_id).count(db).await.unwrap() > 0,
    ]
}

/// Fewer days of one account, set by the API and in the admin; another account's data stays as configured.
async fn an_account_keeps_fewer_days_than_configured(world: &mut World) {
    world.forget_messages();
    let (own, other) = (world.line("support").await, world.line_at("other.amocrm.ru", "support").await);
    let path = format!("/api/v1/tenants/{}", own.tenant_id);
    for (wrong, field) in [(json!({"hooks_days": 8}), "/hooks_days"), (json!({"audit_days": 0}), "/audit_days")] {
        let refused = world.api.patch(&path, &wrong).await.is(422);
        assert_eq!(refused.wrong_fields(), [field], "{}", refused.text);
    }
    let days = json!({"hooks_days": 2, "attempts_days": 4, "undelivered_days": 6, "audit_days": 8});
    let shown = world.api.patch(&path, &days).await.is(200).json;
    for (field, value) in days.as_object().unwrap() {
        assert_eq!(&shown[field], value, "{shown}");
    }
    assert_eq!(shown["texts_days"], json!(null));
    for line in [&own, &other] {
        a_day_of(world, line, &line.host).await;
    }
    parom::audit::flush(world.app(), &world.app().identity.refusals).await;
    for left in
        [[true; 4], [false, true, true, true], [false, false, true, true], [false, false, false, true], [false; 4]]
    {
        round(&world.app().delivery).await.unwrap();
        assert_eq!(is_there(world, own.tenant_id).await, left);
        assert!(is_there(world, other.tenant_id).await[1..].iter().all(|there| *there));
        world.advance(DAY * 2 + DAY / 24);
    }
    let olga = world.panel_as(own.tenant_id, 2001, "Olga Owner", true).await;
    olga.opens("/panel/data").await.is(200).says(&["8 days"]);
    let back = world.api.patch(&path, &json!({"hooks_days": null})).await.is(200).json;
    assert_eq!((&back["hooks_days"], &back["audit_days"]), (&json!(null), &json!(8)));

    let operator = Operator::signed_in(world).await;
    let page = format!("/admin/accounts/{}", own.tenant_id);
    operator.opens(&page).await.is(200);
    let form =
        |hooks, attempts| [("days", ""), ("hooks", hooks), ("attempts", attempts), ("undelivered", ""), ("audit", "9")];
    for wrong in [form("8", ""), form("1", "soon"), form("0", "")] {
        let refused = operator.sends(&format!("{page}/texts"), &wrong).await.is(422);
        let typed =
            if wrong[1].1 == "1" { ["id=\"e-attempts\"", "value=\"soon\""] } else { ["id=\"e-hooks\"", "value=\"9\""] };
        refused.says(&["from 1 to the configured one. Nothing was changed.", typed[0], typed[1]]);
    }
    operator.sends(&format!("{page}/texts"), &form("1", "3")).await.is(303);
    let shown = operator.opens(&format!("{page}/data")).await.is(200);
    shown.says(&[
        "Leave empty for the configured 7, which is also the maximum.",
        "name=\"attempts\" type=\"text\" value=\"3\"",
    ]);
    let tenant = world.api.get(&path).await.is(200).json;
    let days = ["hooks_days", "attempts_days", "undelivered_days", "audit_days"].map(|field| tenant[field].clone());
    assert_eq!(days, [json!(1), json!(3), json!(null), json!(9)]);
}

async fn a_cause_that_comes_and_goes_leaves_a_bounded_history(world: &mut World) {
    let line = world.line("support").await;
    let usage = &world.app().usage;
    let times = || alert::Entity::of_tenant(line.tenant_id).order_by_asc(alert::Column::OpenedAt);
    let outage = || parom::alert::Alarm {
        tenant_id: line.tenant_id,
        kind: "crm_unreachable",
        object: "",
        source_id: None,
        detail: json!({}),
    };
    for _ in 0..203 {
        let db = usage.store.write();
        assert!(parom::alert::raise(usage, db, outage()).await.unwrap());
        assert!(parom::alert::resolve(usage, db, line.tenant_id, "crm_unreachable", "").await.unwrap());
        world.advance(Duration::from_secs(60));
    }
    let before = times().all(usage.store.read()).await.unwrap();
    assert_eq!(before.len(), 203);
    round(&world.app().delivery).await.unwrap();
    let left = times().all(usage.store.read()).await.unwrap();
    assert_eq!(left, before[3..], "the newest");
}

async fn other_processes_do_not_repeat_the_cleanup_and_old_ledger_rows_are_merged(world: &mut World) {
    let line = world.line("support").await;
    for restart in 0..3 {
        world.customer(&line, "anna").writes(&format!("after start {restart}")).await;
        world.deliver_to_the_end().await;
        world.restart().await;
    }
    let before = world.api.get(&line.path("/ledger")).await.is(200).json;
    assert!(rows::<ledger_delta::Entity>(world).await >= 3, "a row a process");
    assert!(rows::<histogram::Entity>(world).await >= 3, "times of the last day");
    world.advance(DAY * 11);
    assert!(round(&world.app().delivery).await.unwrap().is_some());
    assert_eq!(rows::<ledger_delta::Entity>(world).await, 1);
    assert_eq!(rows::<histogram::Entity>(world).await, 0);
    assert_eq!(world.api.get(&line.path("/ledger")).await.is(200).json, before);
    let audit_rows = rows::<audit::Entity>(world).await;
    assert!(round(&world.app().delivery).await.unwrap().is_none(), "another process would leave it as well");
    world.advance(DAY * 355);
    world.forget_messages();
    round(&world.app().delivery).await.unwrap().unwrap();
    assert!(rows::<audit::Entity>(world).await < audit_rows.max(1) + 1);
    assert_eq!(rows::<message::Entity>(world).await, 0);
    // Unreadable calls are deleted as well.
    let nobodys = raw_hook::Entity::of_tenant(VENDOR).count(world.app().store.read()).await.unwrap();
    assert_eq!(nobodys, 0);
}

// `docs/privacy.md` says of every column that can hold personal data what it holds and for how long.

/// Tables of the migrations, which have no data.
const NOT_DATA: [&str; 2] = ["migration_guard", "seaql_migrations"];

/// `table.column` of all columns that hold text or bytes, without ids.
async fn columns(office: &Office) -> BTreeSet<String> {
    let sql = "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS k FROM information_schema.columns \
               WHERE table_schema = 'public'";
    let rows = office.store.read().query_all_raw(Statement::from_string(office.store.backend(), sql)).await.unwrap();
    let text = |row: &sea_orm::QueryResult, name: &str| row.try_get::<String>("", name).unwrap();
    rows.iter()
        .map(|row| (text(row, "t"), text(row, "c"), text(row, "k")))
        .filter(|(table, _, kind)| {
            let holds = kind.contains("text") || kind.contains("char") || kind == "bytea";
            holds && !NOT_DATA.contains(&table.as_str())
        })
        .map(|(table, column, _)| format!("{table}.{column}"))
        .collect()
}

/// `table.column` of all sealed columns.
fn sealed() -> BTreeSet<String> {
    Place::ALL
        .iter()
        .flat_map(|place| {
            let table = place.table();
            table.columns.iter().map(move |column| format!("{}.{column}", table.name))
        })
        .collect()
}

/// The columns that a page names, in the order of the page, and whether it calls each of them sealed.
fn named(page: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for line in page.lines().filter(|line| line.starts_with("| `") || line.starts_with('`')) {
        // The first cell, or a line of the list at the end.
        let cell = line.strip_prefix('|').map_or(line, |row| row.split('|').next().unwrap_or_default());
        let all = cell.contains("(all sealed)");
        let mut parts = cell.split('`');
        parts.next();
        while let (Some(name), after) = (parts.next(), parts.next().unwrap_or_default()) {
            if name.split_once('.').is_some_and(|(table, column)| !table.is_empty() && !column.is_empty()) {
                found.push((name.to_owned(), all || after.starts_with(" (sealed)")));
            }
        }
    }
    found
}

async fn every_column_with_text_has_its_row(office: &mut Office) {
    let page = std::fs::read_to_string(root().join("docs/privacy.md")).unwrap();
    let (_, page) = page.split_once("\n## Messages\n").unwrap();
    let (page, _) = page.split_once("\n## Outside the database\n").unwrap();
    let named = named(page);
    let mut seen = BTreeSet::new();
    for (name, _) in &named {
        assert!(seen.insert(name.clone()), "docs/privacy.md has {name} twice");
    }
    let columns = columns(office).await;
    let missing: Vec<&String> = columns.difference(&seen).collect();
    assert!(missing.is_empty(), "columns without a row in docs/privacy.md: {missing:?}");
    let unknown: Vec<&String> = seen.difference(&columns).collect();
    assert!(unknown.is_empty(), "docs/privacy.md has columns that the schema has not: {unknown:?}");
    let said: BTreeSet<String> = named.into_iter().filter(|(_, sealed)| *sealed).map(|(name, _)| name).collect();
    assert_eq!(said, sealed(), "what docs/privacy.md calls sealed, and what is");
}

// An account that keeps no texts: what was delivered is found in no column of any table, what was not keeps its text.

/// Switches it on for the line's account.
async fn keeps_nothing(world: &World, line: &Line) {
    let path = format!("/api/v1/tenants/{}", line.tenant_id);
    world.api.patch(&path, &json!({"texts_days": 91})).await.is(422);
    assert_eq!(world.api.patch(&path, &json!({"texts_days": 0})).await.is(200).json["texts_days"], 0);
}

/// Where a text is stored, as itself or as the bytes of a hook.
async fn stored(world: &World, text: &str) -> usize {
    let hex = text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let all = everything(world).await;
    all.lines().filter(|line| line.contains(text) || line.to_lowercase().contains(&hex)).count()
}

async fn a_delivered_text_is_stored_nowhere(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("kept-before").await;
    world.deliver_to_the_end().await;
    keeps_nothing(world, &line).await;

    let id = anna.writes("canary-of-anna").await;
    assert!(stored(world, "canary-of-anna").await > 0, "it is not delivered yet");
    world.deliver_to_the_end().await;
    world.manager(&line).answers("anna", "canary-of-olga").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["kept-before", "canary-of-anna"]);
    assert_eq!(world.messenger.texts(), ["canary-of-olga"]);
    for text in ["canary-of-anna", "canary-of-olga"] {
        assert_eq!(stored(world, text).await, 0, "{text}");
    }
    assert!(stored(world, "kept-before").await > 0, "the daily round erases what was kept before");
    let ledger = world.api.get(&line.path("/ledger")).await.is(200).json;
    assert_eq!((&ledger["to_crm"]["delivered"], &ledger["to_messenger"]["delivered"]), (&json!(2), &json!(1)));
    let message = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200).json;
    assert_eq!((&message["content"]["text"], &message["status"]), (&json!(""), &json!("delivered")));
    let page = olga(world, line.tenant_id).await.opens(&format!("/panel/messages/{id}")).await.is(200);
    page.says(&["Not kept."]);
    // It is not sent again: there would be nothing in it.
    let attempts = world.api.get(&line.path("/webhook-attempts")).await.is(200).text_at("/items/0/id");
    let refused = world.api.post(&format!("/api/v1/webhook-attempts/{attempts}/resend"), &json!({})).await.is(409);
    assert_eq!(refused.json["type"], "/problems/webhook_not_kept");
}

async fn an_undelivered_message_keeps_its_text(world: &mut World) {
    let line = world.line("support").await;
    keeps_nothing(world, &line).await;
    let anna = world.customer(&line, "anna");
    let refused = Fault::Status { code: 400, retry_after: None };
    world.sandbox.faults().next_with(Part::Message, "canary-refused", 1, refused);
    anna.writes("canary-refused").await;
    world.deliver_to_the_end().await;
    world.advance(DAY);
    parom::retention::round(&world.app().delivery).await.unwrap().unwrap();
    assert!(stored(world, "canary-refused").await > 0);
    let dead = world.api.get(&line.dead_letters()).await.is(200).json["items"][0]["id"].as_str().unwrap().to_owned();
    world.api.post(&format!("/api/v1/dead-letters/{dead}/retry"), &json!({})).await.is(202);
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["canary-refused"]);
    assert_eq!(stored(world, "canary-refused").await, 0, "delivered by hand");

    // The answer is lost, so the outcome is unknown until amoCRM's history was searched.
    world.sandbox.faults().next_with(Part::Message, "canary-unclear", 1, Fault::LostAnswer);
    anna.writes("canary-unclear").await;
    world.deliver_all().await;
    assert!(stored(world, "canary-unclear").await > 0);
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["canary-refused", "canary-unclear"]);
    assert_eq!(stored(world, "canary-unclear").await, 0);
}

async fn a_message_is_changed_after_its_text_was_erased(world: &mut World) {
    let line = world.line("support").await;
    keeps_nothing(world, &line).await;
    let anna = world.customer(&line, "anna");
    anna.posts(&anna.body("one", "canary-blue")).await.is(202);
    world.deliver_to_the_end().await;
    let path = line.path("/messages/one");
    // Each change finds an empty message; one back to an earlier text is a change too.
    for text in ["canary-red", "canary-green", "canary-red", "canary-blue"] {
        world.api.patch(&path, &json!({"content": {"type": "text", "text": text}})).await.is(202);
        world.deliver_to_the_end().await;
        assert_eq!(world.texts_at_crm(&line), [text]);
        assert_eq!(stored(world, text).await, 0, "{text}");
    }
    world.api.delete(&path).await.is(202);
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Удалено клиентом"]);
}

both!(other_processes_do_not_repeat_the_cleanup_and_old_ledger_rows_are_merged, a_delivered_text_is_stored_nowhere);
both!(waiting_and_resendable_messages_keep_their_text, an_account_chooses_how_long_its_texts_are_kept);
both!(an_account_keeps_fewer_days_than_configured, each_thing_goes_on_its_day_and_not_before);
once!(a_message_is_changed_after_its_text_was_erased, an_undelivered_message_keeps_its_text);
once!(a_cause_that_comes_and_goes_leaves_a_bounded_history);
on_postgres!(every_column_with_text_has_its_row);
