//! A week of a shop: five managers in two shifts, a holiday, returning customers, a dismissed manager, a deleted pipeline, and
//! processes that die.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base::millis::MINUTE;
use parom::route::decision::{Decision, Outcome};
use parom_tests::settings::HOST;
use parom_tests::{Line, World, both};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::{HOUR, has_rules, second_stage};

const FALLBACK: i64 = 15;
/// How often the jobs are looked at.
const STEP: Duration = Duration::from_secs(300);

async fn works(world: &mut World) {
    world.deliver_all().await;
    world.advance(STEP);
    world.works("routes").await;
    world.works("route_fallbacks").await;
    world.deliver_all().await;
}

fn rules(managers: &[i64], boss: i64, stage: (i64, i64)) -> Value {
    let shift = |of: &[i64], times: &str| {
        let people: Vec<Value> = of.iter().map(|id| json!({"user_id": id.to_string(), "times": [times]})).collect();
        json!({"kind": "round_robin", "people": people})
    };
    let (morning, evening) = managers.split_at(3);
    let boss = json!({"kind": "person", "user_id": boss.to_string()});
    let falls = json!({"after_minutes": FALLBACK, "to": boss});
    json!([
        {"id": "holiday", "when": {"working_hours": "holiday"}, "then": {"accept": true, "tags": ["holiday"], "responsible": boss}},
        {"id": "night", "when": {"working_hours": "outside"}, "then": {"accept": true, "tags": ["night"], "responsible": boss}},
        {"id": "regular", "when": {"contact": "known"}, "then": {"accept": true,
            "responsible": {"kind": "contact"}, "fallback": falls}},
        {"id": "morning", "when": {"times": ["mon-sun 09:00-15:00"]}, "then": {"accept": true,
            "stage": {"pipeline_id": stage.0, "status_id": stage.1},
            "responsible": shift(morning, "mon-sun 09:00-15:00"), "fallback": falls}},
        {"id": "evening", "then": {"accept": true, "responsible": shift(evening, "mon-sun 15:00-21:00"), "fallback": falls}},
    ])
}

/// A shop that is open from nine to nine, and closed on the seventh day of the week: it begins on the 20th of November 2026.
async fn shop(world: &World) -> Line {
    let line = world.line("shop").await;
    let hours = json!({"time_zone": "Europe/Moscow", "hours": ["mon-sun 09:00-21:00"], "country": "US"});
    let settings = json!({"webhook_url": world.messenger.url(), "working_hours": hours});
    world.api.patch(&line.path(""), &json!({ "settings": settings })).await.is(200);
    line
}

/// Processes die: between the steps of a decision, and as a whole.
async fn dies(world: &mut World, random: &mut StdRng) {
    let points = ["route.decided", "route.before_step", "route.lead_made"];
    if random.random_bool(0.4) {
        world.faults.add(&format!("{}=error:1", points.choose(random).unwrap())).unwrap();
        works(world).await;
        world.faults.clear();
    }
    if random.random_bool(0.2) {
        world.restart().await;
    }
}

/// The decisions about what these customers wrote, each with its customer.
async fn decisions(world: &World, line: &Line, written: &BTreeMap<String, Vec<String>>) -> Vec<(String, Decision)> {
    let db = world.app().store.read();
    let mut found = Vec::new();
    for (name, messages) in written {
        for id in messages {
            let made = parom::route::decision::find(db, line.tenant_id, id.parse().unwrap()).await.unwrap();
            found.extend(made.map(|made| (name.clone(), made)));
        }
    }
    found
}

