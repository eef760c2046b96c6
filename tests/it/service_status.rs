//! The public status page: off by default, without anything that is not for the public, read seldom.

use std::time::Duration;

use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{Reply, Visitor, World, both, once};
use reqwest::Method;
use serde_json::Value;
use simulator::crm::{Fault, Part};

const PAGE: &str = "/status";
const JSON: &str = "/status.json";

/// Starts again with the page switched on.
async fn switched_on(world: &mut World) -> Visitor {
    world.setup_is(|config| config.status.enabled = true);
    world.restart().await;
    world.visitor()
}

fn read(reply: &Reply) -> Value {
    serde_json::from_str(&reply.text).expect("JSON")
}

/// The state of a part and since when.
fn part(all: &Value, name: &str) -> (String, Value) {
    let parts = all["parts"].as_array().expect("parts");
    let found = parts.iter().find(|part| part["name"] == name).unwrap_or_else(|| panic!("{name} is in {all}"));
    (found["status"].as_str().expect("a state").to_owned(), found["since"].clone())
}

async fn it_says_what_works_and_what_does_not(world: &mut World) {
    let line = world.line("support").await;
    let visitor = switched_on(world).await;
    let shown = visitor.opens(PAGE).await.is(200);
    shown.says(&[
        "service status",
        "All systems operational.",
        "Delivery to amoCRM",
        "Receiving messages",
        "Website chat",
    ]);
    assert_eq!(shown.header("cache-control"), "public, max-age=5");
    let russian = visitor.opens(&format!("{PAGE}?lang=ru")).await.is(200);
    russian.says(&["Всё работает.", "Приём сообщений"]);
    let all = read(&visitor.opens(JSON).await.is(200));
    assert_eq!((&all["status"], part(&all, "crm").1), (&"ok".into(), Value::Null));

    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    world.customer(&line, "anna").writes("Hello").await;
    for _ in 0..12 {
        world.advance(Duration::from_secs(60));
        world.deliver_all().await;
    }
    let all = read(&visitor.opens(JSON).await.is(200));
    let (state, since) = part(&all, "crm");
    assert_eq!((&all["status"], state.as_str()), (&"down".into(), "down"), "{all}");
    assert!(since.is_string(), "{all}");
    assert_eq!(part(&all, "panel").0, "ok");
    let shown = visitor.opens(&format!("{PAGE}?lang=en")).await.is(200);
    shown.says(&["Down", "since"]);
    let id = line.tenant_id.to_string();
    for page in [&shown.text, &all.to_string()] {
        for private in [HOST, id.as_str(), CHANNEL_ID, "main", env!("CARGO_PKG_VERSION")] {
            assert!(
                !page.replace("<main>", "").replace("</main>", "").replace("header, main", "").contains(private),
                "{private}: {page}"
            );
        }
    }
    // It stays the same moment until it works again.
    world.advance(Duration::from_secs(60));
    world.deliver_all().await;
    assert_eq!(part(&read(&visitor.opens(JSON).await.is(200)), "crm").1, since);
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    world.advance(Duration::from_secs(6));
    assert_eq!(part(&read(&visitor.opens(JSON).await.is(200)), "crm").0, "ok");
}

async fn it_is_off_unless_it_is_switched_on_and_limited_by_address(world: &mut World) {
    world.visitor().opens(PAGE).await.is(404);
    world.visitor().opens(JSON).await.is(404);
    let visitor = switched_on(world).await;
    let first = read(&visitor.opens(JSON).await.is(200))["checked_at"].clone();
    world.advance(Duration::from_secs(4));
    assert_eq!(read(&visitor.opens(JSON).await.is(200))["checked_at"], first, "read once in five seconds");
    world.advance(Duration::from_secs(2));
    assert_ne!(read(&visitor.opens(JSON).await.is(200))["checked_at"], first);
    for _ in 0..80 {
        let reply = visitor.opens(JSON).await;
        if reply.status == 429 {
            assert!(reply.header("retry-after").parse::<u32>().is_ok());
            return;
        }
    }
    panic!("a caller is never refused");
}

async fn a_monitor_may_ask_for_the_head_alone(world: &mut World) {
    switched_on(world).await;
    for path in [PAGE, JSON, "/healthz", "/readyz", "/metrics", "/api/openapi.json", "/api/docs"] {
        let reply = world.api.anonymous(Method::HEAD, path).send().await.unwrap();
        assert_eq!(reply.status(), 200, "{path}");
        assert_eq!(reply.text().await.unwrap(), "", "{path}");
    }
}

both!(it_says_what_works_and_what_does_not);
once!(it_is_off_unless_it_is_switched_on_and_limited_by_address, a_monitor_may_ask_for_the_head_alone);
