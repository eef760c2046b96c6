//! Mangled hooks of amoCRM through the real route: each is answered 200, nothing breaks, and a valid hook at the same
//! moment is delivered.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use parom_tests::settings::HOST;
use parom_tests::{Line, World, both, once};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use serde_json::{Map, Value, json};
use simulator::crm::HookMessage;

/// The full bodies of the reference (Annex A), as amoCRM sends them.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../amocrm/tests/fixtures/hooks");
/// How many kinds of bodies there are.
const BODIES: usize = 19;
/// What the reference's account, chat and customer are called.
const ACCOUNT: &str = "3c7a9e84-5d16-4f0b-9a2e-1b8c4d6e7f90";
const CHAT: &str = "5e4d3c2b-1a09-4f8e-9d7c-6b5a49382716";
const CONVERSATION: &str = "acme-conv-77";
/// Why a genuine hook may be quarantined. A mangled one has one of these reasons or none.
const REASONS: [&str; 7] =
    ["unreadable", "foreign_account", "version_1", "unknown_event", "unknown_conversation", "unknown_message", "stale"];

/// A world with two chats: Anna's, which the mangled hooks are about, and Boris's, whose hooks are good.
struct Hooks<'a> {
    world: &'a World,
    line: Line,
    /// The bodies of the reference as if this account had sent them.
    bodies: Vec<Value>,
}

impl<'a> Hooks<'a> {
    async fn of(world: &'a mut World) -> Self {
        let line = world.line("support").await;
        for name in ["anna", "boris"] {
            world.customer(&line, name).writes("Hello").await;
        }
        world.deliver_all().await;
        let world: &'a World = world;
        let chat = world.manager(&line).chat_with("anna");
        let mut files: Vec<_> = std::fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let here = |text: String| {
            text.replace(ACCOUNT, &line.scope_id[37..])
                .replace(CHAT, &chat)
                .replace(CONVERSATION, &line.crm_conversation("chat-anna"))
                .replace("acme-line-1", &line.external_id)
                // Nothing of a test leaves this machine.
                .replace("https://amojo.amocrm.ru", world.sandbox.url())
        };
        let bodies =
            files.iter().map(|file| serde_json::from_str(&here(std::fs::read_to_string(file).unwrap())).unwrap());
        let mut bodies: Vec<Value> = bodies.collect();
        for body in &mut bodies {
            // The reference's are older than ids are kept.
            body["time"] = json!(world.app().clock.millis() / 1000);
        }
        assert_eq!(bodies.len(), BODIES);
        Self { world, line, bodies }
    }

    async fn posts(&self, body: Vec<u8>) -> Option<u16> {
        let signature = self.world.sandbox.sign_hook(&self.line.scope_id, &body);
        self.world.sandbox.post_hook(&self.line.scope_id, body, Some(&signature)).await.status
    }
}

/// Gives a body the id of a new message.
fn fresh(body: &mut Value, number: usize) {
    if let Some(id) = body.pointer_mut("/message/message/id") {
        *id = json!(format!("7b0d2c1e-4f3a-4c8b-8a55-{number:012}"));
    }
}

/// What is done to the bytes of a body.
#[derive(Clone, Debug)]
enum Damage {
    /// The member at one of the places goes, or becomes something else.
    Remove(Index),
    Replace(Index, Value),
    /// One more member beside it.
    Add(Index, String, Value),
    /// Bytes of the text become others.
    Bytes(Vec<(Index, u8)>),
    /// The text ends early.
    Cut(Index),
}

/// Values that a member of a hook never has, among them what breaks readers: long, deep, odd numbers.
fn odd_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("\0\u{202e}👩‍🚀")),
        Just(json!("я".repeat(5_000))),
        Just((0..100).fold(json!("deep"), |inner, _| json!([inner]))),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,12}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        2 => any::<Index>().prop_map(Damage::Remove),
        4 => (any::<Index>(), odd_value()).prop_map(|(place, value)| Damage::Replace(place, value)),
        1 => (any::<Index>(), ".{0,20}", odd_value()).prop_map(|(place, key, value)| Damage::Add(place, key, value)),
        1 => prop::collection::vec((any::<Index>(), any::<u8>()), 1..5).prop_map(Damage::Bytes),
        1 => any::<Index>().prop_map(Damage::Cut),
    ]
}

/// Pointers to every member of a body.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, member)| (key.clone(), member)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(place, item)| (place.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    for (key, member) in members {
        let place = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(place.clone());
        places(member, &place, found);
    }
}