async fn a_week_of_a_shop(world: &mut World) {
    let line = shop(world).await;
    let boss = world.sandbox.users(HOST)[0].id;
    let managers: Vec<i64> =
        ["Anna", "Boris", "Carla", "Dmitri", "Elena"].map(|name| world.sandbox.add_manager(HOST, name)).into();
    let (dismissed, stage) = (managers[0], second_stage(world));
    has_rules(world, &line, rules(&managers, boss, stage)).await;
    let mut random = StdRng::seed_from_u64(7);
    let mut people: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut dismissed_at, mut deleted_at) = (0, 0);
    for day in 0..7 {
        if day == 3 {
            dismissed_at = world.clock.millis();
            world.sandbox.remove_user(HOST, dismissed);
        }
        if day == 5 {
            deleted_at = world.clock.millis();
            world.sandbox.delete_pipeline(HOST, stage.0);
        }
        world.visits_accounts().await;
        for part in 0..8 {
            for _ in 0..random.random_range(0..3) {
                let name = if people.is_empty() || random.random_bool(0.6) {
                    format!("c{}", people.len())
                } else {
                    format!("c{}", random.random_range(0..people.len()))
                };
                let id = world.customer(&line, &name).writes(&format!("Hello {day}-{part}")).await;
                people.entry(name).or_default().push(id);
            }
            dies(world, &mut random).await;
            works(world).await;
            // Some are answered in time.
            for name in people.keys() {
                if random.random_bool(0.3) {
                    world.manager(&line).answers(name, "Here I am").await;
                }
            }
            for _ in 0..6 {
                works(world).await;
            }
            world.advance(3 * HOUR - 7 * STEP);
        }
    }
    for _ in 0..30 {
        world.advance(HOUR);
        works(world).await;
    }
    // One lead a customer, whatever died: all of them stayed open.
    let leads = world.sandbox.leads(HOST);
    assert_eq!((leads.len(), world.sandbox.incoming_leads(HOST).len()), (people.len(), 0), "{leads:#?}");
    let made = decisions(world, &line, &people).await;
    let mut given = BTreeMap::<&str, BTreeSet<i64>>::new();
    let mut fell = 0;
    for (name, made) in &made {
        let rule = made.verdict.rule.as_ref().map(|rule| rule.id.as_str()).expect("each has a rule");
        given.entry(rule).or_default().extend(made.verdict.plan.responsible.map(|user| user.0));
        assert!(["done", "failed"].contains(&made.row.state.as_str()), "{name}: {made:#?}");
        let lead = leads.iter().find(|lead| lead.id == made.row.lead_id).unwrap_or_else(|| panic!("{name}: {made:#?}"));
        let began = parom::delivery::read::made_at(made.row.message_id);
        if began > dismissed_at {
            assert_ne!(lead.responsible_user_id, dismissed, "{name} is left with who is dismissed: {made:#?}");
        }
        if rule == "morning" && made.row.state == "done" {
            assert_eq!(made.verdict.plan.stage.is_none(), began > deleted_at, "{name}: {made:#?}");
        }
        if ["night", "holiday"].contains(&rule) {
            continue;
        }
        // Answered, or given to somebody else in time.
        let step = made.outcome("fallback").unwrap_or_else(|| panic!("{name} by {rule}: {made:#?}"));
        if step.outcome != Outcome::Skipped {
            fell += 1;
            assert_eq!((step.outcome, step.detail.as_str()), (Outcome::Done, boss.to_string().as_str()), "{name}");
            let waited = step.at - made.row.created_at;
            assert!(waited <= (FALLBACK + 10) * MINUTE, "{name} waited {} minutes", waited / MINUTE);
        }
    }
    let of = |rule: &str| given.get(rule).unwrap_or_else(|| panic!("no enquiry by {rule}: {given:?}"));
    let alone = BTreeSet::from([boss]);
    assert_eq!((of("night"), of("holiday")), (&alone, &alone));
    // Each shift has all of its people, and the boss where nobody was there.
    for (rule, shift) in [("morning", &managers[..3]), ("evening", &managers[3..])] {
        let got: Vec<i64> = of(rule).iter().copied().filter(|user| *user != boss).collect();
        assert_eq!(got, shift, "{rule}");
    }
    assert!(!of("regular").is_empty() && fell > 0, "{given:?}, {fell} fell back");
    let alerts = parom::alert::open(world.app().store.read(), line.tenant_id).await.unwrap();
    let names = |alert: &entity::alert::Model| alert.kind == "route_failed" && alert.detail.contains("Rule morning");
    assert!(alerts.iter().any(names), "what is gone has an alert: {alerts:#?}");
    // Each message came to amoCRM once.
    let mut came = world.texts_at_crm(&line);
    came.retain(|text| text.starts_with("Hello"));
    assert_eq!(came.len(), people.values().map(Vec::len).sum::<usize>());
}

both!(a_week_of_a_shop);
