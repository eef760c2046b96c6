//! All rules together: eight workers, many conversations both ways, and random faults on both sides from a seed.
//! Afterwards nothing is lost, nothing is out of order, and amoCRM saw nothing twice.

use std::collections::BTreeMap;
use std::time::Duration;

use parom_tests::office::all_at_once;
use parom_tests::{Answer, Line, Received, World, both};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use simulator::crm::{Fault, Part};

/// Enough for every kind of fault to be met by every kind of letter; many seeds are the simulator's work.
const CONVERSATIONS: usize = 16;
const EACH: usize = 12;
const FAULTS: usize = 100;
const WORKERS: usize = 8;

/// Statuses only get faults that refuse them unprocessed: repeating them is harmless, but the sandbox complains.
fn fault(random: &mut StdRng, part: Part) -> Fault {
    let kinds = if part == Part::Status { 5 } else { 8 };
    match random.random_range(0..kinds) {
        0 => Fault::Status { code: 500, retry_after: None },
        1 => Fault::Status { code: 503, retry_after: Some(1) },
        2 => Fault::Status { code: 429, retry_after: None },
        3 => Fault::Html200,
        4 => Fault::Reset,
        5 | 6 => Fault::LostAnswer,
        _ => Fault::HalfBody,
    }
}

fn answer(random: &mut StdRng) -> Answer {
    match random.random_range(0..20) {
        0 => Answer::status(500),
        1 => Answer::RetryAfter(503, 2),
        2 => Answer::status(408),
        3 => Answer::RetryAfter(429, 1),
        4 | 5 => Answer::Cut,
        6..=12 => Answer::Status(200, serde_json::json!({"status": "delivered"})),
        _ => Answer::ok(),
    }
}

/// Every worker delivers until nothing is due, repeatedly, while time passes, until nothing waits.
async fn deliver_with_many_workers(world: &mut World) {
    let mut workers: Vec<_> = (0..WORKERS).map(|_| world.another_worker()).collect();
    for _ in 0..4_000 {
        let rounds = workers.into_iter().map(|mut worker| async move {
            let carried = worker.deliver_all().await.expect("the queue is read");
            (worker, carried)
        });
        let done = all_at_once(rounds).await;
        let idle = done.iter().all(|(_, carried)| *carried == 0);
        workers = done.into_iter().map(|(worker, _)| worker).collect();
        let next = world.app().queue.next_ready_in().await.expect("the queue is read");
        let Some(ahead) = next else { return };
        // A host's breaker is open in its own process only: the queue reports letters as ready that must not be sent
        // yet.
        let wait = ahead.clamp(if idle { 1_000 } else { 1 }, 60_000);
        world.advance(Duration::from_millis(u64::try_from(wait).unwrap()));
    }
    panic!("still not at the end: {} letters", world.letters().await.len());
}

async fn random_faults_lose_double_and_reorder_nothing(world: &mut World) {
    let seed: u64 = base::config::variable("PAROM_TEST_SEED").map_or_else(rand::random, |seed| seed.parse().unwrap());
    println!("PAROM_TEST_SEED={seed} repeats these faults");
    let mut random = StdRng::seed_from_u64(seed);
    let line = world.line("support").await;
    // Every chat is there, so that managers can write into it from the start.
    open_chats(world, &line).await;

    for _ in 0..FAULTS {
        let part =
            [Part::Message, Part::Message, Part::History, Part::CreateChat, Part::Status][random.random_range(0..5)];
        let needle = format!("#{}", random.random_range(0..CONVERSATIONS));
        match part {
            Part::Message => world.sandbox.faults().next_with(part, &format!("{needle}:"), 1, fault(&mut random, part)),
            part => world.sandbox.faults().next(part, 1, fault(&mut random, part)),
        }
    }
    let mut of_messenger = StdRng::seed_from_u64(random.random());
    world.messenger.answers_by(move |_| answer(&mut of_messenger));
    for plan in ["carry.after_call=error:9", "settle.before_commit=error:3", "accept.after_commit=error:3"] {
        world.faults.add(plan).unwrap();
    }

    for part in 0..2 {
        speak(world, &line, part).await;
        deliver_with_many_workers(world).await;
    }
    let left = world.sandbox.faults().left();
    assert!(left < FAULTS / 3, "most of the {FAULTS} faults were met: {left} are left");
    world.sandbox.faults().clear();
    world.messenger.heals();
    world.faults.clear();
    deliver_with_many_workers(world).await;

    let wanted: Vec<String> = (0..EACH).map(|number| format!("{number}")).collect();
    let at_crm = by_conversation(world.texts_at_crm(&line));
    let at_messenger = by_conversation(world.messenger.texts());
    for conversation in 0..CONVERSATIONS {
        let name = format!("#{conversation}");
        assert_eq!(at_crm.get(&name), Some(&wanted), "{name} towards amoCRM");
        assert_eq!(at_messenger.get(&name), Some(&wanted), "{name} towards the messenger");
    }
    assert_eq!((at_crm.len(), at_messenger.len()), (CONVERSATIONS, CONVERSATIONS), "nothing invented");
    marked_when_repeated(&world.messenger.received());
}

/// Boths sides write their share: half of every conversation's messages.
async fn speak(world: &mut World, line: &Line, part: usize) {
    let customers = (0..CONVERSATIONS).map(|conversation| {
        let customer = world.customer(line, &format!("c{conversation}"));
        let manager = world.manager(line);
        async move {
            let name = format!("c{conversation}");
            for number in (part * EACH / 2)..((part + 1) * EACH / 2) {
                customer.writes(&format!("#{conversation}:{number}")).await;
                manager.answers(&name, &format!("#{conversation}:{number}")).await;
            }
        }
    });
    all_at_once(customers).await;
}

async fn open_chats(world: &mut World, line: &Line) {
    for conversation in 0..CONVERSATIONS {
        world.customer(line, &format!("c{conversation}")).writes("opens").await;
    }
    world.deliver_all().await;
}

/// Texts look like `#CONVERSATION:NUMBER`.
fn by_conversation(texts: Vec<String>) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for text in texts {
        if let Some((conversation, number)) = text.split_once(':') {
            all.entry(conversation.to_owned()).or_default().push(number.to_owned());
        }
    }
    all
}

/// A message that the messenger had taken comes again only with `"repeat":true`.
fn marked_when_repeated(received: &[Received]) {
    let mut taken = std::collections::BTreeSet::new();
    for one in received {
        let again = taken.contains(&one.webhook_id);
        assert!(!again || one.body["repeat"] == true, "an unmarked repeat: {one:?}");
        if one.was_taken() {
            taken.insert(one.webhook_id.clone());
        }
    }
}

both!(random_faults_lose_double_and_reorder_nothing);
