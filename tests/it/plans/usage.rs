//! Usage by month: its figures are the ledger's.

use std::collections::BTreeMap;

use parom_tests::settings::HOST;
use parom_tests::{Answer, Line, World, answer};
use reqwest::Method;
use serde_json::{Value, json};

use super::{DAY, each};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_figures_add_up_to_the_ledgers() {
    each(async |world| {
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
    })
    .await;
}

/// What a month had is that month's, whatever the account has later, and unknown if nothing was noted then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_and_storage_are_those_of_the_month() {
    each(async |world| {
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
    })
    .await;
}
