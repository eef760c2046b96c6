//! Malformed bodies.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;

/// Any JSON, small.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        Just(json!("")),
        Just(json!("kQ7mAbCdEf0BAAAAx1y2z3")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,12}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// JSON pointers of all values inside a value.
fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                pointers(inner, format!("{at}/{name}"), found);
            }
        }
        Value::Array(all) => {
            for (place, inner) in all.iter().enumerate() {
                pointers(inner, format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
    if !at.is_empty() {
        found.push(at);
    }
}

fn names() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/telegram");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut names: Vec<_> = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// A server that does not answer.
fn nowhere() -> BotApi {
    let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
    BotApi::new(&http, &Url::parse("http://127.0.0.1:1").unwrap())
}

fn run<S: Strategy>(cases: u32, strategy: S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(&strategy, check).unwrap();
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let (names, api, settings) = (names(), nowhere(), settings());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let changes = prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..4);
    run(1024, (any::<prop::sample::Index>(), changes), |(which, changes)| {
        let mut whole: Value = serde_json::from_str(&body(which.get::<String>(&names))).unwrap();
        for (place, value) in changes {
            let mut all = Vec::new();
            pointers(&whole, String::new(), &mut all);
            if let Some(found) =
                (!all.is_empty()).then(|| place.get::<String>(&all)).and_then(|at| whole.pointer_mut(at))
            {
                *found = value;
            }
        }
        let body = whole.to_string();
        let told = runtime.block_on(receive(&api, &settings, body.as_bytes(), Words::new(Language::En)));
        for one in told.unwrap_or_default() {
            if let InboundEvent::Wrote(written) = one {
                prop_assert!(!written.external_id.is_empty() && written.external_id.len() <= 255);
                prop_assert!(crate::telegram::ids::ChatThread::parse(&written.conversation_id).is_some());
            }
        }
        Ok(())
    });
}

#[test]
fn bytes_that_are_no_update_are_unreadable() {
    let (api, settings) = (nowhere(), settings());
    run(256, prop::collection::vec(any::<u8>(), 0..64), |bytes| {
        let reading = receive(&api, &settings, &bytes, Words::new(Language::En));
        if serde_json::from_slice::<Value>(&bytes).is_err() {
            prop_assert_eq!(reading.now_or_never().unwrap(), Err(NotReceived::Unreadable));
        }
        Ok(())
    });
}

#[test]
fn a_body_nested_without_end_is_unreadable() {
    let deep = format!("{{\"message\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(read_with(&settings(), &deep, Language::En), Err(NotReceived::Unreadable));
}