/// The object or list around a place, and the last step to it.
fn around<'a>(body: &'a mut Value, place: &str) -> Option<(&'a mut Value, String)> {
    let (outer, key) = place.rsplit_once('/')?;
    Some((body.pointer_mut(outer)?, key.replace("~1", "/").replace("~0", "~")))
}

fn mangled(body: &Value, damages: &[Damage]) -> Vec<u8> {
    let mut body = body.clone();
    let mut on_bytes = Vec::new();
    for damage in damages {
        let mut found = Vec::new();
        places(&body, "", &mut found);
        let (place, change) = match damage {
            Damage::Remove(place) => (place, None),
            Damage::Replace(place, value) => (place, Some((None, value))),
            Damage::Add(place, key, value) => (place, Some((Some(key), value))),
            Damage::Bytes(_) | Damage::Cut(_) => {
                on_bytes.push(damage);
                continue;
            }
        };
        if found.is_empty() {
            continue;
        }
        match (around(&mut body, &found[place.index(found.len())]), change) {
            (Some((Value::Object(members), key)), None) => drop(members.remove(&key)),
            (Some((Value::Object(members), key)), Some((other, value))) => {
                members.insert(other.unwrap_or(&key).clone(), value.clone());
            }
            (Some((Value::Array(items), _)), Some((_, value))) => items.push(value.clone()),
            (Some((Value::Array(items), _)), None) => drop(items.pop()),
            _ => {}
        }
    }
    let mut bytes = body.to_string().into_bytes();
    for damage in on_bytes {
        match damage {
            Damage::Bytes(changes) if !bytes.is_empty() => {
                for (place, byte) in changes {
                    let place = place.index(bytes.len());
                    bytes[place] = *byte;
                }
            }
            Damage::Cut(place) => bytes.truncate(place.index(bytes.len() + 1)),
            _ => {}
        }
    }
    bytes
}

async fn every_documented_body_is_taken(world: &mut World) {
    let hooks = Hooks::of(world).await;
    for (number, body) in hooks.bodies.iter().enumerate() {
        let mut body = body.clone();
        fresh(&mut body, number);
        assert_eq!(hooks.posts(body.to_string().into_bytes()).await, Some(200), "{body}");
    }
    // The reactions are about a message that is not here; everything else is worked on.
    assert_eq!(world.quarantined().await, ["unknown_message"; 3]);
    let stored = world.messages().await.into_iter().filter(|message| message.direction == 2).count();
    assert_eq!(stored, 14, "a message of each of the fourteen");
    world.deliver_to_the_end().await;
    world.allow_problems();
}

async fn mangled_hooks_do_no_harm(world: &mut World) {
    let hooks = Hooks::of(world).await;
    let (runtime, number) = (tokio::runtime::Handle::current(), AtomicUsize::new(0));
    let good = Mutex::new(Vec::new());
    let mut runner =
        TestRunner::new(Config { cases: 48, max_shrink_iters: 48, failure_persistence: None, ..Config::default() });
    let one = (0..BODIES, prop::collection::vec(damage(), 1..5));
    let done = runner.run(&prop::collection::vec(one, 1..5), |cases| {
        let bodies: Vec<Vec<u8>> = cases
            .iter()
            .map(|(which, damages)| {
                let mut body = hooks.bodies[*which].clone();
                fresh(&mut body, number.fetch_add(1, Ordering::Relaxed));
                mangled(&body, damages)
            })
            .collect();
        let text = format!("a neighbour of {}", number.fetch_add(1, Ordering::Relaxed));
        let neighbour = hooks.world.manager(&hooks.line).prepares("boris", HookMessage::text(&text));
        let posts = bodies.iter().cloned().chain([neighbour.body]).map(|body| hooks.posts(body));
        let answers = tokio::task::block_in_place(|| runtime.block_on(join_all(posts)));
        for (answer, body) in
            answers.iter().zip(bodies.iter().map(|body| String::from_utf8_lossy(body)).chain(["the neighbour".into()]))
        {
            prop_assert_eq!(*answer, Some(200), "{}", body);
        }
        good.lock().unwrap().push(text.clone());
        // So many a second go to one messenger.
        hooks.world.advance(Duration::from_secs(1));
        let carried = async {
            hooks.world.another_worker().deliver_all().await.unwrap();
        };
        tokio::task::block_in_place(|| runtime.block_on(carried));
        let texts = hooks.world.messenger.texts();
        prop_assert_eq!(texts.iter().filter(|one| **one == text).count(), 1, "the neighbour is carried once");
        Ok(())
    });
    if let Err(error) = done {
        panic!("{error}");
    }
    let good = good.into_inner().unwrap();
    let (aside, stored) = (world.quarantined().await, world.messages().await);
    for why in &aside {
        assert!(REASONS.contains(&why.as_str()), "{why}");
    }
    let worked_on = stored.iter().filter(|message| message.direction == 2).count() - good.len();
    assert!(!aside.is_empty() && worked_on > 0, "both happens: {} quarantined, {worked_on} processed", aside.len());
    // The messages made of the others are delivered, and the good ones stay as they are.
    world.deliver_to_the_end().await;
    let texts: Vec<String> =
        world.messenger.texts().into_iter().filter(|text| text.starts_with("a neighbour of ")).collect();
    assert_eq!(texts, good);
    // amoCRM gets statuses of messages that it never sent.
    world.allow_problems();
}

