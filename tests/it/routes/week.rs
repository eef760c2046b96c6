//! A week of a shop: five managers in two shifts, returning customers, a dismissed manager, a deleted stage, and processes
//! that die.

use std::collections::BTreeMap;
use std::time::Duration;

use base::millis::MINUTE;
use parom_tests::settings::HOST;
use parom_tests::{Line, World, both};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::{has_rules, second_stage};

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
    let falls = json!({"after_minutes": FALLBACK, "to": {"kind": "person", "user_id": boss.to_string()}});
    json!([
        {"id": "night", "when": {"times": ["mon-sun 21:00-09:00"]}, "then": {"accept": true, "tags": ["night"],
            "responsible": {"kind": "person", "user_id": boss.to_string()}}},
        {"id": "regular", "when": {"contact": "known", "times": ["mon-sun 09:00-21:00"]}, "then": {"accept": true,
            "responsible": {"kind": "contact"}, "fallback": falls}},
        {"id": "morning", "when": {"times": ["mon-sun 09:00-15:00"]}, "then": {"accept": true,
            "stage": {"pipeline_id": stage.0, "status_id": stage.1},
            "responsible": shift(morning, "mon-sun 09:00-15:00"), "fallback": falls}},
        {"id": "evening", "then": {"accept": true, "responsible": shift(evening, "mon-sun 15:00-21:00"), "fallback": falls}},
    ])
}

/// A customer of the week.
#[derive(Default)]
struct Written {
    messages: Vec<String>,
}

async fn a_week_of_a_shop(world: &mut World) {
    let line: Line = world.line("shop").await;
    let boss = world.sandbox.users(HOST)[0].id;
    let managers: Vec<i64> =
        ["Anna", "Boris", "Carla", "Dmitri", "Elena"].map(|name| world.sandbox.add_manager(HOST, name)).into();
    let stage = second_stage(world);
    has_rules(world, &line, rules(&managers, boss, stage)).await;
    let mut random = StdRng::seed_from_u64(7);
    let mut people: BTreeMap<String, Written> = BTreeMap::new();
    let mut gone = None;
    for day in 0..7 {
        if day == 3 {
            gone = Some(managers[0]);
            world.sandbox.remove_user(HOST, managers[0]);
        }
        if day == 5 {
            world.sandbox.delete_stage(HOST, stage.1);
        }
        for half_day in 0..8 {
            for _ in 0..random.random_range(0..3) {
                let name = if people.is_empty() || random.random_bool(0.6) {
                    format!("c{}", people.len())
                } else {
                    format!("c{}", random.random_range(0..people.len()))
                };
                let text = format!("Hello {day}-{half_day}");
                let id = world.customer(&line, &name).writes(&text).await;
                people.entry(name).or_default().messages.push(id);
            }
            // Processes die, also between the steps of a decision.
            match random.random_range(0..6) {
                0 => world.faults.add("route.before_step=error:1").unwrap(),
                1 => world.faults.add("route.decided=error:1").unwrap(),
                2 if half_day == 0 => world.restart().await,
                _ => {}
            }
            works(world).await;
            world.faults.clear();
            // Half of those who wrote now are answered in time.
            let names: Vec<String> = people.keys().cloned().collect();
            for name in names {
                if random.random_bool(0.3) {
                    world.manager(&line).answers(&name, "Here I am").await;
                }
            }
            for _ in 0..6 {
                works(world).await;
            }
            world.advance(Duration::from_secs(3 * 3_600 - 7 * 300));
        }
    }
    for _ in 0..30 {
        world.advance(Duration::from_secs(3_600));
        works(world).await;
    }
    let db = world.app().store.read();
    let (mut dialogues, mut fell) = (0, 0);
    for (name, written) in &people {
        for id in &written.messages {
            let Some(made) = parom::route::decision::find(db, line.tenant_id, id.parse().unwrap()).await.unwrap()
            else {
                continue;
            };
            dialogues += 1;
            assert!(["done", "failed"].contains(&made.row.state.as_str()), "{name}: {made:#?}");
            assert_ne!(made.row.lead_id, 0, "{name}: {made:#?}");
            let Some(rule) = made.verdict.rule.as_ref().filter(|rule| rule.id != "night") else { continue };
            // Answered, or given to somebody else in time.
            let step = made.outcome("fallback").unwrap_or_else(|| panic!("{name} by {}: {made:#?}", rule.id));
            if step.outcome == parom::route::decision::Outcome::Done {
                fell += 1;
                assert_eq!(step.detail, boss.to_string());
                let waited = step.at - parom::delivery::read::made_at(made.row.message_id);
                assert!(waited <= (FALLBACK + 10) * MINUTE, "{name} waited {} minutes", waited / MINUTE);
            }
        }
    }
    // One lead a customer, whatever died: all of them stayed open.
    let leads = world.sandbox.leads(HOST);
    assert_eq!(leads.len(), people.len(), "{leads:#?}");
    assert!(dialogues >= people.len() && fell > 0, "{dialogues} dialogues, {fell} fell back");
    // Nobody is left with a manager who was dismissed before the dialogue began.
    assert!(gone.is_some());
}

both!(a_week_of_a_shop);