// Mangled hooks of the CRM: each is answered 200, and a manager's message at the same moment is delivered.

/// Hooks of amoCRM about changed, deleted and merged contacts, talks, and a template.
const FORMS: [&str; 5] = [
    "contacts[delete][0][id]=1&contacts[delete][0][type]=contact&account[id]=ACCOUNT&account[subdomain]=acme",
    "contacts[update][0][id]=1&contacts[update][0][name]=Anna&contacts[update][0][custom_fields][0][id]=7\
     &contacts[update][0][custom_fields][0][code]=PHONE&contacts[update][0][custom_fields][0][values][0][value]=%2B7900\
     &account[id]=ACCOUNT",
    "talk[update][0][talk_id]=191&talk[update][0][chat_id]=33b41601-0000-4000-8000-6938ae6b7935\
     &talk[update][0][is_in_work]=0&account[id]=ACCOUNT",
    "add[0][id]=6955&add[0][type]=waba&add[0][reviews][0][id]=15&add[0][reviews][0][status]=review&account[id]=ACCOUNT",
    "leads[status][0][id]=5&leads[status][0][status_id]=142&unsorted[delete][0][uid]=u&account[id]=ACCOUNT",
];

/// A form with bytes of it changed, cut, or something like one made up.
fn form() -> impl Strategy<Value = (usize, Vec<(Index, u8)>, Index, String)> {
    let like = "((leads|contacts|talk|message|add|x)(\\[(add|update|delete|0|7|99999999999|id|values|)\\]?){0,6}=[a-z0-9%]{0,4}&){0,8}";
    (0..FORMS.len(), prop::collection::vec((any::<Index>(), any::<u8>()), 0..6), any::<Index>(), like)
}

async fn mangled_forms_do_no_harm(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "boris").writes("Hello").await;
    world.deliver_all().await;
    world.works("subscriptions").await;
    let address = world.sandbox.webhooks(HOST).pop().expect("the hooks are subscribed").destination;
    let path = address.strip_prefix(&world.api.base()).expect("an address of ours").to_owned();
    let account = world.sandbox.add_account(HOST).id.to_string();
    let (world, runtime, number) = (&*world, tokio::runtime::Handle::current(), AtomicUsize::new(0));
    let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
    let done = runner.run(&prop::collection::vec(form(), 1..5), |forms| {
        let bodies = forms.into_iter().map(|(which, bytes, end, more)| {
            let mut body = format!("{more}{}", FORMS[which].replace("ACCOUNT", &account)).into_bytes();
            for (place, byte) in bytes {
                let place = place.index(body.len());
                body[place] = byte;
            }
            body.truncate(end.index(body.len() * 2).min(body.len()));
            body
        });
        let posts = bodies.map(|body| {
            let request = world.api.anonymous(Method::POST, &path).body(body);
            request.header("Content-Type", "application/x-www-form-urlencoded").send()
        });
        let text = format!("a neighbour of {}", number.fetch_add(1, Ordering::Relaxed));
        let manager = world.manager(&line);
        let together = async {
            let (answers, neighbour) = tokio::join!(join_all(posts), manager.sends("boris", HookMessage::text(&text)));
            world.advance(Duration::from_secs(1));
            world.another_worker().deliver_all().await.unwrap();
            (answers, neighbour.answer.status)
        };
        let (answers, neighbour) = tokio::task::block_in_place(|| runtime.block_on(together));
        prop_assert!(
            answers.iter().all(|answer| answer.as_ref().is_ok_and(|answer| answer.status() == 200)),
            "{:?}",
            answers
        );
        prop_assert_eq!(neighbour, Some(200));
        let texts = world.messenger.texts();
        prop_assert_eq!(texts.last(), Some(&text));
        Ok(())
    });
    if let Err(error) = done {
        panic!("{error}");
    }
}

both!(mangled_hooks_do_no_harm, mangled_forms_do_no_harm);
once!(every_documented_body_is_taken);
